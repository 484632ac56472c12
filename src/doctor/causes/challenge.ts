/** Owns the cause of an edge that wants to see a human first. */

import { getHeader } from "../../browser/header-list.ts";
import { answeredTurns } from "../seen.ts";
import { CORS_STEPS, type FindCause } from "./cause.ts";

/** https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/ */
export const edgeChallenge: FindCause = ({ conversation }) => {
	const challenged = answeredTurns(conversation).find(
		({ answer }) => getHeader(answer.headers, "cf-mitigated")?.toLowerCase() === "challenge",
	);
	if (challenged === undefined) return undefined;
	const what = challenged.purpose === "preflight" ? "a preflight" : "a call of page code";
	return {
		code: "edge-challenge",
		message: `This answer (${challenged.answer.status}, CF-Mitigated: challenge) is Cloudflare's challenge at the edge, and not the API's: the API never saw the request, so nothing in it can be put right. No browser solves a challenge for ${what}. In Cloudflare, let a WAF custom rule with the action Skip pass the API's path (preflights by http.request.method eq "OPTIONS"), and take the API out of Bot Fight Mode and Under Attack mode.`,
		steps: CORS_STEPS,
		requests: [challenged.number],
	};
};
