/** Owns the proof of policy tests: what tenant files expect is checked in form, run, told, and holds a push back. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readTenantFile } from "../../src/cli/files/tenant-file.ts";
import { askLive } from "../../src/cli/test/live.ts";
import { DIRECT } from "../../src/doctor/network/route.ts";
import { problem } from "../../src/gateway/problem.ts";
import { cordon, folder, memoryKv } from "./harness.ts";

const APP = "https://app.acme.com";
const HOLDS = { origin: APP, request: "PUT /v1/items", headers: ["Content-Type"], readable: true };
const ACME = {
	hosts: ["api.acme.com", "eu.acme.com"],
	cors: { origins: [APP], credentials: true, methods: ["PUT"], requestHeaders: ["Content-Type"] },
};

function acme(expect: unknown, change: object = {}): string {
	return JSON.stringify({ ...ACME, ...change, expect });
}

async function errorsOf(expect: unknown) {
	const { out } = await cordon(["validate", "-", "--json"], { input: acme(expect) });
	const { errors } = JSON.parse(out) as { errors: { code: string; pointer: string; suggestion?: unknown }[] };
	return errors.map(({ code, pointer, suggestion }) => [code, pointer, suggestion]).sort(byPlace);
}

describe("the form of expect", () => {
	test("is checked by validate, all errors at once, with places and suggestions", async () => {
		expect(await errorsOf([HOLDS])).toEqual([]);
		expect(await errorsOf({ ...HOLDS })).toEqual([["invalid-type", "/expect", [HOLDS]]]);
		expect(
			await errorsOf([
				7,
				{ orgin: APP, request: "/v1", readable: "true" },
				{ origin: `${APP}/`, request: "PUT  v1", readable: true, credentials: "inclde", headers: "X-A" },
				{ origin: "https://*.acme.com", request: "TRACE /", readable: false, headers: ["Cookie", "A B"] },
			]),
		).toEqual(
			[
				["invalid-type", "/expect/0", undefined],
				["unknown-key", "/expect/1/orgin", "origin"],
				["missing-key", "/expect/1/origin", undefined],
				["invalid-request", "/expect/1/request", "GET /v1"],
				["invalid-type", "/expect/1/readable", true],
				["invalid-origin", "/expect/2/origin", APP],
				["invalid-request", "/expect/2/request", "PUT /v1"],
				["invalid-value", "/expect/2/credentials", "include"],
				["invalid-type", "/expect/2/headers", ["X-A"]],
				["invalid-origin", "/expect/3/origin", undefined],
				["forbidden-method", "/expect/3/request", undefined],
				["forbidden-request-header", "/expect/3/headers/0", undefined],
				["invalid-header", "/expect/3/headers/1", undefined],
			].sort(byPlace),
		);
	});

	test.each<[change: object, code: string, suggestion: unknown]>([
		[{ origin: "app.acme.com" }, "invalid-origin", APP],
		[{ origin: "wss://app.acme.com" }, "invalid-origin", APP],
		[{ origin: `${APP}:443` }, "invalid-origin", APP],
		[{ origin: null }, "invalid-type", "null"],
		[{ origin: "*" }, "invalid-origin", undefined],
		[{ origin: "file://" }, "invalid-origin", undefined],
		[{ request: "PATCH" }, "invalid-request", "PATCH /"],
		[{ request: "GET\t/v1" }, "invalid-request", "GET /v1"],
		[{ request: "GET /a b" }, "invalid-request", "GET /a%20b"],
		[{ request: "GET https://api.acme.com/v1?x=1" }, "invalid-request", "GET /v1?x=1"],
		[{ request: { method: "PUT", path: "/x" } }, "invalid-type", "PUT /x"],
		[{ request: "CONNECT /" }, "forbidden-method", undefined],
		[{ headers: "Content-Type, X-A" }, "invalid-type", ["Content-Type", "X-A"]],
		[{ headers: { "Content-Type": "application/json" } }, "invalid-type", ["Content-Type: application/json"]],
		[{ headers: null }, "invalid-type", undefined],
		[{ credentials: true }, "invalid-type", "include"],
		[{ credentials: false }, "invalid-type", "omit"],
		[{ credentials: "none" }, "invalid-value", "omit"],
		[{ readable: "no" }, "invalid-type", false],
		[{ readable: 1 }, "invalid-type", true],
		[{ readable: "maybe" }, "invalid-type", undefined],
		[{ origin: [APP] }, "invalid-type", APP],
		[{ request: ["PUT /v1/items"] }, "invalid-type", "PUT /v1/items"],
		[{ request: ["PUT /v1", "GET /v1"] }, "invalid-type", undefined],
		[{ request: "GET /v1 HTTP/1.1" }, "invalid-request", "GET /v1"],
		[{ request: "GET:/v1" }, "invalid-request", "GET /v1"],
	])("%j is %s, and what was meant is written by --fix", async (change, code, suggestion) => {
		const text = acme([{ ...HOLDS, ...change }]);
		const file = join(folder({ "a.json": text }), "a.json");
		const { errors } = JSON.parse((await cordon(["validate", file, "--json"])).out);
		const key = Object.keys(change)[0] as string;
		expect(errors).toMatchObject([{ code, pointer: `/expect/0/${key}` }]);
		expect(errors[0].suggestion).toEqual(suggestion);
		const { code: exit } = await cordon(["validate", file, "--fix"]);
		expect(exit).toBe(suggestion === undefined ? 1 : 0);
		const written = JSON.parse(readFileSync(file, "utf8")).expect[0][key];
		expect(written).toEqual(suggestion === undefined ? Object.values(change)[0] : suggestion);
	});

	test.each([
		["method", "request"],
		["path", "request"],
		["url", "request"],
		["allowed", "readable"],
		["expected", "readable"],
		["withCredentials", "credentials"],
	])("has other words for its keys: %s is %s", async (word, key) => {
		const errors = await errorsOf([{ ...HOLDS, [word]: true }]);
		expect(errors).toEqual([["unknown-key", `/expect/0/${word}`, key]]);
	});

	test("headers that are no texts, and those that no page can set, are put right", async () => {
		const headers = [{ name: "X-A", value: "1" }, { "X-B": "2" }, "Cookie", "Host: x", "X-C"];
		const file = join(folder({ "a.json": acme([{ ...HOLDS, headers }]) }), "a.json");
		expect((await cordon(["validate", file, "--fix"])).code).toBe(0);
		expect(JSON.parse(readFileSync(file, "utf8")).expect[0].headers).toEqual(["X-A: 1", "X-B: 2", "X-C"]);
	});

	test("is an unknown key in KV, and a misspelt one is told", async () => {
		const { out } = await cordon(["validate", "-", "--json"], {
			input: JSON.stringify({ ...ACME, expct: [] }),
		});
		expect(JSON.parse(out).errors[0]).toMatchObject({ code: "unknown-key", suggestion: "expect" });
	});
});

function byPlace(a: readonly unknown[], b: readonly unknown[]): number {
	return String(a[1]) < String(b[1]) ? -1 : 1;
}

describe("cordon test", () => {
	test("asks every host, and says what held", async () => {
		const { code, out } = await cordon(["test", "-"], {
			input: acme([HOLDS, { origin: "https://evil.example", request: "GET /", readable: false }]),
		});
		expect(code).toBe(0);
		expect(out).toBe(`stdin
  ✓ api.acme.com: ${APP} can read PUT /v1/items with Content-Type
  ✓ eu.acme.com: ${APP} can read PUT /v1/items with Content-Type
  ✓ api.acme.com: https://evil.example cannot read GET /
  ✓ eu.acme.com: https://evil.example cannot read GET /

good: 4 held`);
	});

	test("names what does not hold, with the step, the place and the fix", async () => {
		const directory = folder({
			"acme.jsonc": `{
	"hosts": ["api.acme.com"],
	"cors": { "origins": ["${APP}"], "credentials": true },
	// What the shop needs.
	"expect": [
		{ "origin": "${APP}", "request": "PUT /v1/items", "readable": true },
		{ "origin": "${APP}", "request": "GET /", "readable": false },
	],
}`,
		});
		const { code, out } = await cordon(["test", directory]);
		expect(code).toBe(1);
		expect(out).toContain(`  ✗ api.acme.com: ${APP} can read PUT /v1/items
      at ${join(directory, "acme.jsonc")}:6:3
      It fails at "The method is allowed": needed Access-Control-Allow-Methods: PUT, but there is Access-Control-Allow-Methods: GET, HEAD, POST.
      To make it hold: add "PUT" to /cors/methods.`);
		expect(out).toContain(`The page can read it: ${APP} at /cors/origins/0 lets it in.`);
		expect(out).toContain("failed: 0 held, 2 failed");
		const json = JSON.parse((await cordon(["test", directory, "--json"])).out);
		expect(json).toMatchObject({
			passed: false,
			results: [
				{
					line: 6,
					column: 3,
					pointer: "/expect/0",
					outcome: "failed",
					failedStep: { code: "preflight-allow-methods" },
				},
				{ line: 7, outcome: "failed" },
			],
		});
	});

	test("says plainly where nothing is expected, and ends with 1 where a file is not valid", async () => {
		const none = await cordon([
			"test",
			folder({ "a.json": ACME, "b.json": { ...ACME, hosts: ["b.acme.com"] } }),
		]);
		expect([none.code, none.out]).toEqual([
			0,
			expect.stringContaining("nothing to test: none of 2 files expects anything"),
		]);
		const bad = await cordon(["test", "-"], { input: acme([{}]) });
		expect(bad.code).toBe(1);
		expect(bad.out).toContain("Nothing was tested.");
		expect((await cordon(["test", folder()])).code).toBe(2);
	});

	test("does not decide what hangs on a directory that was not asked", async () => {
		const input = acme([{ origin: "https://shop.example", request: "GET /", readable: true }], {
			hosts: ["api.acme.com"],
			cors: { origins: [{ directory: "customers" }], credentials: true },
		});
		const alone = await cordon(["test", "-"], { input });
		expect(alone.code).toBe(1);
		expect(alone.out).toContain("add --local, --remote or --api");
		const kv = memoryKv(new Map([["origin:customers:https://shop.example", ""]]));
		expect((await cordon(["test", "-", "--local"], { input, kv })).code).toBe(0);
	});

	test("names every step that fails once the origin is let in, in report mode too", async () => {
		for (const mode of ["enforce", "report"]) {
			const input = acme([{ origin: APP, request: "PATCH /", headers: ["X-A"], readable: true }], {
				hosts: ["api.acme.com"],
				mode,
			});
			const { code, out } = await cordon(["test", "-", "--json"], { input });
			const [result] = JSON.parse(out).results;
			expect([code, result.failedStep.code]).toEqual([1, "preflight-allow-methods"]);
			expect(result.why).toEqual([
				expect.stringContaining("needed Access-Control-Allow-Methods: PATCH"),
				expect.stringContaining("needed Access-Control-Allow-Headers: x-a"),
			]);
			expect([result.mode, result.notes]).toEqual([mode, []]);
			const { out: told } = await cordon(["test", "-"], { input });
			expect(told.includes("All of this is under report mode")).toBe(mode === "report");
		}
	});

	test("says in words why an origin is denied", async () => {
		const input = acme([{ origin: "https://shop.example", request: "GET /", readable: true }]);
		const { out } = await cordon(["test", "-"], { input });
		expect(out).toContain("The origin is denied: no entry of the list matches it, byte for byte.");
	});

	test("notes where a page cannot read, and the reason is not that its origin is denied", async () => {
		const cors = [{ origins: [APP], credentials: true }, { origins: "*" }];
		const notes = async (expectation: object, change: object) => {
			const input = acme([{ request: "GET /v1/items", readable: false, ...expectation }], {
				hosts: ["api.acme.com"],
				...change,
			});
			const { code, out } = await cordon(["test", "-", "--json"], { input });
			expect(code, out).toBe(0);
			return JSON.parse(out).results[0].notes;
		};
		expect(await notes({ origin: "https://evil.example" }, { cors })).toEqual([
			'Without credentials ("omit") the page can read it.',
		]);
		expect(await notes({ origin: APP, request: "PATCH /" }, {})).toEqual([
			expect.stringContaining('The origin itself is let in. It fails at "The method is allowed"'),
		]);
		expect(await notes({ origin: "https://evil.example" }, { mode: "report" })).toEqual([]);
		const routes = [{ path: "/v1/*", cors: { origins: [] } }];
		expect(await notes({ origin: APP, request: "GET /V1/items" }, { routes })).toEqual([
			expect.stringContaining("the path can be read in more than one way"),
		]);
		expect(await notes({ origin: "https://evil.example" }, {})).toEqual([]);
	});

	test("holds a closed tenant to it too", async () => {
		const file = (readable: boolean) => ({
			input: JSON.stringify({ hosts: ["a.com"], closed: true, expect: [{ ...HOLDS, readable }] }),
		});
		expect((await cordon(["test", "-"], file(false))).code).toBe(0);
		expect((await cordon(["test", "-"], file(true))).code).toBe(1);
	});

	test("writes JUnit XML, for any names", async () => {
		const request = 'GET /a"<&>\u0001\ud800?]]>';
		const directory = folder({ "a&b.json": acme([{ ...HOLDS, request, readable: false }]) });
		const junit = join(directory, "out.xml");
		const { code } = await cordon(["test", directory, "--junit", junit]);
		expect(code).toBe(1);
		const xml = readFileSync(junit, "utf8");
		expect(xml).toContain('<testsuites name="cordon test" tests="2" failures="2" errors="0">');
		expect(xml).toContain("GET /a&quot;&lt;&amp;&gt;\ufffd\ufffd?]]&gt;");
		expect(xml.replaceAll(/[\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, "")).toBe("");
	});
});

test("push writes nothing while one fails, and never stores expect", async () => {
	const values = new Map<string, string>();
	const kv = memoryKv(values);
	const argv = (expect: unknown) => ["push", folder({ "a.json": acme(expect) }), "--local", "--yes"];
	const failed = await cordon(argv([{ ...HOLDS, readable: false }]), { kv });
	expect([failed.code, kv.writes]).toEqual([1, []]);
	expect(failed.out).toContain("what the files expect does not hold. Nothing was written");
	const held = await cordon(argv([HOLDS]), { kv });
	expect(held.code).toBe(0);
	expect(JSON.parse(values.get("tenant:api.acme.com") ?? "")).toEqual({ cors: ACME.cors });
});

test("pull leaves expect in its file", async () => {
	const directory = folder({ "a.json": acme([HOLDS]) });
	const kv = memoryKv(
		new Map(ACME.hosts.map((host) => [`tenant:${host}`, JSON.stringify({ cors: { origins: [] } })])),
	);
	expect((await cordon(["pull", directory, "--local", "--yes"], { kv })).code).toBe(0);
	const file = JSON.parse(readFileSync(join(directory, "a.json"), "utf8"));
	expect(file).toEqual({ hosts: ACME.hosts, cors: { origins: [] }, expect: [HOLDS] });
});

test("validate takes a folder", async () => {
	const directory = folder({ "a.json": acme([HOLDS]), "b.json": "{}", "c.txt": "" });
	const { code, out } = await cordon(["validate", directory, "--json"]);
	expect(code).toBe(1);
	expect(JSON.parse(out)).toMatchObject([{ valid: true }, { valid: false }]);
	expect((await cordon(["validate", folder()])).code).toBe(2);
});

test("--live asks with preflights and GET alone, and a host that is not there proves nothing", async () => {
	const methods: (string | undefined)[] = [];
	const server = createServer(({ method }, response) => {
		methods.push(method);
		response.writeHead(204, {
			"access-control-allow-origin": APP,
			"access-control-allow-credentials": "true",
			"access-control-allow-methods": "PUT",
			"access-control-allow-headers": "content-type",
		});
		response.end();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close(() => {}));
	const { port } = server.address() as AddressInfo;
	const file = readTenantFile("a.json", acme([HOLDS, { ...HOLDS, request: "DELETE /", readable: false }]));
	const ask = (host: string) => askLive([{ ...file, hosts: [host] }], () => DIRECT, "http");
	const outcomes = async (host: string) => (await ask(host))[0]?.results.map(({ outcome }) => outcome);
	expect(await outcomes(`localhost:${port}`)).toEqual(["held", "held"]);
	expect(methods).toEqual(["OPTIONS", "GET", "OPTIONS"]);
	await new Promise((resolve) => server.close(resolve));
	expect(await outcomes(`localhost:${port}`)).toEqual(["undecided", "undecided"]);
	expect(await outcomes("*.acme.com")).toEqual(["undecided", "undecided"]);
});

test("--live --connect-to asks another machine by the host's own name", async () => {
	const asked: (string | undefined)[] = [];
	const server = createServer(({ method, headers }, response) => {
		asked.push(`${method} ${headers.host}`);
		response.writeHead(204, {
			"access-control-allow-origin": APP,
			"access-control-allow-credentials": "true",
		});
		response.end();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close(() => {}));
	const { port } = server.address() as AddressInfo;
	const input = acme([{ origin: APP, request: "POST /v1", readable: true }], { hosts: ["api.acme.invalid"] });
	const place = ["--connect-to", `127.0.0.1:${port}`];
	const { code, out } = await cordon(["test", "-", "--live", ...place], { input });
	expect([code, asked], out).toEqual([0, ["GET api.acme.invalid"]]);
	const of = { hosts: ["api.acme.invalid"], mode: "report" };
	const reporting = await cordon(["test", "-", "--live", ...place], {
		input: acme([{ origin: "https://evil.example", request: "GET /v1", readable: true }], of),
	});
	expect([reporting.code, reporting.out]).toEqual([
		1,
		expect.stringContaining('This file says "mode": "report"'),
	]);
	const alone = await cordon(["test", "-", ...place], { input });
	expect([alone.code, alone.err]).toEqual([2, expect.stringContaining("goes with --live")]);
	const bad = await cordon(["test", "-", "--live", "--connect-to", "nowhere"], { input });
	expect([bad.code, bad.err]).toEqual([2, expect.stringContaining("is not a host and a port")]);
});

test("--live decides nothing by an answer that has no policy behind it, nor by a challenge of the edge", async () => {
	const answers: Readonly<Record<string, () => Response>> = {
		"unknown.acme.invalid": () => problem("unknown-tenant"),
		"broken.acme.invalid": () => problem("tenant-unavailable"),
		"closed.acme.invalid": () => problem("tenant-closed"),
		"edge.acme.invalid": () => new Response("", { status: 403, headers: { "cf-mitigated": "challenge" } }),
		"less.acme.invalid": () =>
			new Response(null, {
				status: 204,
				headers: { "access-control-allow-origin": APP, "access-control-allow-credentials": "true" },
			}),
	};
	const server = createServer(async ({ headers }, response) => {
		const answer = answers[headers.host ?? ""]?.() ?? new Response(null, { status: 500 });
		response.writeHead(answer.status, Object.fromEntries(answer.headers));
		response.end(await answer.text());
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close(() => {}));
	const { port } = server.address() as AddressInfo;
	const input = acme([{ origin: APP, request: "PUT /", readable: false }], { hosts: Object.keys(answers) });
	const { out } = await cordon(["test", "-", "--live", "--json", "--connect-to", `127.0.0.1:${port}`], {
		input,
	});
	const told = JSON.parse(out).results.map(
		({ outcome, why, notes }: { outcome: string; why: string[]; notes: string[] }) => [
			outcome,
			[...why, ...notes].join(" "),
		],
	);
	expect(told).toEqual([
		["undecided", expect.stringContaining("404 unknown-tenant")],
		["undecided", expect.stringContaining("503 tenant-unavailable")],
		["held", ""],
		["undecided", expect.stringContaining("The edge challenges this client")],
		["held", expect.stringContaining('It fails at "The method is allowed"')],
	]);
});
