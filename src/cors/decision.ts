/** Owns the decision: what happens to a request of a given kind, once its origin is judged. */

import type { OriginVerdict } from "./allowed-origins.ts";

/** The kinds of request that the CORS protocol, and the WebSocket handshake beside it, tell apart. */
export type RequestKind = "preflight" | "actual" | "websocket" | "no-origin";

/** What is done with a request. */
export interface Decision {
	readonly action: "answer-preflight" | "refuse" | "forward";
	/** Whether the response, Cordon's own errors included, is shared with the request's origin. */
	readonly share: boolean;
}

/** What of a request decides its kind. */
export interface RequestFacts {
	readonly method: string;
	/** The `Origin` header; null where there is none. */
	readonly origin: string | null;
	/** The `Access-Control-Request-Method` header; null where there is none. */
	readonly requestMethod: string | null;
	/** The `Upgrade` header; null where there is none. */
	readonly upgrade: string | null;
}

/**
 * Tells requests apart as https://fetch.spec.whatwg.org/#http-requests does: a CORS request has an `Origin`; a
 * CORS-preflight request is an OPTIONS with `Access-Control-Request-Method` besides. Any other OPTIONS is an
 * ordinary request.
 */
export function requestKind(facts: RequestFacts): RequestKind {
	if (facts.origin === null) return "no-origin";
	if (facts.method === "OPTIONS" && facts.requestMethod !== null) return "preflight";
	if (facts.method === "GET" && facts.upgrade?.toLowerCase() === "websocket") return "websocket";
	return "actual";
}

/** What besides the origin's verdict bears on the decision. */
export interface Circumstances {
	/** Whether the policy allows every origin: then even a request without `Origin` is shared, so that caches stay right. */
	readonly anyOrigin: boolean;
	/** Whether `Origin` is that of the request's own URL: not cross-origin at all. */
	readonly ownOrigin: boolean;
	/** Whether the tenant wants requests from denied origins refused before the upstream. */
	readonly rejectDenied: boolean;
}

/**
 * Decides what is done with a request.
 * @param origin undefined where the request has no `Origin`, unless it is denied for that
 */
export function decide(
	kind: RequestKind,
	origin: OriginVerdict | undefined,
	{ anyOrigin, ownOrigin, rejectDenied }: Circumstances,
): Decision {
	const share = origin?.allowed ?? anyOrigin;
	switch (kind) {
		case "no-origin":
			// There is a verdict only where the tenant isolates and another site embeds this.
			return { action: origin?.allowed === false ? "refuse" : "forward", share };
		case "preflight":
			return { action: share ? "answer-preflight" : "refuse", share };
		case "websocket":
			// No CORS check follows a handshake: this refusal is all that protects from cross-site hijacking.
			return { action: share || ownOrigin ? "forward" : "refuse", share };
		case "actual":
			return { action: share || ownOrigin || !rejectDenied ? "forward" : "refuse", share };
	}
}
