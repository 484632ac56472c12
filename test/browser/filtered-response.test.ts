/** Owns the proof of what a page can read of a response's headers, on the cases of web-platform-tests. */

import { describe, expect, test } from "vitest";
import type { Header, HeaderList } from "../../src/browser/header-list.ts";
import type { FetchCall } from "../../src/browser/page-request.ts";
import { converse, fetchCall, PAGE, response } from "./user-agent.ts";

const SHARED: HeaderList = [
	["Access-Control-Allow-Origin", PAGE],
	["Access-Control-Allow-Credentials", "true"],
];

function read(headers: HeaderList, change: Partial<FetchCall> = {}) {
	return converse(fetchCall(change), () => response(200, [...SHARED, ...headers]));
}

function expose(...values: readonly string[]): HeaderList {
	return values.map((value): Header => ["Access-Control-Expose-Headers", value]);
}

/** cors/response-headers.htm with cors/resources/cors-headers.asis */
test("what is safelisted or exposed on any line is readable, in any case, and nothing else", () => {
	const outcome = read([
		...expose(
			"X-Custom-Header, X-Custom-Header-Empty, X-Custom-Header-Comma, X-Custom-Header-Bytes",
			"X-Second-Expose",
			"Date",
		),
		["Content-Type", "text/plain"],
		["X-Custom-Header", "test"],
		["X-Custom-Header", "test"],
		["Set-Cookie", "test1=t1;max-age=2"],
		["Set-Cookie2", "test2=t2;Max-Age=2"],
		["X-Custom-Header-Empty", ""],
		["X-Custom-Header-Comma", "1"],
		["X-Custom-Header-Comma", "2"],
		["X-Custom-Header-Bytes", "â\u0080¦"],
		["X-Nonexposed", "unicorn"],
		["X-Second-Expose", "flyingpig"],
		["Cache-Control", "no-cache"],
		["Content-Language", "nn"],
		["Content-Length", "4"],
		["Expires", "Thu, 01 Dec 1994 16:00:00 GMT"],
		["Last-Modified", "Thu, 01 Dec 1994 10:00:00 GMT"],
		["Pragma", "no-cache"],
		["Server", "x"],
		["X-Powered-By", "x"],
		["Date", "Wed, 22 Oct 2013 10:00:00 GMT"],
	]);
	expect(outcome.exposedHeaders).toEqual([
		"cache-control",
		"content-language",
		"content-length",
		"content-type",
		"date",
		"expires",
		"last-modified",
		"pragma",
		"x-custom-header",
		"x-custom-header-bytes",
		"x-custom-header-comma",
		"x-custom-header-empty",
		"x-second-expose",
	]);
	expect(outcome.hiddenHeaders).toEqual([
		"access-control-allow-credentials",
		"access-control-allow-origin",
		"access-control-expose-headers",
		"server",
		"set-cookie",
		"set-cookie2",
		"x-nonexposed",
		"x-powered-by",
	]);
});

/** fetch/api/cors/cors-filtering.sub.any.js */
describe("a header of its own", () => {
	test.each<[string, boolean, boolean]>([
		["Cache-Control", true, true],
		["Content-Language", true, true],
		["Content-Type", true, true],
		["Expires", true, true],
		["Last-Modified", true, true],
		["Pragma", true, true],
		["Content-Length", true, true],
		["Age", false, true],
		["Server", false, true],
		["Warning", false, true],
		["ETag", false, true],
		["Set-Cookie", false, false],
		["Set-Cookie2", false, false],
	])("%s is readable by default: %s, where it is exposed: %s", (name, byDefault, whenExposed) => {
		for (const credentials of ["omit", "include"] as const) {
			const lower = name.toLowerCase();
			expect(read([[name, "x"]], { credentials }).exposedHeaders.includes(lower)).toBe(byDefault);
			expect(read([[name, "x"], ...expose(name)], { credentials }).exposedHeaders.includes(lower)).toBe(
				whenExposed,
			);
		}
	});
});

/** fetch/api/cors/cors-expose-star.js */
describe("the asterisk", () => {
	const headers: HeaderList = [
		["Test", "X"],
		["Set-Cookie", "X"],
		["*", "whoa"],
		["Content-Type", "text/plain"],
	];
	test("exposes everything but Set-Cookie without credentials, alone or among others", () => {
		for (const list of [expose("*"), expose("*", "set-cookie"), expose("x-a, *")]) {
			for (const credentials of ["omit", "same-origin"] as const) {
				expect(read([...headers, ...list], { credentials })).toMatchObject({
					exposedHeaders: expect.arrayContaining(["*", "content-type", "test"]),
					hiddenHeaders: ["set-cookie"],
				});
			}
		}
	});
	test("is with credentials a header of that name and no more", () => {
		const { exposedHeaders, steps } = read([...headers, ...expose("*")], { credentials: "include" });
		expect(exposedHeaders).toEqual(["*", "content-type"]);
		expect(steps.at(-1)).toMatchObject({
			code: "expose-headers",
			passed: true,
			advice: "With credentials the asterisk exposes nothing: name the headers.",
		});
	});
});

/** cors/access-control-expose-headers-parsing.window.js */
describe("the list is parsed by its ABNF", () => {
	test.each<[readonly string[], boolean]>([
		[["BB-8"], true],
		[["bb-8,,@#$#%%&^&^*()()11!"], false],
		[["bb-8, no no"], false],
		[["@#$#%%&^&^*()()11!,bb-8"], false],
		[["bb-8", "no"], true],
		[["bb-8", "no no"], false],
		[["no", "bb-8"], true],
		[["", "bb-8"], true],
		[[",bb-8"], true],
		[["bb-8\u000c"], false],
		[["bb-8\u000b"], false],
		[["bb-8\u000b,bb-8"], false],
		[["'bb-8'"], false],
		[["'bb-8',bb-8"], true],
		[['"bb-8",bb-8'], false],
	])("%j exposes bb-8: %s", (values, isExposed) => {
		const outcome = read([["BB-8", "hey"], ["Content-Language", "mkay"], ...expose(...values)]);
		expect(outcome.readable).toBe(true);
		expect(outcome.exposedHeaders).toEqual(isExposed ? ["bb-8", "content-language"] : ["content-language"]);
	});
	test("and where it fails, the step says so", () => {
		expect(read(expose("a b")).steps.at(-1)?.advice).toContain("none of it is exposed");
		expect(read(expose("a, b")).steps.at(-1)?.advice).toBeUndefined();
	});
});

test("same-origin everything is readable but Set-Cookie", () => {
	const outcome = converse(fetchCall({ url: "/data" }), () =>
		response(200, [
			["X-A", "1"],
			["Set-Cookie", "a=b"],
			["Server", "x"],
		]),
	);
	expect(outcome).toMatchObject({
		readable: true,
		responseType: "basic",
		exposedHeaders: ["server", "x-a"],
		hiddenHeaders: ["set-cookie"],
	});
});

test("of a network error nothing is readable", () => {
	const outcome = converse(fetchCall(), () => response(200, [["Content-Type", "text/plain"]]));
	expect(outcome).toMatchObject({
		readable: false,
		responseType: "error",
		status: 0,
		exposedHeaders: [],
		hiddenHeaders: [],
	});
});
