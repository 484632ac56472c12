/** Owns the proof of the request path's small pieces, each by a table. */

import { describe, expect, test } from "vitest";
import type { Policy } from "../../src/cors/policy.ts";
import { isTokenList } from "../../src/cors/standard.ts";
import { rewriteCookie } from "../../src/gateway/cookies.ts";
import { redirectsToForeignOrigin, rewriteLocation } from "../../src/gateway/forward.ts";
import { namesCordon } from "../../src/gateway/loop.ts";
import { answerPreflight, MAX_ECHO_CHARACTERS } from "../../src/gateway/preflight.ts";
import { varyByOrigin } from "../../src/gateway/share.ts";
import { createRouteTable } from "../../src/tenants/routes.ts";
import { compileTenant } from "../../src/tenants/tenant.ts";

function policyOf(cors: object): Policy {
	const result = compileTenant({ cors: { origins: ["https://a.example"], ...cors } });
	if (!result.ok || result.closed) throw new Error(JSON.stringify(result));
	return result.tenant.policy;
}

describe("CDN-Loop names cordon", () => {
	test.each([
		["cordon", true],
		["Cordon", true],
		["foo, cordon", true],
		["foo,cordon;v=1, bar", true],
		["  cordon ;v=1", true],
		['foo; p="a, b", cordon', true],
		['foo; p="a\\", b", cordon', true],
		["", false],
		["cordonic", false],
		["not-cordon", false],
		["cordon.example:443", false],
		['foo; p=", cordon,"', false],
		["foo; cordon", false],
	])("%j: %s", (value, expected) => {
		expect(namesCordon(value)).toBe(expected);
	});
});

describe("Vary: Origin is merged in", () => {
	test.each<[string | null, string]>([
		[null, "Origin"],
		["", "Origin"],
		["Accept-Encoding", "Accept-Encoding, Origin"],
		["origin", "origin"],
		["Accept-Encoding, ORIGIN", "Accept-Encoding, ORIGIN"],
		["*", "*"],
		["X-Origin", "X-Origin, Origin"],
	])("into %j: %j", (before, after) => {
		const headers = new Headers(before === null ? {} : { vary: before });
		varyByOrigin(headers);
		expect(headers.get("vary")).toBe(after);
	});
});

describe("a Set-Cookie is rewritten", () => {
	const NONE = { sameSiteNone: true, partitioned: false };
	const BOTH = { sameSiteNone: true, partitioned: true };
	const PARTITIONED = { sameSiteNone: false, partitioned: true };
	test.each([
		["a=b", NONE, "a=b; SameSite=None; Secure"],
		["a=b", BOTH, "a=b; SameSite=None; Secure; Partitioned"],
		["a=b; SameSite=Lax", PARTITIONED, "a=b; SameSite=Lax; Secure; Partitioned"],
		["a=b; Path=/; SameSite=Lax; HttpOnly", NONE, "a=b; Path=/; HttpOnly; SameSite=None; Secure"],
		["a=b; secure; SAMESITE = strict; Secure", NONE, "a=b; SameSite=None; Secure"],
		["a=b; Partitioned; partitioned", BOTH, "a=b; SameSite=None; Secure; Partitioned"],
		["a=b; Partitioned", NONE, "a=b; Partitioned; SameSite=None; Secure"],
		["__Host-a=b; Path=/; Secure", NONE, "__Host-a=b; Path=/; SameSite=None; Secure"],
		["__Secure-a=b;secure", BOTH, "__Secure-a=b; SameSite=None; Secure; Partitioned"],
		['a="Secure; x=1', NONE, 'a="Secure; x=1; SameSite=None; Secure'],
		["Secure", NONE, "Secure; SameSite=None; Secure"],
		["SameSite=Lax", NONE, "SameSite=Lax; SameSite=None; Secure"],
		[
			"a=b==; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
			NONE,
			"a=b==; Expires=Wed, 21 Oct 2026 07:28:00 GMT; SameSite=None; Secure",
		],
		["a=b;  X-Securely=1", NONE, "a=b;  X-Securely=1; SameSite=None; Secure"],
	])("%j with %j", (cookie, rewrite, expected) => {
		expect(rewriteCookie(cookie, rewrite)).toBe(expected);
	});
});

describe("a Location", () => {
	const UPSTREAM = "https://api.internal:8443";
	const PUBLIC = "https://api.example.com";
	test.each([
		[`${UPSTREAM}/a?b=c#d`, `${PUBLIC}/a?b=c#d`],
		[`${UPSTREAM}`, `${PUBLIC}/`],
		["HTTPS://API.internal:8443/%2Fa", `${PUBLIC}/%2Fa`],
		["//api.internal:8443/a", `${PUBLIC}/a`],
		["/a?u=https://api.internal:8443/", "/a?u=https://api.internal:8443/"],
		["a", "a"],
		["", ""],
		["https://api.internal/a", "https://api.internal/a"],
		["http://api.internal:8443/a", "http://api.internal:8443/a"],
		["https://api.internal:8443.evil.example/", "https://api.internal:8443.evil.example/"],
		[
			"https://other.example/?x=https://api.internal:8443",
			"https://other.example/?x=https://api.internal:8443",
		],
		["//other.example/a", "//other.example/a"],
		["not a url", "not a url"],
	])("%j becomes %j", (before, after) => {
		const headers = new Headers({ location: before });
		rewriteLocation(headers, UPSTREAM, PUBLIC);
		expect(headers.get("location")).toBe(after);
	});

	test.each([
		[302, "https://login.example/", true],
		[307, "//login.example/", true],
		[308, "http://api.example.com/", true],
		[302, "/login", false],
		[302, "https://api.example.com/x", false],
		[304, "https://login.example/", false],
		[201, "https://login.example/", false],
	])("with %i to %j makes a browser's origin null: %s", (status, location, taints) => {
		expect(redirectsToForeignOrigin(new Response(null, { status, headers: { location } }), PUBLIC)).toBe(
			taints,
		);
	});
});

describe("a route", () => {
	const table = createRouteTable(
		["/v1/*", "/v1/admin/*", "/v1/admin", "/login", "/a%2Fb/*"].map((path) => ({ path, value: path })),
	);
	test.each<[string, string | undefined]>([
		["/v1", "/v1/*"],
		["/v1/", "/v1/*"],
		["/v1/x/y", "/v1/*"],
		["/v1x", undefined],
		["/V1/x", undefined],
		["/v1/admin", "/v1/admin"],
		["/v1/admin/", "/v1/admin/*"],
		["/v1/admin/x", "/v1/admin/*"],
		["/v1/administrator", "/v1/*"],
		["/login", "/login"],
		["/login/", undefined],
		["/a%2Fb/c", "/a%2Fb/*"],
		["/a/b/c", undefined],
		["/", undefined],
	])("for %j is %j", (pathname, path) => {
		expect(table.find(pathname)?.path).toBe(path);
	});

	test("/* covers every path", () => {
		const all = createRouteTable([{ path: "/*", value: 1 }]);
		for (const pathname of ["/", "/a", "/a/b", "//"]) expect(all.find(pathname)?.value).toBe(1);
	});
});

describe("a preflight that may ask for anything, with credentials", () => {
	const policy = policyOf({ credentials: true, methods: "*", requestHeaders: "*" });
	const answer = (asked: Record<string, string>) => {
		const { headers } = answerPreflight(policy, "https://a.example", new Headers(asked));
		return [headers.get("access-control-allow-methods"), headers.get("access-control-allow-headers")];
	};
	const METHOD = "access-control-request-method";
	const HEADERS = "access-control-request-headers";

	test("gets back what it asked for, to the byte", () => {
		expect(answer({ [METHOD]: "PURGE", [HEADERS]: "x-b,authorization, X-A" })).toEqual([
			"PURGE",
			"x-b,authorization, X-A",
		]);
		expect(answer({ [METHOD]: "PUT" })).toEqual(["PUT", null]);
	});

	test("gets nothing back for what is malformed or over 8 KiB", () => {
		expect(answer({ [METHOD]: "P UT", [HEADERS]: "x a" })).toEqual([null, null]);
		expect(answer({ [METHOD]: "PUT,POST", [HEADERS]: "x:y" })).toEqual([null, null]);
		const longest = "x".repeat(MAX_ECHO_CHARACTERS);
		expect(answer({ [METHOD]: longest, [HEADERS]: longest })).toEqual([longest, longest]);
		expect(answer({ [METHOD]: `${longest}x`, [HEADERS]: `${longest}x` })).toEqual([null, null]);
	});
});

test("a list of tokens may have blanks around its commas and empty elements, never blanks inside a token", () => {
	for (const good of ["a", "a,b", "a , b", ",a,,b,", "\ta\t"]) expect(isTokenList(good), good).toBe(true);
	for (const bad of ["", ",", " ", "a b", "a, b c", "a;b", "é"]) expect(isTokenList(bad), bad).toBe(false);
});
