/** Owns the proof of advice: every suggestion is accepted when it is taken, every fix removes its finding and brings none. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTenantFile } from "../../src/cli/files/tenant-file.ts";
import { isPublicSuffix } from "../../src/cors/public-suffix.ts";
import type { Finding } from "../../src/findings/finding.ts";
import { applyPatches, tokensOf } from "../../src/findings/patch.ts";
import { SHARED_HOSTS } from "../../src/tenants/shared-hosts.ts";

interface Checked {
	readonly errors: readonly Finding[];
	readonly warnings: readonly Finding[];
}

function check(document: unknown): Checked {
	const { errors, warnings } = readTenantFile("test", JSON.stringify(document));
	return { errors: errors.map(({ finding }) => finding), warnings: warnings.map(({ finding }) => finding) };
}

function codesOf(findings: readonly Finding[]): readonly string[] {
	return findings.map(({ code }) => code).toSorted();
}

/** `before` without one `code`. */
function without(before: readonly string[], code: string): readonly string[] {
	return before.toSpliced(before.indexOf(code), 1);
}

function isSubset(some: readonly string[], of: readonly string[]): boolean {
	const left = [...of];
	return some.every((code) => {
		const index = left.indexOf(code);
		if (index !== -1) left.splice(index, 1);
		return index !== -1;
	});
}

/** Takes a suggestion as people would: in its place, several in place of one entry, a key in place of a key. */
function take(document: unknown, { code, pointer, suggestion, value }: Finding): unknown {
	const parent = pointer.slice(0, pointer.lastIndexOf("/"));
	if (code === "unknown-key") {
		return applyPatches(document, [[{ op: "move", from: pointer, path: `${parent}/${String(suggestion)}` }]]);
	}
	const isEntry = /^\d+$/.test(tokensOf(pointer).at(-1) ?? "") && typeof value === "string";
	const values = isEntry && Array.isArray(suggestion) ? suggestion : [suggestion];
	const index = Number(tokensOf(pointer).at(-1));
	return applyPatches(document, [
		values.map((each, offset) =>
			offset === 0
				? { op: "replace", path: pointer, value: each }
				: { op: "add", path: `${parent}/${index + offset}`, value: each },
		),
	]);
}

function expectGoodAdvice(document: unknown): void {
	const before = check(document);
	const all = codesOf([...before.errors, ...before.warnings]);
	for (const finding of [...before.errors, ...before.warnings]) {
		const shown = `${JSON.stringify(document)} ${JSON.stringify(finding)}`;
		if (finding.fix !== undefined) {
			const after = check(applyPatches(document, [finding.fix]));
			expect(isSubset(codesOf([...after.errors, ...after.warnings]), without(all, finding.code)), shown).toBe(
				true,
			);
		}
		if (finding.suggestion !== undefined && finding.code !== "unknown-key") {
			const after = check(take(document, finding));
			const errors = codesOf(before.errors);
			const left = errors.includes(finding.code) ? without(errors, finding.code) : errors;
			expect(isSubset(codesOf(after.errors), left), shown).toBe(true);
		}
	}
}

const origin = (text: unknown, credentials = false) => ({
	cors: { origins: [text], ...(credentials ? { credentials } : {}) },
});
const list = (key: string, value: unknown) => ({ cors: { origins: [], [key]: value } });
const route = (path: string) => ({ cors: { origins: [] }, routes: [{ path, cors: { origins: [] } }] });

describe("what is written wrongly gets what was meant", () => {
	test.each<[document: unknown, code: string, suggestion: unknown, hasFix: boolean]>([
		[
			origin("wss://app.example.com/socket"),
			"invalid-origin-scheme-without-pages",
			"https://app.example.com",
			true,
		],
		[origin("ws://localhost:3000"), "invalid-origin-scheme-without-pages", "http://localhost:3000", true],
		[origin("ftp://a.example"), "invalid-origin-scheme-without-pages", undefined, false],
		[origin("mailto:me@a.example"), "invalid-origin-scheme-without-pages", undefined, false],
		[origin("javascript:alert(1)"), "invalid-origin-scheme-without-pages", undefined, false],
		[origin("gopher://a.example"), "invalid-origin-scheme-without-pages", undefined, false],
		[
			origin("view-source:https://a.example"),
			"invalid-origin-scheme-without-pages",
			"https://a.example",
			true,
		],
		[
			origin("https://a.example,https://b.example"),
			"invalid-origin-several",
			["https://a.example", "https://b.example"],
			true,
		],
		[
			origin("a.example; b.example"),
			"invalid-origin-several",
			["https://a.example", "https://b.example"],
			true,
		],
		[
			origin("https://a.example|https://b.example"),
			"invalid-origin-several",
			["https://a.example", "https://b.example"],
			true,
		],
		[
			origin("https://a.example https://b.example"),
			"invalid-origin-several",
			["https://a.example", "https://b.example"],
			true,
		],
		[
			origin("^https://.*\\.example\\.com$"),
			"invalid-origin-regular-expression",
			"https://*.example.com",
			false,
		],
		[
			origin("^https://app\\.example\\.com$"),
			"invalid-origin-regular-expression",
			"https://app.example.com",
			true,
		],
		[
			origin("^https://(a|b)\\.example\\.com$"),
			"invalid-origin-regular-expression",
			["https://a.example.com", "https://b.example.com"],
			true,
		],
		[origin("localhost:3000"), "invalid-origin-no-scheme", "http://localhost:3000", true],
		[origin("127.0.0.1:5173", true), "invalid-origin-no-scheme", "http://127.0.0.1:5173", true],
		[origin("app.example.com"), "invalid-origin-no-scheme", "https://app.example.com", true],
		[origin("http://a.example/", true), "invalid-origin-trailing-slash", "https://a.example", true],
		[origin("http://*.a.example", true), "prohibited-origin-insecure", "https://*.a.example", false],
		[origin("file://"), "prohibited-origin-file", undefined, false],
		[origin("null"), "prohibited-origin-null", undefined, false],
		[origin("https://*example.com"), "prohibited-origin-public-suffix", "https://*.example.com", false],
		[
			origin("https://*-example.co.uk", true),
			"prohibited-origin-public-suffix",
			"https://*.example.co.uk",
			false,
		],
		[origin("moz-extension://*", true), "prohibited-origin-any-extension", undefined, false],
		[
			{ cors: { origins: ["https://a.example", "*"], credentials: true } },
			"invalid-origin-any-in-list",
			undefined,
			false,
		],
		[{ cors: { origins: ["https://a.example", "*"] } }, "invalid-origin-any-in-list", undefined, false],
		[
			{ cors: { origins: "*", credentials: true } },
			"prohibited-origin-any-with-credentials",
			undefined,
			false,
		],
		[{ cors: { origins: "https://a.example" } }, "invalid-type", ["https://a.example"], true],
		[{ cors: { origins: { directory: "customers" } } }, "invalid-type", [{ directory: "customers" }], true],
		[list("methods", "put, DELETE"), "invalid-type", ["PUT", "DELETE"], true],
		[list("methods", ["PUT, DELETE"]), "invalid-method", ["PUT", "DELETE"], true],
		[list("methods", ["patch"]), "invalid-method-case", "PATCH", true],
		[list("requestHeaders", "Content-Type"), "invalid-type", ["Content-Type"], true],
		[list("preflightMaxAgeSeconds", 100_000), "invalid-value", 86_400, true],
		[list("preflightMaxAgeSeconds", "600"), "invalid-type", 600, true],
		[list("preflightMaxAgeSeconds", 9000), "max-age-above-caps", 7200, true],
		[list("credentials", "true"), "invalid-type", true, true],
		[route("/api/:id"), "invalid-path", "/api/*", false],
		[route("/api/{id}/x"), "invalid-path", "/api/*", false],
		[route("^/api"), "invalid-path", "/api/*", false],
		[route("/^/api"), "invalid-path", "/api/*", false],
		[route("^/api$"), "invalid-path", "/api", true],
		[route("/api/.*"), "invalid-path", "/api/*", true],
		[route("/api/**"), "invalid-path", "/api/*", true],
		[route("/api*"), "invalid-path", "/api/*", false],
		[route("https://host.example/api/*"), "invalid-path", "/api/*", true],
		[route("v1/*"), "invalid-path", "/v1/*", true],
		[{ cors: { origins: [] }, cookies: {} }, "cookies-without-effect", undefined, true],
		[
			{ cors: { origins: ["https://a.example", "https://a.example/"] } },
			"invalid-origin-trailing-slash",
			"https://a.example",
			true,
		],
		[
			{ cors: { origins: ["https://*.a.example", "https://x.a.example/"] } },
			"invalid-origin-trailing-slash",
			"https://x.a.example",
			true,
		],
		[
			{ hosts: "api.a.example, b.example", cors: { origins: [] } },
			"invalid-type",
			["api.a.example", "b.example"],
			true,
		],
	])("%j", (document, code, suggestion, hasFix) => {
		const { errors, warnings } = check(document);
		const found = [...errors, ...warnings].find((finding) => finding.code === code);
		expect([found?.suggestion, found?.fix !== undefined]).toEqual([suggestion, hasFix]);
		expectGoodAdvice(document);
	});
});

test("a large document has as much advice as a small one", () => {
	const origins = Array.from({ length: 30_000 }, (_, index) => `https://host-${index}.a.example`);
	for (let index = 0; index < 50; index++) origins[index * 600] += "/";
	const { errors } = check({ cors: { origins } });
	expect([errors.length, errors.filter(({ fix }) => fix !== undefined).length]).toEqual([50, 50]);
});

describe("the keys of others get Cordon's, and never a fix", () => {
	test.each([
		["allowedHeaders", "requestHeaders"],
		["allow_headers", "requestHeaders"],
		["alowedHeaders", "requestHeaders"],
		["Access-Control-Allow-Headers", "requestHeaders"],
		["allowedOrigins", "origins"],
		["allow_origins", "origins"],
		["CORS_ALLOWED_ORIGINS", "origins"],
		["maxAge", "preflightMaxAgeSeconds"],
		["max_age", "preflightMaxAgeSeconds"],
		["supportsCredentials", "credentials"],
		["allowCredentials", "credentials"],
		["exposeHeaders", "exposedHeaders"],
		["expose_headers", "exposedHeaders"],
		["allowMethods", "methods"],
		["optionsSuccessStatus", undefined],
		["preflightContinue", undefined],
		["AllowAllOrigins", undefined],
	])("%s is %s", (key, meant) => {
		const [finding, ...others] = check({ cors: { origins: [], [key]: [] } }).errors;
		expect([others, finding?.code, finding?.suggestion, finding?.fix]).toEqual([
			[],
			"unknown-key",
			meant,
			undefined,
		]);
	});

	test("and one that stands there already is to go, and not to be written twice", () => {
		const [finding] = check({ cors: { origins: [], credentials: true, credentails: true } }).errors;
		expect([finding?.pointer, finding?.suggestion]).toEqual(["/cors/credentails", undefined]);
		expect(finding?.message).toContain("Remove this one");
	});

	test("and those in the wrong place are told where they belong", () => {
		const messages = check({ origins: ["https://a.example"] }).errors.map(({ message }) => message);
		expect(messages.join()).toContain('belongs inside "cors"');
		expect(check({ cors: { origins: [], mode: "report" } }).errors[0]?.message).toContain(
			"at the top of the document",
		);
	});
});

describe("warnings", () => {
	test("tell that an asterisk in a header's name is a letter", () => {
		for (const key of ["requestHeaders", "exposedHeaders"]) {
			expect(codesOf(check(list(key, ["X-*", "*-id", "X-A"])).warnings)).toEqual([
				"asterisk-in-name",
				"asterisk-in-name",
			]);
		}
	});

	test.each([
		"https://*.app.github.dev",
		"https://*.devtunnels.ms",
		"https://*.euw.devtunnels.ms",
		"https://*.gitpod.io",
		"https://*.nip.io",
		"https://*.sslip.io",
		"https://pr-*.wordpress.com",
	])("tell that anybody can have a name: %s", (text) => {
		expect(codesOf(check(origin(text, true)).warnings)).toEqual(["shared-host"]);
		expect(check(origin(text)).warnings).toEqual([]);
	});

	test("of a host that the Public Suffix List has by now are not needed", () => {
		expect(Object.keys(SHARED_HOSTS).filter(isPublicSuffix)).toEqual([]);
	});
});

test("any document's advice is good", () => {
	const text = fc.constantFrom(
		"https://a.example",
		"https://a.example/",
		"HTTPS://A.example",
		"http://a.example",
		"a.example",
		"*",
		"null",
		"localhost:3000",
		"https://*.a.example",
		"https://*.a.example/",
		"https://*example.com",
		"https://x.a.example:443",
		"wss://a.example",
		"https://a.example, https://b.example",
		"^https://.*\\.a\\.example$",
		"app://.",
		"https://*.com",
	);
	const name = fc.constantFrom(
		"PUT",
		"put",
		"PUT, DELETE",
		"Cookie",
		"X-A",
		"x-a",
		"X-A:",
		"*",
		"X-*",
		"Set-Cookie",
		"FOO",
		"",
	);
	const policy = fc.record(
		{
			origins: fc.oneof(text, fc.array(fc.oneof(text, fc.constant({ directory: "a" })), { maxLength: 6 })),
			credentials: fc.constantFrom(true, false, "true", null, 1),
			methods: fc.oneof(name, fc.array(name, { maxLength: 4 })),
			requestHeaders: fc.oneof(name, fc.array(name, { maxLength: 4 })),
			exposedHeaders: fc.array(name, { maxLength: 4 }),
			preflightMaxAgeSeconds: fc.constantFrom(-1, 0.5, 9000, 100_000, "600", "x", null),
			timingAllowOrigin: fc.constantFrom("TRUE", true),
			maxAge: fc.constant(1),
		},
		{ requiredKeys: ["origins"] },
	);
	const path = fc.constantFrom(
		"/a",
		"/a/*",
		"a",
		"/a*",
		"/a/**",
		"^/a",
		"/a/:id",
		"/a?x",
		" /a",
		"/a b",
		"https://h/a",
		"/{a}",
	);
	const document = fc.record(
		{
			cors: policy,
			routes: fc.array(fc.record({ path, cors: policy }), { maxLength: 3 }),
			upstream: fc.constantFrom(
				"http://a.example/",
				"a.example",
				"https://a.example:443",
				"localhost:1",
				"https://a.example./x",
				"http://1.2.3.4",
			),
			cookies: fc.constantFrom({}, { sameSite: "none" }, [{ partitioned: true }], null),
			mode: fc.constantFrom("Report", "report", null),
			hosts: fc.oneof(
				fc.constant("A.example"),
				fc.array(fc.constantFrom("a.example", "https://a.example/", "A.example", "*"), { maxLength: 3 }),
			),
		},
		{ requiredKeys: ["cors"] },
	);
	fc.assert(fc.property(document, expectGoodAdvice), {
		numRuns: 60,
		examples: [[{ cors: { origins: ["https://*example.com", "https://*.com", "https://*example.com"] } }]],
	});
});
