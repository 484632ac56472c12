/** Owns the requests as they go out on the network. */

import { ORIGIN, REQUEST_HEADERS, REQUEST_METHOD } from "../cors/standard.ts";
import type { Header, HeaderList } from "./header-list.ts";
import type { PreflightReason } from "./preflight-reasons.ts";
import { type BrowserRequest, currentUrl, includesCredentials, serializedOrigin } from "./request.ts";
import { unsafeRequestHeaders } from "./safelisted-headers.ts";
import { displayName } from "./steps.ts";

/** A request that the browser puts on the network. */
export interface OutgoingRequest {
	readonly kind: "preflight" | "actual";
	readonly method: string;
	/** Absolute, without a fragment. */
	readonly url: string;
	/** What the standard and the page put there; not what HTTP, the user or the cookie store add. */
	readonly headers: HeaderList;
	/** Whether cookies, HTTP authentication and client certificates go along. */
	readonly credentials: boolean;
	readonly hasBody: boolean;
	/** Of a preflight, why it is sent; else empty. */
	readonly reasons: readonly PreflightReason[];
}

/**
 * The preflight of a request; no cookie and no authorization ever go with it.
 * https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, steps 1 to 5
 */
export function outgoingPreflight(
	request: BrowserRequest,
	reasons: readonly PreflightReason[],
): OutgoingRequest {
	const unsafeNames = unsafeRequestHeaders(request.headers).map(({ name }) => name);
	const asked: readonly Header[] =
		unsafeNames.length === 0 ? [] : [[displayName(REQUEST_HEADERS), unsafeNames.join(",")]];
	return {
		kind: "preflight",
		method: "OPTIONS",
		url: withoutFragment(currentUrl(request)),
		headers: [
			["Accept", "*/*"],
			[displayName(REQUEST_METHOD), request.method],
			...asked,
			[displayName(ORIGIN), serializedOrigin(request)],
		],
		credentials: false,
		hasBody: false,
		reasons,
	};
}

/** The request itself; same-origin it has an `Origin` unless it is GET or HEAD. https://fetch.spec.whatwg.org/#append-a-request-origin-header */
export function outgoingActual(request: BrowserRequest): OutgoingRequest {
	const { method, headers, tainting, body } = request;
	const hasOrigin = tainting === "cors" || (method !== "GET" && method !== "HEAD");
	return {
		kind: "actual",
		method,
		url: withoutFragment(currentUrl(request)),
		headers: hasOrigin ? [...headers, [displayName(ORIGIN), serializedOrigin(request)]] : headers,
		credentials: includesCredentials(request),
		hasBody: body !== "none",
		reasons: [],
	};
}

function withoutFragment(url: string): string {
	const [before = url] = url.split("#", 1);
	return before;
}
