/** Owns the proof of the way to the upstream where no socket can show it. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAddressReader } from "../../src/gateway/address.ts";
import { callOf, judged } from "../../src/gateway/call.ts";
import { upstreamWay } from "../../src/gateway/forward.ts";
import { compileTenant } from "../../src/tenants/tenant.ts";
import { waysOut } from "./ways-out.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function callWithin(upstreamTimeoutSeconds: number | undefined) {
	const result = compileTenant({
		upstream: "https://api.internal",
		...(upstreamTimeoutSeconds === undefined ? {} : { upstreamTimeoutSeconds }),
		cors: { origins: [] },
	});
	if (!result.ok || result.closed) throw new Error("no tenant");
	const address = createAddressReader()("https://api.example.com/");
	const request = new Request("https://api.example.com/");
	const { tenant } = result;
	if (tenant.closed) throw new Error("no open tenant");
	return judged(callOf({ request, address, background: () => {} }, tenant, 0), undefined);
}

test("the time-out ends with the response headers: a body that streams for longer is not cut", async () => {
	let signal: AbortSignal | null | undefined;
	const way = upstreamWay(
		waysOut(async (request) => {
			({ signal } = request);
			return new Response("slow");
		}),
	);
	const response = await way.ask(callWithin(1));
	await vi.advanceTimersByTimeAsync(10_000);
	expect(await response.text()).toBe("slow");
	expect(signal?.aborted).toBe(false);
});

test("an upstream that does not answer in time is given up, and the reason is told", async () => {
	const way = upstreamWay(
		waysOut(
			({ signal }) =>
				new Promise((_resolve, reject) => {
					signal.addEventListener("abort", () => reject(new Error("aborted")));
				}),
		),
	);
	const failing = way.ask(callWithin(2)).catch(way.failure);
	await vi.advanceTimersByTimeAsync(2000);
	expect(await failing).toEqual({ code: "upstream-timeout", cause: "no response headers within 2000 ms" });
});

test("an upstream that fails within its time is unreachable, with or without one", async () => {
	for (const seconds of [undefined, 1]) {
		const way = upstreamWay(waysOut(() => Promise.reject(new Error("refused"))));
		const failing = way.ask(callWithin(seconds)).catch(way.failure);
		expect(await failing).toEqual({ code: "upstream-unreachable", cause: "refused" });
	}
});
