/** Owns what becomes of a request when its response is a redirect. */

import { getHeader, type ReceivedResponse, valuesOf, withoutHeader } from "./header-list.ts";
import { type BrowserRequest, currentUrl, originOf, serializedOrigin } from "./request.ts";
import { type Check, failed, passed, shown } from "./steps.ts";

/** https://fetch.spec.whatwg.org/#concept-http-redirect-fetch, step 7 */
export const MAX_REDIRECTS = 20;

/** What a response means for the request that it answers. */
export type RedirectOutcome =
	/** No redirect, or one without a Location, which is a response like any other. */
	| { readonly kind: "final" }
	| { readonly kind: "network-error"; readonly check: Check }
	| { readonly kind: "follow"; readonly check: Check; readonly request: BrowserRequest };

/** https://fetch.spec.whatwg.org/#redirect-status */
export const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** https://fetch.spec.whatwg.org/#request-body-header-name */
const REQUEST_BODY_HEADERS: readonly string[] = [
	"content-encoding",
	"content-language",
	"content-location",
	"content-type",
];

const LOCATION = "location";

/**
 * Follows a response where it is a redirect. https://fetch.spec.whatwg.org/#concept-http-redirect-fetch
 * @param request its tainting already that of the response
 */
export function followRedirect(request: BrowserRequest, response: ReceivedResponse): RedirectOutcome {
	if (!REDIRECT_STATUSES.has(response.status)) return { kind: "final" };
	const [location, ...more] = valuesOf(response.headers, LOCATION);
	if (location === undefined) return { kind: "final" };
	const received = `${response.status}, ${shown(LOCATION, getHeader(response.headers, LOCATION))}`;
	const target = more.length === 0 ? URL.parse(location, currentUrl(request)) : null;
	if (target === null) {
		return networkError(
			failed(
				"redirect-location",
				received,
				"one Location that is a URL",
				"Send one Location, and a valid URL.",
			),
		);
	}
	// https://fetch.spec.whatwg.org/#concept-response-location-url, step 4
	if (!target.href.includes("#")) target.hash = new URL(currentUrl(request)).hash;
	const fault = redirectFault(request, response, target, received);
	if (fault !== undefined) return networkError(fault);
	const next = redirected(request, response.status, target);
	return { kind: "follow", request: next, check: note(request, next, received) };
}

function networkError(check: Check): RedirectOutcome {
	return { kind: "network-error", check };
}

function redirectFault(
	request: BrowserRequest,
	{ status }: ReceivedResponse,
	target: URL,
	received: string,
): Check | undefined {
	if (target.protocol !== "http:" && target.protocol !== "https:") {
		return failed(
			"redirect-scheme",
			received,
			"an http or https URL",
			`A fetch is never redirected to ${target.protocol} URLs: point Location at an https URL.`,
		);
	}
	if (request.urls.length > MAX_REDIRECTS) {
		return failed(
			"redirect-count",
			`redirect number ${request.urls.length}`,
			`${MAX_REDIRECTS} redirects at most`,
			"This looks like a loop: let the server answer one of these URLs itself, and call that one directly.",
		);
	}
	const isForeign = request.origin !== target.origin || request.tainting === "cors";
	if ((target.username !== "" || target.password !== "") && isForeign) {
		return failed(
			"redirect-user-info",
			`${status} to a URL with user information`,
			"a URL without user information",
			"A cross-origin redirect must not carry a name and password: remove them from Location.",
		);
	}
	if (status !== 303 && request.body === "streamed") {
		return failed(
			"redirect-body",
			received,
			"no redirect, or a 303",
			"A streamed body cannot be sent a second time: call the final URL directly.",
		);
	}
	return undefined;
}

function redirected(request: BrowserRequest, status: number, target: URL): BrowserRequest {
	const { method, urls } = request;
	const becomesGet =
		((status === 301 || status === 302) && method === "POST") ||
		(status === 303 && method !== "GET" && method !== "HEAD");
	let headers = request.headers;
	if (becomesGet) headers = REQUEST_BODY_HEADERS.reduce(withoutHeader, headers);
	// https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
	if (originOf(currentUrl(request)) !== target.origin) headers = withoutHeader(headers, "authorization");
	return {
		...request,
		method: becomesGet ? "GET" : method,
		body: becomesGet ? "none" : request.body,
		headers,
		urls: [...urls, target.href],
	};
}

function note(before: BrowserRequest, after: BrowserRequest, received: string): Check {
	const required = "nothing: the redirect is followed";
	if (serializedOrigin(after) === "null" && serializedOrigin(before) !== "null") {
		return passed(
			"redirect",
			received,
			required,
			`From here on the request's origin is null, which no server should allow: call ${currentUrl(after)} directly.`,
		);
	}
	if (
		getHeader(before.headers, "authorization") !== null &&
		getHeader(after.headers, "authorization") === null
	) {
		return passed(
			"redirect",
			received,
			required,
			"Another origin follows, so the Authorization header is dropped on the way.",
		);
	}
	return passed("redirect", received, required);
}
