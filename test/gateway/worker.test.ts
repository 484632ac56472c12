/** Owns the proof of the Worker's entry: a Hono app, its bindings, and its last boundary. */

import { env } from "cloudflare:workers";
import { Hono } from "hono/tiny";
import { afterEach, expect, test, vi } from "vitest";
import type { Bindings } from "../../src/gateway/bindings.ts";
import app from "../../src/index.ts";

afterEach(() => void vi.restoreAllMocks());

/** Asks the app with bindings of the test's own; gives the answer and what was logged meanwhile. */
async function ask(bindings: object, init: RequestInit = {}) {
	const log = vi.spyOn(console, "log").mockImplementation(() => {});
	const background: Promise<unknown>[] = [];
	const context = {
		waitUntil: (work: Promise<unknown>) => void background.push(work),
		passThroughOnException() {},
		props: {},
	};
	const request = new Request("https://api.example.com/v1/items?token=secret", init);
	const response = await app.fetch(request, bindings as Bindings, context);
	await Promise.all(background);
	return { response, logged: log.mock.calls.map(([line]) => JSON.parse(String(line)) as unknown) };
}

test("what wrangler binds is what the Worker takes", () => {
	// Compiled or not.
	const bindings: Bindings = env;
	expect(bindings.TENANTS).toBeDefined();
});

test("the Worker is a Hono app", () => {
	expect(app).toBeInstanceOf(Hono);
});

test("a request goes through the gateway", async () => {
	await env.TENANTS.put(
		"tenant:api.example.com",
		JSON.stringify({ cors: { origins: ["https://app.example.com"], methods: ["PUT"] } }),
	);
	const headers = { origin: "https://app.example.com", "access-control-request-method": "PUT" };
	const { response } = await ask(env, { method: "OPTIONS", headers });
	expect(response.status).toBe(204);
	expect(response.headers.get("access-control-allow-methods")).toBe("GET, HEAD, POST, PUT");
});

test("a missing KV namespace is named in the answer and in the log", async () => {
	const { response, logged } = await ask({ UNKNOWN_HOSTS: "refuse" });
	expect(response.status).toBe(503);
	expect(await response.json()).toMatchObject({
		code: "tenant-unavailable",
		detail: expect.stringContaining("TENANTS"),
	});
	expect(logged).toMatchObject([
		{ event: "misconfigured", hostname: "api.example.com", reason: expect.stringContaining("TENANTS") },
	]);
});

test("a name that CDN-Loop cannot have is named in the answer and in the log", async () => {
	const { response, logged } = await ask({ ...env, CDN_LOOP_ID: "a b" });
	expect(response.status).toBe(503);
	expect(await response.json()).toMatchObject({ detail: expect.stringContaining("CDN_LOOP_ID") });
	expect(logged).toMatchObject([{ event: "misconfigured", reason: expect.stringContaining("CDN_LOOP_ID") }]);
});

test("what fails before there is a policy is a problem, shared with nobody, and told without the query", async () => {
	const broken = {
		...env,
		get VERDICTS(): never {
			throw new Error("boom");
		},
	};
	const { response, logged } = await ask(broken, { headers: { origin: "https://app.example.com" } });
	expect(response.status).toBe(500);
	expect(response.headers.get("access-control-allow-origin")).toBeNull();
	expect(await response.json()).toMatchObject({ code: "internal-error" });
	expect(logged).toMatchObject([{ event: "internal-error", path: "/v1/items", reason: "boom" }]);
});
