/** Owns the cause of redirects that lead back to where they began. */

import { answeredTurns } from "../seen.ts";
import type { FindCause } from "./cause.ts";

/** The words are those of the conversation that was broken off. */
export const redirectLoop: FindCause = ({ conversation }) => {
	const { stop } = conversation;
	if (stop?.code !== "redirect-loop") return undefined;
	return {
		code: "redirect-loop",
		message: stop.message,
		steps: ["redirect"],
		requests: answeredTurns(conversation).map(({ number }) => number),
	};
};
