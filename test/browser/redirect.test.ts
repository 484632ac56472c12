/** Owns the proof of HTTP-redirect fetch under CORS, on the cases of web-platform-tests. */

import { describe, expect, test } from "vitest";
import type { FetchOutcome } from "../../src/browser/fetch-outcome.ts";
import type { Header, HeaderList } from "../../src/browser/header-list.ts";
import { MAX_REDIRECTS } from "../../src/browser/redirect.ts";
import {
	ALL_STATUSES,
	following,
	lastSent,
	OPEN,
	PAGE_ORIGIN,
	type RedirectingSite,
	redirectTo,
	SITES,
} from "./redirecting-sites.ts";
import { converse, failedCodes, fetchCall, response, sentHeader } from "./user-agent.ts";

/** fetch/api/cors/cors-redirect-credentials.any.js, cors/redirect-userinfo.htm */
describe("a redirect to a URL with user information", () => {
	const rows = (["user:password@", "user:@", "user@", ":password@"] as const).flatMap((userInfo) =>
		(
			[
				["local", "remote"],
				["remote", "local"],
				["remote", "remote"],
				["remote", "remote2"],
			] as const
		).map(([first, second]) => [userInfo, first, second] as const),
	);
	test.each(rows)("%s from %s to %s is an error", (userInfo, first, second) => {
		for (const status of ALL_STATUSES) {
			const target = `${SITES[second]}/b`.replace("://", `://${userInfo}`);
			const verdict = following(fetchCall(), `${SITES[first]}/a`, target, status);
			expect(failedCodes(verdict)).toEqual(["redirect-user-info"]);
		}
	});
	test("is followed from same origin to same origin", () => {
		expect(
			following(fetchCall(), `${PAGE_ORIGIN}/a`, "http://user:password@web-platform.test/b").readable,
		).toBe(true);
	});
	test.each(["@", ":@"])("%s is not user information", (userInfo) => {
		const target = `${SITES.remote}/b`.replace("://", `://${userInfo}`);
		expect(following(fetchCall(), `${SITES.remote}/a`, target).readable).toBe(true);
	});
});

/** fetch/api/redirect/redirect-count.any.js */
describe("the number of redirects", () => {
	function redirectedTimes(count: number, status: number): FetchOutcome {
		let left = count;
		return converse(fetchCall(), () => (left-- > 0 ? redirectTo(`/${left}`, status) : response(200, OPEN)));
	}
	test.each(ALL_STATUSES)("%i: 20 are followed, 21 are not", (status) => {
		expect(redirectedTimes(MAX_REDIRECTS, status).readable).toBe(true);
		expect(redirectedTimes(MAX_REDIRECTS, status).sent).toHaveLength(21);
		expect(failedCodes(redirectedTimes(MAX_REDIRECTS + 1, status))).toEqual(["redirect-count"]);
	});
});

/** fetch/api/redirect/redirect-location.any.js */
describe("Location", () => {
	const first = `${SITES.remote}/dir/a`;
	const located = (...values: readonly string[]) =>
		converse(fetchCall({ origin: PAGE_ORIGIN, url: first }), (request) =>
			request.url === first
				? response(302, [...OPEN, ...values.map((value): Header => ["Location", value])])
				: response(200, OPEN),
		);
	test.each<[string, string]>([
		["b", `${SITES.remote}/dir/b`],
		["/b?q#f", `${SITES.remote}/b?q`],
		["//www2.web-platform.test/b", `${SITES.remote2}/b`],
		[` ${SITES.remote}/b\t`, `${SITES.remote}/b`],
	])("%j leads to %s", (location, url) => {
		const verdict = located(location);
		expect(verdict).toMatchObject({ readable: true, status: 200 });
		expect(lastSent(verdict)?.url).toBe(url);
	});
	test("missing makes the redirect a response like any other", () => {
		for (const status of ALL_STATUSES) {
			expect(converse(fetchCall(), () => response(status, OPEN))).toMatchObject({ readable: true, status });
		}
	});
	test("on a status that is not a redirect is not followed", () => {
		for (const status of [200, 300, 304, 305, 306, 404]) {
			expect(converse(fetchCall(), () => redirectTo("/b", status))).toMatchObject({ readable: true, status });
		}
	});
	test.each<[string, readonly string[], string]>([
		["no URL", ["http://"], "redirect-location"],
		["given twice", ["/b", "/b"], "redirect-location"],
		["with a scheme of its own", ["invalidurl:"], "redirect-scheme"],
		["a data: URL", ["data:text/plain;base64,cmVzcG9uc2UncyBib2R5"], "redirect-scheme"],
		["a blob: URL", ["blob:http://web-platform.test/1"], "redirect-scheme"],
		["ftp", ["ftp://web-platform.test/"], "redirect-scheme"],
	])("%s is a network error", (_, values, code) => {
		expect(failedCodes(located(...values))).toEqual([code]);
	});
	test("empty leads back to the same URL, and so into a loop", () => {
		expect(failedCodes(located(""))).toEqual(["redirect-count"]);
	});
	test("the page's fragment goes along, and never on the wire", () => {
		const verdict = converse(fetchCall({ url: "https://api.example/a#here" }), (request) =>
			request.url.endsWith("/a") ? redirectTo("/b") : response(200, OPEN),
		);
		expect(verdict.sent.map(({ url }) => url)).toEqual(["https://api.example/a", "https://api.example/b"]);
		expect(verdict.steps.at(-1)?.url).toBe("https://api.example/b#here");
	});
});

/** fetch/api/redirect/redirect-method.any.js */
describe("the method after a redirect", () => {
	const bodyHeaders: HeaderList = [
		["Content-Encoding", "Identity"],
		["Content-Language", "en-US"],
		["Content-Location", "foo"],
	];
	test.each<[number, string, string]>([
		[301, "GET", "GET"],
		[301, "POST", "GET"],
		[301, "HEAD", "HEAD"],
		[301, "PUT", "PUT"],
		[302, "GET", "GET"],
		[302, "POST", "GET"],
		[302, "HEAD", "HEAD"],
		[302, "DELETE", "DELETE"],
		[303, "GET", "GET"],
		[303, "POST", "GET"],
		[303, "HEAD", "HEAD"],
		[303, "TESTING", "GET"],
		[307, "GET", "GET"],
		[307, "POST", "POST"],
		[307, "HEAD", "HEAD"],
		[307, "PATCH", "PATCH"],
		[308, "POST", "POST"],
	])("%i: %s becomes %s", (status, method, expected) => {
		const body = method === "GET" || method === "HEAD" ? null : { contentType: "text/plain;charset=UTF-8" };
		const page = fetchCall({ method, body, headers: bodyHeaders });
		const last = lastSent(following(page, `${PAGE_ORIGIN}/a`, `${PAGE_ORIGIN}/b`, status));
		const isChanged = method !== expected;
		expect(last).toMatchObject({ method: expected, hasBody: body !== null && !isChanged });
		const type = body === null || isChanged ? undefined : "text/plain;charset=UTF-8";
		expect(sentHeader(last, "content-type")).toBe(type);
		for (const [name, value] of bodyHeaders) {
			expect(sentHeader(last, name.toLowerCase())).toBe(isChanged ? undefined : value);
		}
	});

	/** fetch/api/redirect/redirect-upload.h2.any.js */
	test("a streamed body survives a 303 alone", () => {
		const page = fetchCall({ method: "POST", body: "stream" });
		for (const status of ALL_STATUSES) {
			const verdict = following(page, `${PAGE_ORIGIN}/a`, `${PAGE_ORIGIN}/b`, status);
			expect(failedCodes(verdict)).toEqual(status === 303 ? [] : ["redirect-body"]);
		}
	});
});

/** fetch/api/cors/cors-redirect-preflight.any.js */
describe("a preflighted request that is redirected", () => {
	const page = fetchCall({ headers: [["x-w3c", "test"]] });
	const rows = ALL_STATUSES.flatMap((status) =>
		(
			[
				["local", "remote", ["actual", "preflight", "actual"]],
				["remote", "local", ["preflight", "actual", "preflight", "actual"]],
				["remote", "remote", ["preflight", "actual", "preflight", "actual"]],
				["remote", "remote2", ["preflight", "actual", "preflight", "actual"]],
			] as const
		).map(([first, second, kinds]) => [status, first, second, kinds] as const),
	);
	test.each(rows)("%i, %s to %s, asks at both: %j", (status, first, second, kinds) => {
		const verdict = following(page, `${SITES[first]}/a`, `${SITES[second]}/b`, status);
		expect(verdict.readable).toBe(true);
		expect(verdict.sent.map(({ kind }) => kind)).toEqual(kinds);
	});
	test("fails where the second does not consent", () => {
		const target = `${SITES.remote2}/b`;
		const verdict = converse({ ...page, origin: PAGE_ORIGIN, url: `${SITES.remote}/a` }, (request) => {
			if (request.url === target) return response(200, [["Access-Control-Allow-Origin", "*"]]);
			return request.kind === "preflight" ? response(204, OPEN) : redirectTo(target);
		});
		expect(failedCodes(verdict)).toEqual(["preflight-allow-headers"]);
		expect(verdict.failedStep?.url).toBe(target);
	});
	test("a POST that becomes a GET needs no consent for its Content-Type any more", () => {
		const json = fetchCall({ method: "POST", body: { contentType: "application/json" } });
		const verdict = following(json, `${SITES.remote}/a`, `${SITES.remote}/b`, 303);
		expect(verdict.sent.map(({ kind, method }) => [kind, method])).toEqual([
			["preflight", "OPTIONS"],
			["actual", "POST"],
			["actual", "GET"],
		]);
	});
});

describe("the Authorization header", () => {
	const page = fetchCall({ headers: [["Authorization", "Bearer x"]] });
	test.each<[RedirectingSite, RedirectingSite, boolean]>([
		["local", "local", true],
		["remote", "remote", true],
		["local", "remote", false],
		["remote", "local", false],
		["remote", "remote2", false],
	])("from %s to %s is kept: %s", (first, second, isKept) => {
		const verdict = following(page, `${SITES[first]}/a`, `${SITES[second]}/b`);
		expect(sentHeader(lastSent(verdict), "authorization")).toBe(isKept ? "Bearer x" : undefined);
		expect(verdict.readable).toBe(true);
	});
	test("does not come back with the origin", () => {
		const hops = [`${PAGE_ORIGIN}/1`, `${SITES.remote}/2`, `${PAGE_ORIGIN}/3`];
		const verdict = converse({ ...page, origin: PAGE_ORIGIN, url: `${PAGE_ORIGIN}/1` }, (request) => {
			const next = hops[hops.indexOf(request.url) + 1];
			return next === undefined ? response(200, OPEN) : redirectTo(next);
		});
		expect(verdict.sent.map((request) => sentHeader(request, "authorization"))).toEqual([
			"Bearer x",
			undefined,
			undefined,
		]);
		expect(verdict.sent.map(({ kind }) => kind)).toEqual(["actual", "actual", "actual"]);
	});
});
