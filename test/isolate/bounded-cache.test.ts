/** Owns the proof that a bounded cache keeps what is used within its bytes. */

import { expect, test } from "vitest";
import { createBoundedCache } from "../../src/isolate/bounded-cache.ts";

test("holds what fits to the byte, and one byte more turns out the oldest", () => {
	const cache = createBoundedCache<string>(100);
	for (const key of ["a", "b", "c", "d"]) cache.set(key, key, 25);
	expect(cache.bytes()).toBe(100);
	cache.set("e", "e", 1);
	expect([cache.bytes(), cache.get("a"), cache.get("b"), cache.get("e")]).toEqual([76, undefined, "b", "e"]);
});

test("keeps what is used through a flood of what is asked for once", () => {
	const cache = createBoundedCache<number>(1000);
	cache.set("used", 1, 10);
	for (let i = 0; i < 10_000; i++) {
		cache.set(`once-${i}`, i, 10);
		if (i % 20 === 0) expect(cache.get("used")).toBe(1);
	}
	expect(cache.bytes()).toBeLessThanOrEqual(1000);
});

test("keeps heavy items that fit together, asked in turn beside light ones", () => {
	const cache = createBoundedCache<string>(100);
	cache.set("light", "light", 1);
	cache.set("heavy", "heavy", 45);
	cache.set("heavier", "heavier", 54);
	for (let i = 0; i < 10; i++) {
		expect([cache.get("heavy"), cache.get("light"), cache.get("heavier")]).toEqual([
			"heavy",
			"light",
			"heavier",
		]);
	}
});

test("keeps an item that is heavier than the whole, and nothing beside it", () => {
	const cache = createBoundedCache<string>(100);
	cache.set("light", "light", 10);
	cache.set("heavy", "heavy", 101);
	expect([cache.get("heavy"), cache.get("light"), cache.bytes()]).toEqual(["heavy", undefined, 101]);
	cache.set("light", "light", 10);
	expect([cache.get("light"), cache.bytes()]).toEqual(["light", 10]);
});

test("reckons with what is replaced and deleted", () => {
	const cache = createBoundedCache<string>(100);
	cache.set("a", "one", 60);
	cache.set("a", "two", 70);
	expect([cache.get("a"), cache.bytes()]).toEqual(["two", 70]);
	cache.delete("a");
	cache.delete("never there");
	expect([cache.get("a"), cache.bytes()]).toEqual([undefined, 0]);
});
