/** Owns the cause of a preflight that gets no answer while other requests do. */

import { isAnswered } from "../seen.ts";
import type { FindCause } from "./cause.ts";

/** Something on the way swallows OPTIONS. */
export const unansweredPreflight: FindCause = ({ conversation: { turns, failure }, probed: { base } }) => {
	const last = turns.findLast((turn) => turn.kind === "request")?.exchange;
	if (failure === undefined || last?.purpose !== "preflight" || !isAnswered(base)) return undefined;
	return {
		code: "preflight-unanswered",
		message: `The preflight gets no answer (${failure.message}), while a ${base.method} of the same URL is answered with ${base.answer.status}: so the server is up, and something swallows OPTIONS: a firewall, a load balancer that lets only some methods through, or the application itself. Let OPTIONS pass, and answer it with 204.`,
		steps: ["preflight-response"],
		requests: [last.number, base.number],
	};
};
