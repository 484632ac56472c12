/** Owns the CORS-preflight cache of one network partition, immutable and without a clock of its own. */

import { type Engine, PREFLIGHT_CACHING } from "./engines.ts";
import { type BrowserRequest, currentUrl, serializedOrigin } from "./request.ts";

/** https://fetch.spec.whatwg.org/#concept-cache */
export type PreflightCache = readonly CacheEntry[];

/** One method or one header name that a server has allowed. */
export interface CacheEntry {
	/** The request's origin, serialized. */
	readonly origin: string;
	readonly url: string;
	readonly credentials: boolean;
	readonly grant:
		| { readonly kind: "method"; readonly method: string }
		/** In lower case, or `*`. */
		| { readonly kind: "header-name"; readonly name: string };
	/** From then on the entry counts no more, in seconds. */
	readonly expiresAtSeconds: number;
}

/** When the cache is asked, and whose it is. */
export interface CacheMoment {
	readonly nowSeconds: number;
	/** Undefined: as the standard has it, without limits of its own. */
	readonly engine: Engine | undefined;
}

/** What an answer to a preflight allows. */
export interface PreflightGrant {
	readonly methods: readonly string[];
	readonly headerNames: readonly string[];
	readonly maxAgeSeconds: number;
}

/** https://fetch.spec.whatwg.org/#concept-cache-match-method */
export function hasMethodMatch(
	cache: PreflightCache,
	request: BrowserRequest,
	method: string,
	moment: CacheMoment,
): boolean {
	return matching(cache, request, moment).some(
		({ grant }) => grant.kind === "method" && (grant.method === method || grant.method === "*"),
	);
}

/**
 * `*` never stands for Authorization. https://fetch.spec.whatwg.org/#concept-cache-match-header
 * @param name in lower case
 */
export function hasHeaderNameMatch(
	cache: PreflightCache,
	request: BrowserRequest,
	name: string,
	moment: CacheMoment,
): boolean {
	return matching(cache, request, moment).some(
		({ grant }) =>
			grant.kind === "header-name" &&
			(grant.name === name || (grant.name === "*" && name !== "authorization")),
	);
}

/** Adds what a preflight has granted; of what it grants again, the age begins anew. https://fetch.spec.whatwg.org/#cors-preflight-fetch-0 */
export function storeGrant(
	cache: PreflightCache,
	request: BrowserRequest,
	{ methods, headerNames, maxAgeSeconds }: PreflightGrant,
	moment: CacheMoment,
): PreflightCache {
	const cap = moment.engine === undefined ? Infinity : PREFLIGHT_CACHING[moment.engine].capSeconds;
	const added = [
		...methods.map((method) => ({ kind: "method", method }) as const),
		...headerNames.map((name) => ({ kind: "header-name", name: name.toLowerCase() }) as const),
	].map((grant) => ({
		...keyOf(request),
		grant,
		expiresAtSeconds: moment.nowSeconds + Math.min(maxAgeSeconds, cap),
	}));
	const isRenewed = (entry: CacheEntry) => added.some((other) => isSameGrant(entry, other));
	return [...cache.filter((entry) => !isExpired(entry, moment) && !isRenewed(entry)), ...added];
}

/** Forgets everything about the request's origin and URL: after a network error. https://fetch.spec.whatwg.org/#concept-cache-clear */
export function clearEntries(cache: PreflightCache, request: BrowserRequest): PreflightCache {
	const { origin, url } = keyOf(request);
	return cache.filter((entry) => entry.origin !== origin || entry.url !== url);
}

/** https://fetch.spec.whatwg.org/#concept-cache-match */
function matching(cache: PreflightCache, request: BrowserRequest, moment: CacheMoment): PreflightCache {
	const { origin, url, credentials } = keyOf(request);
	const shares =
		moment.engine === undefined || PREFLIGHT_CACHING[moment.engine].credentialedServesUncredentialed;
	return cache.filter(
		(entry) =>
			entry.origin === origin &&
			entry.url === url &&
			(entry.credentials === credentials || (entry.credentials && shares)) &&
			!isExpired(entry, moment),
	);
}

function keyOf(request: BrowserRequest) {
	return {
		origin: serializedOrigin(request),
		url: currentUrl(request),
		credentials: request.credentials === "include",
	};
}

function isExpired({ expiresAtSeconds }: CacheEntry, { nowSeconds }: CacheMoment): boolean {
	return expiresAtSeconds <= nowSeconds;
}

function isSameGrant(a: CacheEntry, b: CacheEntry): boolean {
	if (a.origin !== b.origin || a.url !== b.url || a.credentials !== b.credentials) return false;
	return a.grant.kind === "method"
		? b.grant.kind === "method" && a.grant.method === b.grant.method
		: b.grant.kind === "header-name" && a.grant.name === b.grant.name;
}
