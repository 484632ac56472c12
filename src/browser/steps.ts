/** Owns the steps that a verdict is made of: their stable codes, and the clause that each one implements. */

const FETCH = "https://fetch.spec.whatwg.org/";

/** The clause of every step. The codes are stable and part of the public interface. */
export const CLAUSES = {
	/** The page's own request, before anything is sent. */
	"request-url": `${FETCH}#dom-request`,
	"request-method": `${FETCH}#dom-request`,
	"request-header": `${FETCH}#concept-headers-append`,
	"request-body": `${FETCH}#dom-request`,
	/** Main fetch, for each URL of the request. */
	port: `${FETCH}#block-bad-port`,
	"mixed-content": "https://w3c.github.io/webappsec-mixed-content/#should-block-fetch",
	scheme: `${FETCH}#concept-main-fetch`,
	"same-origin": `${FETCH}#concept-main-fetch`,
	preflight: `${FETCH}#concept-http-fetch`,
	/** CORS-preflight fetch. */
	"preflight-response": `${FETCH}#cors-preflight-fetch-0`,
	"preflight-allow-origin": `${FETCH}#concept-cors-check`,
	"preflight-allow-credentials": `${FETCH}#concept-cors-check`,
	"preflight-status": `${FETCH}#cors-preflight-fetch-0`,
	"preflight-allow-methods-syntax": `${FETCH}#http-new-header-syntax`,
	"preflight-allow-headers-syntax": `${FETCH}#http-new-header-syntax`,
	"preflight-allow-methods": `${FETCH}#cors-preflight-fetch-0`,
	"preflight-allow-authorization": `${FETCH}#cors-non-wildcard-request-header-name`,
	"preflight-allow-headers": `${FETCH}#cors-preflight-fetch-0`,
	"preflight-max-age": `${FETCH}#http-access-control-max-age`,
	/** The actual response. */
	response: `${FETCH}#concept-http-network-or-cache-fetch`,
	"allow-origin": `${FETCH}#concept-cors-check`,
	"allow-credentials": `${FETCH}#concept-cors-check`,
	"expose-headers": `${FETCH}#concept-filtered-response-cors`,
	/** HTTP-redirect fetch. */
	"redirect-location": `${FETCH}#concept-response-location-url`,
	"redirect-scheme": `${FETCH}#concept-http-redirect-fetch`,
	"redirect-count": `${FETCH}#concept-http-redirect-fetch`,
	"redirect-user-info": `${FETCH}#concept-http-redirect-fetch`,
	"redirect-body": `${FETCH}#concept-http-redirect-fetch`,
	redirect: `${FETCH}#concept-http-redirect-fetch`,
	/** A WebSocket, which no CORS check follows. */
	handshake: "https://websockets.spec.whatwg.org/#concept-websocket-establish",
} as const satisfies Readonly<Record<string, string>>;

export type StepCode = keyof typeof CLAUSES;

/** What one check found, before it has its place in a verdict. */
export interface Check {
	readonly code: StepCode;
	readonly passed: boolean;
	/** What came, or what the page asked for. */
	readonly received: string;
	/** What would have had to come; where it passed, what had to. */
	readonly required: string;
	/** One sentence: the fix; on a step that passed, what is still worth knowing; or nothing. */
	readonly advice: string | undefined;
	/** Of a list that does not cover the request: the methods, or the headers in lower case, that are not in it. */
	readonly missing?: readonly string[];
}

/** A check in its place. */
export interface Step extends Check {
	/** From 1, in the order in which the standard goes. */
	readonly number: number;
	readonly clause: string;
	/** The URL that was being fetched. */
	readonly url: string;
}

/** A check that passed. */
export function passed(code: StepCode, received: string, required: string, advice?: string): Check {
	return { code, passed: true, received, required, advice };
}

/** A check that failed. */
export function failed(
	code: StepCode,
	received: string,
	required: string,
	advice: string,
	missing?: readonly string[],
): Check {
	return { code, passed: false, received, required, advice, ...(missing === undefined ? {} : { missing }) };
}

/** A header's name as people write it; HTTP compares names in any case. */
export function displayName(name: string): string {
	return name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** How a header is shown: as on the wire, or that there is none. */
export function shown(name: string, value: string | null): string {
	return value === null ? `no ${displayName(name)}` : `${displayName(name)}: ${value}`;
}
