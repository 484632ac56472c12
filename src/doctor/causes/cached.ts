/** Owns the cause of an answer that a cache gave, made for another origin. */

import { isSerializedOrigin } from "../../cors/origin-set.ts";
import { allowedOrigin, cacheEvidence, crossOriginTurns, isActual } from "../seen.ts";
import { type FindCause, SHARING_STEPS } from "./cause.ts";

/** Only what the answer itself shows: a cache says that it gave it, and another origin stands in it. */
export const cachedAnswer: FindCause = ({ visit: { page }, conversation }) => {
	const last = crossOriginTurns(conversation).findLast(isActual);
	if (last === undefined) return undefined;
	const evidence = cacheEvidence(last);
	const allowed = allowedOrigin(last);
	if (evidence === undefined || allowed === null || allowed === page.origin) return undefined;
	if (!isSerializedOrigin(allowed)) return undefined;
	return {
		code: "cached-for-another-origin",
		message: `A cache gave this answer (${evidence}), and it was made for another origin, ${allowed}. Purge the cache, let it key its answers by Origin, and send Vary: Origin on every response of this URL, to requests without Origin too.`,
		steps: SHARING_STEPS,
		requests: [last.number],
	};
};
