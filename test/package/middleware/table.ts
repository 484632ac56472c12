/** Owns the table of what the middleware does, the same on every runtime. */

import { APP, EVIL } from "./apps.ts";

/** One request, and what has to come of it. */
export interface Case {
	readonly says: string;
	/** Host and path. */
	readonly target: `${string}/${string}`;
	readonly method?: string;
	readonly origin?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly status: number;
	/** Every sharing header, `Vary` and `Timing-Allow-Origin`, by lower-case name; no other one may be there. */
	readonly sharing: Readonly<Record<string, string>>;
	readonly body?: string | object;
	readonly cookies?: readonly string[];
}

const SHARED = {
	"access-control-allow-origin": APP,
	"access-control-allow-credentials": "true",
	"access-control-expose-headers": "ETag",
	vary: "Origin",
};
const NOT_SHARED = { vary: "Origin" };
const PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const PREFLIGHT = { "access-control-request-method": "PUT" };
const ANSWER = {
	"access-control-allow-origin": APP,
	"access-control-allow-credentials": "true",
	"access-control-allow-methods": "GET, HEAD, POST, PUT",
	"access-control-allow-headers": "Content-Type",
	"access-control-max-age": "7200",
	vary: PREFLIGHT_VARY,
};
const REFUSED = { code: "origin-not-allowed" };

/** @param from the URL of a server that reflects every origin */
export function casesWith(from: string): readonly Case[] {
	const fetched = `enforce.test/fetched?from=${encodeURIComponent(from)}`;
	const shared = (says: string, target: Case["target"], status: number, more: Partial<Case> = {}): Case[] => [
		{ says: `${says}: an allowed page may read it`, target, origin: APP, status, sharing: SHARED, ...more },
		{ says: `${says}: nobody else may`, target, origin: EVIL, status, sharing: NOT_SHARED, ...more },
	];
	return [
		...shared("an answer", "enforce.test/items", 200, { body: "GET" }),
		...shared("a HEAD", "enforce.test/items", 200, { method: "HEAD", body: "" }),
		...shared("a PUT", "enforce.test/items", 200, { method: "PUT", body: "PUT" }),
		...shared("an error that onError answers", "enforce.test/throws", 500, {
			body: { error: "the API has a fault" },
		}),
		...shared("an error that onError throws again", "enforce.test/on-error-throws", 500, {
			body: { code: "internal-error" },
		}),
		...shared("what is thrown and is not an Error", "enforce.test/throws-text", 500, {
			body: { code: "internal-error" },
		}),
		...shared("an HTTPException", "enforce.test/forbidden", 401, { body: "who are you?" }),
		...shared("an HTTPException that shares", "enforce.test/forbidden-shared", 401, { body: "reflected" }),
		...shared("a 404 of the app", "enforce.test/nowhere", 404, { body: "404 Not Found" }),
		...shared("a fetched response", fetched as Case["target"], 200, {
			body: "fetched",
			cookies: ["a=1", "b=2"],
		}),
		...shared("a redirect, which cannot be changed", "enforce.test/redirected", 302),
		...shared("a handler that reflects", "enforce.test/reflected", 401, { body: "reflected" }),
		{
			says: "a handler that sets headers in the context is overruled, and Vary is not doubled",
			target: "enforce.test/set-in-context",
			origin: APP,
			status: 200,
			sharing: { ...SHARED, vary: "origin, Accept" },
		},
		...shared("hono/cors behind", "enforce.test/hono-cors", 200, { body: "GET" }),
		...shared("several cookies", "enforce.test/cookies", 200, { cookies: ["a=1", "b=2; SameSite=Lax"] }),
		...shared("cookies that are rewritten", "cookies.test/cookies", 200, {
			cookies: ["a=1; SameSite=None; Secure; Partitioned", "b=2; SameSite=None; Secure; Partitioned"],
		}),
		...shared("a stream", "enforce.test/stream", 200, { body: "first second" }),
		{
			says: "a request without Origin is not shared",
			target: "enforce.test/items",
			status: 200,
			sharing: NOT_SHARED,
		},
		{
			says: "an allowed preflight is answered without the app",
			target: "enforce.test/throws",
			method: "OPTIONS",
			origin: APP,
			headers: PREFLIGHT,
			status: 204,
			sharing: ANSWER,
			body: "",
		},
		{
			says: "a denied preflight is refused without the app",
			target: "enforce.test/hono-cors",
			method: "OPTIONS",
			origin: EVIL,
			headers: PREFLIGHT,
			status: 403,
			sharing: { vary: PREFLIGHT_VARY },
			body: REFUSED,
		},
		{
			says: "null is denied",
			target: "enforce.test/items",
			origin: "null",
			status: 200,
			sharing: NOT_SHARED,
		},
		{
			says: "a route has a policy of its own",
			target: "enforce.test/public/items",
			origin: EVIL,
			status: 200,
			sharing: { "access-control-allow-origin": "*" },
		},
		{
			says: "a route may share with nobody",
			target: "enforce.test/nobody/items",
			origin: APP,
			status: 200,
			sharing: NOT_SHARED,
		},
		{
			says: "a path that can be read as another route's is shared with nobody",
			target: "enforce.test/PUBLIC/items",
			origin: APP,
			status: 404,
			sharing: NOT_SHARED,
		},
		{
			says: "a denied request is refused where the document says so",
			target: "reject.test/throws",
			method: "POST",
			origin: EVIL,
			status: 403,
			sharing: NOT_SHARED,
			body: REFUSED,
		},
		{
			says: "the app's own origin is not refused, though a proxy has taken the TLS away",
			target: "reject.test/items",
			method: "POST",
			origin: "https://reject.test",
			status: 200,
			sharing: NOT_SHARED,
			body: "POST",
		},
		{
			says: "what another site embeds without an Origin is refused where the document isolates",
			target: "isolate.test/items",
			headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" },
			status: 403,
			sharing: NOT_SHARED,
			body: REFUSED,
		},
		{
			says: "of a list of policies the first that knows the origin applies",
			target: "list.test/items",
			origin: APP,
			status: 200,
			sharing: SHARED,
		},
		{
			says: "of a list of policies the last may be for everybody else",
			target: "list.test/reflected",
			origin: EVIL,
			status: 401,
			sharing: { "access-control-allow-origin": "*", vary: "Origin" },
		},
		{
			says: "a WebSocket handshake of a denied origin is refused",
			target: "enforce.test/items",
			origin: EVIL,
			headers: {
				upgrade: "websocket",
				connection: "Upgrade",
				"sec-websocket-version": "13",
				"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
			},
			status: 403,
			sharing: NOT_SHARED,
			body: REFUSED,
		},
		{
			says: "report mode changes nothing of an answer",
			target: "report.test/reflected",
			origin: EVIL,
			status: 401,
			sharing: {
				"access-control-allow-origin": EVIL,
				"access-control-allow-credentials": "true",
				"access-control-allow-private-network": "true",
				"access-control-expose-headers": "*",
				vary: "Origin",
			},
		},
		{
			says: "report mode lets preflights through to the app",
			target: "report.test/hono-cors",
			method: "OPTIONS",
			origin: EVIL,
			headers: PREFLIGHT,
			status: 204,
			sharing: {
				"access-control-allow-origin": EVIL,
				"access-control-allow-credentials": "true",
				"access-control-allow-methods": "GET,HEAD,PUT,POST,DELETE,PATCH,QUERY",
				"access-control-expose-headers": "X-Own",
				vary: "Origin",
			},
		},
		{
			says: "the handlers are told what was decided",
			target: "report.test/verdict",
			origin: APP,
			status: 200,
			sharing: {},
			body: {
				kind: "actual",
				origin: APP,
				allowed: true,
				reason: "listed",
				entry: APP,
				route: "",
				mode: "report",
			},
		},
		{
			says: "the handlers are told that there was nothing to decide",
			target: "enforce.test/verdict",
			status: 200,
			sharing: NOT_SHARED,
			body: {
				kind: "no-origin",
				origin: null,
				allowed: false,
				reason: "no-origin",
				entry: "",
				route: "",
				mode: "enforce",
			},
		},
		...shared("with documents from KV", "kv.test/items", 200, { body: "GET" }),
		{
			says: "an origin directory in KV counts",
			target: "kv.test/items",
			origin: "https://shop.example",
			status: 200,
			sharing: { ...SHARED, "access-control-allow-origin": "https://shop.example" },
		},
		{
			says: "a wildcard document in KV counts",
			target: "any.wild.test/items",
			origin: EVIL,
			status: 200,
			sharing: { "access-control-allow-origin": "*" },
		},
		...(
			[
				["a host that KV does not know is refused", "nobody.test", 404, "unknown-tenant"],
				["a closed tenant is closed", "closed.test", 503, "tenant-closed"],
				["an invalid document lets nothing through", "broken.test", 503, "tenant-unavailable"],
				[
					"a document that relies on client certificates lets nothing through",
					"certified.test",
					503,
					"tenant-unavailable",
				],
			] as const
		).map(
			([says, host, status, code]): Case => ({
				says,
				target: `${host}/items`,
				origin: APP,
				status,
				sharing: {},
				body: { code },
			}),
		),
	];
}
