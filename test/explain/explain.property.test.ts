/** Owns the proof that an explanation agrees with the browser model, and that every fix does what it says. */

import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { nextStep, type Received } from "../../src/browser/next-step.ts";
import type { PageRequest } from "../../src/browser/page-request.ts";
import { explain } from "../../src/explain/explain.ts";
import { pageCall, type Question } from "../../src/explain/question.ts";
import type { Explanation } from "../../src/explain/report.ts";
import { applyPatches } from "../../src/findings/patch.ts";
import { createGateway } from "../../src/gateway/gateway.ts";
import { createTenantStore } from "../../src/tenants/store.ts";
import { parseTenant } from "../../src/tenants/tenant.ts";
import { findWarnings } from "../../src/tenants/warnings.ts";

const HOST = "api.example.com";
const anyOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const policies = fc.record(
	{
		origins: fc.oneof(
			anyOf("*"),
			fc.subarray<string | { directory: string }>([
				"https://app.example",
				"https://*.preview.example",
				"http://localhost:*",
				"http://plain.example",
				{ directory: "customers" },
			]),
		),
		credentials: fc.boolean(),
		methods: fc.oneof(anyOf("*"), fc.subarray(["PUT", "PATCH", "DELETE", "QUERY"])),
		requestHeaders: fc.oneof(anyOf("*"), fc.subarray(["Content-Type", "x-own", "Authorization", "Range"])),
	},
	{ requiredKeys: ["origins"] },
);
const policyLists = fc.oneof(
	{ weight: 2, arbitrary: policies },
	{ weight: 1, arbitrary: fc.array(policies, { minLength: 1, maxLength: 3 }) },
);
const modes = anyOf("enforce", "report");
const routes = fc.record(
	{ path: anyOf("/v1/*", "/v1/items", "/login"), cors: policyLists, mode: modes },
	{ requiredKeys: ["path", "cors"] },
);
const documents = fc
	.record(
		{
			cors: policyLists,
			routes: fc.uniqueArray(routes, { selector: ({ path }) => path, maxLength: 3 }),
			mode: modes,
			deniedRequests: anyOf("forward", "reject", "isolate"),
			originHeader: anyOf("forward", "strip"),
			clientCertificate: anyOf("ignore", "forward", "require"),
			upstream: anyOf<string | object>("https://internal.example", { service: "API" }),
		},
		{ requiredKeys: ["cors"] },
	)
	.filter((document) => parseTenant(JSON.stringify(document)).ok);

/** Statuses and Locations of every kind: within the API, to other ports and hosts, to what no fetch follows, and in circles. */
const redirects = fc
	.tuple(
		anyOf("", "301 ", "302 ", "303 ", "307 ", "308 "),
		anyOf(
			...["/v1/x", "/login", "login", "?again", "#hash", `https://${HOST}/v1/items`, `http://${HOST}/login`],
			...[`https://${HOST}:8443/`, `https://${HOST}:6000/`, "//other.example/x", "https://other.example/a?b"],
			...[
				"http://other.example/",
				"https://app.example/sign-in",
				"https://user:pw@other.example/",
				`https://u@${HOST}/`,
			],
			...["ftp://other.example/", "https://[", "/V1/x", "/v1/..%2flogin", "https://internal.example/login"],
		),
	)
	.map(([status, location]) => status + location);

const questions: fc.Arbitrary<Question> = fc.record(
	{
		origin: anyOf(
			...[
				"https://app.example",
				"https://a.preview.example",
				"http://localhost:3000",
				"https://evil.example",
				"null",
			],
			...["http://plain.example", `https://${HOST}`, "chrome-extension://abc", "http://192.168.1.5:3000"],
			...["https://shop.customer.example", "https://other.example"],
		),
		method: anyOf("GET", "post", "PUT", "PATCH", "put", "delete", "QUERY", "OPTIONS", "HEAD", "TRACE", "A(B"),
		headers: fc.subarray(
			[
				...[
					"Content-Type",
					"Content-Type: text/plain",
					"Content-Type: multipart/form-data; boundary=x",
					"x-own",
				],
				...[
					"Authorization",
					"Range: bytes=0-9",
					"Range: bytes=-9",
					"Accept: a(b",
					"Accept-Language: de",
					"Cookie",
				],
				...["Access-Control-Allow-Origin", "Bad Name: 1"],
			],
			{ maxLength: 4 },
		),
		redirectTo: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: redirects }),
		path: anyOf(
			"/",
			"/v1/items/",
			"/v1/x",
			"/login",
			"/V1/x",
			"//v1/x",
			"/v1/..%2flogin",
			"/?q#h",
			"/\\x",
			"//u@h/x",
		),
		credentials: anyOf("include", "same-origin", "omit"),
		uploadProgress: fc.boolean(),
		scheme: anyOf("https", "http"),
		userInfo: anyOf(false, false, false, true),
	},
	{ requiredKeys: ["origin"] },
);
const hosts = anyOf(HOST, HOST, HOST, `${HOST}:6000`, `${HOST}:8443`);

/** Random calls hardly ever get as far as a redirect: of every four, one does. */
const situations = fc.oneof(
	{ weight: 3, arbitrary: fc.tuple(documents, hosts, questions) },
	{
		weight: 1,
		arbitrary: fc.tuple(
			fc.constant<object>({ cors: { origins: ["https://app.example"], credentials: true } }),
			fc.constant(HOST),
			redirects.map((redirectTo): Question => ({ origin: "https://app.example", redirectTo })),
		),
	},
);

const IN_DIRECTORY = "https://shop.customer.example";
const askDirectories = async (keys: readonly string[]) =>
	new Map(
		keys
			.filter((key) => key === `origin:customers:${IN_DIRECTORY}`)
			.map((key): [string, string] => [key, ""]),
	);

/** What the document is once it enforces everywhere. */
function enforced(document: object): object {
	const { mode: _, routes: held = [], ...rest } = document as { mode?: string; routes?: { mode?: string }[] };
	return { ...rest, routes: held.map(({ mode: __, ...route }) => route) };
}

/**
 * By itself: the gateway with real requests, and the model.
 * @returns null where a redirect leads to another host, and the page can read what that answers if it lets in everybody
 */
async function isReadable(document: object, host: string, question: Question): Promise<boolean | null> {
	const call = pageCall(host, question);
	if (call === undefined) throw new Error("no call");
	const { redirectTo } = question;
	const [, status = "302", location = ""] = /^(?:(\d{3}) )?(.*)$/.exec(redirectTo ?? "") ?? [];
	let goesTo = "";
	const upstream = async () =>
		redirectTo != null && goesTo === call.url.href
			? new Response(null, { status: Number(status), headers: { location } })
			: new Response("ok");
	const text = JSON.stringify(enforced(document));
	const gateway = createGateway({
		store: createTenantStore({
			async read(keys) {
				const listed = await askDirectories(keys);
				return new Map(keys.map((key) => [key, key === `tenant:${HOST}` ? text : (listed.get(key) ?? null)]));
			},
			now: Date.now,
			onFailure: () => {},
		}),
		forwardUnknownHosts: false,
		out: { fetch: upstream, service: () => upstream, cdnLoopId: "cordon" },
		onFault: () => {},
		verdicts: { takesAll: false, record: () => {}, countUnavailable: () => {} },
	});
	const common = {
		origin: call.origin,
		url: call.url.href,
		method: question.method ?? "GET",
		headers: call.values,
	};
	const credentials = question.credentials ?? "include";
	const page: PageRequest = question.uploadProgress
		? { ...common, api: "xhr", withCredentials: credentials === "include", uploadListener: true, body: null }
		: { ...common, api: "fetch", credentials, body: null };
	const received: Received[] = [];
	let isElsewhere = false;
	while (true) {
		const next = nextStep(page, received);
		if (next.kind === "outcome") return next.outcome.readable && isElsewhere ? null : next.outcome.readable;
		const { url, method, kind } = next.request;
		const headers = new Headers(next.request.headers.map(([name, value]): [string, string] => [name, value]));
		if (new URL(url).hostname !== HOST) {
			isElsewhere = true;
			received.push({
				status: 200,
				headers: [
					["access-control-allow-origin", headers.get("origin") ?? ""],
					["access-control-allow-credentials", "true"],
					["access-control-allow-methods", headers.get("access-control-request-method") ?? ""],
					["access-control-allow-headers", headers.get("access-control-request-headers") ?? ""],
				],
			});
			continue;
		}
		goesTo = kind === "preflight" ? "" : url;
		const tlsClientAuth = { certPresented: "1", certVerified: "SUCCESS", certRFC9440: ":AA==:" };
		const request = new Request(url, {
			method,
			headers,
			redirect: "manual",
			cf: { tlsClientAuth },
		} as RequestInit);
		const response = await gateway(request, () => {});
		received.push({ status: response.status, headers: [...response.headers] });
	}
}

afterEach(() => vi.unstubAllGlobals());

describe("for any valid document and any call", { timeout: 60_000 }, () => {
	test("it is allowed if and only if the model says that the page can read the response", async () => {
		const seen = { true: 0, false: 0, null: 0, redirected: 0 };
		await fc.assert(
			fc.asyncProperty(situations, async ([document, host, question]) => {
				const explained = await explain(document, host, question, { askDirectories });
				const expected = await isReadable(document, host, question);
				expect(explained.allowed, JSON.stringify({ document, host, question })).toBe(expected);
				seen[`${expected}`]++;
				if (expected && question.redirectTo != null) seen.redirected++;
			}),
			{ numRuns: 400 },
		);
		expect(Math.min(seen.true, seen.false)).toBeGreaterThan(15);
		expect(Math.min(seen.null, seen.redirected), JSON.stringify(seen)).toBeGreaterThan(0);
	});

	test("the fixes are accepted by validate, make it allowed together, and not one of them is idle", async () => {
		let fixed = 0;
		await fc.assert(
			fc.asyncProperty(documents, hosts, questions, async (document, host, question) => {
				const explained = await explain(document, host, question, { askDirectories });
				const { fixes } = explained as Explanation;
				if (fixes.length === 0) return;
				fixed++;
				const changedBy = async (chosen: Explanation["fixes"]) => {
					const changed = chosen.reduce(
						(value: unknown, { patch }) => applyPatches(value, [patch]),
						document,
					);
					const asked = Object.assign({}, question, ...chosen.map(({ page }) => page));
					return { changed, readable: await isReadable(changed as object, host, asked) };
				};
				const context = JSON.stringify({ document, host, question, fixes });
				const { changed, readable } = await changedBy(fixes);
				expect(readable, context).toBe(true);
				const result = parseTenant(JSON.stringify(changed));
				expect(result.ok, context).toBe(true);
				const before = parseTenant(JSON.stringify(document));
				if (result.ok && before.ok) {
					// A route that drops rights may then drop one more: that is the same warning.
					const keyOf = ({ code, pointer }: { code: string; pointer: string }) => `${code} ${pointer}`;
					const known = new Set(findWarnings(before.document).map(keyOf));
					const fresh = findWarnings(result.document).filter((warning) => !known.has(keyOf(warning)));
					// That a route drops rights is no reason against a change of it, and is told beside it.
					const told = fresh.map(({ code }) => code).filter((code) => code !== "route-drops-rights");
					expect(told, context).toEqual([]);
					expect((explained as Explanation).obstacles, context).toHaveLength(fresh.length);
				}
				for (const fix of fixes) {
					const others = fixes.filter((other) => other !== fix);
					const alone = await changedBy(others).catch(() => ({ readable: false }));
					expect(alone.readable, `${fix.says} ${context}`).toBe(false);
				}
			}),
			{ numRuns: 250 },
		);
		expect(fixed).toBeGreaterThan(40);
	});

	test("any texts get an explanation, and it is JSON", async () => {
		const text = fc.oneof(
			fc.string(),
			fc.string({ unit: "binary" }),
			anyOf("null", "https://app.example", ""),
		);
		const any = fc.record({
			origin: text,
			method: text,
			headers: fc.array(text, { maxLength: 3 }),
			path: text,
			redirectTo: text,
			scheme: anyOf<"https" | "http" | "wss" | "ws">("https", "http", "wss", "ws"),
		});
		await fc.assert(
			fc.asyncProperty(documents, fc.oneof(anyOf(HOST), text), any, async (document, host, question) => {
				const explained = await explain(document, host, question);
				expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
			}),
			{ numRuns: 300 },
		);
	});
});

test("no Request is made, which in a browser's page would drop Origin", async () => {
	vi.stubGlobal("Request", undefined);
	const document = { cors: { origins: ["https://app.example"], methods: ["PUT"], credentials: true } };
	const question = { origin: "https://app.example", method: "PUT" };
	expect(await explain(document, HOST, question)).toMatchObject({ allowed: true, requests: [{}, {}] });
});

test.each([".", `${"a".repeat(63)}.`.repeat(4)])(
	"a host that no document is looked up for is named as such: %s",
	async (host) => {
		const question = { origin: "https://app.example" };
		expect(await explain({ cors: { origins: [] } }, host, question)).toMatchObject({
			problem: "invalid-host",
		});
	},
);

test("of changes that need each other none is told where the call is allowed without them", async () => {
	const document = { cors: { origins: [] }, routes: [{ path: "/v1/*", cors: { origins: "*" } }] };
	const question = {
		origin: "https://app.example",
		headers: ["Authorization"],
		redirectTo: "/login",
		path: "/V1/x",
	};
	const { fixes } = (await explain(document, HOST, question)) as Explanation;
	expect(fixes.map(({ says }) => says)).toEqual([
		"let the page call /login directly, without the redirect",
		'add "https://app.example" to /cors/origins',
		'set "credentials": true in /cors',
		'add "Authorization" to /cors/requestHeaders',
	]);
});

describe("a directory that decides behind a redirect", () => {
	const document = {
		cors: { origins: "*" },
		routes: [{ path: "/login", cors: { origins: [{ directory: "customers" }] } }],
	};
	const question: Question = { origin: IN_DIRECTORY, redirectTo: "/login", credentials: "omit" };

	test("is asked", async () => {
		expect(await explain(document, HOST, question, { askDirectories })).toMatchObject({ allowed: true });
	});

	test("decides, where it cannot be asked", async () => {
		expect(await explain(document, HOST, question)).toMatchObject({
			allowed: null,
			fixes: [],
			obstacles: [],
		});
	});
});
