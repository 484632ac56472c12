/** Owns the sharing headers of a response: all of the upstream's go, exactly one set of Cordon's comes. */

import type { Policy } from "../cors/policy.ts";
import {
	ALLOW_CREDENTIALS,
	ALLOW_ORIGIN,
	CORS_PREFIX,
	EXPOSE_HEADERS,
	HOP_BY_HOP_HEADERS,
	isForbiddenResponseHeader,
	SAFELISTED_RESPONSE_HEADERS,
	TIMING_ALLOW_ORIGIN,
	VARY,
} from "../cors/standard.ts";

/**
 * Makes a response's sharing headers right.
 * @param headers of the response; changed in place
 * @param origin the request's `Origin`; null where it has none
 * @param share whether the response is shared with that origin
 */
export function applySharing(headers: Headers, policy: Policy, origin: string | null, share: boolean): void {
	removeSharing(headers);
	if (policy.timingAllowOrigin) headers.delete(TIMING_ALLOW_ORIGIN);
	if (policy.variesByOrigin) addVary(headers, "Origin");
	if (!share) return;
	const allowOrigin = policy.variesByOrigin ? origin : "*";
	if (allowOrigin === null) return;
	headers.set(ALLOW_ORIGIN, allowOrigin);
	if (policy.credentials) headers.set(ALLOW_CREDENTIALS, "true");
	if (policy.timingAllowOrigin) headers.set(TIMING_ALLOW_ORIGIN, allowOrigin);
	const exposed =
		policy.exposeHeaders?.kind === "constant"
			? policy.exposeHeaders.value
			: policy.exposeHeaders && exposableNames(headers);
	if (exposed) headers.set(EXPOSE_HEADERS, exposed);
}

/** Whatever begins with Access-Control- speaks for the upstream's idea of sharing, known to the standard or not. */
function removeSharing(headers: Headers): void {
	const names: string[] = [];
	for (const name of headers.keys()) {
		if (name.startsWith(CORS_PREFIX)) names.push(name);
	}
	for (const name of names) headers.delete(name);
}

/** Every name that the response has, less what is readable anyway and what never is. */
function exposableNames(headers: Headers): string {
	const names = new Set<string>();
	for (const name of headers.keys()) {
		if (
			!SAFELISTED_RESPONSE_HEADERS.has(name) &&
			!isForbiddenResponseHeader(name) &&
			!HOP_BY_HOP_HEADERS.has(name) &&
			!name.startsWith(CORS_PREFIX)
		) {
			names.add(name);
		}
	}
	return [...names].join(", ");
}

/**
 * Merges a name into `Vary`, so that it stands there once, in whatever case, unless everything is there (`*`).
 * @param headers changed in place
 */
export function addVary(headers: Headers, name: string): void {
	const vary = headers.get(VARY);
	if (vary === null || vary.trim() === "") {
		headers.set(VARY, name);
		return;
	}
	const fields = vary.split(",").map((field) => field.trim());
	if (fields.includes("*")) return;
	const isName = (field: string) => field.toLowerCase() === name.toLowerCase();
	const first = fields.findIndex(isName);
	if (first === -1) headers.set(VARY, `${vary}, ${name}`);
	else if (fields.findLastIndex(isName) !== first)
		headers.set(VARY, fields.filter((field, index) => index === first || !isName(field)).join(", "));
}
