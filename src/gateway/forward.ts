/** Owns the way to the upstream and back: the request as it goes out, the failures, the Location that comes back. */

import { ORIGIN } from "../cors/standard.ts";
import type { Tenant } from "../tenants/tenant.ts";
import type { Address } from "./address.ts";
import { type ClientCertificate, setClientCertificate } from "./client-certificate.ts";
import { CDN_ID, CDN_LOOP } from "./loop.ts";

/** What is forwarded, and how. */
export interface Passage {
	readonly request: Request;
	readonly method: string;
	/** As the client sent them. */
	readonly headers: Headers;
	readonly tenant: Tenant;
	readonly address: Address;
	/** Whether the upstream is not to see `Origin`. */
	readonly withoutOrigin: boolean;
	readonly certificate: ClientCertificate | undefined;
}

/** What the runtime's own `fetch` does; handed in, so that all I/O stands at the entry. */
export type Fetch = (input: string | Request, init?: RequestInit) => Promise<Response>;

/** No response headers came within the time that the tenant allows. */
class UpstreamTimeout extends Error {}

/**
 * Fetches from the upstream. Bodies stream both ways, redirects are not followed, and the time-out ends with the
 * response headers. Rejects where no response comes; `upstreamFailure` says what that means.
 */
export function fetchUpstream(passage: Passage, fetch: Fetch): Promise<Response> {
	const timeout = passage.tenant.upstreamTimeoutMilliseconds;
	return timeout === undefined
		? send(passage, fetch, null)
		: within(timeout, (signal) => send(passage, fetch, signal));
}

async function within(
	milliseconds: number,
	send: (signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
	const controller = new AbortController();
	// A timer that still runs when the body streams would cut it.
	const timer = setTimeout(() => controller.abort(), milliseconds);
	try {
		return await send(controller.signal);
	} catch (error) {
		throw controller.signal.aborted
			? new UpstreamTimeout(`no response headers within ${milliseconds} ms`)
			: error;
	} finally {
		clearTimeout(timer);
	}
}

/** Why there is no response: a problem's code for the client, the reason for the log. */
export function upstreamFailure(error: unknown): {
	readonly code: "upstream-unreachable" | "upstream-timeout";
	readonly reason: string;
} {
	return {
		code: error instanceof UpstreamTimeout ? "upstream-timeout" : "upstream-unreachable",
		reason: error instanceof Error ? error.message : String(error),
	};
}

/**
 * Sends the request as the upstream sees it: its own path and query, body streamed. An init in place of a copied Request
 * spares one more copy of the headers and two of `request.cf`, which the upstream has no use for.
 */
function send(passage: Passage, fetch: Fetch, signal: AbortSignal | null): Promise<Response> {
	const { request, method } = passage;
	const { body } = request;
	const { upstream } = passage.tenant;
	const url = upstream?.kind === "origin" ? upstream.origin + passage.address.target : request.url;
	const headers = upstreamHeaders(passage);
	if (body !== null && (method === "GET" || method === "HEAD")) {
		// Legal in HTTP, but no init may say so; a Request that has one may.
		return fetch(new Request(url, request), { headers, signal });
	}
	return fetch(url, { method, headers, body, redirect: "manual", signal });
}

function upstreamHeaders(passage: Passage): Headers {
	const { tenant, address, withoutOrigin, certificate } = passage;
	const headers = new Headers(passage.headers);
	headers.append(CDN_LOOP, CDN_ID);
	const { site } = address;
	if (tenant.upstream !== undefined) {
		headers.set("x-forwarded-host", site.host);
		headers.set("x-forwarded-proto", site.scheme);
	}
	if (withoutOrigin) headers.delete(ORIGIN);
	if (tenant.clientCertificate !== "ignore") setClientCertificate(headers, certificate);
	return headers;
}

/**
 * Makes the upstream's response one whose headers can be changed.
 * @returns undefined where its status is outside 200 to 599: it cannot be passed on
 */
export function mutable(response: Response): Response | undefined {
	try {
		return new Response(response.body, response);
	} catch {
		return undefined;
	}
}

/**
 * Rewrites a `Location` on the upstream's own origin to the public one; any other stays as it is.
 * @param headers changed in place
 * @param publicOrigin the origin that the client asked
 */
export function rewriteLocation(headers: Headers, upstream: string, publicOrigin: string): void {
	const location = headers.get("location");
	if (location === null || upstream === publicOrigin) return;
	// Without a scheme or a host of its own it is relative, and right as it is.
	const target = location.startsWith("//") ? URL.parse(location, upstream) : URL.parse(location);
	if (target?.origin !== upstream) return;
	headers.set("location", publicOrigin + target.pathname + target.search + target.hash);
}

/** https://fetch.spec.whatwg.org/#redirect-status */
const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Tells whether a browser that follows this response to a cross-origin request loses its origin: a redirect from one
 * foreign origin to another makes it `null`. https://fetch.spec.whatwg.org/#concept-request-tainted-origin
 * @param response its `Location` already public
 */
export function redirectsToForeignOrigin(response: Response, publicOrigin: string): boolean {
	if (!REDIRECT_STATUSES.has(response.status)) return false;
	const location = response.headers.get("location");
	const target = location === null ? null : URL.parse(location, publicOrigin);
	return target !== null && target.origin !== publicOrigin;
}
