/** Owns the proof of CORS-preflight fetch: what the answer to a preflight has to say. */

import { describe, expect, test } from "vitest";
import type { Header, HeaderList } from "../../src/browser/header-list.ts";
import type { PageRequest } from "../../src/browser/page-request.ts";
import { converse, failedCodes, fetchCall, PAGE, response, server, xhrCall } from "./user-agent.ts";

interface Allowed {
	readonly methods?: string;
	readonly headers?: string;
	readonly credentials?: boolean;
	readonly status?: number;
}

function preflighted(page: PageRequest, { methods, headers, credentials, status }: Allowed) {
	const list: Header[] = [["Access-Control-Allow-Origin", credentials ? PAGE : "*"]];
	if (credentials) list.push(["Access-Control-Allow-Credentials", "true"]);
	if (methods !== undefined) list.push(["Access-Control-Allow-Methods", methods]);
	if (headers !== undefined) list.push(["Access-Control-Allow-Headers", headers]);
	return converse(page, server(list, list, status));
}

/** fetch/api/cors/cors-preflight-star.any.js */
describe("the asterisk, and the case of methods and names", () => {
	const upper = ["GET", "HEAD", "POST"].flatMap((method): Row[] => {
		const lower = method.toLowerCase();
		return [
			[true, true, method, "*", method, undefined],
			[true, true, method, "*", lower, undefined],
			[true, true, lower, "*", method, undefined],
			[true, true, lower, "*", lower, undefined],
		];
	});
	const normalized = ["DELETE", "PUT"].flatMap((method): Row[] => {
		const lower = method.toLowerCase();
		return [
			[true, true, method, "*", method, undefined],
			[true, true, method, "*", lower, undefined],
			[false, true, lower, "*", method, undefined],
			[false, true, lower, "*", lower, undefined],
		];
	});
	type Row = [
		succeeds: boolean,
		withCredentials: boolean,
		allowMethod: string,
		allowHeader: string,
		method: string,
		header: Header | undefined,
	];
	test.each<Row>([
		[true, false, "get", "x-test", "GET", ["X-Test", "1"]],
		[true, false, "*", "x-test", "SUPER", ["X-Test", "1"]],
		[true, false, "*", "*", "OK", ["X-Test", "1"]],
		[false, true, "*", "*", "OK", ["X-Test", "1"]],
		[false, true, "*", "", "PUT", undefined],
		[true, true, "PUT", "*", "PUT", undefined],
		[false, true, "get", "*", "GET", ["X-Test", "1"]],
		[false, true, "*", "*", "GET", ["X-Test", "1"]],
		[true, true, "*", "*", "*", ["*", "1"]],
		[false, true, "put", "*", "PUT", undefined],
		...upper,
		...normalized,
		[true, true, "PATCH", "*", "PATCH", undefined],
		[false, true, "PATCH", "*", "patch", undefined],
		[false, true, "patch", "*", "PATCH", undefined],
		[true, true, "patch", "*", "patch", undefined],
		[false, false, "*", "*", "POST", ["Authorization", "123"]],
		[true, false, "*", "*, Authorization", "POST", ["Authorization", "123"]],
	])(
		"succeeds %s: credentials %s, allowed %s and %s, asked %s with %j",
		(succeeds, withCredentials, ...rest) => {
			const [methods, headers, method, header] = rest;
			const page = fetchCall({
				method,
				credentials: withCredentials ? "include" : "same-origin",
				headers: header === undefined ? [] : [header],
			});
			expect(preflighted(page, { methods, headers, credentials: withCredentials }).readable).toBe(succeeds);
		},
	);
});

/** fetch/api/cors/cors-preflight-status.any.js, cors/preflight-failure.htm */
describe("the status", () => {
	const page = fetchCall({ headers: [["x-force-preflight", ""]] });
	test.each([200, 201, 202, 203, 204, 205, 206, 299])("%i is ok", (status) => {
		expect(preflighted(page, { headers: "x-force-preflight", status }).readable).toBe(true);
	});
	test.each([
		...[199, 300, 301, 302, 303, 304, 305, 306, 307, 308, 400, 401, 402, 403, 404, 405, 407, 418],
		...[500, 501, 502, 503, 504, 505, 680, 790],
	])("%i is not", (status) => {
		expect(failedCodes(preflighted(page, { headers: "x-force-preflight", status }))).toEqual([
			"preflight-status",
		]);
	});
	test("a redirect is not followed", () => {
		const outcome = converse(page, () =>
			response(307, [
				["Location", "/elsewhere"],
				["Access-Control-Allow-Origin", "*"],
			]),
		);
		expect(outcome.sent).toHaveLength(1);
		expect(outcome.failedStep?.advice).toContain("No preflight follows a redirect");
	});
});

/** fetch/api/cors/cors-preflight.any.js, cors/request-headers.htm, fetch/api/cors/cors-preflight-response-validation.any.js */
describe("a bad status is told by what it means", () => {
	test.each([
		[302, /No preflight follows a redirect/],
		[304, /before any other handling/],
		[401, /before anything asks for them/],
		[403, /refuses the origin, or OPTIONS/],
		[405, /no answer to OPTIONS/],
		[500, /before any other handling/],
	])("%i", (status, words) => {
		const { steps } = preflighted(fetchCall({ method: "PUT", credentials: "omit" }), {
			methods: "PUT",
			status,
		});
		expect(steps.find(({ passed }) => !passed)?.advice).toMatch(words);
	});
});

describe("the lists", () => {
	const printing = (...names: readonly string[]) =>
		fetchCall({ headers: names.map((name): Header => [name, "unicorn"]) });
	test.each<[string, PageRequest, Allowed, readonly string[]]>([
		["a method allowed", fetchCall({ method: "PUT" }), { methods: "PUT" }, []],
		["a method allowed among others", fetchCall({ method: "NEW" }), { methods: "PUT,NEW , DELETE" }, []],
		["a method refused", fetchCall({ method: "NEW" }), { methods: "PUT" }, ["preflight-allow-methods"]],
		["no list of methods", fetchCall({ method: "PUT" }), {}, ["preflight-allow-methods"]],
		["an empty list of methods", fetchCall({ method: "PUT" }), { methods: "" }, ["preflight-allow-methods"]],
		["a safelisted method without mention", printing("x-print"), { headers: "x-print", methods: "PUT" }, []],
		["a name allowed", printing("x-print"), { headers: "x-print" }, []],
		["a name refused", printing("x-print", "y-print"), { headers: "x-print" }, ["preflight-allow-headers"]],
		["no list of names", printing("x-print"), {}, ["preflight-allow-headers"]],
		[
			"names in any case among empty elements",
			printing("x-print", "y-print"),
			{ headers: ",y-lol,x-PriNT, ,,,Y-PRINT" },
			[],
		],
		[
			"safelisted names without mention",
			fetchCall({
				headers: [
					["x-print", "1"],
					["content-type", "text/plain"],
					["accept", "test"],
					["accept-language", "nn"],
					["content-language", "nn"],
				],
			}),
			{ headers: "x-print," },
			[],
		],
		[
			"names with blanks",
			printing("x-print"),
			{ headers: "x-print,header name with space" },
			["preflight-allow-headers-syntax"],
		],
		[
			"methods with blanks",
			printing("x-print"),
			{ headers: "x-print", methods: "Bad method name" },
			["preflight-allow-methods-syntax"],
		],
		[
			"both lists bad",
			printing("x-print"),
			{ headers: "a b", methods: "c d" },
			["preflight-allow-methods-syntax", "preflight-allow-headers-syntax"],
		],
		[
			"every fault of the lists at once, in the standard's order",
			fetchCall({
				method: "PUT",
				headers: [
					["X-A", "1"],
					["Authorization", "x"],
				],
			}),
			{},
			["preflight-allow-methods", "preflight-allow-authorization", "preflight-allow-headers"],
		],
		[
			"Authorization named in another case",
			fetchCall({ headers: [["Authorization", "x"]] }),
			{ headers: "AUTHORIZATION" },
			[],
		],
		[
			"Authorization with credentials, named",
			fetchCall({ headers: [["Authorization", "x"]], credentials: "include" }),
			{ headers: "authorization", credentials: true },
			[],
		],
		[
			"Authorization not named",
			fetchCall({ headers: [["Authorization", "x"]] }),
			{ headers: "x-a" },
			["preflight-allow-authorization"],
		],
	])("%s", (_, page, allowed, codes) => {
		expect(failedCodes(preflighted(page, allowed))).toEqual(codes);
	});

	test("what is listed on several lines counts", () => {
		const list: HeaderList = [
			["Access-Control-Allow-Origin", "*"],
			["Access-Control-Allow-Methods", "PATCH"],
			["access-control-allow-methods", "PUT"],
		];
		expect(converse(fetchCall({ method: "PUT" }), server(list)).readable).toBe(true);
	});
});

describe("the upload alone", () => {
	test("needs no list of methods, for any method", () => {
		for (const method of ["POST", "PUT"]) {
			expect(preflighted(xhrCall({ method, uploadListener: true }), {}).readable).toBe(true);
			expect(preflighted(fetchCall({ method, body: "stream" }), {}).readable).toBe(true);
		}
	});
	test("but where there is a list, even an empty one, it counts", () => {
		for (const methods of ["", "PATCH"]) {
			expect(failedCodes(preflighted(xhrCall({ method: "PUT", uploadListener: true }), { methods }))).toEqual(
				["preflight-allow-methods"],
			);
			expect(preflighted(xhrCall({ uploadListener: true }), { methods }).readable).toBe(true);
		}
	});
});

describe("the CORS check on the preflight", () => {
	test("is that of the actual request's credentials mode", () => {
		const page = fetchCall({ method: "PUT", credentials: "include" });
		const outcome = preflighted(page, { methods: "PUT" });
		expect(failedCodes(outcome)).toEqual(["preflight-allow-origin", "preflight-allow-credentials"]);
		expect(outcome.sent).toHaveLength(1);
	});
	test("fails together with the status, and nothing after them is judged", () => {
		const outcome = converse(fetchCall({ method: "PUT" }), () => response(405));
		expect(failedCodes(outcome)).toEqual(["preflight-allow-origin", "preflight-status"]);
		expect(outcome.failedStep?.code).toBe("preflight-allow-origin");
	});
	test("does not stand for the check on the actual response", () => {
		const outcome = converse(
			fetchCall({ method: "PUT" }),
			server(
				[
					["Access-Control-Allow-Origin", PAGE],
					["Access-Control-Allow-Methods", "PUT"],
				],
				[],
			),
		);
		expect(failedCodes(outcome)).toEqual(["allow-origin"]);
		expect(outcome.sent.map(({ kind }) => kind)).toEqual(["preflight", "actual"]);
	});
});

describe("how long the answer is kept", () => {
	test.each<[string, readonly string[], { chromium: number; firefox: number; webkit: number }]>([
		["no header", [], { chromium: 5, firefox: 5, webkit: 5 }],
		["an empty one", [""], { chromium: 5, firefox: 5, webkit: 5 }],
		["zero", ["0"], { chromium: 0, firefox: 0, webkit: 0 }],
		["WebKit's cap", ["600"], { chromium: 600, firefox: 600, webkit: 600 }],
		["one more", ["601"], { chromium: 601, firefox: 601, webkit: 600 }],
		["Chromium's cap", ["7200"], { chromium: 7200, firefox: 7200, webkit: 600 }],
		["one more", ["7201"], { chromium: 7200, firefox: 7201, webkit: 600 }],
		["Firefox's cap", ["86400"], { chromium: 7200, firefox: 86_400, webkit: 600 }],
		["one more", ["86401"], { chromium: 7200, firefox: 86_400, webkit: 600 }],
		["a negative number", ["-1"], { chromium: 0, firefox: 0, webkit: 0 }],
		["no number", ["1h"], { chromium: 5, firefox: 0, webkit: 5 }],
		["two lines", ["60", "60"], { chromium: 5, firefox: 0, webkit: 5 }],
	])("%s %j: %j", (_, values, seconds) => {
		const list: HeaderList = [
			["Access-Control-Allow-Origin", "*"],
			["Access-Control-Allow-Methods", "PUT"],
			...values.map((value): Header => ["Access-Control-Max-Age", value]),
		];
		const outcome = converse(fetchCall({ method: "PUT" }), server(list));
		expect(outcome.readable).toBe(true);
		expect(outcome.preflightCacheSeconds).toEqual(seconds);
	});
	test("is not told where nothing was granted", () => {
		expect(
			converse(fetchCall(), server([["Access-Control-Allow-Origin", "*"]])).preflightCacheSeconds,
		).toBeUndefined();
		expect(converse(fetchCall({ method: "PUT" }), server([])).preflightCacheSeconds).toBeUndefined();
	});
});
