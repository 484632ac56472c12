/** Owns the property that the whole product is for: a browser lets a page read if and only if the policy allows it. */

import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { FetchOutcome } from "../../src/browser/fetch-outcome.ts";
import type { Header } from "../../src/browser/header-list.ts";
import { nextStep, type Received } from "../../src/browser/next-step.ts";
import type { OutgoingRequest } from "../../src/browser/outgoing.ts";
import type { PageRequest } from "../../src/browser/page-request.ts";
import { createGateway, type Gateway } from "../../src/gateway/gateway.ts";
import { createTenantStore } from "../../src/tenants/store.ts";
import { parseTenant } from "../../src/tenants/tenant.ts";
import { waysOut } from "../gateway/ways-out.ts";
import {
	API_ORIGIN,
	allowsOrigin,
	type CorsDocument,
	corsFor,
	DIRECTORY,
	KNOWN_PATTERNS,
	mayRead,
	mayReadHeader,
	needsConsent,
	type OracleCall,
	type OracleDocument,
	type OraclePolicies,
} from "./policy-oracle.ts";
import { fetchCall, xhrCall } from "./user-agent.ts";

const UPSTREAM = "https://upstream.internal.example";

const anyOf = <const T>(...values: readonly T[]) => fc.constantFrom(...values);

/** `"*"` origins with credentials are always refused; everything else here is valid. */
const policies: fc.Arbitrary<CorsDocument> = fc
	.record({
		origins: fc.oneof(
			{ weight: 1, arbitrary: anyOf("*") },
			{
				weight: 4,
				arbitrary: fc.uniqueArray(fc.oneof(anyOf(...KNOWN_PATTERNS), anyOf({ directory: "customers" })), {
					maxLength: 4,
				}),
			},
		),
		credentials: fc.boolean(),
		methods: fc.oneof(anyOf("*"), fc.subarray(["PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])),
		requestHeaders: fc.oneof(
			anyOf("*"),
			fc.subarray(["Content-Type", "authorization", "X-A", "x-b", "Accept"]),
		),
		exposedHeaders: fc.oneof(anyOf("*"), fc.subarray(["ETag", "x-total", "Server-Timing"])),
		preflightMaxAgeSeconds: anyOf(0, 600, 86_400),
		timingAllowOrigin: fc.boolean(),
	})
	.map((cors) => (cors.origins === "*" ? { ...cors, credentials: false } : cors));

/** One, or a list; before the last one `"*"` is refused, and nobody stands in its place. */
const lists: fc.Arbitrary<OraclePolicies> = fc.oneof(
	policies,
	fc
		.array(policies, { minLength: 1, maxLength: 4 })
		.map((list) =>
			list.map((cors, index) =>
				cors.origins === "*" && index < list.length - 1 ? { ...cors, origins: [] } : cors,
			),
		),
);

const documents: fc.Arbitrary<OracleDocument> = fc.record({
	upstream: fc.constant(UPSTREAM),
	cors: lists,
	routes: fc.uniqueArray(fc.record({ path: anyOf("/v1/*", "/v1/login"), cors: lists }), {
		selector: ({ path }) => path,
	}),
	deniedRequests: anyOf("forward", "reject"),
	originHeader: anyOf("forward", "strip"),
});

const calls: fc.Arbitrary<OracleCall> = fc.record({
	origin: anyOf(
		...["https://app.example.com", "https://app.example.com:8443", "https://app.example.com:8444"],
		...[
			"http://app.example.com",
			"https://a.b.example.com",
			"https://example.com",
			"https://evilexample.com",
		],
		...["https://app.example.com.evil.example", "https://pr-12.preview.example"],
		...[
			"https://pr-1-web.preview.example",
			"https://pr--web.preview.example",
			"https://pr-web.preview.example",
		],
		...["https://pr-.preview.example", "https://x.pr-12.preview.example", "https://pr-a.b.preview.example"],
		...[
			"http://localhost",
			"http://localhost:5173",
			"https://localhost:5173",
			"http://localhost.evil.example",
		],
		...["null", "chrome-extension://abcdefgh", "chrome-extension://abcdefghi", ...DIRECTORY],
		...["https://kunde.example", API_ORIGIN, "http://api.example.com"],
	),
	path: anyOf("/", "/v1", "/v1/login", "/v1/users?id=1", "/v10"),
	method: anyOf("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"),
	headers: fc.uniqueArray(
		anyOf(
			{ name: "Content-Type", value: "application/json", isSafelisted: false },
			{ name: "Content-Type", value: "text/plain;charset=UTF-8", isSafelisted: true },
			{ name: "Authorization", value: "Bearer x", isSafelisted: false },
			{ name: "X-A", value: "1", isSafelisted: false },
			{ name: "X-B", value: "", isSafelisted: false },
			{ name: "X-C", value: "1", isSafelisted: false },
			{ name: "Accept", value: "text/html", isSafelisted: true },
			{ name: "Accept", value: "a".repeat(129), isSafelisted: false },
			{ name: "Accept-Language", value: "de, en;q=0.5", isSafelisted: true },
			{ name: "Range", value: "bytes=0-", isSafelisted: true },
			{ name: "Range", value: "bytes=-5", isSafelisted: false },
		),
		{ selector: ({ name }) => name, maxLength: 4 },
	),
	credentials: anyOf("omit", "same-origin", "include"),
	uploadListener: fc.boolean(),
});

/** An API that would share everything with everybody, in every wrong way; one path of it redirects to another. */
function hostileUpstream(status: number, redirectFrom?: string) {
	return async (request: Request): Promise<Response> => {
		const headers = new Headers({
			"Access-Control-Allow-Origin": request.headers.get("origin") ?? "https://evil.example",
			"Access-Control-Allow-Credentials": "true",
			"Access-Control-Allow-Methods": "*, PUT, PATCH, DELETE, OPTIONS, QUERY",
			"Access-Control-Allow-Headers": "*, authorization, content-type, x-a, x-b, x-c",
			"Access-Control-Expose-Headers": "etag, x-total, x-secret, set-cookie, *",
			"Access-Control-Max-Age": "86400",
			"Timing-Allow-Origin": "*",
			"Content-Type": "text/plain",
			ETag: '"1"',
			"X-Total": "7",
			"X-Secret": "s",
		});
		headers.append("Access-Control-Allow-Origin", "*");
		headers.append("Set-Cookie", "a=1");
		headers.append("Set-Cookie", "b=2");
		if (redirectFrom !== undefined && request.url === UPSTREAM + redirectFrom) {
			headers.set("Location", `${UPSTREAM}/v1/login`);
			return new Response(null, { status: 307, headers });
		}
		return new Response(status === 204 ? null : "body", { status, headers });
	};
}

function gatewayFor(document: OracleDocument): Gateway {
	const keys = new Map([
		["tenant:api.example.com", JSON.stringify(document)],
		...DIRECTORY.map((origin) => [`origin:customers:${origin}`, ""] as const),
	]);
	const now = () => 0;
	const store = createTenantStore({
		read: async (names) => new Map(names.map((name) => [name, keys.get(name) ?? null])),
		now,
		onFailure: ({ reason }) => {
			throw new Error(reason);
		},
	});
	return createGateway({
		store,
		forwardUnknownHosts: false,
		out: waysOut((request) => fetch(request)),
		onFault: () => {},
		verdicts: { takesAll: false, record: () => {}, countUnavailable: () => {} },
	});
}

function pageRequest({
	origin,
	path,
	method,
	headers,
	credentials,
	uploadListener,
}: OracleCall): PageRequest {
	const common = {
		origin,
		url: API_ORIGIN + path,
		method,
		headers: headers.map(({ name, value }): Header => [name, value]),
	};
	return uploadListener
		? xhrCall({ ...common, body: null, withCredentials: credentials === "include", uploadListener })
		: fetchCall({ ...common, credentials });
}

async function send(gateway: Gateway, request: OutgoingRequest): Promise<Received> {
	const headers = new Headers(request.headers.map(([name, value]): [string, string] => [name, value]));
	if (request.credentials) headers.set("cookie", "session=1");
	const response = await gateway(new Request(request.url, { method: request.method, headers }), () => {});
	await response.body?.cancel();
	return {
		status: response.status,
		headers: [...response.headers].map(([name, value]): Header => [name, value]),
	};
}

async function browse(gateway: Gateway, call: OracleCall): Promise<FetchOutcome> {
	const page = pageRequest(call);
	const received: Received[] = [];
	while (true) {
		const next = nextStep(page, received);
		if (next.kind === "outcome") return next.outcome;
		received.push(await send(gateway, next.request));
	}
}

function policyOf(document: OracleDocument, path: string, { origin }: OracleCall): CorsDocument {
	return corsFor(document, new URL(path, API_ORIGIN).pathname, origin);
}

afterEach(() => vi.unstubAllGlobals());

/** Hundreds of conversations each; seconds on a busy machine. */
const TIMEOUT_MILLISECONDS = 60_000;

describe("for any valid policy and any page request", { timeout: TIMEOUT_MILLISECONDS }, () => {
	test("every document that is tried is valid", () => {
		fc.assert(
			fc.property(documents, (document) => {
				const result = parseTenant(JSON.stringify(document));
				expect(result.ok ? [] : result.errors).toEqual([]);
			}),
		);
	});

	test("the browser lets the page read the response, and its headers, if and only if the policy allows it", async () => {
		const seen = { allowed: 0, denied: 0 };
		const manyCalls = fc.array(calls, { minLength: 1, maxLength: 6 });
		const statuses = anyOf(200, 204, 301, 401, 404, 500);
		await fc.assert(
			fc.asyncProperty(documents, manyCalls, statuses, async (document, tried, status) => {
				vi.stubGlobal("fetch", hostileUpstream(status));
				const gateway = gatewayFor(document);
				for (const call of tried) {
					const cors = policyOf(document, call.path, call);
					const isAllowed = mayRead(cors, call);
					seen[isAllowed ? "allowed" : "denied"]++;
					const verdict = await browse(gateway, call);
					const context = JSON.stringify({ call, cors, failed: verdict.failedStep });
					expect(verdict.readable, context).toBe(isAllowed);
					if (!isAllowed) continue;
					expect(verdict.status).toBe(status);
					for (const name of ["etag", "x-total", "x-secret"]) {
						expect(verdict.exposedHeaders.includes(name), `${name} ${context}`).toBe(
							mayReadHeader(cors, call, name),
						);
					}
					expect(verdict.exposedHeaders).toContain("content-type");
					expect(verdict.exposedHeaders).not.toContain("set-cookie");
				}
			}),
			{ numRuns: 400 },
		);
		// Else the property would say little.
		expect(seen.allowed).toBeGreaterThan(100);
		expect(seen.denied).toBeGreaterThan(100);
	});

	test("a redirect inside the API is readable if and only if both paths' policies allow it", async () => {
		await fc.assert(
			fc.asyncProperty(documents, calls, async (document, call) => {
				vi.stubGlobal("fetch", hostileUpstream(200, call.path));
				const verdict = await browse(gatewayFor(document), call);
				const isLoop = call.path === "/v1/login";
				const isAllowed =
					mayRead(policyOf(document, call.path, call), call) &&
					mayRead(policyOf(document, "/v1/login", call), call);
				expect(verdict.readable, JSON.stringify({ call, document, failed: verdict.failedStep })).toBe(
					isAllowed && !isLoop,
				);
			}),
			{ numRuns: 200 },
		);
	});

	test("nothing that needs consent reaches the API unless the policy allows it, and no preflight ever does", async () => {
		await fc.assert(
			fc.asyncProperty(documents, calls, async (document, call) => {
				const reached: string[] = [];
				const upstream = hostileUpstream(200);
				vi.stubGlobal("fetch", (request: Request) => {
					reached.push(request.headers.has("access-control-request-method") ? "preflight" : "actual");
					return upstream(request);
				});
				await browse(gatewayFor(document), call);
				const cors = policyOf(document, call.path, call);
				const isRejected =
					document.deniedRequests === "reject" &&
					call.origin !== API_ORIGIN &&
					!allowsOrigin(cors, call.origin);
				const context = JSON.stringify({ call, cors });
				const isStopped = !mayRead(cors, call) && (isRejected || needsConsent(call));
				expect(reached, context).toEqual(isStopped ? [] : ["actual"]);
			}),
			{ numRuns: 300 },
		);
	});

	test("a preflight's answer is kept as long as the policy says", async () => {
		await fc.assert(
			fc.asyncProperty(documents, calls, async (document, call) => {
				vi.stubGlobal("fetch", hostileUpstream(200));
				const { preflightCacheSeconds } = await browse(gatewayFor(document), call);
				if (preflightCacheSeconds === undefined) return;
				const { preflightMaxAgeSeconds } = policyOf(document, call.path, call);
				expect(preflightCacheSeconds).toEqual({
					chromium: Math.min(preflightMaxAgeSeconds, 7200),
					firefox: preflightMaxAgeSeconds,
					webkit: Math.min(preflightMaxAgeSeconds, 600),
				});
			}),
			{ numRuns: 100 },
		);
	});
});
