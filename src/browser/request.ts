/** Owns the request as it stands at one moment of a fetch: its URL list, its origin, its response tainting. */

import type { HeaderList } from "./header-list.ts";

/** https://fetch.spec.whatwg.org/#concept-request-credentials-mode */
export type CredentialsMode = "omit" | "same-origin" | "include";

/** Why the use-CORS-preflight flag is set. https://fetch.spec.whatwg.org/#use-cors-preflight-flag */
export type PreflightFlag = "upload-listener" | "streamed-body";

/** A request of mode `cors` and redirect mode `follow`. https://fetch.spec.whatwg.org/#concept-request */
export interface BrowserRequest {
	/** Normalized. */
	readonly method: string;
	readonly headers: HeaderList;
	/** The page's origin, serialized; an opaque one is `null`. */
	readonly origin: string;
	/** The URL list: the page's own first, the current URL last. */
	readonly urls: readonly [string, ...string[]];
	readonly credentials: CredentialsMode;
	readonly preflightFlag: PreflightFlag | undefined;
	readonly body: "none" | "buffered" | "streamed";
	/** `cors` once any URL was cross-origin; it never goes back. */
	readonly tainting: "basic" | "cors";
}

/** https://fetch.spec.whatwg.org/#concept-request-current-url */
export function currentUrl({ urls }: BrowserRequest): string {
	return urls[urls.length - 1] ?? urls[0];
}

/** The serialized origin of an absolute URL. */
export function originOf(url: string): string {
	return new URL(url).origin;
}

/** Whether the current URL, which is http or https, is the page's own origin; an opaque one has no such URL. */
export function isSameOrigin(request: BrowserRequest): boolean {
	return request.origin === originOf(currentUrl(request));
}

/**
 * The request's origin as it goes into `Origin` and as the CORS check compares it: `null` once a redirect led from
 * one foreign origin to another. https://fetch.spec.whatwg.org/#serializing-a-request-origin
 */
export function serializedOrigin({ origin, urls }: BrowserRequest): string {
	const origins = urls.map(originOf);
	// https://fetch.spec.whatwg.org/#concept-request-tainted-origin
	const tainted = origins.some((next, index) => {
		const last = origins[index - 1];
		return last !== undefined && next !== last && origin !== last;
	});
	return tainted ? "null" : origin;
}

/**
 * Whether cookies, HTTP authentication and client certificates go along.
 * https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch, "includeCredentials"
 */
export function includesCredentials({ credentials, tainting }: BrowserRequest): boolean {
	return credentials === "include" || (credentials === "same-origin" && tainting === "basic");
}
