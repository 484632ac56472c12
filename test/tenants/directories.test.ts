/** Owns the proof of the origin directories, their budgets, and the bounds of what the store holds. */

import { describe, expect, test } from "vitest";
import { ONE, setUp } from "./store-setup.ts";

describe("an origin directory", () => {
	test("keeps nothing of a value, however large: only that there is one", async () => {
		const { kv, copies, findOrigin, settle } = setUp();
		kv.set("origin:customers:https://one.example", "x".repeat(1_000_000));
		expect((await findOrigin(ONE, "customers")).allowed).toBe(true);
		await settle();
		expect(copies.get("origin:customers:https://one.example")?.text).toBe("");
	});

	test("says which of the directories has the origin, an empty value counting", async () => {
		const { kv, findOrigin } = setUp();
		kv.set("origin:second:https://shop.example", "");
		expect(await findOrigin("https://shop.example", "first", "second")).toEqual({
			allowed: true,
			reason: "in-directory",
			entry: '{"directory":"second"}',
		});
		expect(await findOrigin("https://evil.example", "first", "second")).toEqual({
			allowed: false,
			reason: "not-in-directory",
		});
	});

	test("is asked once in 30 s for one origin, hit or miss", async () => {
		const { kv, findOrigin, state } = setUp();
		kv.set("origin:d:https://shop.example", "");
		for (let i = 0; i < 5; i++) {
			await findOrigin("https://shop.example", "d");
			await findOrigin("https://evil.example", "d");
		}
		expect(state.reads.length).toBe(2);
	});

	test("that cannot be read denies, except what it allowed within the hour", async () => {
		const { kv, findOrigin, state, advance } = setUp();
		kv.set("origin:d:https://shop.example", "");
		await findOrigin("https://shop.example", "d");
		state.broken = true;
		advance(3000);
		expect((await findOrigin("https://shop.example", "d")).allowed).toBe(true);
		expect(await findOrigin("https://new.example", "d")).toEqual({
			allowed: false,
			reason: "directory-unavailable",
		});
	});

	test("flooded with made-up origins costs a bounded number of reads and bytes; known origins go on", async () => {
		const { kv, findOrigin, state, advance, store } = setUp();
		kv.set("origin:d:https://shop.example", "");
		await findOrigin("https://shop.example", "d");
		for (let i = 0; i < 100_000; i++) {
			if (i % 1000 === 0) advance(0.1);
			await findOrigin(`https://made-up-${i}.example`, "d");
		}
		// 200 at once and 10 a second for the 10 seconds that passed.
		expect(state.reads.length).toBeLessThanOrEqual(1 + 200 + 100);
		expect(store.bytes()).toBeLessThan(1_000_000);
		expect((await findOrigin("https://shop.example", "d")).allowed).toBe(true);
	});

	test("with many real origins is not held back: only reads that find nothing count", async () => {
		const { kv, findOrigin } = setUp();
		for (let i = 0; i < 2000; i++) kv.set(`origin:d:https://shop-${i}.example`, "");
		for (let i = 0; i < 2000; i++) {
			expect((await findOrigin(`https://shop-${i}.example`, "d")).allowed).toBe(true);
		}
	});
});

test("whatever the number of tenants and made-up hostnames, the bytes held are bounded", async () => {
	const { kv, find, store } = setUp();
	const filler = Array.from({ length: 40 }, (_, i) => `https://origin-${i}.customer.example`);
	for (let i = 0; i < 8_000; i++) {
		kv.set(`tenant:t${i}.example`, JSON.stringify({ cors: { origins: filler } }));
		await find(`t${i}.example`);
		await find(`made-up-${i}.test`);
		kv.delete(`tenant:t${i}.example`);
	}
	expect(store.bytes()).toBeLessThan(37 * 1024 * 1024);
	expect(store.bytes()).toBeGreaterThan(10 * 1024 * 1024);
});
