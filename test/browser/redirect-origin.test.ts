/** Owns the proof of what a redirect does to the origin and to credentials, on the tables of web-platform-tests. */

import { describe, expect, test } from "vitest";
import type { HeaderList } from "../../src/browser/header-list.ts";
import {
	following,
	lastSent,
	OPEN,
	PAGE_ORIGIN,
	type RedirectingSite,
	redirectTo,
	SITES,
} from "./redirecting-sites.ts";
import { converse, failedCodes, fetchCall, response, sentHeader, xhrCall } from "./user-agent.ts";

/** cors/redirect-origin.htm: what each of the two hops allows, and the origin that the second one sees. */
describe("the origin after a redirect", () => {
	type Allow = "*" | "origin" | "null" | "none" | "remote";
	type Row = [RedirectingSite, Allow, RedirectingSite, Allow, "origin" | "null" | "disallow"];
	const table: readonly Row[] = [
		["local", "*", "remote", "*", "origin"],
		["local", "*", "remote", "origin", "origin"],
		["local", "*", "remote", "null", "disallow"],
		["local", "*", "remote", "none", "disallow"],
		["local", "origin", "remote", "*", "origin"],
		["local", "origin", "remote", "origin", "origin"],
		["local", "origin", "remote", "null", "disallow"],
		["local", "origin", "remote", "none", "disallow"],
		["local", "null", "remote", "*", "origin"],
		["local", "none", "remote", "*", "origin"],
		["remote", "*", "local", "*", "null"],
		["remote", "*", "local", "origin", "disallow"],
		["remote", "*", "local", "null", "null"],
		["remote", "*", "local", "none", "disallow"],
		["remote", "origin", "local", "*", "null"],
		["remote", "origin", "local", "origin", "disallow"],
		["remote", "origin", "local", "null", "null"],
		["remote", "origin", "local", "none", "disallow"],
		["remote", "null", "local", "*", "disallow"],
		["remote", "none", "local", "*", "disallow"],
		["remote", "*", "remote", "*", "origin"],
		["remote", "*", "remote", "origin", "origin"],
		["remote", "*", "remote", "null", "disallow"],
		["remote", "*", "remote", "none", "disallow"],
		["remote", "origin", "remote", "*", "origin"],
		["remote", "origin", "remote", "origin", "origin"],
		["remote", "origin", "remote", "null", "disallow"],
		["remote", "origin", "remote", "none", "disallow"],
		["remote", "null", "remote", "*", "disallow"],
		["remote", "none", "remote", "*", "disallow"],
		["remote", "*", "remote2", "*", "null"],
		["remote", "*", "remote2", "origin", "disallow"],
		["remote", "*", "remote2", "null", "null"],
		["remote", "*", "remote2", "none", "disallow"],
		["remote", "origin", "remote2", "*", "null"],
		["remote", "origin", "remote2", "origin", "disallow"],
		["remote", "origin", "remote2", "null", "null"],
		["remote", "origin", "remote2", "none", "disallow"],
		["remote", "null", "remote2", "*", "disallow"],
		["remote", "none", "remote2", "*", "disallow"],
		["remote", "*", "remote", "remote", "disallow"],
		["remote", "*", "remote2", "remote", "disallow"],
		["remote", "remote", "remote", "*", "disallow"],
	];
	const allow = (what: Allow): HeaderList => {
		if (what === "none") return [];
		const value = { "*": "*", origin: PAGE_ORIGIN, null: "null", remote: SITES.remote }[what];
		return [["Access-Control-Allow-Origin", value]];
	};
	test.each(table)("%s (%s) to %s (%s): %s", (first, firstAllow, second, secondAllow, expected) => {
		const target = `${SITES[second]}/second`;
		const verdict = converse(
			xhrCall({ origin: PAGE_ORIGIN, url: `${SITES[first]}/first`, method: "GET", body: null }),
			(request) =>
				request.url === target
					? response(200, allow(secondAllow))
					: redirectTo(target, 302, allow(firstAllow)),
		);
		expect(verdict.readable).toBe(expected !== "disallow");
		if (expected !== "disallow") {
			expect(sentHeader(lastSent(verdict), "origin")).toBe(expected === "origin" ? PAGE_ORIGIN : "null");
		}
	});

	/** fetch/api/redirect/redirect-origin.any.js */
	test("stays away on a same-origin GET, and is the page's own on a same-origin POST", () => {
		for (const status of [307, 308]) {
			const get = following(fetchCall(), `${PAGE_ORIGIN}/a`, `${PAGE_ORIGIN}/b`, status);
			expect(sentHeader(lastSent(get), "origin")).toBeUndefined();
			const post = following(fetchCall({ method: "POST" }), `${PAGE_ORIGIN}/a`, `${PAGE_ORIGIN}/b`, status);
			expect(sentHeader(lastSent(post), "origin")).toBe(PAGE_ORIGIN);
		}
	});
	/** fetch/api/redirect/redirect-back-to-original-origin.any.js */
	test("a way back to the page's own origin stays a CORS request", () => {
		expect(following(fetchCall(), `${SITES.remote}/a`, `${PAGE_ORIGIN}/b`)).toMatchObject({
			readable: true,
			responseType: "cors",
		});
	});
	test("once null stays null, over any number of hops", () => {
		const hops = [`${SITES.remote}/1`, `${SITES.remote2}/2`, `${SITES.remote2}/3`, `${PAGE_ORIGIN}/4`];
		const verdict = converse(fetchCall({ origin: PAGE_ORIGIN, url: hops[0] ?? "" }), (request) => {
			const next = hops[hops.indexOf(request.url) + 1];
			return next === undefined ? response(200, OPEN) : redirectTo(next);
		});
		expect(verdict.sent.map((request) => sentHeader(request, "origin"))).toEqual([
			PAGE_ORIGIN,
			"null",
			"null",
			"null",
		]);
		expect(verdict.steps.filter(({ advice }) => advice?.includes("origin is null"))).toHaveLength(1);
	});
	test("a preflight after it says null too", () => {
		const verdict = following(fetchCall({ method: "PUT" }), `${SITES.remote}/a`, `${SITES.remote2}/b`, 307);
		expect(verdict.sent.map((request) => [request.kind, sentHeader(request, "origin")])).toEqual([
			["preflight", PAGE_ORIGIN],
			["actual", PAGE_ORIGIN],
			["preflight", "null"],
			["actual", "null"],
		]);
	});
});

describe("credentials", () => {
	const withCredentials: HeaderList = [
		["Access-Control-Allow-Origin", PAGE_ORIGIN],
		["Access-Control-Allow-Credentials", "true"],
	];
	test.each<["omit" | "same-origin" | "include", readonly boolean[]]>([
		["omit", [false, false, false]],
		["same-origin", [true, false, false]],
		["include", [true, true, true]],
	])("%s: from the page's own origin to another one and back: %j", (credentials, expected) => {
		const hops = [`${PAGE_ORIGIN}/1`, `${SITES.remote}/2`, `${PAGE_ORIGIN}/3`];
		const verdict = converse(
			fetchCall({ origin: PAGE_ORIGIN, url: `${PAGE_ORIGIN}/1`, credentials }),
			(request) => {
				const next = hops[hops.indexOf(request.url) + 1];
				const headers: HeaderList = [
					["Access-Control-Allow-Origin", sentHeader(request, "origin") ?? ""],
					["Access-Control-Allow-Credentials", "true"],
				];
				return next === undefined ? response(200, headers) : redirectTo(next, 302, headers);
			},
		);
		expect(verdict.readable).toBe(true);
		expect(verdict.sent.map((request) => request.credentials)).toEqual(expected);
	});
	test("the redirect itself needs the headers", () => {
		const page = fetchCall({ credentials: "include" });
		expect(failedCodes(following(page, `${SITES.remote}/a`, `${SITES.remote}/b`, 302, []))).toEqual([
			"allow-origin",
			"allow-credentials",
		]);
		expect(following(page, `${SITES.remote}/a`, `${SITES.remote}/b`, 302, withCredentials).readable).toBe(
			true,
		);
	});
	test("to another origin the target would have to allow null", () => {
		const page = fetchCall({ credentials: "include" });
		const verdict = following(page, `${SITES.remote}/a`, `${SITES.remote2}/b`, 302, withCredentials);
		expect(failedCodes(verdict)).toEqual(["allow-origin"]);
		expect(verdict.failedStep).toMatchObject({
			url: `${SITES.remote2}/b`,
			required: "Access-Control-Allow-Origin: null",
		});
		expect(verdict.failedStep?.advice).toContain("call http://www2.web-platform.test/b directly");
	});
});
