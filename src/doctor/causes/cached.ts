/** Owns the cause of an answer that a cache gave, made for another origin. */

import { isSerializedOrigin } from "../../cors/origin-set.ts";
import { allowOriginOf, cacheEvidence, crossOriginTurns, isActual, isAnswered, isReadable } from "../seen.ts";
import { type FindCause, SHARING_STEPS } from "./cause.ts";

/** A cache says that it gave the answer, and another origin stands in it, or none although the server itself names the page. */
export const cachedAnswer: FindCause = ({ visit, conversation, probed: { uncached } }) => {
	const { page } = visit;
	const last = crossOriginTurns(conversation).findLast(isActual);
	if (last === undefined) return undefined;
	const evidence = cacheEvidence(last);
	const allowed = allowOriginOf(last);
	if (allowed === page.origin) return undefined;
	const fresh = isAnswered(uncached) ? uncached : undefined;
	// Another status comes of another route, and shows nothing of a cache.
	const isCured =
		fresh !== undefined && fresh.answer.status === last.answer.status && isReadable(visit, fresh);
	// What the server itself answers, without a cache, is not the cache's fault.
	const isOwn = fresh !== undefined && !isCured && cacheEvidence(fresh) === undefined;
	const isAnotherOrigin = allowed !== null && isSerializedOrigin(allowed);
	if (isOwn || !(isCured || (isAnotherOrigin && evidence !== undefined))) return undefined;
	const whose = isAnotherOrigin
		? `for another origin, ${allowed}`
		: "for a request of another origin, or without one";
	const proof = isCured ? " (of a fresh URL, which no cache has, the page gets the right one)" : "";
	return {
		code: "cached-for-another-origin",
		message: `A cache gave this answer${evidence === undefined ? "" : ` (${evidence})`}, and it was made ${whose}${proof}. Purge the cache, let it key its answers by Origin, and send Vary: Origin on every response of this URL, to requests without Origin too.`,
		steps: SHARING_STEPS,
		requests: [last.number],
	};
};
