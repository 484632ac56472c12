/** Owns the proof of the copy to KV: nothing lost where KV fails, and nothing old on top of something new. */

import { createScheduledController } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { drain, settle } from "../../../src/admin/copy.ts";
import worker from "../../../src/admin/index.ts";
import { bound, createPlane, documentFor, empty } from "./plane.ts";

beforeEach(async () => {
	await empty();
	vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => void vi.restoreAllMocks());

const HOST = "/v1/tenants/api.acme.com";
const KEY = "tenant:api.acme.com";
const A = documentFor("https://a.example");
const B = documentFor("https://b.example");

/** KV that can be cut off, or held up, and remembers what was written. */
function createKv() {
	const writes: string[] = [];
	const kv = {
		cut: false,
		writes,
		/** Called before each write. */
		before: async (_key: string) => {},
		async put(key: string, value: string) {
			if (kv.cut) throw new Error("KV is cut off");
			await kv.before(key);
			writes.push(`${key} ${value}`);
			await bound.TENANTS.put(key, value);
		},
		async delete(key: string) {
			if (kv.cut) throw new Error("KV is cut off");
			await kv.before(key);
			writes.push(`${key} -`);
			await bound.TENANTS.delete(key);
		},
	};
	return kv;
}

const runCron = (kv: object) =>
	worker.scheduled(createScheduledController(), { ...bound, TENANTS: kv } as never);

const open = async () =>
	(
		await bound.REGISTRY.prepare("SELECT key FROM outbox WHERE written < change ORDER BY key").all<{
			key: string;
		}>()
	).results.map(({ key }) => key);

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("what KV does not take is in the registry, is owed, and is written by the cron trigger", async () => {
	const kv = createKv();
	const plane = await createPlane({ TENANTS: kv });
	await plane.ask(HOST, { method: "PUT", headers: { "if-none-match": "*" }, body: A });
	await plane.ask("/v1/tenants/old.acme.com", { method: "PUT", headers: { "if-none-match": "*" }, body: A });
	kv.cut = true;
	await pause(1000);
	const written = await plane.ask(HOST, { method: "PUT", headers: { "if-match": '"1"' }, body: B });
	expect(written).toMatchObject({ status: 200, json: { version: 2, copied: false } });
	const gone = await plane.ask("/v1/tenants/old.acme.com", {
		method: "DELETE",
		headers: { "if-match": '"1"' },
	});
	expect(gone.status).toBe(204);
	const added = await plane.ask("/v1/directories/customers/origins", {
		method: "POST",
		body: { add: ["https://shop.example"] },
	});
	expect(added.json).toMatchObject({ added: 1, copied: false });

	expect((await plane.ask(HOST)).json).toEqual(B);
	expect(await bound.TENANTS.get(KEY)).toBe(JSON.stringify(A));
	expect(await open()).toEqual(["origin:customers:https://shop.example", KEY, "tenant:old.acme.com"]);
	await runCron(kv);
	expect(await open()).toHaveLength(3);

	kv.cut = false;
	await pause(1100);
	await runCron(kv);
	expect(await bound.TENANTS.get(KEY)).toBe(JSON.stringify(B));
	expect(await bound.TENANTS.get("tenant:old.acme.com")).toBeNull();
	expect(await bound.TENANTS.get("origin:customers:https://shop.example")).toBe("");
	expect(await open()).toEqual([]);
	const before = kv.writes.length;
	await runCron(kv);
	expect(kv.writes).toHaveLength(before);
});

test("what was changed several times meanwhile is written once, as it is now, in the order of the changes", async () => {
	const kv = createKv();
	const plane = await createPlane({ TENANTS: kv });
	kv.cut = true;
	const put = (host: string, body: object, headers: Record<string, string>) =>
		plane.ask(`/v1/tenants/${host}`, { method: "PUT", headers, body });
	await put("b.acme.com", A, { "if-none-match": "*" });
	await put("a.acme.com", A, { "if-none-match": "*" });
	await put("b.acme.com", B, { "if-match": '"1"' });
	kv.cut = false;
	await pause(1100);
	await runCron(kv);
	expect(kv.writes).toEqual([
		`tenant:a.acme.com ${JSON.stringify(A)}`,
		`tenant:b.acme.com ${JSON.stringify(B)}`,
	]);
});

test("a slow write of an old version does not end up on top of a new one", async () => {
	const kv = createKv();
	const plane = await createPlane({ TENANTS: kv });
	let letGo = () => {};
	const held = new Promise<void>((resolve) => {
		letGo = resolve;
	});
	let first = true;
	kv.before = async () => {
		if (!first) return;
		first = false;
		await held;
	};
	const slow = plane.ask(HOST, { method: "PUT", headers: { "if-none-match": "*" }, body: A });
	while (first) await pause(20);
	const fast = plane.ask(HOST, { method: "PUT", headers: { "if-match": '"1"' }, body: B });
	await pause(500);
	// The key is the first writer's as long as it writes: nobody overtakes it.
	expect(kv.writes).toEqual([]);
	letGo();
	const answers = await Promise.all([slow, fast]);
	expect(answers.map(({ json }) => [json.version, json.copied])).toEqual([
		[1, true],
		[2, true],
	]);
	expect(kv.writes).toEqual([`${KEY} ${JSON.stringify(A)}`, `${KEY} ${JSON.stringify(B)}`]);
	expect(await bound.TENANTS.get(KEY)).toBe(JSON.stringify(B));
});

test("a key is written once in a second at the most", async () => {
	const kv = createKv();
	const times: number[] = [];
	kv.before = async () => void times.push(Date.now());
	const plane = await createPlane({ TENANTS: kv });
	await plane.ask(HOST, { method: "PUT", headers: { "if-none-match": "*" }, body: A });
	for (const version of [1, 2, 3]) {
		const body = documentFor(`https://v${version}.example`);
		const written = await plane.ask(HOST, { method: "PUT", headers: { "if-match": `"${version}"` }, body });
		expect(written.json.copied).toBe(true);
	}
	const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
	expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
	expect(await bound.TENANTS.get(KEY)).toBe(JSON.stringify(documentFor("https://v3.example")));
});

test("who dies while it writes leaves the key to the next one, once its lease is over", async () => {
	const kv = createKv();
	const plane = await createPlane({ TENANTS: kv });
	kv.cut = true;
	await plane.ask(HOST, { method: "PUT", headers: { "if-none-match": "*" }, body: A });
	kv.cut = false;
	const begun = Date.now();
	await bound.REGISTRY.prepare("UPDATE outbox SET lease = 'gone', leased_until = ?1")
		.bind(begun + 60_000)
		.run();
	const stores = (after: number) => ({ registry: bound.REGISTRY, kv: kv as never, now: () => begun + after });
	expect(await drain(stores(59_000), 1000)).toBe(0);
	expect(await drain(stores(61_000), 1000)).toBe(1);
	expect(await bound.TENANTS.get(KEY)).toBe(JSON.stringify(A));
});

test("what is done is swept away, and what is owed is not", async () => {
	const kv = createKv();
	const plane = await createPlane({ TENANTS: kv });
	await plane.ask(HOST, { method: "PUT", headers: { "if-none-match": "*" }, body: A });
	kv.cut = true;
	await plane.ask("/v1/tenants/b.acme.com", { method: "PUT", headers: { "if-none-match": "*" }, body: A });
	await drain({ registry: bound.REGISTRY, kv: kv as never, now: () => Date.now() + 120_000 }, 1000);
	const { results } = await bound.REGISTRY.prepare("SELECT key FROM outbox").all();
	expect(results).toEqual([{ key: "tenant:b.acme.com" }]);
});

test("keys that nobody has changed are settled at once", async () => {
	const stores = { registry: bound.REGISTRY, kv: createKv() as never, now: Date.now };
	expect(await settle(stores, new Map([["tenant:nothing.example", 1]]), 1000)).toEqual(new Map());
});

test("a write that is committed is never answered as if it had failed, even if the copy fails", async () => {
	const registry = new Proxy(bound.REGISTRY, {
		get(target, name) {
			const member: unknown = Reflect.get(target, name);
			if (typeof member !== "function") return member;
			if (name !== "prepare") return member.bind(target);
			return (sql: string) => {
				if (sql.includes("SET written")) throw new Error("D1 is cut off");
				return target.prepare(sql);
			};
		},
	});
	const plane = await createPlane({ TENANTS: createKv(), REGISTRY: registry });
	const written = await plane.ask(HOST, { method: "PUT", headers: { "if-none-match": "*" }, body: A });
	expect(written).toMatchObject({ status: 201, json: { version: 1, copied: false } });
	expect(await open()).toEqual([KEY]);
});
