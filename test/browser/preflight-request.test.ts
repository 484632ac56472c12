/** Owns the proof of when a preflight is sent, why, and with which headers. */

import { describe, expect, test } from "vitest";
import { nextStep } from "../../src/browser/next-step.ts";
import type { PageRequest } from "../../src/browser/page-request.ts";
import { API, fetchCall, PAGE, response, sentHeader, xhrCall } from "./user-agent.ts";

function firstSent(page: PageRequest) {
	const next = nextStep(page, []);
	if (next.kind !== "send") throw new Error("nothing is sent");
	return next.request;
}

describe("a preflight is sent", () => {
	const json = { contentType: "application/json" };
	const text = { contentType: "text/plain;charset=UTF-8" };
	test.each<[string, PageRequest, readonly string[]]>([
		["not for GET", fetchCall(), []],
		["not for HEAD", fetchCall({ method: "head" }), []],
		["not for POST with text", fetchCall({ method: "POST", body: text }), []],
		["not for safelisted headers", fetchCall({ headers: [["Accept-Language", "fr"]] }), []],
		["not for a forbidden header, which never leaves", fetchCall({ headers: [["Cookie", "a=b"]] }), []],
		["for PUT", fetchCall({ method: "put" }), ["method"]],
		["for patch, which is not PATCH", fetchCall({ method: "patch" }), ["method"]],
		["for OPTIONS", fetchCall({ method: "OPTIONS" }), ["method"]],
		["for POST with JSON", fetchCall({ method: "POST", body: json }), ["header content-type mime-type"]],
		["for a header of one's own", fetchCall({ headers: [["X-A", "1"]] }), ["header x-a name"]],
		[
			"for everything at once",
			fetchCall({ method: "PUT", body: json, headers: [["Authorization", "x"]] }),
			["method", "header authorization name", "header content-type mime-type"],
		],
		["for a streamed body", fetchCall({ method: "POST", body: "stream" }), ["streamed-body"]],
		["for a listener on xhr.upload", xhrCall({ uploadListener: true }), ["upload-listener"]],
		["not for XMLHttpRequest without one", xhrCall(), []],
		["not for a same-origin PUT", fetchCall({ url: "/data", method: "PUT" }), []],
	])("%s", (_, page, reasons) => {
		const { kind, reasons: given } = firstSent(page);
		expect(kind).toBe(reasons.length === 0 ? "actual" : "preflight");
		expect(
			given.map((reason) =>
				reason.kind === "header" ? `header ${reason.header.name} ${reason.header.reason}` : reason.kind,
			),
		).toEqual(reasons);
	});
});

describe("it asks", () => {
	test("for the method and the unsafe names, sorted, joined by commas without blanks, and without credentials", () => {
		const page = fetchCall({
			method: "PUT",
			url: `${API}/data?q=1#fragment`,
			credentials: "include",
			body: { contentType: "application/json" },
			headers: [
				["X-Z", "1"],
				["Authorization", "Bearer x"],
				["x-b", "2"],
				["Accept-Language", "en"],
				["X-B", "3"],
			],
		});
		expect(firstSent(page)).toMatchObject({
			kind: "preflight",
			method: "OPTIONS",
			url: `${API}/data?q=1`,
			headers: [
				["Accept", "*/*"],
				["Access-Control-Request-Method", "PUT"],
				["Access-Control-Request-Headers", "authorization,content-type,x-b,x-z"],
				["Origin", PAGE],
			],
			credentials: false,
			hasBody: false,
		});
	});
	test("for no headers where none is unsafe: the header is left out", () => {
		expect(firstSent(xhrCall({ uploadListener: true })).headers).toEqual([
			["Accept", "*/*"],
			["Access-Control-Request-Method", "POST"],
			["Origin", PAGE],
		]);
	});
	test("as null from an opaque origin", () => {
		expect(sentHeader(firstSent(fetchCall({ origin: "null", method: "PUT" })), "origin")).toBe("null");
	});
	test("and the actual request follows with all the page's headers", () => {
		const page = fetchCall({ method: "DELETE", headers: [["X-A", "1"]], credentials: "include" });
		const next = nextStep(page, [
			response(204, [
				["Access-Control-Allow-Origin", PAGE],
				["Access-Control-Allow-Credentials", "true"],
				["Access-Control-Allow-Methods", "DELETE"],
				["Access-Control-Allow-Headers", "X-A"],
			]),
		]);
		expect(next).toMatchObject({
			kind: "send",
			request: {
				kind: "actual",
				method: "DELETE",
				headers: [
					["X-A", "1"],
					["Accept", "*/*"],
					["Origin", PAGE],
				],
				credentials: true,
				reasons: [],
			},
		});
	});
});
