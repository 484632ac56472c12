/** Owns the way to the upstream and back: the request as it goes out, the failures, the Location that comes back. */

import { ORIGIN } from "../cors/standard.ts";
import type { Tenant } from "../tenants/tenant.ts";
import { type ClientCertificate, setClientCertificate } from "./client-certificate.ts";
import { CDN_ID, CDN_LOOP } from "./loop.ts";

/** What is forwarded, besides the request itself. */
export interface Passage {
	readonly tenant: Tenant;
	/** The request's URL, parsed. */
	readonly url: URL;
	/** Whether the upstream is not to see `Origin`. */
	readonly withoutOrigin: boolean;
	readonly certificate: ClientCertificate | undefined;
}

/** What the runtime's own `fetch` does; handed in, so that all I/O stands at the entry. */
export type Fetch = (request: Request, init?: RequestInit) => Promise<Response>;

/** The upstream's response, or why there is none. */
export type Passed =
	| { readonly ok: true; readonly response: Response }
	| {
			readonly ok: false;
			readonly code: "upstream-unreachable" | "upstream-timeout";
			readonly reason: string;
	  };

/**
 * Fetches from the upstream. Bodies stream both ways, redirects are not followed, and the time-out ends with the
 * response headers.
 */
export async function fetchUpstream(request: Request, passage: Passage, fetch: Fetch): Promise<Passed> {
	const outgoing = upstreamRequest(request, passage);
	const timeout = passage.tenant.upstreamTimeoutMilliseconds;
	if (timeout === undefined) {
		try {
			return { ok: true, response: await fetch(outgoing) };
		} catch (error) {
			return unreachable(error);
		}
	}
	const controller = new AbortController();
	// A timer that still runs when the body streams would cut it.
	const timer = setTimeout(() => controller.abort(), timeout);
	try {
		return { ok: true, response: await fetch(outgoing, { signal: controller.signal }) };
	} catch (error) {
		if (!controller.signal.aborted) return unreachable(error);
		return { ok: false, code: "upstream-timeout", reason: `no response headers within ${timeout} ms` };
	} finally {
		clearTimeout(timer);
	}
}

function unreachable(error: unknown): Passed {
	return {
		ok: false,
		code: "upstream-unreachable",
		reason: error instanceof Error ? error.message : String(error),
	};
}

/** The request as the upstream sees it: its own path and query, body streamed. */
function upstreamRequest(request: Request, { tenant, url, withoutOrigin, certificate }: Passage): Request {
	const { upstream } = tenant;
	const outgoing = new Request(
		upstream === undefined ? request.url : upstream + url.pathname + queryOf(url),
		request,
	);
	const { headers } = outgoing;
	headers.append(CDN_LOOP, CDN_ID);
	if (upstream !== undefined && !isSameHost(upstream, url)) {
		headers.set("x-forwarded-host", url.host);
		headers.set("x-forwarded-proto", url.protocol.slice(0, -1));
	}
	if (withoutOrigin) headers.delete(ORIGIN);
	if (tenant.clientCertificate !== "ignore") setClientCertificate(headers, certificate);
	return outgoing;
}

/** The query as it came: `search` has none for a `?` with nothing behind it. */
function queryOf({ search, href }: URL): string {
	return search === "" && href.endsWith("?") ? "?" : search;
}

function isSameHost(upstream: string, url: URL): boolean {
	return upstream.endsWith(`://${url.host}`);
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
 * @param headers of the response, its `Location` already public
 */
export function redirectsToForeignOrigin(status: number, headers: Headers, publicOrigin: string): boolean {
	if (!REDIRECT_STATUSES.has(status)) return false;
	const location = headers.get("location");
	const target = location === null ? null : URL.parse(location, publicOrigin);
	return target !== null && target.origin !== publicOrigin;
}
