/** Owns the tables and predicates of the Fetch and HTTP standards that a policy is checked against. */

/** The headers by which a response is shared, and those that carry a preflight; HTTP compares names in any case. */
export const ORIGIN = "origin";
export const VARY = "vary";
export const ALLOW_ORIGIN = "access-control-allow-origin";
export const ALLOW_CREDENTIALS = "access-control-allow-credentials";
export const ALLOW_METHODS = "access-control-allow-methods";
export const ALLOW_HEADERS = "access-control-allow-headers";
export const EXPOSE_HEADERS = "access-control-expose-headers";
export const MAX_AGE = "access-control-max-age";
export const REQUEST_METHOD = "access-control-request-method";
export const REQUEST_HEADERS = "access-control-request-headers";
export const TIMING_ALLOW_ORIGIN = "timing-allow-origin";

/** Every header that the CORS protocol owns, requests' and responses' alike, begins so. */
export const CORS_PREFIX = "access-control-";

/** https://fetch.spec.whatwg.org/#cors-safelisted-method */
export const SAFELISTED_METHODS: readonly string[] = ["GET", "HEAD", "POST"];

/** https://fetch.spec.whatwg.org/#forbidden-method */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Tells whether Fetch bars `method`, in any case. */
export function isForbiddenMethod(method: string): boolean {
	return FORBIDDEN_METHODS.has(method.toUpperCase());
}

/**
 * The methods that the Workers runtime's HTTP parser knows; a request with any other gets 501 before the Worker runs.
 * They are also the known methods whose wrong case is an error.
 */
export const RUNTIME_METHODS: ReadonlySet<string> = new Set([
	...SAFELISTED_METHODS,
	...["PUT", "DELETE", "PATCH", "PURGE", "OPTIONS", "COPY", "LOCK", "MKCOL", "MOVE"],
	...["PROPFIND", "PROPPATCH", "SEARCH", "UNLOCK", "ACL", "REPORT", "MKACTIVITY", "CHECKOUT"],
	...["MERGE", "M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "QUERY", "BAN"],
]);

/** https://fetch.spec.whatwg.org/#forbidden-request-header, the names that are forbidden with any value */
const FORBIDDEN_REQUEST_HEADERS: ReadonlySet<string> = new Set([
	...["accept-charset", "accept-encoding", REQUEST_HEADERS, REQUEST_METHOD],
	...["connection", "content-length", "cookie", "cookie2", "date", "dnt", "expect", "host"],
	...["keep-alive", ORIGIN, "referer", "set-cookie", "te", "trailer", "transfer-encoding"],
	...["upgrade", "via"],
]);

/** Tells whether a page cannot set the request header `name` (lower case). */
export function isForbiddenRequestHeader(name: string): boolean {
	return FORBIDDEN_REQUEST_HEADERS.has(name) || name.startsWith("proxy-") || name.startsWith("sec-");
}

/** https://fetch.spec.whatwg.org/#forbidden-response-header-name */
const FORBIDDEN_RESPONSE_HEADERS: ReadonlySet<string> = new Set(["set-cookie", "set-cookie2"]);

/** Tells whether no page can ever read the response header `name` (lower case). */
export function isForbiddenResponseHeader(name: string): boolean {
	return FORBIDDEN_RESPONSE_HEADERS.has(name);
}

/**
 * Header names that only requests have: to expose them is a misunderstanding (RFC 9110, the Fetch standard).
 * Accept and Accept-Encoding are not here, responses may have them too; nor is Authorization, in which some APIs
 * hand out tokens.
 */
const REQUEST_ONLY_HEADERS: ReadonlySet<string> = new Set([
	...["accept-charset", "accept-language", "cookie", "cookie2", "dnt", "expect", "from", "host"],
	...["if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"],
	...["max-forwards", ORIGIN, "proxy-authorization", "range", "referer", "te"],
	...["upgrade-insecure-requests", "user-agent"],
]);

/** Tells whether only requests have a header `name` (lower case). */
export function isRequestOnlyHeader(name: string): boolean {
	return REQUEST_ONLY_HEADERS.has(name) || name.startsWith("sec-fetch-");
}

/** https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name: readable without being exposed */
export const SAFELISTED_RESPONSE_HEADERS: ReadonlySet<string> = new Set([
	...["cache-control", "content-language", "content-length", "content-type"],
	...["expires", "last-modified", "pragma"],
]);

/** Header names that belong to one connection only and never get past a proxy. RFC 9110, section 7.6.1 */
export const HOP_BY_HOP_HEADERS: ReadonlySet<string> = new Set([
	...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
]);

/** Tells whether `text` is a token, as methods and header names are. RFC 9110, section 5.6.2 */
export function isToken(text: string): boolean {
	if (text.length === 0) return false;
	for (let i = 0; i < text.length; i++) {
		if (!isTokenCode(text.charCodeAt(i))) return false;
	}
	return true;
}

const TOKEN_CODES: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
	"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".includes(
		String.fromCharCode(code),
	),
);

function isTokenCode(code: number): boolean {
	return TOKEN_CODES[code] === true;
}

/**
 * Tells whether `text` is a list of one or more tokens, as Access-Control-Request-Headers is
 * (RFC 9110, section 5.6.1: commas, blanks around them, empty elements).
 */
export function isTokenList(text: string): boolean {
	let tokens = 0;
	let inToken = false;
	let afterBlank = false;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code === 0x2c) {
			inToken = false;
			afterBlank = false;
		} else if (code === 0x20 || code === 0x09) {
			afterBlank = inToken;
		} else {
			if (!isTokenCode(code) || afterBlank) return false;
			if (!inToken) tokens++;
			inToken = true;
		}
	}
	return tokens > 0;
}
