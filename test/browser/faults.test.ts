/** Owns the proof that every fault is named, with its fix, and nothing that is not a fault. */

import { describe, expect, test } from "vitest";
import type { HeaderList } from "../../src/browser/header-list.ts";
import { nextStep, type Received } from "../../src/browser/next-step.ts";
import { converse, failedCodes, fetchCall, PAGE, response, server } from "./user-agent.ts";

const GOOD: HeaderList = [
	["Access-Control-Allow-Origin", PAGE],
	["Access-Control-Allow-Credentials", "true"],
	["Access-Control-Allow-Methods", "GET, PUT"],
	["Access-Control-Allow-Headers", "content-type, authorization"],
	["Access-Control-Max-Age", "600"],
];

const credentialedPut = fetchCall({
	method: "PUT",
	credentials: "include",
	headers: [["Authorization", "Bearer x"]],
	body: { contentType: "application/json" },
});

function without(name: string): HeaderList {
	return GOOD.filter(([other]) => other !== name);
}

function withValue(name: string, value: string): HeaderList {
	return [...without(name), [name, value]];
}

/** Dots inside it stand in names, never before a blank. */
const ONE_SENTENCE = /^[A-Z][^.]*(\.[^ .][^.]*)*\.$/;

describe("one fault is named, and nothing else", () => {
	type Fault = [fault: string, preflight: Received, actual: Received, code: string, advice: RegExp];
	const ok = response(200, GOOD);
	const preflightOk = response(204, GOOD);
	test.each<Fault>([
		[
			"OPTIONS goes unanswered",
			{ networkError: "refused" },
			ok,
			"preflight-response",
			/CORS is not the cause/,
		],
		[
			"the preflight has no origin",
			response(204, without("Access-Control-Allow-Origin")),
			ok,
			"preflight-allow-origin",
			/Let the server allow https:\/\/app\.example/,
		],
		[
			"the preflight has no credentials",
			response(204, without("Access-Control-Allow-Credentials")),
			ok,
			"preflight-allow-credentials",
			/Send Access-Control-Allow-Credentials: true/,
		],
		[
			"the preflight needs authentication",
			response(401, GOOD),
			ok,
			"preflight-status",
			/never carries credentials/,
		],
		["OPTIONS has no route", response(405, GOOD), ok, "preflight-status", /no answer to OPTIONS/],
		["the preflight is redirected", response(308, GOOD), ok, "preflight-status", /follows a redirect/],
		[
			"the preflight breaks the server",
			response(500, GOOD),
			ok,
			"preflight-status",
			/204 before any other handling/,
		],
		[
			"the method is not listed",
			response(204, withValue("Access-Control-Allow-Methods", "GET")),
			ok,
			"preflight-allow-methods",
			/Name PUT/,
		],
		[
			"the method is listed in lower case",
			response(204, withValue("Access-Control-Allow-Methods", "put")),
			ok,
			"preflight-allow-methods",
			/byte for byte, and put is not PUT/,
		],
		[
			"methods are an asterisk",
			response(204, withValue("Access-Control-Allow-Methods", "*")),
			ok,
			"preflight-allow-methods",
			/asterisk stands for nothing but itself: name PUT/,
		],
		[
			"the methods are not a list",
			response(204, withValue("Access-Control-Allow-Methods", "GET PUT")),
			ok,
			"preflight-allow-methods-syntax",
			/One bad element/,
		],
		[
			"Authorization is not listed",
			response(204, withValue("Access-Control-Allow-Headers", "content-type")),
			ok,
			"preflight-allow-authorization",
			/Name Authorization/,
		],
		[
			"Content-Type is not listed",
			response(204, withValue("Access-Control-Allow-Headers", "authorization")),
			ok,
			"preflight-allow-headers",
			/Name content-type/,
		],
		[
			"headers are an asterisk beside Authorization",
			response(204, withValue("Access-Control-Allow-Headers", "*, authorization")),
			ok,
			"preflight-allow-headers",
			/asterisk stands for nothing but itself: name content-type/,
		],
		[
			"the headers are not a list",
			response(204, withValue("Access-Control-Allow-Headers", '"content-type"')),
			ok,
			"preflight-allow-headers-syntax",
			/One bad element/,
		],
		[
			"the API does not answer",
			preflightOk,
			{ networkError: "timed out" },
			"response",
			/CORS is not the cause/,
		],
		[
			"the response has no origin",
			preflightOk,
			response(200, without("Access-Control-Allow-Origin")),
			"allow-origin",
			/Let the server allow/,
		],
		[
			"an error has no origin",
			preflightOk,
			response(500, without("Access-Control-Allow-Origin")),
			"allow-origin",
			/with errors too/,
		],
		[
			"the origin is an asterisk",
			preflightOk,
			response(200, withValue("Access-Control-Allow-Origin", "*")),
			"allow-origin",
			/With credentials the asterisk/,
		],
		[
			"the origin is empty",
			preflightOk,
			response(200, withValue("Access-Control-Allow-Origin", "")),
			"allow-origin",
			/empty/,
		],
		[
			"the origin is doubled",
			preflightOk,
			response(200, [...GOOD, ["access-control-allow-origin", PAGE]]),
			"allow-origin",
			/came 2 times/,
		],
		[
			"the origin is a list",
			preflightOk,
			response(200, withValue("Access-Control-Allow-Origin", `${PAGE}, https://b.example`)),
			"allow-origin",
			/one origin and no list/,
		],
		[
			"the origin has a slash",
			preflightOk,
			response(200, withValue("Access-Control-Allow-Origin", `${PAGE}/`)),
			"allow-origin",
			/write exactly https:\/\/app\.example\./,
		],
		[
			"the origin is in upper case",
			preflightOk,
			response(200, withValue("Access-Control-Allow-Origin", "https://APP.example")),
			"allow-origin",
			/byte for byte/,
		],
		[
			"the origin is another one",
			preflightOk,
			response(200, withValue("Access-Control-Allow-Origin", "https://b.example")),
			"allow-origin",
			/Vary: Origin/,
		],
		[
			"there are no credentials",
			preflightOk,
			response(200, without("Access-Control-Allow-Credentials")),
			"allow-credentials",
			/call without credentials/,
		],
		[
			"credentials are True",
			preflightOk,
			response(200, withValue("Access-Control-Allow-Credentials", "True")),
			"allow-credentials",
			/in lower case/,
		],
		[
			"credentials are doubled",
			preflightOk,
			response(200, [...GOOD, ["Access-Control-Allow-Credentials", "true"]]),
			"allow-credentials",
			/came 2 times/,
		],
	])("%s", (_, preflight, actual, code, advice) => {
		const outcome = converse(credentialedPut, ({ kind }) => (kind === "preflight" ? preflight : actual));
		expect(outcome.readable).toBe(false);
		expect(failedCodes(outcome)).toEqual([code]);
		expect(outcome.failedStep?.advice).toMatch(advice);
		expect(outcome.failedStep?.advice).toMatch(ONE_SENTENCE);
	});

	test("Authorization is not covered by the asterisk", () => {
		const page = fetchCall({ headers: [["Authorization", "x"]] });
		const outcome = converse(page, server(withValue("Access-Control-Allow-Headers", "*")));
		expect(failedCodes(outcome)).toEqual(["preflight-allow-authorization"]);
		expect(outcome.failedStep?.advice).toContain("never stands for Authorization");
	});
});

describe("how long an answer is kept is noted, and never a fault", () => {
	test.each<[string, HeaderList, RegExp]>([
		["missing", without("Access-Control-Max-Age"), /5 seconds only/],
		["malformed", withValue("Access-Control-Max-Age", "1h"), /digits only/],
		["above every cap", withValue("Access-Control-Max-Age", "86401"), /longer than 86400/],
	])("%s", (_, headers, advice) => {
		const outcome = converse(credentialedPut, server(headers));
		expect(outcome.readable).toBe(true);
		expect(outcome.steps.find(({ code }) => code === "preflight-max-age")?.advice).toMatch(advice);
	});
});

describe("before anything is sent", () => {
	test.each<[string, string, string, string]>([
		["a page request that throws", PAGE, "https://", "request-url"],
		["a port that browsers never connect to", "http://a.example", "http://api.example:6000/", "port"],
		["the first port of the table", "http://a.example", "http://api.example:1/", "port"],
		["the last port of the table", PAGE, "https://api.example:10080/", "port"],
		["plain http from an https page", PAGE, "http://api.example/", "mixed-content"],
		["another scheme", PAGE, "ftp://api.example/", "scheme"],
		["a data: URL", PAGE, "data:text/plain,x", "scheme"],
	])("%s ends it", (_, origin, url, code) => {
		const next = nextStep(fetchCall({ origin, url }), []);
		expect(next.kind === "outcome" && failedCodes(next.outcome)).toEqual([code]);
		expect(next.kind === "outcome" && next.outcome.failedStep?.advice).toMatch(ONE_SENTENCE);
		expect(next.kind === "outcome" && next.outcome.sent).toEqual([]);
	});
	test.each([
		["http://a.example", "http://api.example/"],
		["http://a.example", "https://api.example/"],
		[PAGE, "http://localhost:3000/"],
		[PAGE, "http://api.localhost/"],
		[PAGE, "http://127.0.0.1:8787/"],
		[PAGE, "http://[::1]:8787/"],
		["null", "http://api.example/"],
		["http://localhost:5173", "http://api.example/"],
		[PAGE, "https://api.example:8443/"],
	])("a page on %s may fetch %s", (origin, url) => {
		expect(nextStep(fetchCall({ origin, url }), []).kind).toBe("send");
	});
	test("a redirect to plain http ends it too", () => {
		const outcome = converse(fetchCall(), () =>
			response(302, [
				["Location", "http://api.example/"],
				["Access-Control-Allow-Origin", "*"],
			]),
		);
		expect(failedCodes(outcome)).toEqual(["mixed-content"]);
		expect(outcome.failedStep?.url).toBe("http://api.example/");
	});
});
