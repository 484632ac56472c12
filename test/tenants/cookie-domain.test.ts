/** Owns the proof of `cookies.domain`: what can stand there, what is suggested, and which hosts it covers. */

import { describe, expect, test } from "vitest";
import { coversHost } from "../../src/tenants/cookie-domain.ts";
import { compileTenant } from "../../src/tenants/tenant.ts";

function errorsOf(domain: unknown) {
	const result = compileTenant({ cors: { origins: [] }, cookies: { domain } });
	return result.ok ? [] : result.errors.map(({ code, pointer, suggestion }) => [code, pointer, suggestion]);
}

test.each(["remove", "acme.com", "api.acme.com", "acme.co.uk", "xn--mnchen-3ya.de", "shop.github.io"])(
	"%s can stand there",
	(domain) => {
		expect(errorsOf(domain)).toEqual([]);
	},
);

describe("is refused, where it is plain with what was meant", () => {
	const invalid = "invalid-cookie-domain";
	const suffix = "prohibited-cookie-domain-public-suffix";
	test.each<[string, string, string?]>([
		["", invalid],
		[".acme.com", invalid, "acme.com"],
		["*.acme.com", invalid, "acme.com"],
		["ACME.com", invalid, "acme.com"],
		["https://acme.com", invalid, "acme.com"],
		["HTTPS://Acme.com/path", invalid, "acme.com"],
		["acme.com:8443", invalid, "acme.com"],
		["acme.com/", invalid, "acme.com"],
		["acme.com.", invalid, "acme.com"],
		[" acme.com", invalid, "acme.com"],
		["münchen.de", invalid, "xn--mnchen-3ya.de"],
		["Remove", invalid, "remove"],
		["acme..com", invalid],
		["acme.com; Secure", invalid],
		["acme.com\r\nX: y", invalid],
		["127.0.0.1", invalid],
		["[::1]", invalid],
		["::1", invalid],
		["0x7f.1", invalid],
		["https://127.0.0.1", invalid],
		["com", suffix],
		["co.uk", suffix],
		["github.io", suffix],
		["localhost", suffix],
		[".co.uk", invalid],
	])("%j", (domain, code, suggestion) => {
		expect(errorsOf(domain)).toEqual([[code, "/cookies/domain", suggestion]]);
	});

	test("what is not a text", () => {
		expect(errorsOf(false)).toEqual([["invalid-type", "/cookies/domain", undefined]]);
	});

	test("beside a fault of the structure too", () => {
		const result = compileTenant({ cors: {}, cookies: { domain: ".acme.com" } });
		expect(result.ok || result.errors.map(({ pointer }) => pointer)).toEqual([
			"/cors/origins",
			"/cookies/domain",
		]);
	});
});

test.each([
	["acme.com", "acme.com", true],
	["acme.com", "api.acme.com", true],
	["acme.com", "*.acme.com", true],
	["api.acme.com", "acme.com", false],
	["acme.com", "evilacme.com", false],
	["api.acme.com", "*.acme.com", false],
])("%s covers %s: %s", (domain, host, covers) => {
	expect(coversHost(domain, host)).toBe(covers);
});
