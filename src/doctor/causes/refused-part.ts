/** Owns the cause of a preflight that is refused as a whole for one name in it. */

import { getHeader } from "../../browser/header-list.ts";
import { displayName } from "../../browser/steps.ts";
import { ALLOW_ORIGIN } from "../../cors/standard.ts";
import { answeredTurns } from "../seen.ts";
import { type FindCause, PREFLIGHT_STEPS } from "./cause.ts";

/** The browser says that Access-Control-Allow-Origin is missing, or that the status is bad; what is missing is on another list. */
export const refusedPart: FindCause = ({ conversation, probed }) => {
	const preflight = answeredTurns(conversation).findLast(({ purpose }) => purpose === "preflight");
	const { refusedPart: part } = probed;
	if (preflight === undefined || part === undefined) return undefined;
	const headers = part.headers.map(displayName).join(", ");
	const parts = [
		...(part.method === undefined ? [] : [`the method ${part.method}`]),
		...(headers === "" ? [] : [`the ${part.headers.length === 1 ? "header" : "headers"} ${headers}`]),
	].join(" and ");
	const { status } = preflight.answer;
	const shape =
		getHeader(preflight.answer.headers, ALLOW_ORIGIN) === null
			? `with ${status} and without Access-Control-Allow-Origin`
			: `with ${status}`;
	const lists = [
		...(part.method === undefined ? [] : [`${part.method} to the methods`]),
		...(headers === "" ? [] : [`${headers} to the request headers`]),
	].join(" and ");
	return {
		code: "preflight-refuses-part",
		message: `The server refuses ${parts}, and not the origin: it answers this preflight ${shape}, and consents to one without that. Add ${lists} that the server allows.`,
		steps: PREFLIGHT_STEPS,
		requests: [preflight.number, part.narrower.number],
	};
};
