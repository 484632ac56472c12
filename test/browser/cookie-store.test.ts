/** Owns the proof of how cookies are read and stored: RFC 6265bis, step by step. */

import { describe, expect, test } from "vitest";
import { type CookieFate, coversPath, fateOf } from "../../src/browser/cookie-store.ts";
import { MAX_COOKIE_BYTES, parseCookieDate, parseSetCookie } from "../../src/browser/set-cookie.ts";

const URL_OF_API = "https://api.example.com/v1/items";
const NONE = "SameSite=None; Secure";

function fate(line: string, url = URL_OF_API, isCrossSite = true): CookieFate | string {
	const cookie = parseSetCookie(line);
	if (typeof cookie === "string") return cookie;
	return fateOf(cookie, { url, isCrossSite, now: Date.UTC(2026, 0, 1) });
}

describe("what becomes of a cookie from a page of another site", () => {
	test.each<[string, CookieFate | string]>([
		[`a=1; ${NONE}; Partitioned`, "partitioned"],
		[`a=1; ${NONE}`, "unpartitioned"],
		["a=1; SameSite=None", "none-not-secure"],
		["a=1; SameSite=None; Partitioned", "partitioned-not-secure"],
		["a=1", "same-site-unset"],
		["a=1; SameSite=Sometimes; Secure", "same-site-unset"],
		["a=1; samesite=LAX", "same-site"],
		["a=1; SameSite=Strict; Secure", "same-site"],
		// The last one of an attribute counts.
		[`a=1; SameSite=Lax; ${NONE}`, "unpartitioned"],
		[`a=1; Domain=example.com; ${NONE}`, "unpartitioned"],
		[`a=1; Domain=.EXAMPLE.com; ${NONE}`, "unpartitioned"],
		[`a=1; Domain=api.example.com; ${NONE}`, "unpartitioned"],
		[`a=1; Domain=; ${NONE}`, "unpartitioned"],
		[`a=1; Domain=app.example.com; ${NONE}`, "domain-not-covering"],
		[`a=1; Domain=pi.example.com; ${NONE}`, "domain-not-covering"],
		[`a=1; Domain=v1.api.example.com; ${NONE}`, "domain-not-covering"],
		[`a=1; Domain=com; ${NONE}`, "domain-public-suffix"],
		[`a=1; Domain=https://api.example.com; ${NONE}`, "domain-not-a-host"],
		[`a=1; Domain=api.example.com:443; ${NONE}`, "domain-not-a-host"],
		[`a=1; Domain=192.0.2.1; ${NONE}`, "domain-not-covering"],
		[`__Secure-a=1; SameSite=None`, "prefix-secure"],
		[`__Host-a=1; ${NONE}`, "prefix-host"],
		[`__HOST-a=1; ${NONE}; Path=/; Domain=api.example.com`, "prefix-host"],
		[`__Host-a=1; ${NONE}; Path=/`, "unpartitioned"],
		[`=__Host-a=1; ${NONE}; Path=/`, "prefix-nameless"],
		[`a=${"x".repeat(MAX_COOKIE_BYTES - 1)}; ${NONE}`, "unpartitioned"],
		[`a=${"x".repeat(MAX_COOKIE_BYTES)}; ${NONE}`, "too-large"],
		[`a=1; Max-Age=0`, "removal"],
		[`a=1; Max-Age=-1; ${NONE}`, "removal"],
		[`a=1; Max-Age=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; ${NONE}`, "unpartitioned"],
		[`a=1; Max-Age=soon; Expires=Thu, 01 Jan 1970 00:00:00 GMT; ${NONE}`, "removal"],
		[`a=1; Expires=never; ${NONE}`, "unpartitioned"],
		["=", "nothing-in-it"],
		["a=\u0001", "control-character"],
		["a=\t1; SameSite=None; Secure", "unpartitioned"],
	])("%s", (line, expected) => {
		expect(fate(line)).toBe(expected);
	});

	test("of one site, SameSite does not matter; over http, Secure does, but for this machine", () => {
		expect(fate("a=1; SameSite=Strict", URL_OF_API, false)).toBe("first-party");
		expect(fate("a=1", URL_OF_API, false)).toBe("first-party");
		expect(fate("a=1; Secure", "http://api.example.com/", false)).toBe("secure-over-http");
		expect(fate("a=1; Secure", "http://localhost:8787/", false)).toBe("first-party");
		expect(fate("a=1; Domain=localhost", "http://localhost:8787/", false)).toBe("first-party");
	});

	test("a host that is a public suffix itself may name itself", () => {
		expect(fate(`a=1; Domain=github.io; ${NONE}`, "https://github.io/")).toBe("unpartitioned");
		expect(fate(`a=1; Domain=github.io; ${NONE}`, "https://acme.github.io/")).toBe("domain-public-suffix");
	});
});

test("dates are read as leniently as browsers do", () => {
	const epoch = Date.UTC(1994, 10, 6, 8, 49, 37);
	for (const text of [
		...["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"],
		"6 november 1994 8:49:37",
	]) {
		expect(parseCookieDate(text), text).toBe(epoch);
	}
	for (const text of [
		"",
		"tomorrow",
		"32 Nov 1994 08:49:37",
		"31 Feb 1994 08:49:37",
		"6 Nov 1600 08:49:37",
	]) {
		expect(parseCookieDate(text), text).toBeUndefined();
	}
});

test("a path covers what is below it", () => {
	const covers = ["/", "/v1", "/v1/", "/v1/items", undefined, "v1"];
	const not = ["/v", "/v1/items/", "/v1/item", "/v2"];
	expect(covers.map((path) => coversPath(path, URL_OF_API))).toEqual(covers.map(() => true));
	expect(not.map((path) => coversPath(path, URL_OF_API))).toEqual(not.map(() => false));
});
