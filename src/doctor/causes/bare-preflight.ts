/** Owns the cause of an answer to OPTIONS without the sharing headers that a GET of the same URL has. */

import { getHeader } from "../../browser/header-list.ts";
import { ALLOW_ORIGIN } from "../../cors/standard.ts";
import { answeredTurns, isAnswered, isReadable } from "../seen.ts";
import type { FindCause } from "./cause.ts";

/**
 * The origin is allowed, or the GET would not be shared: to advise to allow it would send people to the wrong place.
 * A bad status is left to what is said of that.
 */
export const barePreflight: FindCause = ({ visit, conversation, probed: { base } }) => {
	const last = answeredTurns(conversation).at(-1);
	if (last?.purpose !== "preflight" || !isAnswered(base) || !isReadable(visit, base)) return undefined;
	const { status, headers } = last.answer;
	if (status < 200 || status > 299 || getHeader(headers, ALLOW_ORIGIN) !== null) return undefined;
	return {
		code: "preflight-without-headers",
		message: `A ${base.method} of this URL is shared with the page, and the preflight's answer does not name the origin: so the origin is allowed, and what answers OPTIONS leaves the headers out (a rule or a layer that answers by itself, before the headers are set). Set them on that answer too.`,
		steps: ["preflight-allow-origin", "preflight-allow-credentials"],
		requests: [last.number, base.number],
	};
};
