/** Owns the proof of the request path's small pieces, each by a table. */

import { describe, expect, test } from "vitest";
import type { Policy } from "../../src/cors/policy.ts";
import { isTokenList } from "../../src/cors/standard.ts";
import { createAddressReader } from "../../src/gateway/address.ts";
import { rewriteCookie } from "../../src/gateway/cookies.ts";
import { setForwardingHeaders, spellingsOf } from "../../src/gateway/forwarding-headers.ts";
import { isCdnId, isLoop } from "../../src/gateway/loop.ts";
import { answerPreflight, MAX_ECHO_CHARACTERS } from "../../src/gateway/preflight.ts";
import { rewriteAddresses } from "../../src/gateway/public-address.ts";
import { redirectsToForeignOrigin } from "../../src/gateway/redirect.ts";
import { varyByOrigin } from "../../src/gateway/share.ts";
import { createRouteTable } from "../../src/tenants/routes.ts";
import { compileTenant } from "../../src/tenants/tenant.ts";

function policyOf(cors: object): Policy {
	const result = compileTenant({ cors: { origins: ["https://a.example"], ...cors } });
	if (!result.ok || result.closed) throw new Error(JSON.stringify(result));
	const [policy] = result.tenant.place.policies.list;
	if (policy === undefined) throw new Error("there is no policy");
	return policy;
}

describe("CDN-Loop is a loop", () => {
	test.each([
		["cordon", true],
		["Cordon", true],
		["foo, cordon", true],
		["foo,cordon;v=1, bar", true],
		["  cordon ;v=1", true],
		['foo; p="a, b", cordon', true],
		['foo; p="a\\", b", cordon', true],
		["", false],
		[",, ,", false],
		["cordonic", false],
		["not-cordon", false],
		["cordon.example:443", false],
		["[::1]:8080", false],
		["cloudflare; loops=1; subreqs=3", false],
		["akamai;v=1.0;c=1", false],
		['foo; p=", cordon,"', false],
		["foo;", false],
		["foo; cordon", false],
	])("for %j: %s", (value, expected) => {
		expect(isLoop(value, "cordon")).toBe(expected);
	});

	test.each([
		'x; p="',
		'x; p=", cordon',
		'x; p="\\", cordon',
		'"',
		'"cordon"',
		"foo bar",
		"x; p=a b",
		'x; p="a"b',
		'x; p=a"b"',
		"x; =1",
		"x; p=",
		"x/y",
		"x\u{fffd}",
		"cordon cordon",
		"y".repeat(256),
	])("for %j, which cannot be parsed", (value) => {
		expect(isLoop(value, "cordon")).toBe(true);
	});

	test("under the operator's own name only", () => {
		expect(isLoop("cordon", "cordon-acme")).toBe(false);
		expect(isLoop("cordon, Cordon-ACME", "cordon-acme")).toBe(true);
		expect(isLoop("acme.example:443", "acme.example:443")).toBe(true);
	});

	test.each(["cordon", "cordon-acme.example", "a:443", "[::1]:1"])("%j can be a name there", (id) => {
		expect(isCdnId(id)).toBe(true);
	});

	test.each(["", "a b", "a,b", "a;b", 'a"', "ä", "a/b"])("%j cannot be a name there", (id) => {
		expect(isCdnId(id)).toBe(false);
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
	const as = (sameSiteNone: boolean, partitioned: boolean, domain?: string) => ({
		sameSiteNone,
		partitioned,
		domain,
	});
	const NONE = as(true, false);
	const BOTH = as(true, true);
	const PARTITIONED = as(false, true);
	const OURS = as(false, false, "acme.com");
	const HOSTS = as(false, false, "");
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
		["a=b; Domain=api.internal; Path=/", OURS, "a=b; Domain=acme.com; Path=/"],
		["a=b; Domain=api.internal; Path=/", HOSTS, "a=b; Path=/"],
		["a=b", OURS, "a=b"],
		["a=b; Path=/; Secure; SameSite=Lax", OURS, "a=b; Path=/; Secure; SameSite=Lax"],
		["a=b;DOMAIN = .api.internal ;Path=/", OURS, "a=b;DOMAIN =acme.com;Path=/"],
		["a=b;DOMAIN = .api.internal ;Path=/", HOSTS, "a=b;Path=/"],
		["a=b; Domain=x.test; domain=y.test", OURS, "a=b; Domain=acme.com; domain=acme.com"],
		["a=b; Domain=x.test; domain=y.test", HOSTS, "a=b"],
		["a=b; Domain=x.test; Domain=", OURS, "a=b; Domain=acme.com; Domain="],
		["a=b; Domain", OURS, "a=b; Domain"],
		["a=b; Domain; Domain=", HOSTS, "a=b"],
		["a=b; Domains=x.test", HOSTS, "a=b; Domains=x.test"],
		["domain=api.internal; Path=/", HOSTS, "domain=api.internal; Path=/"],
		["__Host-a=b; Path=/; Secure", OURS, "__Host-a=b; Path=/; Secure"],
		["__Host-a=b; Domain=api.internal; Path=/; Secure", OURS, "__Host-a=b; Path=/; Secure"],
		[" __hOST-a=b; Domain=api.internal; Secure", OURS, " __hOST-a=b; Secure"],
		["__Host-a=b; Domain=api.internal", NONE, "__Host-a=b; Domain=api.internal; SameSite=None; Secure"],
		["__Secure-a=b; Domain=api.internal; Secure", OURS, "__Secure-a=b; Domain=acme.com; Secure"],
		[
			"a=b; Domain=x.test; SameSite=Lax",
			as(true, true, "acme.com"),
			"a=b; Domain=acme.com; SameSite=None; Secure; Partitioned",
		],
	])("%j with %j", (cookie, rewrite, expected) => {
		expect(rewriteCookie(cookie, rewrite)).toBe(expected);
	});
});

describe("an address in a header", () => {
	const UPSTREAM = "https://api.internal:8443";
	const PUBLIC = "https://api.example.com";
	const { site } = createAddressReader()(`${PUBLIC}/`);
	const rewritten = (name: string, value: string, from = site, upstream: string | undefined = UPSTREAM) => {
		const headers = new Headers({ [name]: value });
		rewriteAddresses(headers, upstream, from);
		return headers.get(name);
	};

	test.each([
		[`${UPSTREAM}/a?b=c#d`, `${PUBLIC}/a?b=c#d`],
		[`${UPSTREAM}`, `${PUBLIC}/`],
		["HTTPS://API.internal:8443/%2Fa", `${PUBLIC}/%2Fa`],
		["//api.internal:8443/a", `${PUBLIC}/a`],
		["\\\\api.internal:8443/a", `${PUBLIC}/a`],
		["http://api.example.com/a?b", `${PUBLIC}/a?b`],
		["http://api.example.com:80/a", `${PUBLIC}/a`],
		["/a?u=https://api.internal:8443/", "/a?u=https://api.internal:8443/"],
		["a", "a"],
		["", ""],
		["https://api.internal/a", "https://api.internal/a"],
		["http://api.internal:8443/a", "http://api.internal:8443/a"],
		["http://api.example.com:8080/a", "http://api.example.com:8080/a"],
		["//api.example.com/a", "//api.example.com/a"],
		["https://api.internal:8443.evil.example/", "https://api.internal:8443.evil.example/"],
		["http://api.example.com.evil.example/", "http://api.example.com.evil.example/"],
		[
			"https://other.example/?x=https://api.internal:8443",
			"https://other.example/?x=https://api.internal:8443",
		],
		[`blob:${UPSTREAM}/5f0e`, `blob:${UPSTREAM}/5f0e`],
		[`filesystem:${UPSTREAM}/temporary/x`, `filesystem:${UPSTREAM}/temporary/x`],
		[`ws${UPSTREAM.slice("http".length)}/`, `ws${UPSTREAM.slice("http".length)}/`],
		[`view-source:${UPSTREAM}/`, `view-source:${UPSTREAM}/`],
		["//other.example/a", "//other.example/a"],
		["not a url", "not a url"],
	])("%j becomes %j, in Location and Content-Location", (before, after) => {
		expect(rewritten("location", before)).toBe(after);
		expect(rewritten("content-location", before)).toBe(after);
	});

	test.each([
		[`<${UPSTREAM}/items?page=2>; rel="next"`, `<${PUBLIC}/items?page=2>; rel="next"`],
		[
			`<${UPSTREAM}/1>; rel="prev", <${UPSTREAM}/3,4>; rel=next`,
			`<${PUBLIC}/1>; rel="prev", <${PUBLIC}/3,4>; rel=next`,
		],
		["</items?page=2>; rel=next", "</items?page=2>; rel=next"],
		["<http://api.example.com/2>; rel=next", `<${PUBLIC}/2>; rel=next`],
		["<https://cdn.example/x.css>; rel=preload", "<https://cdn.example/x.css>; rel=preload"],
		[
			`<https://a.example/>; title="<${UPSTREAM}/> \\" <${UPSTREAM}/>", <${UPSTREAM}/b>`,
			`<https://a.example/>; title="<${UPSTREAM}/> \\" <${UPSTREAM}/>", <${PUBLIC}/b>`,
		],
		[`<${UPSTREAM}/a`, `<${UPSTREAM}/a`],
		[`<${UPSTREAM}/a>; x="`, `<${PUBLIC}/a>; x="`],
		["", ""],
	])("%j becomes %j, in Link", (before, after) => {
		expect(rewritten("link", before)).toBe(after);
	});

	test.each([
		[`5; url=${UPSTREAM}/a`, `5; url=${PUBLIC}/a`],
		[`0;URL='${UPSTREAM}/a'`, `0;URL='${PUBLIC}/a'`],
		[`1.5, url = "${UPSTREAM}/a" tail`, `1.5, url = "${PUBLIC}/a" tail`],
		[`3 ${UPSTREAM}/a`, `3 ${PUBLIC}/a`],
		[`3;${UPSTREAM}/a`, `3;${PUBLIC}/a`],
		["5; url=http://api.example.com/", `5; url=${PUBLIC}/`],
		["5", "5"],
		["5; url=/a", "5; url=/a"],
		["5; url=https://other.example/", "5; url=https://other.example/"],
	])("%j becomes %j, in Refresh", (before, after) => {
		expect(rewritten("refresh", before)).toBe(after);
	});

	test("stays http where the request came by http", () => {
		const plain = createAddressReader()("http://api.example.com/").site;
		expect(rewritten("location", "http://api.example.com/a", plain)).toBe("http://api.example.com/a");
		expect(rewritten("location", `${UPSTREAM}/a`, plain)).toBe("http://api.example.com/a");
	});

	test("gets https without an upstream of its own too", () => {
		expect(rewritten("location", "http://api.example.com/a", site, undefined)).toBe(`${PUBLIC}/a`);
		expect(rewritten("location", "https://api.example.com/a", site, PUBLIC)).toBe(`${PUBLIC}/a`);
		expect(rewritten("location", "http://api.example.com/a", site, PUBLIC)).toBe(`${PUBLIC}/a`);
	});

	test.each(["<", '"\\', "<a>", " ", "url=", "//"])(
		"is looked for in linear time: %j, again and again",
		(hostile) => {
			const value = `x${hostile.repeat(200_000)}`;
			for (const name of ["location", "link", "refresh"]) expect(rewritten(name, value)).toBe(value.trim());
		},
	);
});

describe("a redirect", () => {
	const PUBLIC = "https://api.example.com";
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

describe("the API is told the request's way by Cordon alone", () => {
	const { site } = createAddressReader()("https://api.example.com:8443/");

	test("a name has a spelling for each hyphen that a server may write as an underscore", () => {
		expect(spellingsOf("forwarded")).toEqual(["forwarded"]);
		expect(spellingsOf("a-b-c").toSorted()).toEqual(["a-b-c", "a-b_c", "a_b-c", "a_b_c"]);
	});

	test("every name of the family is removed, in every spelling, and two are set", () => {
		const headers = new Headers({
			"x-forwarded-for": "192.0.2.1",
			"cf-connecting-ip": "192.0.2.1",
			"x-a_b": "1",
		});
		for (const name of [
			...["Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix"],
			...["X-Forwarded-Server", "X-Original-URL", "X-Original-Host", "X-Rewrite-URL"],
			...["X_Forwarded_Host", "X-Forwarded_Proto", "X_Forwarded-Port", "x_original_url", "X_REWRITE-URL"],
			...["CDN_Loop"],
		]) {
			headers.set(name, "evil.example");
		}
		setForwardingHeaders(headers, site);
		expect([...headers]).toEqual([
			["cf-connecting-ip", "192.0.2.1"],
			["x-a_b", "1"],
			["x-forwarded-for", "192.0.2.1"],
			["x-forwarded-host", "api.example.com:8443"],
			["x-forwarded-proto", "https"],
		]);
	});
});
