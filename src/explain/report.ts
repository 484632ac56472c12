/** Owns an explanation as JSON: what `cordon explain --json` prints and the control plane answers. */

import { browserHalves } from "./browser-half.ts";
import type { Explanation } from "./explanation.ts";

/** An explanation as JSON. */
export function explanationReport(explanation: Explanation) {
	const { allowed, call, tenantKey, mode, route, otherReading, reason, entry, requests } = explanation;
	const { policy, passedOver } = explanation;
	const { origin, method, headers, url } = call;
	return {
		allowed,
		call: { origin, method, headers, url: url.href },
		tenant: tenantKey,
		mode,
		route,
		otherReading,
		policy: entry === null ? null : policy.pointer,
		passedOver,
		origin: { reason, entry: entry?.text ?? null, pointer: entry?.pointer ?? null },
		requests,
		browser: browserHalves(explanation),
	};
}
