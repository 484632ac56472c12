/** Owns the proof of the CORS check, on the tables of web-platform-tests. */

import { describe, expect, test } from "vitest";
import type { HeaderList } from "../../src/browser/header-list.ts";
import { converse, failedCodes, fetchCall, response } from "./user-agent.ts";

const HOST = "web-platform.test:8000";
const ORIGIN = `http://${HOST}`;
const REMOTE = "http://www1.web-platform.test:8000";

function check(
	headers: HeaderList,
	credentials: "omit" | "same-origin" | "include" = "omit",
	origin = ORIGIN,
) {
	const page = fetchCall({ origin, url: `${REMOTE}/cors/resources/cors-makeheader.py`, credentials });
	return converse(page, () => response(200, headers));
}

function allowOrigin(...values: readonly string[]): HeaderList {
	return values.map((value) => ["Access-Control-Allow-Origin", value] as const);
}

/** cors/origin.htm, cors/remote-origin.htm */
describe("one Access-Control-Allow-Origin", () => {
	test.each(["*", " *  ", "\t*", ORIGIN, ` ${ORIGIN}`, ` ${ORIGIN}   \t `, `\t${ORIGIN}`])(
		"%j shares the response",
		(value) => {
			expect(check(allowOrigin(value)).readable).toBe(true);
		},
	);
	test.each([
		`http://www1.${HOST}`,
		`//${HOST}`,
		`://${HOST}`,
		`ftp://${HOST}`,
		`http:://${HOST}`,
		`http:/${HOST}`,
		`http:${HOST}`,
		HOST,
		`${ORIGIN}?`,
		`${ORIGIN}/`,
		`${ORIGIN} /`,
		`${ORIGIN}#`,
		`${ORIGIN}%23`,
		`${ORIGIN}:80`,
		`${ORIGIN}, *`,
		`${ORIGIN}\0`,
		ORIGIN.toUpperCase(),
		`HTTP://${HOST}`,
		`http://${HOST.toUpperCase()}`,
		"-",
		"**",
		"\0*",
		"*\0",
		"'*'",
		'"*"',
		"* *",
		"* null",
		"*http://*",
		`*${ORIGIN}`,
		`* ${ORIGIN}`,
		`*, ${ORIGIN}`,
		`\0${ORIGIN}`,
		`null ${ORIGIN}`,
		"http://example.net",
		"null",
		"null *",
		"",
		`${ORIGIN}/cors/origin.htm`,
		`${ORIGIN}/cors/`,
		`${REMOTE}/cors/`,
		"test:8000",
		".test:8000",
		"*.test:8000",
		"http://*.test:8000",
		// fetch/api/cors/cors-multiple-origins.sub.any.js
		`"", http://example.com, ${ORIGIN}`,
		'"", http://example.com, *',
		`"", ${ORIGIN}, ${ORIGIN}`,
		"*, http://example.com, *",
		", http://example.com, https://example2.com",
	])("%j does not", (value) => {
		const verdict = check(allowOrigin(value));
		expect(verdict.readable).toBe(false);
		expect(failedCodes(verdict)).toEqual(["allow-origin"]);
	});
	test("none does not", () => {
		expect(failedCodes(check([]))).toEqual(["allow-origin"]);
	});
});

describe("two of them never share", () => {
	test.each([
		["", "*"],
		["*", ""],
		["*", "*"],
		["", ORIGIN],
		["*", ORIGIN],
		[ORIGIN, ORIGIN],
	])("%j and %j", (...values) => {
		const verdict = check(allowOrigin(...values));
		expect(failedCodes(verdict)).toEqual(["allow-origin"]);
		expect(verdict.failedStep?.advice).toContain("came 2 times");
	});
});

describe("an opaque origin", () => {
	test.each<[string, boolean]>([
		["null", true],
		["*", true],
		["NULL", false],
		["", false],
		[ORIGIN, false],
	])("with %j: %s", (value, readable) => {
		expect(check(allowOrigin(value), "omit", "null").readable).toBe(readable);
	});
	test("is never same-origin with anything", () => {
		expect(check([], "omit", "null").readable).toBe(false);
	});
});

/** cors/credentials-flag.htm */
describe("with credentials", () => {
	const credentials = (...values: readonly string[]): HeaderList => [
		...allowOrigin(ORIGIN),
		...values.map((value) => ["Access-Control-Allow-Credentials", value] as const),
	];
	test.each(["true", " true", "true\t"])("Access-Control-Allow-Credentials %j shares", (value) => {
		expect(check(credentials(value), "include").readable).toBe(true);
	});
	test.each(["TRUE", "True", '"true"', "false", "1", "0", "", "*", "true, true", "true;"])(
		"Access-Control-Allow-Credentials %j does not",
		(value) => {
			expect(failedCodes(check(credentials(value), "include"))).toEqual(["allow-credentials"]);
		},
	);
	test("two lines of it do not", () => {
		expect(failedCodes(check(credentials("true", "true"), "include"))).toEqual(["allow-credentials"]);
	});
	test("nor does its absence", () => {
		expect(failedCodes(check(credentials(), "include"))).toEqual(["allow-credentials"]);
	});
	test("without them the header is ignored", () => {
		for (const mode of ["omit", "same-origin"] as const) {
			expect(check(credentials("no"), mode).readable).toBe(true);
		}
	});
	test("the asterisk is not an origin", () => {
		const verdict = check([...allowOrigin("*"), ["access-control-allow-credentials", "true"]], "include");
		expect(failedCodes(verdict)).toEqual(["allow-origin"]);
	});
	test("both faults are told at once, the origin's first", () => {
		const verdict = check(allowOrigin("*"), "include");
		expect(failedCodes(verdict)).toEqual(["allow-origin", "allow-credentials"]);
		expect(verdict.failedStep?.code).toBe("allow-origin");
	});
});

test.each([200, 201, 204, 304, 401, 403, 404, 500, 502, 504])(
	"a response with status %i is shared",
	(status) => {
		const page = fetchCall({ origin: ORIGIN, url: REMOTE });
		expect(converse(page, () => response(status, allowOrigin(ORIGIN)))).toMatchObject({
			readable: true,
			status,
			responseType: "cors",
		});
	},
);

describe("a wrong value is told by what was meant with it", () => {
	const PAGE = "https://app.example.com";
	test.each([
		["*.example.com", /counts only where it stands alone/],
		["https://*.example.com", /counts only where it stands alone/],
		['"*"', /without them/],
		["app.example.com", /byte for byte: write exactly https:\/\/app\.example\.com/],
		[`${PAGE}/`, /write exactly/],
		[`${PAGE}/path`, /write exactly/],
		[`${PAGE}:443`, /write exactly/],
		[`${PAGE};`, /write exactly/],
		[PAGE.toUpperCase(), /write exactly/],
		["undefined", /undefined is not an origin/],
		["true", /true is not an origin/],
		["$http_origin", /looks like a variable/],
		["%{CORS}e", /looks like a variable/],
		["/^https:\\/\\/.*\\.example\\.com$/", /no regular expressions/],
		["null", /sandboxed frames/],
		["* env=IS_CORS", /counts only where it stands alone/],
		[`${PAGE}; https://b.example`, /no list/],
		[`${PAGE}, ${PAGE}`, /two layers/],
		[`${PAGE}, *`, /two layers/],
		[`${PAGE} https://b.example`, /no list/],
		[`["${PAGE}","https://b.example"]`, /no list/],
		["http://app.example.com", /its scheme is another/],
		[`${PAGE}:8443`, /its port is another/],
		["https://www.app.example.com", /^This is not the origin that asked/],
	])("%j", (value, words) => {
		const page = fetchCall({ origin: PAGE, url: "https://api.example.net/items", credentials: "omit" });
		const { steps } = converse(page, () => response(200, allowOrigin(value)));
		expect(steps.find(({ passed }) => !passed)?.advice).toMatch(words);
	});
	const withCredentials = (headers: HeaderList) => {
		const page = fetchCall({ origin: PAGE, url: "https://api.example.net/items", credentials: "include" });
		return converse(page, () => response(200, headers));
	};
	test.each([
		...["*", "", "undefined", "$http_origin", "*.example.com", "/^https:.*$/", "https://www.app.example.com"],
		...[`${PAGE} https://b.example`, "null", "http://app.example.com"],
	])("the advice on %j never reads as if any origin were to be sent back", (value) => {
		const { steps } = withCredentials(allowOrigin(value));
		const advice = steps.find(({ passed }) => !passed)?.advice;
		expect(advice).toMatch(/on the server's allowlist|\ballow https:/);
		expect(advice).toContain("Vary: Origin");
	});
	const ALLOWING = ["Access-Control-Allow-Credentials", "true"] as const;
	test("two lines may be of one layer or of two", () => {
		const twice = [...allowOrigin(PAGE), ...allowOrigin(PAGE), ALLOWING];
		for (const headers of [twice, [...allowOrigin(PAGE), ALLOWING, ALLOWING]]) {
			const { steps } = withCredentials(headers);
			const advice = steps.findLast(({ passed }) => !passed)?.advice;
			expect(advice).toMatch(/came 2 times, often because two layers set it: set it only once\./);
		}
	});
	test("localhost and 127.0.0.1 are two hosts", () => {
		const { steps } = check(allowOrigin("http://127.0.0.1:3000"), "omit", "http://localhost:3000");
		expect(steps.find(({ passed }) => !passed)?.advice).toMatch(/two hosts to a browser/);
	});
});
