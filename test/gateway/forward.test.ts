/** Owns the proof of the way to the upstream where no socket can show it. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAddressReader } from "../../src/gateway/address.ts";
import { fetchUpstream, upstreamFailure } from "../../src/gateway/forward.ts";
import { compileTenant } from "../../src/tenants/tenant.ts";
import { waysOut } from "./ways-out.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function passage(upstreamTimeoutSeconds: number | undefined) {
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
	return { request, address, tenant, withoutOrigin: false, certificate: undefined };
}

test("the time-out ends with the response headers: a body that streams for longer is not cut", async () => {
	let signal: AbortSignal | null | undefined;
	const out = waysOut(async (request) => {
		({ signal } = request);
		return new Response("slow");
	});
	const response = await fetchUpstream(passage(1), out);
	await vi.advanceTimersByTimeAsync(10_000);
	expect(await response.text()).toBe("slow");
	expect(signal?.aborted).toBe(false);
});

test("an upstream that does not answer in time is given up, and the reason is told", async () => {
	const out = waysOut(
		({ signal }) =>
			new Promise((_resolve, reject) => {
				signal.addEventListener("abort", () => reject(new Error("aborted")));
			}),
	);
	const failing = fetchUpstream(passage(2), out).catch(upstreamFailure);
	await vi.advanceTimersByTimeAsync(2000);
	expect(await failing).toEqual({ code: "upstream-timeout", reason: "no response headers within 2000 ms" });
});

test("an upstream that fails within its time is unreachable, with or without one", async () => {
	for (const seconds of [undefined, 1]) {
		const failing = fetchUpstream(
			passage(seconds),
			waysOut(() => Promise.reject(new Error("refused"))),
		);
		expect(await failing.catch(upstreamFailure)).toEqual({ code: "upstream-unreachable", reason: "refused" });
	}
});
