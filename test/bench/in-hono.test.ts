/** Owns the proof that the contenders inside Hono differ from the plain ones by Hono alone. */

import { afterEach, describe, expect, test, vi } from "vitest";
import { ALLOWED_ORIGIN, DENIED_ORIGIN } from "../../bench/compare/policy.ts";
import bare from "../../bench/workers/bare.ts";
import byHand from "../../bench/workers/by-hand.ts";
import honoBare from "../../bench/workers/hono-bare.ts";
import honoByHand from "../../bench/workers/hono-by-hand.ts";

const BINDINGS = { UPSTREAM: "http://127.0.0.1:9" };

afterEach(() => vi.unstubAllGlobals());

describe.each([
	["the bare pass-through", bare, honoBare],
	["the header changes by hand", byHand, honoByHand],
] as const)("inside Hono, %s", (_, plain, inside) => {
	test.each([
		["GET", ALLOWED_ORIGIN],
		["GET", DENIED_ORIGIN],
		["DELETE", ALLOWED_ORIGIN],
		["OPTIONS", ALLOWED_ORIGIN],
	])("asks the upstream for the same and answers the same: %s from %s", async (method, origin) => {
		const outside = await exchange(plain, method, origin);
		expect(outside.asked).toEqual(["http://127.0.0.1:9/a/b?page=2"]);
		expect(outside.headers).toContainEqual(["x-kept", "yes"]);
		expect(await exchange(inside, method, origin)).toEqual(outside);
	});

	test("an upstream that cannot be reached is a 500 of Hono's last boundary", async () => {
		vi.stubGlobal("fetch", () => Promise.reject(new Error("refused")));
		const response = await inside.fetch(new Request("http://bench.example/"), BINDINGS);
		expect(response.status).toBe(500);
	});
});

interface Fetching {
	fetch(request: Request, bindings: typeof BINDINGS): Response | Promise<Response>;
}

/** One request through a Worker: what it asked the upstream for, and what it answered. */
async function exchange(worker: Fetching, method: string, origin: string) {
	const asked: string[] = [];
	const sent: (readonly [string, string])[] = [];
	vi.stubGlobal("fetch", async (url: string, init: { readonly headers: Headers }) => {
		asked.push(url);
		sent.push(...init.headers);
		return new Response("body", {
			status: 203,
			headers: { "access-control-allow-origin": "*", vary: "Accept", "x-kept": "yes" },
		});
	});
	const request = new Request("http://bench.example/a/b?page=2", { method, headers: { Origin: origin } });
	const response = await worker.fetch(request, BINDINGS);
	return {
		asked,
		sent,
		status: response.status,
		headers: [...response.headers],
		body: await response.text(),
	};
}
