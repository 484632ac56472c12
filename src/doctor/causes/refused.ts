/** Owns the cause of a server that refuses the origin itself, or OPTIONS as such. */

import { getHeader } from "../../browser/header-list.ts";
import { ALLOW_ORIGIN } from "../../cors/standard.ts";
import { type AnsweredExchange, answeredTurns, isAnswered, isReadable } from "../seen.ts";
import { type Cause, type FindCause, PREFLIGHT_STEPS } from "./cause.ts";

/** A preflight carries nothing else that could be forbidden: a 403 to it means the origin, or everybody's OPTIONS. */
export const originRefused: FindCause = ({ visit, conversation, probed: { base, twins } }) => {
	const { origin } = visit.page;
	const preflight = answeredTurns(conversation).findLast(({ purpose }) => purpose === "preflight");
	if (preflight === undefined || !isRefusal(preflight)) return undefined;
	const isNamed = getHeader(preflight.answer.headers, ALLOW_ORIGIN) !== null;
	const { status } = preflight.answer;
	const told = (code: Cause["code"], message: string): Cause => ({
		code,
		message,
		steps: PREFLIGHT_STEPS,
		requests: [preflight.number],
	});
	if (isNamed) {
		return told(
			"options-refused",
			`OPTIONS is refused with ${status}, and the origin is not (the answer names it all the same): something forbids the method, such as a list of methods, a firewall's rule, or protection against forgery. Let OPTIONS pass, and answer it with 204.`,
		);
	}
	if (isAnswered(base) && isReadable(visit, base)) {
		return told(
			"origin-refused",
			`The origin was refused: the preflight is answered with ${status} and without Access-Control-Allow-Origin. As a ${base.method} of this page is shared, see first whether something forbids OPTIONS to everybody (a list of methods, a firewall's rule), and let it pass; else let what answers preflights allow ${origin}, exactly as it stands here.`,
		);
	}
	const how = twins.some(({ shared }) => shared !== "no") ? ", while another one is let in" : "";
	return told(
		"origin-refused",
		`The origin was refused: the preflight is answered with ${status} and without Access-Control-Allow-Origin${how}. Let the server allow ${origin}, exactly as it stands here. Only if it is on the list already, see whether something in front forbids OPTIONS to everybody.`,
	);
};

/** Starlette and others say it with 400 and in words. */
function isRefusal({ answer: { status, body } }: AnsweredExchange): boolean {
	return status === 403 || (status === 400 && /\bCORS\b/.test(body));
}
