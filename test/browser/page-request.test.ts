/** Owns the proof of what page code can send: what throws, what is dropped, what is added. */

import { describe, expect, test } from "vitest";
import type { HeaderList } from "../../src/browser/header-list.ts";
import { createRequest, type PageRequest } from "../../src/browser/page-request.ts";
import { fetchCall, xhrCall } from "./user-agent.ts";

function created(page: PageRequest) {
	const result = createRequest(page);
	if (!result.ok) throw new Error(result.check.code);
	return result;
}

function headersOf(page: PageRequest): HeaderList {
	return created(page).request.headers.filter(([name]) => name !== "Accept");
}

describe("the method", () => {
	test.each([
		["get", "GET"],
		["Post", "POST"],
		["HEAD", "HEAD"],
		["delete", "DELETE"],
		["options", "OPTIONS"],
		["put", "PUT"],
		["patch", "patch"],
		["PATCH", "PATCH"],
		["Query", "Query"],
		["chicken", "chicken"],
	])("%s is fetched as %s", (method, normalized) => {
		expect(created(fetchCall({ method })).request.method).toBe(normalized);
	});
	test.each(["CONNECT", "trace", "Track", "", "GET ", "a b", "(x)"])("%j throws", (method) => {
		const result = createRequest(fetchCall({ method }));
		expect(result).toMatchObject({ ok: false, check: { code: "request-method", passed: false } });
	});
});

/** fetch/api/basic/request-forbidden-headers.any.js */
describe("forbidden request-headers are dropped silently", () => {
	test.each([
		["Accept-Charset", "utf-8"],
		["Accept-Encoding", ""],
		["Access-Control-Request-Headers", ""],
		["Access-Control-Request-Method", ""],
		["Connection", "close"],
		["Content-Length", "42"],
		["Cookie", "cookie=none"],
		["Cookie2", "cookie2=none"],
		["Date", "Wed, 04 May 1988 22:22:22 GMT"],
		["DNT", "4"],
		["Expect", "100-continue"],
		["Host", "http://wrong-host.com"],
		["Keep-Alive", "timeout=15"],
		["Origin", "http://wrong-origin.com"],
		["Referer", "http://wrong-referer.com"],
		["Set-Cookie", "a=b"],
		["TE", "trailers"],
		["Trailer", "Accept"],
		["Transfer-Encoding", "chunked"],
		["Upgrade", "HTTP/2.0"],
		["Via", "1.1 nowhere.com"],
		["Proxy-", "value"],
		["Proxy-Test", "value"],
		["Sec-", "value"],
		["Sec-Test", "value"],
		["oRIGIN", "x"],
	])("%s", (name, value) => {
		for (const page of [
			fetchCall({ headers: [[name, value]] }),
			xhrCall({ body: null, headers: [[name, value]] }),
		]) {
			const { request, dropped } = created(page);
			expect(dropped).toEqual([[name, value]]);
			expect(request.headers).toEqual([["Accept", "*/*"]]);
		}
	});

	const overrides = [
		"x-http-method-override",
		"x-http-method",
		"x-method-override",
		"X-HTTP-METHOD-OVERRIDE",
	];
	for (const name of overrides) {
		test.each(["TRACE", "TRACK", "CONNECT", "trace", "track", "connect", "trace,", "GET,track ", " connect"])(
			`${name}: %j is dropped`,
			(value) => {
				expect(headersOf(fetchCall({ headers: [[name, value]] }))).toEqual([]);
			},
		);
		test.each(["GETTRACE", "GET", '",TRACE",'])(`${name}: %j is kept`, (value) => {
			expect(headersOf(fetchCall({ headers: [[name, value]] }))).toEqual([[name, value]]);
		});
	}
	test.each(["User-Agent", "X-Forwarded-For", "Accept-Language", "Secret", "Proxy"])("%s is kept", (name) => {
		expect(headersOf(fetchCall({ headers: [[name, "x"]] }))).toEqual([[name, "x"]]);
	});
});

describe("header values", () => {
	test("are trimmed", () => {
		expect(headersOf(fetchCall({ headers: [["X-A", " \t\r\n1 "]] }))).toEqual([["X-A", "1"]]);
	});
	test.each([
		["a line break inside", "X-A", "1\n2"],
		["NUL", "X-A", "\0"],
		["a character beyond a byte", "X-A", "…"],
		["a name with a blank", "X A", "1"],
		["no name", "", "1"],
	])("%s throws", (_, name, value) => {
		expect(createRequest(fetchCall({ headers: [[name, value]] }))).toMatchObject({
			ok: false,
			check: { code: "request-header" },
		});
	});
	test("set twice stay apart in fetch(), and are joined in XMLHttpRequest", () => {
		const headers: HeaderList = [
			["Content-Language", "nn"],
			["X-A", "1"],
			["content-language", "en"],
		];
		expect(headersOf(fetchCall({ headers }))).toEqual(headers);
		expect(headersOf(xhrCall({ body: null, headers }))).toEqual([
			["Content-Language", "nn, en"],
			["X-A", "1"],
		]);
	});
});

describe("what goes along by itself", () => {
	test("Accept, unless the page sets it", () => {
		expect(created(fetchCall()).request.headers).toEqual([["Accept", "*/*"]]);
		expect(created(fetchCall({ headers: [["accept", "text/html"]] })).request.headers).toEqual([
			["accept", "text/html"],
		]);
	});
	test("the body's Content-Type, unless the page sets one", () => {
		const body = { contentType: "application/json" };
		expect(headersOf(fetchCall({ method: "POST", body }))).toEqual([["Content-Type", "application/json"]]);
		expect(headersOf(fetchCall({ method: "POST", body, headers: [["content-type", "text/plain"]] }))).toEqual(
			[["content-type", "text/plain"]],
		);
		expect(headersOf(fetchCall({ method: "POST", body: { contentType: null } }))).toEqual([]);
		expect(headersOf(fetchCall({ method: "POST", body: "stream" }))).toEqual([]);
	});
});

describe("the URL", () => {
	test("may be relative to the page's origin, and is normalized", () => {
		expect(created(fetchCall({ url: "/a b#c" })).request.urls).toEqual(["https://app.example/a%20b#c"]);
		expect(created(fetchCall({ url: "HTTPS://API.example:443" })).request.urls).toEqual([
			"https://api.example/",
		]);
	});
	test("throws where it is none", () => {
		expect(createRequest(fetchCall({ url: "https://" }))).toMatchObject({ check: { code: "request-url" } });
		expect(createRequest(fetchCall({ origin: "null", url: "/x" }))).toMatchObject({
			check: { code: "request-url" },
		});
	});
	test("with user information throws in fetch() and not in XMLHttpRequest", () => {
		const url = "https://user:secret@api.example/";
		expect(createRequest(fetchCall({ url }))).toMatchObject({ check: { code: "request-url" } });
		expect(createRequest(xhrCall({ url })).ok).toBe(true);
	});
});

describe("the body", () => {
	test("of a GET or HEAD throws in fetch(), and is left out in XMLHttpRequest", () => {
		const body = { contentType: "text/plain" };
		for (const method of ["GET", "head"]) {
			expect(createRequest(fetchCall({ method, body }))).toMatchObject({ check: { code: "request-body" } });
			const { request } = created(xhrCall({ method, body }));
			expect(request.body).toBe("none");
			expect(request.headers).toEqual([["Accept", "*/*"]]);
		}
	});
	test("as a stream, and a listener on xhr.upload, set the use-CORS-preflight flag", () => {
		expect(created(fetchCall({ method: "POST", body: "stream" })).request).toMatchObject({
			body: "streamed",
			preflightFlag: "streamed-body",
		});
		expect(created(xhrCall({ uploadListener: true })).request).toMatchObject({
			body: "buffered",
			preflightFlag: "upload-listener",
		});
		expect(created(xhrCall()).request.preflightFlag).toBeUndefined();
	});
});

test("XMLHttpRequest sends credentials cross-origin with withCredentials alone", () => {
	expect(created(xhrCall()).request.credentials).toBe("same-origin");
	expect(created(xhrCall({ withCredentials: true })).request.credentials).toBe("include");
});
