/** Owns the proof of `cordon explain`: it tells what the gateway does, by which entry, and how it ends. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cordon, folder, memoryKv, type Ran } from "./harness.ts";

const ACME = {
	upstream: "https://internal.example",
	cors: {
		origins: ["https://app.example.com", "https://*.preview.example.com", { directory: "customers" }],
		credentials: true,
		methods: ["PUT"],
		requestHeaders: ["Content-Type"],
		exposedHeaders: ["ETag"],
	},
	routes: [{ path: "/public/*", cors: { origins: "*" } }],
};

const VARY_PREFLIGHT = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const PREFLIGHT_ANSWER = {
	"access-control-allow-credentials": "true",
	"access-control-allow-headers": "Content-Type",
	"access-control-allow-methods": "GET, HEAD, POST, PUT",
	"access-control-allow-origin": "https://app.example.com",
	"access-control-max-age": "7200",
	vary: VARY_PREFLIGHT,
};
const SHARED = {
	"access-control-allow-credentials": "true",
	"access-control-allow-origin": "https://app.example.com",
	"access-control-expose-headers": "ETag",
	vary: "Origin",
};

function kvOf(values: Readonly<Record<string, unknown>>) {
	return memoryKv(
		new Map(
			Object.entries(values).map(([key, value]) => [
				key,
				typeof value === "string" ? value : JSON.stringify(value),
			]),
		),
	);
}

function explainFile(file: unknown, ...argv: readonly string[]): Promise<Ran> {
	return cordon(["explain", "-", ...argv], { input: JSON.stringify(file) });
}

test("an API behind a service binding is named by it", async () => {
	const file = { ...ACME, upstream: { service: "API" } };
	const { code, out } = await explainFile(file, "--origin", "https://app.example.com");
	expect(code).toBe(0);
	expect(out).toContain("goes on to the service binding API");
});

test("a folder is named as one, unless a KV is asked, where it may be a host too", async () => {
	const folder = await cordon(["explain", "src", "--origin", "https://app.example.com"]);
	expect([folder.code, folder.err]).toEqual([2, expect.stringContaining("src is a folder")]);
	const kv = kvOf({ "tenant:src": ACME });
	const host = await cordon(["explain", "src", "--origin", "https://app.example.com", "--local"], { kv });
	expect(host.code).toBe(0);
});

test("a closed tenant denies everybody, in a file and in KV", async () => {
	const origin = ["--origin", "https://app.example.com"];
	const file = await explainFile({ hosts: ["api.acme.com"], closed: true }, ...origin);
	expect(file.code).toBe(1);
	expect(file.out).toContain("denied: The document in stdin closes the tenant");
	expect(file.out).toContain("503 tenant-closed");
	const kv = kvOf({ "tenant:api.acme.com": { closed: true } });
	const json = await cordon(["explain", "api.acme.com", ...origin, "--local", "--json"], { kv });
	expect(json.code).toBe(1);
	expect(JSON.parse(json.out)).toEqual({
		allowed: false,
		problem: "tenant-closed",
		message: expect.stringContaining("The document under tenant:api.acme.com in"),
		errors: [],
	});
});

describe("a file", () => {
	test("is explained in words, step by step", async () => {
		const path = join(
			folder({
				"acme.jsonc": `{
	"hosts": ["api.acme.com"],
	"upstream": "https://internal.example",
	"cors": {
		"origins": ["https://a.example", "https://*.preview.example.com"],
		"credentials": true,
		"methods": ["PUT"],
	},
}`,
			}),
			"acme.jsonc",
		);
		const { code, out } = await cordon([
			...["explain", path, "--origin", "https://pr1.preview.example.com"],
			...["--method", "put", "--path", "/items?x=1"],
		]);
		expect(code).toBe(0);
		expect(
			out,
		).toBe(`Call        PUT https://api.acme.com/items?x=1 from a page on https://pr1.preview.example.com
Document    tenant:api.acme.com in ${path}
Policy      the document's cors
Origin      allowed, by the entry: https://*.preview.example.com at /cors/origins/1 (${path}:5:36)
Preflight   method PUT is not safelisted, so the browser asks first
            Cordon answers 204 itself, with
              access-control-allow-credentials: true
              access-control-allow-methods: GET, HEAD, POST, PUT
              access-control-allow-origin: https://pr1.preview.example.com
              access-control-max-age: 7200
              vary: ${VARY_PREFLIGHT}
Request     goes on to https://internal.example/items?x=1
            The response is shared; of CORS it has exactly this
              access-control-allow-credentials: true
              access-control-allow-origin: https://pr1.preview.example.com
              vary: Origin
Browser     with credentials or without: the page gets the response
              ✓ A preflight is sent first
              ✓ The preflight's answer allows the origin
              ✓ The preflight's answer allows credentials
              ✓ The preflight's answer has a good status
              ✓ The method is allowed
              ✓ The response is shared with the origin
              ✓ The response is shared with credentials

allowed: the page may read the response, with credentials or without.`);
	});

	test("is explained as one JSON object", async () => {
		const { code, out } = await explainFile(
			{ hosts: ["api.acme.com"], ...ACME },
			...[
				"--origin",
				"https://app.example.com",
				"--method",
				"PUT",
				"--header",
				"Content-Type",
				"--header",
				"Accept",
				"--json",
			],
		);
		expect(code).toBe(0);
		expect(JSON.parse(out)).toEqual({
			allowed: true,
			call: {
				origin: "https://app.example.com",
				method: "PUT",
				headers: ["Content-Type", "Accept"],
				url: "https://api.acme.com/",
				credentials: "include",
			},
			tenant: "tenant:api.acme.com",
			mode: "enforce",
			route: null,
			policy: "/cors",
			fixes: [],
			obstacles: [],
			otherReading: null,
			passedOver: [],
			origin: { reason: "listed", entry: "https://app.example.com", pointer: "/cors/origins/0" },
			requests: [
				{
					kind: "preflight",
					method: "OPTIONS",
					because: ["method PUT", "header Content-Type"],
					sent: true,
					notAllowed: [],
					action: "answer",
					status: 204,
					problem: null,
					upstream: null,
					responseHeaders: PREFLIGHT_ANSWER,
				},
				{
					kind: "actual",
					method: "PUT",
					because: [],
					sent: true,
					notAllowed: [],
					action: "forward",
					status: null,
					problem: null,
					upstream: "https://internal.example/",
					responseHeaders: SHARED,
				},
			],
			browser: [
				{ credentials: "include", readable: true, steps: expect.any(Array) },
				{ credentials: "omit", readable: true, steps: expect.any(Array) },
			],
		});
	});

	test("says which policy of a list applies, and why none before it does", async () => {
		const cors = [
			{ origins: ["https://app.example.com"], credentials: true },
			{ origins: ["https://*.partner.example"], methods: ["PUT"] },
			{ origins: "*" },
		];
		const tell = (origin: string) =>
			explainFile(
				{ ...ACME, cors },
				"--origin",
				origin,
				"--method",
				"PUT",
				"--credentials",
				"omit",
				"--json",
			);
		const partner = JSON.parse((await tell("https://a.partner.example")).out);
		expect(partner).toMatchObject({
			allowed: true,
			policy: "/cors/1",
			passedOver: [{ pointer: "/cors/0", reason: "not-listed" }],
			origin: { reason: "listed", entry: "https://*.partner.example", pointer: "/cors/1/origins/0" },
		});
		const other = JSON.parse((await tell("https://other.example")).out);
		expect(other).toMatchObject({
			allowed: false,
			policy: "/cors/2",
			passedOver: [{ pointer: "/cors/0" }, { pointer: "/cors/1" }],
			origin: { reason: "any-origin", entry: "*", pointer: "/cors/2/origins" },
		});
		const { out } = await explainFile({ ...ACME, cors }, "--origin", "https://a.partner.example");
		expect(out).toContain("the document's cors, the policy at /cors/1");
		expect(out).toContain("not the one at /cors/0: no entry of its list matches the origin");
	});

	test("names the nearest entry of all policies where none allows the origin", async () => {
		const cors = [{ origins: ["https://app.example.com"] }, { origins: ["https://shop.example.com"] }];
		const { out } = await explainFile({ ...ACME, cors }, "--origin", "https://shops.example.com");
		expect(out).toContain("a list of 2 policies");
		expect(out).toContain("The nearest entry is https://shop.example.com");
	});

	test("needs no hosts", async () => {
		const { code, out } = await explainFile(ACME, "--origin", "https://app.example.com");
		expect(code).toBe(0);
		expect(out).toContain("Document    of no host in stdin");
	});

	test("with errors is shown as validate shows it", async () => {
		const { code, out } = await explainFile({ cors: { origins: ["null"] } }, "--origin", "https://a.example");
		expect(code).toBe(1);
		expect(out).toContain("stdin:1:21: error: prohibited-origin-null");
		const json = await explainFile({ cors: {} }, "--origin", "https://a.example", "--json");
		expect(JSON.parse(json.out)).toMatchObject({
			allowed: false,
			problem: "invalid-document",
			errors: [{ code: "missing-key", pointer: "/cors/origins" }],
		});
	});

	test("leaves a directory undecided, unless KV is named", async () => {
		const argv = ["--origin", "https://shop.example", "--json"];
		const alone = await explainFile(ACME, ...argv);
		expect(alone.code).toBe(1);
		expect(JSON.parse(alone.out)).toMatchObject({ allowed: null, requests: [] });
		const kv = kvOf({ "origin:customers:https://shop.example": "" });
		const input = JSON.stringify(ACME);
		const asked = await cordon(["explain", "-", ...argv, "--local"], { kv, input });
		expect(asked.code).toBe(0);
		expect(JSON.parse(asked.out)).toMatchObject({
			allowed: true,
			origin: { reason: "in-directory", entry: '{"directory":"customers"}', pointer: "/cors/origins/2" },
		});
		const absent = await cordon(["explain", "-", "--origin", "https://other.example", "--local"], {
			kv,
			input,
		});
		expect(absent.code).toBe(1);
		expect(absent.out).toContain("it is in none of the directories");
	});
});

describe("a path that can be read in more than one way", () => {
	const origin = ["--origin", "https://app.example.com"];

	test("is denied, and both readings are named with their routes", async () => {
		const words = await explainFile(ACME, ...origin, "--path", "/public/..%2Fitems");
		expect(words.code).toBe(1);
		expect(words.out).toContain("denied: the path can be read in more than one way");
		expect(words.out).toContain("as it stands, /public/..%2Fitems is under the route /public/*");
		expect(words.out).toContain("the API may read it as /items, which is under no route");
		expect(words.out).toContain("Call the API by a path that every server reads in the same way.");
		const json = await explainFile(ACME, ...origin, "--path", "/%70ublic/x", "--json");
		expect(JSON.parse(json.out)).toMatchObject({
			allowed: false,
			route: null,
			otherReading: { path: "/public/x", route: "/public/*" },
			origin: { reason: "ambiguous-path", entry: null },
		});
	});

	test("has none of a list's policies, and none is said not to match", async () => {
		const cors = [{ origins: ["https://app.example.com"] }, { origins: "*" }];
		const document = { cors, routes: [{ path: "/admin/*", cors: { origins: [] } }] };
		const words = await explainFile(document, "--origin", "https://x.example", "--path", "/Admin/x");
		expect(words.out).toContain("Policy      none: which one applies depends on how the path is read");
		expect(words.out).not.toContain("no entry of its list matches");
	});

	test("is said to be in several routes where those cannot be told apart", async () => {
		const cors = { origins: ["https://app.example.com"] };
		const routes = ["/Case", "/case"].map((path) => ({ path, cors }));
		const words = await explainFile({ cors, routes }, ...origin, "--path", "/CASE");
		expect(words.out).toContain("under several routes that cannot be told apart");
	});
});

describe("a host", () => {
	const origin = ["--origin", "https://app.example.com", "--local"];

	test("is looked up exactly, then by wildcard, as the gateway does", async () => {
		const exact = kvOf({ "tenant:api.acme.com": ACME, "tenant:*.acme.com": { cors: { origins: [] } } });
		const wild = kvOf({ "tenant:*.acme.com": ACME, "tenant:*.com": { cors: { origins: [] } } });
		const own = await cordon(["explain", "API.acme.com.", ...origin, "--json"], { kv: exact });
		expect(JSON.parse(own.out)).toMatchObject({ allowed: true, tenant: "tenant:api.acme.com" });
		const shared = await cordon(["explain", "api.acme.com", ...origin, "--json"], { kv: wild });
		expect(JSON.parse(shared.out)).toMatchObject({ allowed: true, tenant: "tenant:*.acme.com" });
		const below = await cordon(["explain", "a.b.acme.com", ...origin], { kv: wild });
		expect(below.code).toBe(1);
		expect(below.out).toContain("has no document under tenant:a.b.acme.com or tenant:*.b.acme.com");
	});

	test("may be given as the URL of the call", async () => {
		const kv = kvOf({ "tenant:localhost": ACME });
		const { out } = await cordon(["explain", "http://localhost:8787/public/x?y", ...origin, "--json"], {
			kv,
		});
		expect(JSON.parse(out)).toMatchObject({
			call: { url: "http://localhost:8787/public/x" },
			route: "/public/*",
			origin: { reason: "any-origin", pointer: "/routes/0/cors/origins" },
		});
	});

	test("whose document is invalid is unavailable, even where a file would do", async () => {
		for (const text of ['{"cors": {"origins": []}, "hosts": ["a"]}', '{"cors": {"origins": []},}']) {
			const { code, out } = await cordon(["explain", "a.com", ...origin, "--json"], {
				kv: kvOf({ "tenant:a.com": text }),
			});
			expect(code).toBe(1);
			expect(JSON.parse(out)).toMatchObject({ allowed: false, problem: "tenant-unavailable", errors: [{}] });
		}
	});
});

describe("what is decided", () => {
	test.each<[string, object, readonly string[], number, object]>([
		[
			"an origin that is not listed: forwarded, not shared",
			{},
			["--origin", "https://evil.example"],
			1,
			{
				allowed: false,
				origin: { reason: "not-listed", entry: null },
				requests: [{ action: "forward", sent: true, responseHeaders: { vary: "Origin" } }],
			},
		],
		[
			"its preflight: refused, and the request never sent",
			{},
			["--origin", "https://evil.example", "--method", "PUT"],
			1,
			{
				requests: [
					{ action: "refuse", status: 403, problem: "origin-not-allowed", upstream: null },
					{ kind: "actual", sent: false },
				],
			},
		],
		[
			"its request, with deniedRequests reject: refused before the upstream",
			{ deniedRequests: "reject" },
			["--origin", "https://evil.example"],
			1,
			{ requests: [{ action: "refuse", status: 403, problem: "origin-not-allowed", upstream: null }] },
		],
		[
			"a method that the list has not: the browser ends the call",
			{},
			["--origin", "https://app.example.com", "--method", "DELETE"],
			1,
			{
				allowed: false,
				origin: { reason: "listed" },
				requests: [{ status: 204, notAllowed: ["method DELETE"] }, { sent: false }],
			},
		],
		[
			"a header that the list has not: the browser ends the call",
			{},
			["--origin", "https://app.example.com", "--header", "X-Own", "--header", "content-type"],
			1,
			{ allowed: false, requests: [{ notAllowed: ["header X-Own"] }, { sent: false }] },
		],
		[
			"authorization, which no * covers without credentials",
			{ cors: { origins: "*", requestHeaders: "*", methods: "*" } },
			[
				"--origin",
				"https://app.example.com",
				"--header",
				"Authorization",
				"--header",
				"X-Own",
				"--method",
				"QUERY",
				"--credentials",
				"omit",
			],
			0,
			{ allowed: true, requests: [{ notAllowed: [] }, { sent: true }] },
		],
		[
			"any method and header with credentials: echoed",
			{
				cors: { origins: ["https://app.example.com"], credentials: true, requestHeaders: "*", methods: "*" },
			},
			["--origin", "https://app.example.com", "--header", "X-B", "--header", "X-A", "--method", "QUERY"],
			0,
			{
				allowed: true,
				requests: [
					{
						responseHeaders: {
							"access-control-allow-methods": "QUERY",
							"access-control-allow-headers": "x-a,x-b",
						},
					},
					{},
				],
			},
		],
		[
			"a simple call: no preflight",
			{},
			["--origin", "https://app.example.com", "--method", "post", "--header", "Accept"],
			0,
			{ call: { method: "POST" }, requests: [{ kind: "actual" }] },
		],
		[
			"the host's own origin: no cross-origin call",
			{ deniedRequests: "reject" },
			["--origin", "https://api.acme.com", "--method", "PUT"],
			0,
			{ allowed: true, origin: { reason: "own-origin" }, requests: [{ kind: "actual", action: "forward" }] },
		],
		[
			"report mode: nothing changed, the verdict told all the same",
			{ mode: "report" },
			["--origin", "https://evil.example", "--method", "PUT"],
			1,
			{
				allowed: false,
				mode: "report",
				requests: [
					{ action: "forward", responseHeaders: {} },
					{ action: "forward", sent: true, responseHeaders: {} },
				],
			},
		],
		[
			"a client certificate is taken to be there",
			{ clientCertificate: "require" },
			["--origin", "https://app.example.com"],
			0,
			{ allowed: true, requests: [{ action: "forward" }] },
		],
		["null", {}, ["--origin", "null"], 1, { origin: { reason: "origin-null" } }],
		["an origin that no browser sends", {}, ["--origin", "https://app.example.com/"], 1, { allowed: false }],
	])("%s", async (_, change, argv, code, report) => {
		const { directory: _none, ...cors } = { directory: undefined, ...ACME.cors };
		const listed = { ...cors, origins: ACME.cors.origins.slice(0, 2) };
		const ran = await explainFile(
			{ hosts: ["api.acme.com"], ...ACME, cors: listed, ...change },
			...argv,
			"--json",
		);
		expect(ran.code).toBe(code);
		expect(JSON.parse(ran.out)).toMatchObject(report);
		const words = await explainFile({ hosts: ["api.acme.com"], ...ACME, cors: listed, ...change }, ...argv);
		expect(words.code).toBe(code);
		expect(words.out).toContain(code === 0 ? "\nallowed: " : "\ndenied: ");
	});

	test("comes with what to do about it", async () => {
		const file = {
			...ACME,
			cors: { ...ACME.cors, origins: ["https://app.example.com"] },
			originHeader: "strip",
		};
		const typo = await explainFile(file, "--origin", "https://ap.example.com");
		expect(typo.out).toContain("The nearest entry is https://app.example.com");
		expect(typo.out).toContain('add "https://ap.example.com" to /cors/origins.');
		const slash = await explainFile(file, "--origin", "https://app.example.com/");
		expect(slash.out).toContain("browsers send https://app.example.com, never https://app.example.com/");
		const method = await explainFile(file, "--origin", "https://app.example.com", "--method", "PATCH");
		expect(method.out).toContain('add "PATCH" to /cors/methods.');
		const strip = await explainFile(file, "--origin", "https://app.example.com");
		expect(strip.out).toContain("the upstream does not see the Origin header");
	});
});

describe("what the browser then concludes", () => {
	const browserOf = async (change: object, ...argv: readonly string[]) => {
		const file = { cors: { ...ACME.cors, origins: ["https://app.example.com"], ...change } };
		const { out } = await explainFile(file, "--origin", ...argv, "--json");
		const halves: readonly { credentials: string; readable: boolean; failedStep?: { code: string } }[] =
			JSON.parse(out).browser;
		return halves.map(({ credentials, failedStep }) => [credentials, failedStep?.code ?? "readable"]);
	};

	test.each<[string, object, readonly string[], readonly (readonly [string, string])[]]>([
		[
			"reads with credentials and without",
			{},
			["https://app.example.com", "--method", "PUT", "--header", "Content-Type"],
			[
				["include", "readable"],
				["omit", "readable"],
			],
		],
		[
			"reads without credentials alone, and says which step stops it",
			{ credentials: false },
			["https://app.example.com"],
			[
				["include", "allow-credentials"],
				["omit", "readable"],
			],
		],
		[
			"is stopped at the refused preflight",
			{},
			["https://evil.example", "--method", "PUT"],
			[
				["include", "preflight-allow-origin"],
				["omit", "preflight-allow-origin"],
			],
		],
		[
			"is stopped at the method",
			{},
			["https://app.example.com", "--method", "DELETE"],
			[
				["include", "preflight-allow-methods"],
				["omit", "preflight-allow-methods"],
			],
		],
		["is not asked about what is not an origin", {}, ["https://app.example.com/"], []],
	])("%s", async (_, change, argv, expected) => {
		expect(await browserOf(change, ...argv)).toEqual(expected);
	});

	test("is told in the list, the failed step with what was needed", async () => {
		const file = { cors: { ...ACME.cors, origins: ["https://app.example.com"], credentials: false } };
		const { out } = await explainFile(file, "--origin", "https://app.example.com");
		expect(out).toContain(`Browser     with credentials: the page gets a network error
              ✓ No preflight is needed
              ✓ The response is shared with the origin
              ✗ The response is shared with credentials: needed Access-Control-Allow-Credentials: true, but there is no Access-Control-Allow-Credentials
            without credentials: the page gets the response
`);
	});

	test("is not told in report mode, where the upstream's own headers decide", async () => {
		const { out } = await explainFile({ ...ACME, mode: "report" }, "--origin", "https://app.example.com");
		expect(out).not.toContain("Browser ");
	});
});

describe("what it advises", () => {
	const FILE = {
		hosts: ["api.acme.com"],
		cors: { origins: ["https://app.example.com"], credentials: true, methods: ["PATCH"] },
	};
	const OPEN = { cors: { origins: "*", methods: "*" } };
	const app = ["--origin", "https://app.example.com"];

	test.each<[string, object, readonly string[], string]>([
		[
			"a method in the wrong case is the page's fault",
			FILE,
			[...app, "--method", "patch"],
			"write the method as PATCH in the page",
		],
		[
			"a method that * lets pass and the runtime does not",
			OPEN,
			[...app, "--method", "patch", "--credentials", "omit"],
			"write the method as PATCH in the page",
		],
		[
			"a header of responses is not sent at all",
			FILE,
			[...app, "--header", "Access-Control-Allow-Origin"],
			"let the page stop sending Access-Control-Allow-Origin",
		],
		[
			"a plain http page with credentials goes to https",
			FILE,
			["--origin", "http://192.168.1.5:3000"],
			'serve the page over https, and add "https://192.168.1.5:3000" to /cors/origins',
		],
		["any origin never gets credentials", OPEN, app, "let the page call without credentials"],
		[
			"an origin that no page has",
			FILE,
			["--origin", "https://app.example.com/"],
			"ask as browsers do, with the origin https://app.example.com",
		],
		["mixed content", FILE, [...app, "--url", "http://api.acme.com/"], "call the API over https"],
		[
			"a WebSocket of a stranger",
			FILE,
			["--origin", "https://evil.example", "--url", "wss://api.acme.com/s"],
			'add "https://evil.example" to /cors/origins',
		],
		[
			"everything that is missing, at once",
			{ cors: { origins: [] } },
			[
				...app,
				"--method",
				"PUT",
				"--header",
				"X-A",
				"--header",
				"Content-Type",
				"--header",
				"Authorization: Bearer t0p",
			],
			'If it should: add "https://app.example.com" to /cors/origins; set "credentials": true in /cors; add "PUT" to /cors/methods; add "X-A" to /cors/requestHeaders; add "Authorization" to /cors/requestHeaders; and add "Content-Type" to /cors/requestHeaders.',
		],
	])("%s", async (_, file, argv, words) => {
		const { code, out, err } = await explainFile(file, ...argv);
		expect([code, err]).toEqual([1, ""]);
		expect(out).toContain(words);
		expect(out).not.toContain("t0p");
	});

	test("is nothing where nothing would do, with the reason", async () => {
		for (const [argv, reason] of [
			[["--origin", "null"], "Serve the page from an origin of its own"],
			[[...app, "--url", "https://api.acme.com:6000/"], "Browsers never connect to port 6000"],
			[[...app, "--method", "FOO"], "FOO"],
		] as const) {
			const { code, out } = await explainFile(FILE, ...argv);
			expect(code).toBe(1);
			expect(out).not.toContain("If it should");
			expect(out).toContain(reason);
		}
	});

	test("counts safelisted values, upload listeners and WebSockets as browsers do", async () => {
		const kinds = async (...argv: readonly string[]) => {
			const { out } = await explainFile(FILE, ...app, ...argv, "--json");
			const { requests, allowed } = JSON.parse(out) as { requests: { kind: string }[]; allowed: boolean };
			return [...requests.map(({ kind }) => kind), allowed];
		};
		expect(await kinds("--header", "Range: bytes=0-9")).toEqual(["actual", true]);
		expect(await kinds("--header", "Range: bytes=0-9,20-")).toEqual(["preflight", "actual", false]);
		expect(await kinds("--header", "Accept: a(b")).toEqual(["preflight", "actual", false]);
		expect(await kinds("--header", "Content-Type: text/plain")).toEqual(["actual", true]);
		expect(await kinds("--method", "POST", "--upload-progress")).toEqual(["preflight", "actual", true]);
		expect(await kinds("--url", "wss://api.acme.com/socket")).toEqual(["actual", true]);
	});

	test("never ends in a fault, for any path", async () => {
		for (const path of [
			"//x",
			"/\\x",
			"//user@h/x",
			"/#",
			"/%",
			"/\u0000",
			"/\ud800",
			"/?//@:",
			"/..;/%2e%2e//",
		]) {
			const { code, out } = await explainFile(FILE, ...app, "--path", path, "--json");
			expect(code, path).toBe(0);
			expect(JSON.parse(out).call.url).toMatch(/^https:\/\/api\.acme\.com\//);
		}
	});
});

describe("an origin that no page has", () => {
	test.each([
		["wss://app.example.com", "Here: https://app.example.com."],
		["gopher://app.example.com", "gopher:"],
	])("is refused by explain and by doctor with the same words: %s", async (origin, words) => {
		const explained = await explainFile(ACME, "--origin", origin);
		const diagnosed = await cordon(["doctor", "https://api.acme.com/", "--origin", origin]);
		for (const { code, err } of [explained, diagnosed]) {
			expect(code).toBe(2);
			expect(err).toContain("no page has an origin of the scheme");
			expect(err).toContain(words);
		}
	});
});

describe("a call that the API redirects", () => {
	const FILE = {
		hosts: ["api.acme.com"],
		upstream: "https://internal.example",
		cors: { origins: ["https://app.acme.com"], credentials: true, methods: ["PUT"] },
		routes: [{ path: "/closed/*", cors: { origins: [] } }],
	};
	const ask = async (...argv: readonly string[]) => {
		const options = ["--origin", "https://app.acme.com", ...argv];
		const { code, out } = await explainFile(FILE, ...options);
		return { code, out, json: JSON.parse((await explainFile(FILE, ...options, "--json")).out) };
	};

	test("is followed within the API, where Cordon answers again", async () => {
		const { code, out, json } = await ask(
			"--path",
			"/v1/items",
			"--redirect-to",
			"308 /v1/items/",
			"--method",
			"PUT",
		);
		expect(code).toBe(0);
		expect(json.call.redirect).toEqual({ status: 308, location: "/v1/items/" });
		const told = json.requests.map(({ kind, url }: { kind: string; url?: string }) => [kind, url]);
		expect(told.slice(0, 2)).toEqual([
			["preflight", undefined],
			["actual", undefined],
		]);
		expect(told.at(-1)).toEqual(["actual", "https://api.acme.com/v1/items/"]);
		expect(out).toContain("; the API answers 308 with Location: /v1/items/");
		expect(out).toContain("Request     redirected to https://api.acme.com/v1/items/");
	});

	test("is denied where the target's own policy says so, and in a circle", async () => {
		expect((await ask("--redirect-to", "/closed/x")).json).toMatchObject({
			allowed: false,
			fixes: [
				{ says: 'add "https://app.acme.com" to /routes/0/cors/origins' },
				{ says: 'set "credentials": true in /routes/0/cors' },
			],
		});
		const { json, out } = await ask("--redirect-to", "/");
		expect(json).toMatchObject({ allowed: false, obstacles: [{ code: "redirect-count" }] });
		expect(out).toContain("… 15 more, as the redirects go round in a circle");
		expect(out.split("\n").length).toBeLessThan(80);
	});

	test("is not decided where another host answers, unless the browser ends it", async () => {
		const elsewhere = await ask("--redirect-to", "https://login.acme.com/authorize?client=1");
		expect(elsewhere.code).toBe(1);
		expect(elsewhere.json).toMatchObject({
			allowed: null,
			requests: [
				{ action: "forward" },
				{ action: "elsewhere", url: "https://login.acme.com/authorize?client=1" },
			],
			obstacles: [{ code: "redirected-elsewhere" }],
		});
		expect(elsewhere.out).toContain("let the page call https://login.acme.com/authorize directly");
		expect(elsewhere.out).toContain("the host that the redirect leads to decides");
		expect((await ask("--redirect-to", "http://login.acme.com/")).json).toMatchObject({
			allowed: false,
			obstacles: [{ code: "redirect" }, { code: "mixed-content" }],
		});
		expect((await ask("--redirect-to", "ftp://login.acme.com/")).json.allowed).toBe(false);
	});

	test("to plain http on the API's own host is put right by the gateway", async () => {
		expect((await ask("--redirect-to", "http://api.acme.com/x")).json.allowed).toBe(true);
		expect((await ask("--redirect-to", "https://internal.example/x")).json.allowed).toBe(true);
	});

	test("is a wrong usage where it is not a Location", async () => {
		for (const value of ["", "200 /x", "/a b", "308 ", "\u0000"]) {
			const { code, err } = await explainFile(
				FILE,
				"--origin",
				"https://app.acme.com",
				"--redirect-to",
				value,
			);
			expect([code, err]).toEqual([
				2,
				expect.stringContaining("--redirect-to is the value of a Location header"),
			]);
		}
	});
});
