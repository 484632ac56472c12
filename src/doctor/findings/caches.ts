/** Owns the finding about a cache in front that keeps the first origin's answer and hands it to the next. */

import { shown } from "../../browser/steps.ts";
import { ALLOW_ORIGIN } from "../../cors/standard.ts";
import type { DoctorFinding } from "../finding.ts";
import { allowOriginOf, isAnswered, type Seen } from "../seen.ts";

/** A stranger asked a fresh URL first, then the page; and the page alone another fresh one. */
export function cacheFindings({ visit: { page }, probed: { cacheOrder } }: Seen): readonly DoctorFinding[] {
	if (cacheOrder === undefined) return [];
	const { afterStranger, alone } = cacheOrder;
	if (!isAnswered(afterStranger) || !isAnswered(alone)) return [];
	if (allowOriginOf(alone) !== page.origin || allowOriginOf(afterStranger) === page.origin) return [];
	return [
		{
			code: "cache-keeps-first-origin",
			severity: "warning",
			message: `A cache in front of the API keeps the answer that the first origin got: after another origin had asked a URL, ${page.origin} got ${shown(ALLOW_ORIGIN, allowOriginOf(afterStranger))} for it, and is blocked. Let the cache key its answers by Origin (send Vary: Origin on every response, and see that the cache honours it; in nginx, proxy_cache_key with $http_origin), and purge what it holds.`,
			requests: [afterStranger.number, alone.number],
		},
	];
}
