/** Owns the proof of the CORS-preflight cache: what spares which request its preflight, for how long, in which engine. */

import { describe, expect, test } from "vitest";
import { type Engine, PREFLIGHT_CACHING } from "../../src/browser/engines.ts";
import type { Header, HeaderList } from "../../src/browser/header-list.ts";
import { type BrowserState, FRESH_BROWSER } from "../../src/browser/next-step.ts";
import type { OutgoingRequest } from "../../src/browser/outgoing.ts";
import type { PageRequest } from "../../src/browser/page-request.ts";
import type { PreflightCache } from "../../src/browser/preflight-cache.ts";
import { API, converse, fetchCall, PAGE, response, sentHeader, server, xhrCall } from "./user-agent.ts";

const FULL: HeaderList = [
	["Access-Control-Allow-Origin", PAGE],
	["Access-Control-Allow-Credentials", "true"],
	["Access-Control-Allow-Methods", "PUT, DELETE"],
	["Access-Control-Allow-Headers", "X-A, Authorization"],
	["Access-Control-Max-Age", "600"],
];

const put = fetchCall({ method: "PUT" });

function at(cache: PreflightCache, nowSeconds = 0, engine?: Engine): BrowserState {
	return { cache, nowSeconds, engine };
}

function cacheAfter(
	page: PageRequest,
	headers: HeaderList = FULL,
	circumstances = FRESH_BROWSER,
): PreflightCache {
	return converse(page, server(headers), circumstances).cache;
}

function isPreflighted(page: PageRequest, circumstances: BrowserState): boolean {
	const { sent } = converse(page, server(FULL), circumstances);
	return sent[0]?.kind === "preflight";
}

function replaced(name: string, ...values: readonly string[]): HeaderList {
	return [...FULL.filter(([other]) => other !== name), ...values.map((value): Header => [name, value])];
}

describe("one answer spares", () => {
	const cache = cacheAfter(put);
	const withHeaders = (...names: readonly string[]) =>
		fetchCall({ method: "PUT", headers: names.map((name): Header => [name, "1"]) });
	test.each<[string, PageRequest, boolean]>([
		["the same request again", put, true],
		["another method that was listed", fetchCall({ method: "DELETE" }), true],
		["not a method that was not", fetchCall({ method: "PATCH" }), false],
		["a header that was listed, in any case", withHeaders("x-A"), true],
		["Authorization that was listed", withHeaders("Authorization"), true],
		["not a header that was not", withHeaders("X-A", "X-B"), false],
		["a GET with a header that was listed, though GET was not", fetchCall({ headers: [["X-A", "1"]] }), true],
		["not an upload whose method was not listed", xhrCall({ uploadListener: true }), false],
		["an upload whose method was", xhrCall({ method: "PUT", uploadListener: true }), true],
		["not another path", fetchCall({ method: "PUT", url: `${API}/other` }), false],
		["not another query", fetchCall({ method: "PUT", url: `${API}/data?q` }), false],
		["not another page origin", fetchCall({ method: "PUT", origin: "https://www.example" }), false],
		["not a call with credentials", fetchCall({ method: "PUT", credentials: "include" }), false],
		["a call with the credentials mode omit", fetchCall({ method: "PUT", credentials: "omit" }), true],
	])("%s", (_, page, isSpared) => {
		expect(isPreflighted(page, at(cache))).toBe(!isSpared);
	});
	test("the step says that it was spared", () => {
		const { steps, preflightCacheSeconds } = converse(put, server(FULL), at(cache));
		expect(steps[0]).toMatchObject({
			code: "preflight",
			required: "nothing: an earlier answer still counts",
		});
		expect(preflightCacheSeconds).toBeUndefined();
	});
});

describe("an answer for credentials", () => {
	const cache = cacheAfter(fetchCall({ method: "PUT", credentials: "include" }));
	test("spares calls with credentials in every engine", () => {
		for (const engine of [undefined, "chromium", "firefox", "webkit"] as const) {
			expect(isPreflighted(fetchCall({ method: "PUT", credentials: "include" }), at(cache, 0, engine))).toBe(
				false,
			);
		}
	});
	test("spares calls without them too, but not in Firefox", () => {
		expect(isPreflighted(put, at(cache))).toBe(false);
		expect(isPreflighted(put, at(cache, 0, "chromium"))).toBe(false);
		expect(isPreflighted(put, at(cache, 0, "webkit"))).toBe(false);
		expect(isPreflighted(put, at(cache, 0, "firefox"))).toBe(true);
	});
});

describe("the asterisk", () => {
	const anything = replaced("Access-Control-Allow-Headers", "*, X-A");
	const cache = cacheAfter(fetchCall({ method: "OK", headers: [["X-Test", "1"]] }), [
		...anything.filter(([name]) => name !== "Access-Control-Allow-Methods"),
		["Access-Control-Allow-Methods", "*"],
	]);
	test("spares every method and header, but never Authorization", () => {
		expect(isPreflighted(fetchCall({ method: "PATCH", headers: [["X-Other", "1"]] }), at(cache))).toBe(false);
		expect(isPreflighted(fetchCall({ method: "PATCH", headers: [["Authorization", "1"]] }), at(cache))).toBe(
			true,
		);
	});
});

describe("an answer is kept", () => {
	test.each<[string, readonly string[], number]>([
		["5 seconds without Access-Control-Max-Age", [], 5],
		["5 seconds where it is malformed", ["soon"], 5],
		["as long as it says", ["600"], 600],
		["beyond every cap, as the standard has none", ["1000000"], 1_000_000],
	])("%s", (_, values, seconds) => {
		const cache = cacheAfter(put, replaced("Access-Control-Max-Age", ...values));
		expect(isPreflighted(put, at(cache, seconds - 1))).toBe(false);
		expect(isPreflighted(put, at(cache, seconds))).toBe(true);
	});
	test("not at all with 0", () => {
		expect(isPreflighted(put, at(cacheAfter(put, replaced("Access-Control-Max-Age", "0"))))).toBe(true);
	});
	test.each(["chromium", "firefox", "webkit"] as const)("by %s no longer than its cap", (engine) => {
		const { capSeconds } = PREFLIGHT_CACHING[engine];
		const cache = cacheAfter(put, replaced("Access-Control-Max-Age", "1000000"), at([], 0, engine));
		expect(isPreflighted(put, at(cache, capSeconds - 1, engine))).toBe(false);
		expect(isPreflighted(put, at(cache, capSeconds, engine))).toBe(true);
	});
	test("anew from the next answer on, without old entries beside the new", () => {
		const patch = fetchCall({ method: "PATCH" });
		const first = cacheAfter(put);
		const methods = replaced("Access-Control-Allow-Methods", "PUT, DELETE, PATCH");
		const second = cacheAfter(patch, methods, at(first, 500));
		expect(isPreflighted(put, at(second, 1099))).toBe(false);
		expect(second).toHaveLength(5);
		expect(cacheAfter(patch, methods, at(second, 5000))).toHaveLength(5);
	});
});

describe("a network error forgets", () => {
	const cache = cacheAfter(put);
	const refuse = (request: OutgoingRequest) => response(request.kind === "preflight" ? 403 : 200);
	test("what was known of that origin and URL", () => {
		const outcome = converse(put, refuse, at(cache));
		expect(outcome.sent.map(({ kind }) => kind)).toEqual(["actual"]);
		expect(outcome.cache).toEqual([]);
	});
	test("also where the preflight fails, or nothing comes back", () => {
		expect(converse(fetchCall({ method: "PATCH" }), refuse, at(cache)).cache).toEqual([]);
		expect(converse(put, () => ({ networkError: "refused" }), at(cache)).cache).toEqual([]);
	});
	test("nothing of other URLs and origins", () => {
		const others = cacheAfter(fetchCall({ method: "PUT", url: `${API}/other` }), FULL, at(cache));
		const outcome = converse(put, refuse, at(others));
		expect(new Set(outcome.cache.map(({ url }) => url))).toEqual(new Set([`${API}/other`]));
	});
	test("nothing where the request never needed consent", () => {
		expect(converse(fetchCall(), refuse, at(cache)).cache).toEqual(cache);
	});
});

test("an error in a response does not touch the cache", () => {
	const outcome = converse(put, () => response(500, FULL), at(cacheAfter(put)));
	expect(outcome).toMatchObject({ readable: true, status: 500 });
	expect(outcome.cache).toEqual(cacheAfter(put));
});

test("a second preflight is for what is missing, but asks for everything", () => {
	const page = fetchCall({
		method: "PUT",
		headers: [
			["X-A", "1"],
			["X-B", "1"],
		],
	});
	const [preflight] = converse(page, server(FULL), at(cacheAfter(put))).sent;
	expect(sentHeader(preflight, "access-control-request-headers")).toBe("x-a,x-b");
});
