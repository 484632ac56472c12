/** Owns the proof of the tenant document: what is accepted, and that every mistake is reported at once. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileTenant, MAX_DOCUMENT_BYTES, parseTenant } from "../../src/tenants/tenant.ts";
import { MAX_SERVICE_NAME_CHARACTERS } from "../../src/tenants/upstream.ts";

const MINIMAL = { cors: { origins: ["https://app.example.com"] } };

function errorsOf(
	value: unknown,
): readonly (readonly [code: string, pointer: string, suggestion?: unknown])[] {
	const result = compileTenant(value);
	if (result.ok) return [];
	return result.errors.map(({ code, pointer, suggestion }) =>
		suggestion === undefined ? [code, pointer] : [code, pointer, suggestion],
	);
}

describe("a document is accepted", () => {
	test.each<[string, unknown]>([
		["the least there is", MINIMAL],
		["nobody", { cors: { origins: [] } }],
		["anybody, without credentials", { cors: { origins: "*" } }],
		[
			"every key",
			{
				$schema: "./tenant.schema.json",
				upstream: "https://api.internal.example",
				cors: {
					origins: [
						"https://app.example.com",
						"https://*.preview.example.com",
						"http://localhost:*",
						{ directory: "customers" },
					],
					credentials: true,
					methods: ["PUT", "PATCH", "DELETE"],
					requestHeaders: ["Content-Type", "Authorization"],
					exposedHeaders: ["ETag"],
					preflightMaxAgeSeconds: 86_400,
					timingAllowOrigin: true,
					dangerouslyAllowInsecureOrigins: true,
					dangerouslyAllowPublicSuffixSubdomains: true,
				},
				routes: [
					{ path: "/public/*", cors: { origins: "*" } },
					{ path: "/*", cors: { origins: [] } },
					{ path: "/login", cors: { origins: [] } },
				],
				mode: "enforce",
				deniedRequests: "reject",
				originHeader: "strip",
				upstreamTimeoutSeconds: 300,
				cookies: { sameSite: "None", partitioned: true },
				clientCertificate: "require",
			},
		],
		["a service binding as the upstream", { ...MINIMAL, upstream: { service: "API" } }],
		[
			"a service with the longest name",
			{ ...MINIMAL, upstream: { service: `_${"a".repeat(MAX_SERVICE_NAME_CHARACTERS - 1)}` } },
		],
		["an upstream that is an address", { ...MINIMAL, upstream: "https://[2001:db8::1]:8443" }],
		["an upstream with an underscore", { ...MINIMAL, upstream: "https://a_b.internal" }],
		["an upstream of one label", { ...MINIMAL, upstream: "http://api:8080" }],
		["an upstream on this machine", { ...MINIMAL, upstream: "http://127.0.0.1:9000" }],
		[
			"a hatch",
			{
				cors: {
					origins: ["https://*.github.io"],
					credentials: true,
					dangerouslyAllowPublicSuffixSubdomains: true,
				},
			},
		],
	])("%s", (_, document) => {
		expect(errorsOf(document)).toEqual([]);
	});
});

describe("a mistake is reported where it stands", () => {
	test.each<[string, unknown, ReturnType<typeof errorsOf>]>([
		["a list", [], [["invalid-document", ""]]],
		["null", null, [["invalid-document", ""]]],
		["nothing", {}, [["missing-key", "/cors"]]],
		["no origins", { cors: {} }, [["missing-key", "/cors/origins"]]],
		["cors that is an empty list", { cors: [] }, [["too-few-items", "/cors"]]],
		["a list of 16 policies", { cors: Array.from({ length: 16 }, () => ({ origins: [] })) }, []],
		[
			"a list of 17 policies",
			{ cors: Array.from({ length: 17 }, () => ({ origins: [] })) },
			[["too-many-items", "/cors"]],
		],
		["a policy that is a list", { cors: [{ origins: [] }, []] }, [["invalid-type", "/cors/1"]]],
		[
			"faults in several policies of a list, those behind a faulty one too",
			{
				cors: [5, { origins: ["https://A.example"], methods: ["put"] }, { origins: ["null"], credential: 1 }],
				routes: [{ path: "/a", cors: [{ origins: ["x"] }, { origins: [] }] }],
			},
			[
				["invalid-type", "/cors/0"],
				["unknown-key", "/cors/2/credential", "credentials"],
				["invalid-origin-upper-case", "/cors/1/origins/0", "https://a.example"],
				["invalid-method-case", "/cors/1/methods/0", "PUT"],
				["prohibited-origin-null", "/cors/2/origins/0"],
				["invalid-origin-no-scheme", "/routes/0/cors/0/origins/0", "https://x"],
			],
		],
		[
			"any origin before the last policy",
			{ cors: [{ origins: [] }, { origins: "*" }, { origins: "*" }] },
			[["unreachable-policy", "/cors/1/origins"]],
		],
		["any origin in the last policy", { cors: [{ origins: [] }, { origins: "*" }] }, []],
		[
			"any origin with credentials in the last policy",
			{ cors: [{ origins: [] }, { origins: "*", credentials: true }] },
			[["prohibited-origin-any-with-credentials", "/cors/1/origins"]],
		],
		[
			"nine directories in one of the policies; eight in each are allowed",
			{
				cors: [8, 9].map((n) => ({ origins: Array.from({ length: n }, (_, i) => ({ directory: `d${i}` })) })),
			},
			[["too-many-directories", "/cors/1/origins"]],
		],
		["cors that is a text", { cors: "x" }, [["invalid-type", "/cors"]]],
		[
			"origins of one text",
			{ cors: { origins: "https://a.example" } },
			[["invalid-type", "/cors/origins", ["https://a.example"]]],
		],
		["a number among origins", { cors: { origins: [5] } }, [["invalid-type", "/cors/origins/0"]]],
		[
			"a directory without a name",
			{ cors: { origins: [{}] } },
			[["missing-key", "/cors/origins/0/directory"]],
		],
		[
			"a directory with more",
			{ cors: { origins: [{ directory: "a", x: 1 }] } },
			[["unknown-key", "/cors/origins/0/x"]],
		],
		[
			"a misspelt key",
			{ cors: { origins: [], credentails: true } },
			[["unknown-key", "/cors/credentails", "credentials"]],
		],
		["a key in another case", { ...MINIMAL, Upstream: "x" }, [["unknown-key", "/Upstream", "upstream"]]],
		["a key with a slash and a tilde", { ...MINIMAL, "a/b~c": 1 }, [["unknown-key", "/a~1b~0c"]]],
		[
			"a yes for true",
			{ cors: { origins: [], credentials: "true" } },
			[["invalid-type", "/cors/credentials", true]],
		],
		[
			"half a second",
			{ cors: { origins: [], preflightMaxAgeSeconds: 0.5 } },
			[["invalid-value", "/cors/preflightMaxAgeSeconds", 1]],
		],
		[
			"less than nothing",
			{ cors: { origins: [], preflightMaxAgeSeconds: -1 } },
			[["invalid-value", "/cors/preflightMaxAgeSeconds", 0]],
		],
		[
			"a day and a second",
			{ cors: { origins: [], preflightMaxAgeSeconds: 86_401 } },
			[["invalid-value", "/cors/preflightMaxAgeSeconds", 86_400]],
		],
		[
			"a time-out of nothing",
			{ ...MINIMAL, upstreamTimeoutSeconds: 0 },
			[["invalid-value", "/upstreamTimeoutSeconds", 1]],
		],
		[
			"a time-out too long",
			{ ...MINIMAL, upstreamTimeoutSeconds: 301 },
			[["invalid-value", "/upstreamTimeoutSeconds", 300]],
		],
		["a mode nobody knows", { ...MINIMAL, mode: "Report" }, [["invalid-type", "/mode", "report"]]],
		["SameSite=Lax", { ...MINIMAL, cookies: { sameSite: "Lax" } }, [["invalid-type", "/cookies/sameSite"]]],
		[
			"an upstream with a path",
			{ ...MINIMAL, upstream: "https://a.example/v1" },
			[["invalid-upstream-extra", "/upstream", "https://a.example"]],
		],
		[
			"an upstream with a slash",
			{ ...MINIMAL, upstream: "https://a.example/" },
			[["invalid-upstream-extra", "/upstream", "https://a.example"]],
		],
		[
			"an upstream with a query",
			{ ...MINIMAL, upstream: "https://a.example?x" },
			[["invalid-upstream-extra", "/upstream", "https://a.example"]],
		],
		[
			"an upstream with a user",
			{ ...MINIMAL, upstream: "https://u:p@a.example" },
			[["invalid-upstream-extra", "/upstream", "https://a.example"]],
		],
		[
			"an upstream in upper case",
			{ ...MINIMAL, upstream: "https://A.example" },
			[["invalid-upstream-form", "/upstream", "https://a.example"]],
		],
		["an upstream by ftp", { ...MINIMAL, upstream: "ftp://a.example" }, [["invalid-upstream", "/upstream"]]],
		[
			"an upstream without a scheme",
			{ ...MINIMAL, upstream: "a.example" },
			[["invalid-upstream", "/upstream", "https://a.example"]],
		],
		...[
			"https://*.x",
			"https://*",
			"https://a..b",
			"https://.a.example",
			"https://a!b.example",
			"https://a(b).example",
			`https://${"a".repeat(64)}.example`,
			"https://a.example:0",
			"http://..",
		].map((upstream): [string, unknown, ReturnType<typeof errorsOf>] => [
			`an upstream that can never be fetched, ${upstream}`,
			{ ...MINIMAL, upstream },
			[["invalid-upstream-host", "/upstream"]],
		]),
		[
			"an upstream with a trailing dot",
			{ ...MINIMAL, upstream: "https://a.example.:8443" },
			[["invalid-upstream-host", "/upstream", "https://a.example:8443"]],
		],
		["an upstream of nothing", { ...MINIMAL, upstream: {} }, [["missing-key", "/upstream/service"]]],
		[
			"a service with more",
			{ ...MINIMAL, upstream: { service: "API", path: "/" } },
			[["unknown-key", "/upstream/path"]],
		],
		...["", "1A", "A-B", "A.B", "A B", "É", "a".repeat(MAX_SERVICE_NAME_CHARACTERS + 1)].map(
			(service): [string, unknown, ReturnType<typeof errorsOf>] => [
				`a service named ${JSON.stringify(service)}`,
				{ ...MINIMAL, upstream: { service } },
				[["invalid-service", "/upstream/service"]],
			],
		),
		["a route without a slash", route("v1/*"), [["invalid-path", "/routes/0/path", "/v1/*"]]],
		["a route with a query", route("/v1?x"), [["invalid-path", "/routes/0/path", "/v1"]]],
		["a route with a fragment", route("/v1#x"), [["invalid-path", "/routes/0/path", "/v1"]]],
		["a route with a blank", route("/v 1"), [["invalid-path", "/routes/0/path", "/v%201"]]],
		["a route with two stars", route("/*/x/*"), [["invalid-path", "/routes/0/path"]]],
		["a route with a star in the middle", route("/a*b"), [["invalid-path", "/routes/0/path"]]],
		["a route with a star after a letter", route("/v1*"), [["invalid-path", "/routes/0/path", "/v1/*"]]],
		["a route that stands twice", route("/a", "/b", "/a"), [["repeated-path", "/routes/2/path"]]],
		[
			"a route's own cors",
			{ ...MINIMAL, routes: [{ path: "/a", cors: { origins: ["http://a.example"], credentials: true } }] },
			[["prohibited-origin-insecure", "/routes/0/cors/origins/0", "https://a.example"]],
		],
	])("%s", (_, document, errors) => {
		expect(errorsOf(document)).toEqual(errors);
	});

	function route(...paths: readonly string[]) {
		return { ...MINIMAL, routes: paths.map((path) => ({ path, cors: { origins: [] } })) };
	}

	test("__proto__ is a key like any other, and an unknown one", () => {
		const result = parseTenant(
			'{"__proto__": {"mode": "report"}, "cors": {"origins": [], "__proto__": {"credentials": true}}}',
		);
		expect(result.ok).toBe(false);
		if (!result.ok) {
			expect(result.errors.map(({ code, pointer }) => [code, pointer])).toEqual([
				["unknown-key", "/__proto__"],
				["unknown-key", "/cors/__proto__"],
			]);
		}
	});
});

test("an upstream is compiled to an origin or to a service", () => {
	const upstreamOf = (upstream: unknown) => {
		const result = compileTenant({ ...MINIMAL, upstream });
		return result.ok && !result.closed ? result.tenant.upstream : undefined;
	};
	expect(upstreamOf("https://api.example")).toEqual({ kind: "origin", origin: "https://api.example" });
	expect(upstreamOf({ service: "My_Api2" })).toEqual({ kind: "service", name: "My_Api2" });
});

test("all mistakes are reported at once, of structure and of meaning", () => {
	const document = {
		corz: 1,
		nope: 2,
		upstream: "https://a.example/x",
		cors: {
			origins: ["https://a.example/", 5, "null", { directory: "A" }, "https://*.com"],
			credentials: true,
			methods: ["patch", 7, "TRACE"],
			requestHeaders: ["Cookie"],
			exposedHeaders: "X",
			preflightMaxAgeSeconds: "600",
		},
		routes: [5, { path: "x", cors: { origins: ["https://b.example/"] }, extra: true }],
		mode: "off",
	};
	expect(
		errorsOf(document)
			.map(([, pointer]) => pointer)
			.sort(),
	).toEqual(
		[
			"/corz",
			"/nope",
			"/upstream",
			"/cors/origins/0",
			"/cors/origins/1",
			"/cors/origins/2",
			"/cors/origins/3/directory",
			"/cors/origins/4",
			"/cors/methods/0",
			"/cors/methods/1",
			"/cors/methods/2",
			"/cors/requestHeaders/0",
			"/cors/exposedHeaders",
			"/cors/preflightMaxAgeSeconds",
			"/routes/0",
			"/routes/1/path",
			"/routes/1/cors/origins/0",
			"/routes/1/extra",
			"/mode",
		].sort(),
	);
});

test("a document of 4 MiB is read, one byte more is not", () => {
	const text = JSON.stringify(MINIMAL);
	for (const padding of ["x", "é", "€", "😀"]) {
		const room = MAX_DOCUMENT_BYTES - text.length - `,"$schema":""`.length;
		const bytes = new TextEncoder().encode(padding).length;
		const schema = padding.repeat(Math.floor(room / bytes)) + "x".repeat(room % bytes);
		const full = JSON.stringify({ ...MINIMAL, $schema: schema });
		expect(new TextEncoder().encode(full).length).toBe(MAX_DOCUMENT_BYTES);
		expect(parseTenant(full).ok).toBe(true);
		const result = parseTenant(`${full} `);
		expect(result.ok || result.errors.map(({ code }) => code)).toEqual(["document-too-large"]);
	}
});

test("text that is not JSON is a finding, never a throw", () => {
	for (const text of ["", "{", "undefined", "{'cors': 1}", "\u0000"]) {
		const result = parseTenant(text);
		expect(result.ok || result.errors.map(({ code, pointer }) => [code, pointer])).toEqual([
			["invalid-json", ""],
		]);
	}
});

test("for any JSON, checking does not throw, and what has no errors compiles", () => {
	const near = fc.record(
		{
			cors: fc.record(
				{
					origins: fc.oneof(
						fc.constant("*"),
						fc.array(fc.oneof(fc.constant("https://a.example"), fc.webUrl(), fc.jsonValue())),
					),
					credentials: fc.oneof(fc.boolean(), fc.jsonValue()),
					methods: fc.oneof(
						fc.constant("*"),
						fc.array(fc.constantFrom("PUT", "patch", "TRACE", "X", 5, null)),
					),
					requestHeaders: fc.array(fc.oneof(fc.constantFrom("X-A", "x-a", "Cookie"), fc.jsonValue())),
					exposedHeaders: fc.oneof(fc.array(fc.constantFrom("ETag", 7, {}, [])), fc.jsonValue()),
				},
				{ requiredKeys: [] },
			),
			routes: fc.oneof(
				fc.jsonValue(),
				fc.array(fc.record({ path: fc.webPath(), cors: fc.constant({ origins: [] }) })),
			),
			mode: fc.oneof(fc.constantFrom("report", "enforce"), fc.jsonValue()),
		},
		{ requiredKeys: [] },
	);
	fc.assert(
		fc.property(fc.oneof(near, fc.jsonValue()), (value) => {
			const result = parseTenant(JSON.stringify(value));
			if (result.ok && !result.closed)
				for (const policy of result.tenant.place.policies.list)
					expect(policy.preflightHeaders("https://a.example").has("access-control-max-age")).toBe(true);
			else if (!result.ok) expect(result.errors.length).toBeGreaterThan(0);
		}),
		{ numRuns: 500 },
	);
});
