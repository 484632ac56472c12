/** Owns the proof of the way to the upstream where no socket can show it. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fetchUpstream } from "../../src/gateway/forward.ts";
import { compileTenant } from "../../src/tenants/tenant.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function passage(upstreamTimeoutSeconds: number) {
	const result = compileTenant({
		upstream: "https://api.internal",
		upstreamTimeoutSeconds,
		cors: { origins: [] },
	});
	if (!result.ok) throw new Error("no tenant");
	const url = new URL("https://api.example.com/");
	return { tenant: result.tenant, url, withoutOrigin: false, certificate: undefined };
}

test("the time-out ends with the response headers: a body that streams for longer is not cut", async () => {
	let signal: AbortSignal | null | undefined;
	const passed = await fetchUpstream(new Request("https://api.example.com/"), passage(1), async (_, init) => {
		signal = init?.signal;
		return new Response("slow");
	});
	await vi.advanceTimersByTimeAsync(10_000);
	expect(passed.ok).toBe(true);
	expect(signal?.aborted).toBe(false);
});

test("an upstream that does not answer in time is given up, and the reason is told", async () => {
	const passing = fetchUpstream(
		new Request("https://api.example.com/"),
		passage(2),
		(_, init) =>
			new Promise((_resolve, reject) => {
				init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
			}),
	);
	await vi.advanceTimersByTimeAsync(2000);
	expect(await passing).toEqual({
		ok: false,
		code: "upstream-timeout",
		reason: "no response headers within 2000 ms",
	});
});
