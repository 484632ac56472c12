/** Owns the sharing headers of a response: all of the upstream's go, exactly one set of Cordon's comes. */

import type { Policy } from "../cors/policy.ts";
import {
	ALLOW_CREDENTIALS,
	ALLOW_ORIGIN,
	CORS_PREFIX,
	EXPOSE_HEADERS,
	HOP_BY_HOP_HEADERS,
	isForbiddenResponseHeader,
	ORIGIN,
	SAFELISTED_RESPONSE_HEADERS,
	TIMING_ALLOW_ORIGIN,
	VARY,
} from "../cors/standard.ts";

/**
 * Makes a response's sharing headers right, once those of the upstream are gone.
 * @param headers of the response; changed in place
 * @param policy that applies; undefined where the response is not shared
 * @param origin the request's `Origin`; null where it has none
 * @param varies whether the headers would be others for another origin
 */
export function applySharing(
	headers: Headers,
	policy: Policy | undefined,
	origin: string | null,
	varies: boolean,
): void {
	if (varies) varyByOrigin(headers);
	if (policy === undefined) return;
	const allowOrigin = policy.namesOrigin ? origin : "*";
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

/**
 * Removes what an upstream says of sharing: every header that begins with Access-Control-, known to the standard or not.
 * @param headers of the upstream's response; changed in place
 * @param timingToo whether Timing-Allow-Origin is Cordon's as well
 */
export function removeSharing(headers: Headers, timingToo: boolean): void {
	let names: string[] | undefined;
	for (const name of headers.keys()) {
		if (!name.startsWith(CORS_PREFIX)) continue;
		names ??= [];
		names.push(name);
	}
	for (const name of names ?? []) headers.delete(name);
	if (timingToo) headers.delete(TIMING_ALLOW_ORIGIN);
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
 * Merges `Origin` into `Vary`.
 * @param headers changed in place
 */
export function varyByOrigin(headers: Headers): void {
	const vary = headers.get(VARY);
	if (vary === null) {
		headers.set(VARY, "Origin");
		return;
	}
	let merged = mergedVaries.get(vary);
	if (merged === undefined) {
		merged = withOrigin(vary);
		if (mergedVaries.size >= MAX_MERGED_VARIES) mergedVaries.clear();
		if (vary.length <= MAX_MERGED_VARY_CHARACTERS) mergedVaries.set(vary, merged);
	}
	if (merged !== vary) headers.set(VARY, merged);
}

/** APIs say few different things, again and again: what each becomes is kept, within bounds. */
const mergedVaries = new Map<string, string>();
const MAX_MERGED_VARIES = 100;
const MAX_MERGED_VARY_CHARACTERS = 256;

/** Adds `Origin`, so that it stands there once, upper or lower case, unless everything is there (`*`). */
function withOrigin(vary: string): string {
	if (vary.trim() === "") return "Origin";
	const fields = vary.split(",").map((field) => field.trim());
	if (fields.includes("*")) return vary;
	const isOrigin = (field: string) => field.toLowerCase() === ORIGIN;
	const first = fields.findIndex(isOrigin);
	if (first === -1) return `${vary}, Origin`;
	if (fields.findLastIndex(isOrigin) === first) return vary;
	return fields.filter((field, index) => index === first || !isOrigin(field)).join(", ");
}
