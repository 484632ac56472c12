/** Owns the cause of a server that fails: the page is told of CORS, and CORS has no part in it. */

import { getHeader } from "../../browser/header-list.ts";
import { ALLOW_ORIGIN } from "../../cors/standard.ts";
import { answeredTurns, isAnswered } from "../seen.ts";
import { CORS_STEPS, type FindCause } from "./cause.ts";

/** A 5xx without the headers. */
export const serverError: FindCause = ({ conversation, probed: { base } }) => {
	const last = answeredTurns(conversation).at(-1);
	const failed = conversation.steps.find(({ passed }) => !passed);
	if (last === undefined || failed === undefined) return undefined;
	const { status, headers } = last.answer;
	if (status < 500 || status === 501 || getHeader(headers, ALLOW_ORIGIN) !== null) return undefined;
	const isPreflight = last.purpose === "preflight";
	const isAll = isPreflight && isAnswered(base) && base.answer.status >= 500;
	const what = !isPreflight
		? `The server fails with ${status}, and the error has no CORS headers, so the page sees a CORS error in its place`
		: isAll
			? `The server fails with ${status} at the preflight, and with ${base.answer.status} at a GET too`
			: `The server fails with ${status} at the preflight`;
	const gateway =
		status === 502 || status === 503 || status === 504
			? " (mostly what stands in front does not reach the API behind)"
			: "";
	const then = isPreflight
		? "Then answer preflights before everything that can fail, with 204."
		: "Then send the CORS headers with errors too, so that the page sees the status.";
	return {
		code: "server-error",
		message: `${what}: see its log for the reason first${gateway}. ${then}`,
		steps: CORS_STEPS,
		requests: [last.number],
	};
};
