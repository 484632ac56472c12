/** Owns the cause of a server that refuses the origin itself. */

import { getHeader } from "../../browser/header-list.ts";
import { ALLOW_ORIGIN } from "../../cors/standard.ts";
import { answeredTurns } from "../seen.ts";
import { type FindCause, PREFLIGHT_STEPS } from "./cause.ts";

/** A preflight carries nothing else that could be forbidden: a 403 to it means the origin, or everybody's OPTIONS. */
export const originRefused: FindCause = ({ visit: { page }, conversation, probed }) => {
	const preflight = answeredTurns(conversation).findLast(({ purpose }) => purpose === "preflight");
	if (preflight === undefined || preflight.answer.status !== 403) return undefined;
	if (getHeader(preflight.answer.headers, ALLOW_ORIGIN) !== null) return undefined;
	const isChecked = probed.twins.some(({ shared }) => shared !== "no");
	const how = isChecked ? ", while another one is let in" : "";
	return {
		code: "origin-refused",
		message: `The origin was refused: the preflight is answered with 403 and without Access-Control-Allow-Origin${how}. Let the server allow ${page.origin}, exactly as it stands here. Only if it is on the list already, see whether something in front forbids OPTIONS to everybody.`,
		steps: PREFLIGHT_STEPS,
		requests: [preflight.number],
	};
};
