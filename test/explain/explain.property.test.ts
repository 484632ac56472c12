/** Owns the proof that an explanation agrees with the browser model, and that every fix does what it says. */

import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { nextStep, type Received } from "../../src/browser/conversation.ts";
import type { PageRequest } from "../../src/browser/page-request.ts";
import { explain } from "../../src/explain/explain.ts";
import type { Explanation } from "../../src/explain/explanation.ts";
import { pageCall, type Question } from "../../src/explain/question.ts";
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
			fc.subarray([
				"https://app.example",
				"https://*.preview.example",
				"http://localhost:*",
				"http://plain.example",
			]),
		),
		credentials: fc.boolean(),
		methods: fc.oneof(anyOf("*"), fc.subarray(["PUT", "PATCH", "DELETE", "QUERY"])),
		requestHeaders: fc.oneof(anyOf("*"), fc.subarray(["Content-Type", "x-own", "Authorization", "Range"])),
	},
	{ requiredKeys: ["origins"] },
);
const documents = fc
	.record(
		{
			cors: policies,
			routes: fc.uniqueArray(fc.record({ path: anyOf("/v1/*", "/login"), cors: policies }), {
				selector: ({ path }) => path,
				maxLength: 2,
			}),
			mode: anyOf("enforce", "report"),
			deniedRequests: anyOf("forward", "reject"),
		},
		{ requiredKeys: ["cors"] },
	)
	.filter((document) => parseTenant(JSON.stringify(document)).ok);

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
		path: anyOf("/", "/v1/x", "/login", "/V1/x", "//v1/x", "/v1/..%2flogin", "/?q#h", "/\\x", "//u@h/x"),
		credentials: anyOf("include", "same-origin", "omit"),
		uploadProgress: fc.boolean(),
		scheme: anyOf("https", "http"),
		userInfo: anyOf(false, false, false, true),
	},
	{ requiredKeys: ["origin"] },
);
const hosts = anyOf(HOST, HOST, HOST, `${HOST}:6000`, `${HOST}:8443`);

/** By itself: the gateway with real requests, and the model. */
async function isReadable(document: object, host: string, question: Question): Promise<boolean> {
	const { mode: _, ...enforced } = document as { mode?: string };
	const gateway = createGateway({
		store: createTenantStore({
			read: async (keys) =>
				new Map(keys.map((key) => [key, key === `tenant:${HOST}` ? JSON.stringify(enforced) : null])),
			now: Date.now,
			onFailure: () => {},
		}),
		forwardUnknownHosts: false,
		out: { fetch: async () => new Response("ok"), service: () => undefined, cdnLoopId: "cordon" },
		onFault: () => {},
		verdicts: { takesAll: false, record: () => {}, countUnavailable: () => {} },
	});
	const call = pageCall(host, question);
	if (call === undefined) throw new Error("no call");
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
	while (true) {
		const next = nextStep(page, received);
		if (next.kind === "verdict") return next.verdict.readable;
		const headers = new Headers(next.request.headers.map(([name, value]): [string, string] => [name, value]));
		const response = await gateway(
			new Request(next.request.url, { method: next.request.method, headers }),
			() => {},
		);
		received.push({ status: response.status, headers: [...response.headers] });
	}
}

afterEach(() => vi.unstubAllGlobals());

describe("for any valid document and any call", { timeout: 60_000 }, () => {
	test("it is allowed if and only if the model says that the page can read the response", async () => {
		const seen = { allowed: 0, denied: 0 };
		await fc.assert(
			fc.asyncProperty(documents, hosts, questions, async (document, host, question) => {
				const explained = await explain(document, host, question);
				const expected = await isReadable(document, host, question);
				expect(explained.allowed, JSON.stringify({ document, host, question })).toBe(expected);
				seen[expected ? "allowed" : "denied"]++;
			}),
			{ numRuns: 300 },
		);
		expect(Math.min(seen.allowed, seen.denied)).toBeGreaterThan(15);
	});

	test("the fixes are accepted by validate, make it allowed together, and not one of them is idle", async () => {
		let fixed = 0;
		await fc.assert(
			fc.asyncProperty(documents, hosts, questions, async (document, host, question) => {
				const explained = await explain(document, host, question);
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
					expect(
						findWarnings(result.document).filter((warning) => !known.has(keyOf(warning))),
						context,
					).toEqual([]);
				}
				for (const fix of fixes) {
					const others = fixes.filter((other) => other !== fix);
					const alone = await changedBy(others).catch(() => ({ readable: false }));
					expect(alone.readable, `${fix.says} ${context}`).toBe(false);
				}
			}),
			{ numRuns: 200 },
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
