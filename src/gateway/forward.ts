/** Owns the way to the upstream: the request as it goes out, its time-out, and why there may be no response. */

import { ORIGIN } from "../cors/standard.ts";
import type { Tenant } from "../tenants/tenant.ts";
import type { Call } from "./call.ts";
import { clientCertificateOf, setClientCertificate } from "./client-certificate.ts";
import { setForwardingHeaders } from "./forwarding-headers.ts";
import { CDN_LOOP, isLoop } from "./loop.ts";
import { rewriteAddresses } from "./public-address.ts";
import type { Failure, Way } from "./way.ts";

/** What the runtime's own `fetch` does, and a service binding's; handed in, so that all I/O stands at the entry. */
export type Fetch = (input: string | Request, init?: RequestInit) => Promise<Response>;

/** The ways out of the Worker. */
export interface WaysOut {
	/** To the network. */
	readonly fetch: Fetch;
	/** To the Worker behind a service binding; undefined where there is no such binding. */
	readonly service: (name: string) => Fetch | undefined;
	/** Cordon's name in `CDN-Loop`. */
	readonly cdnLoopId: string;
}

/** No response headers came within the time that the tenant allows. */
class UpstreamTimeout extends Error {}

/** Makes the way through the network, or through a service binding. */
export function upstreamWay(out: WaysOut): Way {
	return {
		isLoop({ headers }) {
			const cdnLoop = headers.get(CDN_LOOP);
			return cdnLoop !== null && isLoop(cdnLoop, out.cdnLoopId);
		},
		ask: ({ call }) => fetchUpstream(call, out),
		passThrough: (request) => passThrough(request, out),
		// A 101 that nobody asked for has no socket, and cannot be passed on.
		isSwitch: ({ webSocket }) => webSocket !== null && webSocket !== undefined,
		receive(received, { tenant, address }) {
			const response = mutable(received);
			if (response === undefined) return undefined;
			const { upstream } = tenant;
			rewriteAddresses(
				response.headers,
				upstream?.kind === "origin" ? upstream.origin : undefined,
				address.site,
			);
			return response;
		},
		failure: upstreamFailure,
	};
}

function upstreamFailure(error: unknown): Failure {
	return {
		code: error instanceof UpstreamTimeout ? "upstream-timeout" : "upstream-unreachable",
		// Its stack says nothing: what is wrong is not here.
		cause: error instanceof Error ? error.message : error,
	};
}

/**
 * Fetches from the upstream: the request's own path and query there, or its own URL through a service binding or along
 * its route. Bodies stream both ways, redirects are not followed. Rejects where no response comes.
 */
function fetchUpstream(
	{ request, method, address, tenant, kind, report }: Call,
	out: WaysOut,
): Promise<Response> {
	const { upstream, upstreamTimeoutMilliseconds: timeout } = tenant;
	const headers = new Headers(request.headers);
	headers.append(CDN_LOOP, out.cdnLoopId);
	setForwardingHeaders(headers, address.site);
	const isCacheable = method === "GET" || method === "HEAD";
	if (tenant.stripOrigin && !report && isCacheable && kind !== "websocket") headers.delete(ORIGIN);
	if (tenant.clientCertificate !== "ignore") setClientCertificate(headers, clientCertificateOf(request));
	const fetch = upstream?.kind === "service" ? out.service(upstream.name) : out.fetch;
	if (fetch === undefined) throw new Error(`there is no service binding ${upstreamName(tenant)}`);
	const url = upstream?.kind === "origin" ? upstream.origin + address.target : request.url;
	return timeout === undefined
		? send(fetch, url, request, { headers })
		: sendWithin(timeout, fetch, url, request, headers);
}

function upstreamName({ upstream }: Tenant): string {
	return upstream?.kind === "service" ? upstream.name : "";
}

/** Fetches along the request's own route, with nothing changed but `CDN-Loop`. */
function passThrough(request: Request, out: WaysOut): Promise<Response> {
	const headers = new Headers(request.headers);
	headers.append(CDN_LOOP, out.cdnLoopId);
	return send(out.fetch, request.url, request, { headers });
}

/** What of a request goes out otherwise than it came. */
interface Outgoing {
	readonly headers: Headers;
	readonly body?: ReadableStream | null;
	readonly signal?: AbortSignal;
}

/**
 * An init in place of a copied Request spares one more copy of the headers and two of `request.cf`, which the upstream
 * has no use for.
 */
function send(fetch: Fetch, url: string, request: Request, outgoing: Outgoing): Promise<Response> {
	const { method, body } = request;
	if (body !== null && !mayHaveBody(method)) {
		// Legal in HTTP, but no init may say so; a Request that has one may.
		const { headers, signal = null } = outgoing;
		return fetch(new Request(url, request), { headers, signal });
	}
	return fetch(url, { method, body, redirect: "manual", ...outgoing });
}

/** Whether Fetch lets an init have a body. https://fetch.spec.whatwg.org/#dom-request */
function mayHaveBody(method: string): boolean {
	return method !== "GET" && method !== "HEAD";
}

/** The time counts from the end of the request's body until the response's headers. */
async function sendWithin(
	milliseconds: number,
	fetch: Fetch,
	url: string,
	request: Request,
	headers: Headers,
): Promise<Response> {
	const controller = new AbortController();
	const { signal } = controller;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let isOver = false;
	const start = () => {
		if (!isOver) timer = setTimeout(() => controller.abort(), milliseconds);
	};
	const body = request.body !== null && mayHaveBody(request.method) ? watched(request, start) : undefined;
	if (body === undefined) start();
	try {
		return await send(
			fetch,
			url,
			request,
			body === undefined ? { headers, signal } : { headers, signal, body },
		);
	} catch (error) {
		throw signal.aborted ? new UpstreamTimeout(`no response headers within ${milliseconds} ms`) : error;
	} finally {
		// A timer that still ran when the body streams would cut it.
		isOver = true;
		clearTimeout(timer);
	}
}

/** The request's body, which tells when it has been read to its end. */
function watched({ body, headers }: Request, onEnd: () => void): ReadableStream | undefined {
	const length = headers.get("content-length");
	const { readable, writable } =
		length === null ? new IdentityTransformStream() : new FixedLengthStream(Number(length));
	// Where the body breaks off the fetch itself fails, and says why.
	body?.pipeTo(writable).then(onEnd, () => {});
	return readable;
}

/**
 * Makes the upstream's response one whose headers can be changed.
 * @returns undefined where its status is outside 200 to 599: it cannot be passed on
 */
function mutable(response: Response): Response | undefined {
	try {
		return new Response(response.body, response);
	} catch {
		return undefined;
	}
}
