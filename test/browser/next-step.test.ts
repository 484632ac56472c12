/** Owns the proof of the conversation as a whole: its steps and its ends. */

import { describe, expect, test } from "vitest";
import type { HeaderList } from "../../src/browser/header-list.ts";
import { nextStep } from "../../src/browser/next-step.ts";
import { CLAUSES } from "../../src/browser/steps.ts";
import { API, converse, fetchCall, PAGE, response, server, xhrCall } from "./user-agent.ts";

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

describe("the steps", () => {
	const { steps, ...outcome } = converse(credentialedPut, server(GOOD));
	test("are numbered in the standard's order, each with its clause and URL", () => {
		expect(steps.map(({ number, code, passed }) => [number, code, passed])).toEqual([
			[1, "preflight", true],
			[2, "preflight-allow-origin", true],
			[3, "preflight-allow-credentials", true],
			[4, "preflight-status", true],
			[5, "preflight-allow-methods", true],
			[6, "preflight-allow-authorization", true],
			[7, "preflight-allow-headers", true],
			[8, "preflight-max-age", true],
			[9, "allow-origin", true],
			[10, "allow-credentials", true],
			[11, "expose-headers", true],
		]);
		for (const { clause, code, url } of steps) {
			expect(clause).toBe(CLAUSES[code]);
			expect(url).toBe(`${API}/data`);
		}
	});
	test("say what came and what had to come, and have no advice where there is none to give", () => {
		expect(steps[4]).toMatchObject({
			received: "Access-Control-Allow-Methods: GET, PUT",
			required: "Access-Control-Allow-Methods: PUT",
		});
		expect(steps.filter(({ advice }) => advice !== undefined)).toEqual([]);
	});
	test("lead to a readable response", () => {
		expect(outcome).toMatchObject({
			readable: true,
			failedStep: undefined,
			responseType: "cors",
			status: 200,
			droppedHeaders: [],
			preflightCacheSeconds: { chromium: 600, firefox: 600, webkit: 600 },
		});
		expect(outcome.sent.map(({ kind, credentials, hasBody }) => [kind, credentials, hasBody])).toEqual([
			["preflight", false, false],
			["actual", true, true],
		]);
	});
	test("so far are told with each request to send", () => {
		const next = nextStep(credentialedPut, [response(204, GOOD)]);
		expect(next.kind === "send" && next.steps.map(({ code }) => code).at(-1)).toBe("preflight-max-age");
	});
	test("cite clauses that are links", () => {
		for (const clause of Object.values(CLAUSES)) {
			expect(clause).toMatch(/^https:\/\/((fetch|websockets)\.spec\.whatwg\.org|w3c\.github\.io)\/\S*#\S+$/);
		}
	});
});

describe("same-origin", () => {
	test("nothing is asked and every response is readable", () => {
		const page = fetchCall({
			url: "/data",
			method: "DELETE",
			headers: [["X-A", "1"]],
			credentials: "same-origin",
		});
		const outcome = converse(page, () => response(500));
		expect(outcome).toMatchObject({ readable: true, responseType: "basic", status: 500 });
		expect(outcome.steps.map(({ code }) => code)).toEqual(["same-origin"]);
		expect(outcome.sent).toMatchObject([{ kind: "actual", credentials: true }]);
	});
	test.each([
		["another port", "http://app.example:8080/"],
		["another scheme", "https://app.example/"],
		["a subdomain", "http://www.app.example/"],
	])("does not extend to %s", (_, url) => {
		const page = fetchCall({ origin: "http://app.example", url });
		expect(converse(page, () => response(200)).readable).toBe(false);
	});
	test("omit sends no credentials even there", () => {
		const { sent } = converse(fetchCall({ url: "/data", credentials: "omit" }), () => response(200));
		expect(sent).toMatchObject([{ credentials: false }]);
	});
});

test("Origin goes with every CORS request, and same-origin with all but GET and HEAD", () => {
	const origins = (url: string, method: string) =>
		converse(fetchCall({ url, method }), server([["Access-Control-Allow-Origin", "*"]])).sent.map(
			({ headers }) => headers.find(([name]) => name === "Origin")?.[1],
		);
	expect(origins(`${API}/data`, "GET")).toEqual([PAGE]);
	expect(origins(`${API}/data`, "HEAD")).toEqual([PAGE]);
	expect(origins(`${API}/data`, "POST")).toEqual([PAGE]);
	expect(origins("/data", "GET")).toEqual([undefined]);
	expect(origins("/data", "HEAD")).toEqual([undefined]);
	expect(origins("/data", "POST")).toEqual([PAGE]);
});

test("what the browser left out of the request is told", () => {
	const page = xhrCall({ headers: [["Cookie", "a=b"]] });
	expect(converse(page, () => response(200)).droppedHeaders).toEqual([["Cookie", "a=b"]]);
});

test("more answers than requests are refused", () => {
	expect(() => nextStep(fetchCall(), [response(200), response(200)])).toThrow(RangeError);
});

test("the same answers always lead to the same place", () => {
	const answers = [response(204, GOOD), response(200, GOOD)];
	expect(nextStep(credentialedPut, answers)).toEqual(nextStep(credentialedPut, answers));
});
