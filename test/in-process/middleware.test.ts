/** Owns the proof of the middleware where no socket is needed; test/package/middleware has the table of every runtime. */

import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { expect, test, vi } from "vitest";
import { cordon, type MiddlewareDocument, type TenantsNamespace } from "../../src/hono.ts";

const APP = "https://app.example.com";
const EVIL = "https://evil.example";
const URL_ASKED = "https://in-process.example.com/items";

const from = (origin: string, init: RequestInit = {}) =>
	new Request(URL_ASKED, { ...init, headers: { origin, ...(init.headers as Record<string, string>) } });

/** A namespace of the test's own, which tells what was read. */
function namespaceOf(values: Readonly<Record<string, string>>) {
	const read: string[] = [];
	const namespace: TenantsNamespace = {
		async get(key) {
			read.push(key);
			return values[key] ?? null;
		},
	};
	return { namespace, read };
}

const STORED = { "tenant:in-process.example.com": JSON.stringify({ cors: { origins: [APP] } }) };

test("documents come from Workers KV", async () => {
	await env.TENANTS.put("tenant:in-process.example.com", STORED["tenant:in-process.example.com"]);
	const app = new Hono<{ Bindings: Env }>();
	app.use(cordon((c) => c.env.TENANTS));
	app.get("/items", (c) => c.text("items"));
	const response = await app.fetch(from(APP), env);
	expect(response.headers.get("access-control-allow-origin")).toBe(APP);
});

test("a namespace is read once, however many middlewares and requests ask it", async () => {
	const { namespace, read } = namespaceOf(STORED);
	for (let i = 0; i < 3; i++) {
		const app = new Hono().use(cordon(() => namespace)).get("/items", (c) => c.text("items"));
		expect((await app.fetch(from(APP))).headers.get("access-control-allow-origin")).toBe(APP);
		await app.fetch(from(APP));
	}
	expect(read.filter((key) => key === "tenant:in-process.example.com")).toHaveLength(1);
});

test("a namespace that is not there lets nothing through, and is named", async () => {
	const logged: unknown[] = [];
	const handler = vi.fn();
	const app = new Hono<{ Bindings: { TENANTS: TenantsNamespace } }>();
	app.use(cordon((c) => c.env.TENANTS, { log: (entry) => void logged.push(entry) }));
	app.get("/items", handler);
	const response = await app.fetch(from(APP), {});
	expect(response.status).toBe(503);
	expect(await response.json()).toMatchObject({ code: "tenant-unavailable" });
	expect(handler).not.toHaveBeenCalled();
	expect(logged).toMatchObject([{ event: "misconfigured", hostname: "in-process.example.com" }]);
});

test("KV that fails lets nothing through, and is told", async () => {
	const logged: unknown[] = [];
	const failing: TenantsNamespace = { get: () => Promise.reject(new Error("no KV today")) };
	const app = new Hono().use(cordon(() => failing, { log: (entry) => void logged.push(entry) }));
	expect((await app.fetch(from(APP))).status).toBe(503);
	expect(logged).toContainEqual(
		expect.objectContaining({ event: "kv-read-failed", reason: expect.stringContaining("no KV today") }),
	);
});

test("an allowed WebSocket handshake passes as it is, a denied one does not reach the app", async () => {
	const handler = vi.fn(() => {
		const { 0: client, 1: server } = new WebSocketPair();
		server.accept();
		return new Response(null, { status: 101, webSocket: client });
	});
	const app = new Hono().use(cordon({ cors: { origins: [APP] } }, { log() {} })).get("/items", handler);
	const upgraded = await app.fetch(from(APP, { headers: { upgrade: "websocket" } }));
	expect(upgraded.status).toBe(101);
	expect(upgraded.webSocket).toBeTruthy();
	expect((await app.fetch(from(EVIL, { headers: { upgrade: "websocket" } }))).status).toBe(403);
	expect(handler).toHaveBeenCalledOnce();
});

test("what is recorded goes where the app says, without a query", async () => {
	const logged: unknown[] = [];
	const policy: MiddlewareDocument = { cors: { origins: [APP] } };
	const app = new Hono()
		.use(cordon(policy, { log: (entry) => void logged.push(entry) }))
		.get("/items", (c) => c.text(""));
	await app.fetch(from(EVIL));
	await app.fetch(from(APP));
	expect(logged).toMatchObject([
		{ event: "cors-verdict", origin: EVIL, allowed: false, reason: "not-listed", status: 200 },
	]);
});

test("in report mode what the app throws is the app's", async () => {
	const policy: MiddlewareDocument = { mode: "report", cors: { origins: [APP] } };
	const app = new Hono().use(cordon(policy, { log() {} })).get("/items", () => {
		throw "no Error at all";
	});
	await expect(Promise.resolve(app.fetch(from(APP)))).rejects.toBe("no Error at all");
});

test("a document that is changed afterwards is the one that it was", async () => {
	const origins = [APP];
	const app = new Hono().use(cordon({ cors: { origins } }, { log() {} })).get("/items", (c) => c.text(""));
	origins.push(EVIL);
	expect((await app.fetch(from(EVIL))).headers.get("access-control-allow-origin")).toBe(null);
});

test("its own answers are made of headers that no other request can change", async () => {
	const app = new Hono().use(cordon({ cors: { origins: [APP, EVIL] } }));
	const asked = { method: "OPTIONS", headers: { "access-control-request-method": "PUT" } };
	const first = await app.fetch(from(APP, asked));
	await app.fetch(from(EVIL, asked));
	expect(first.headers.get("access-control-allow-origin")).toBe(APP);
});
