/** Owns the proof of the store's times, bounds and failures, on a clock and a KV of the test's own. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Found, ReadFailure } from "../../src/isolate/read-through-cache.ts";
import { createTenantStore, type StoredTenant } from "../../src/tenants/store.ts";

const HOST = "api.example.com";
const KEY = `tenant:${HOST}`;

function documentFor(origin: string): string {
	return JSON.stringify({ cors: { origins: [origin], credentials: true } });
}

/** A store with everything outside in the test's hands. */
function setUp(copies = new Map<string, { text: string; readAtMilliseconds: number }>()) {
	const kv = new Map<string, string>();
	const failures: ReadFailure[] = [];
	const background: Promise<unknown>[] = [];
	const state = {
		now: 1_000_000,
		reads: [] as string[],
		broken: false,
		delay: undefined as Promise<void> | undefined,
	};
	const store = createTenantStore({
		read: async (key) => {
			state.reads.push(key);
			if (state.delay !== undefined) await state.delay;
			if (state.broken) throw new Error("KV GET failed: 500");
			return kv.get(key) ?? null;
		},
		now: () => state.now,
		onFailure: (failure) => failures.push(failure),
		secondCopy: {
			read: async (key) => copies.get(key),
			write: async (key, text, readAtMilliseconds) => void copies.set(key, { text, readAtMilliseconds }),
			remove: async (key) => void copies.delete(key),
		},
	});
	const wait = (work: Promise<unknown>) => background.push(work);
	return {
		kv,
		copies,
		failures,
		state,
		store,
		/** Looks the host up; tells besides whether the answer was there without waiting. */
		find: async (host = HOST) => {
			const answer = store.findTenant(host, wait);
			return { waited: answer instanceof Promise, found: await answer };
		},
		findOrigin: (origin: string, ...directories: string[]) => store.findOrigin(directories, origin, wait),
		settle: () => Promise.all(background.splice(0)),
		advance: (seconds: number) => {
			state.now += seconds * 1000;
		},
	};
}

/** The first origin that the found policy allows, or the kind of what was found instead. */
function allowed(found: Found<StoredTenant>): string {
	if (found.kind !== "present") return found.kind;
	if (found.value.closed) return "closed";
	const { origins } = found.value.policy;
	const candidates = ["https://one.example", "https://two.example"];
	return (
		candidates.find((origin) => origins.kind === "list" && origins.set.match(origin) !== undefined) ??
		"nobody"
	);
}

describe("a policy's age", () => {
	test("up to 30 s it is served without a read and without waiting", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		expect((await find()).waited).toBe(true);
		kv.set(KEY, documentFor("https://two.example"));
		advance(29.999);
		const { waited, found } = await find();
		expect([waited, allowed(found), state.reads.length]).toEqual([false, "https://one.example", 1]);
	});

	test("from 30 to 60 s it is served stale while one read, and only one, refreshes it", async () => {
		const { kv, find, advance, settle, state } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		await find();
		kv.set(KEY, documentFor("https://two.example"));
		advance(30);
		const answers = await Promise.all([find(), find(), find()]);
		expect(answers.map(({ waited, found }) => [waited, allowed(found)])).toEqual(
			Array(3).fill([false, "https://one.example"]),
		);
		await settle();
		expect(state.reads.length).toBe(2);
		expect(allowed((await find()).found)).toBe("https://two.example");
	});

	test("a background read that never ends holds off the next for 10 s, no longer", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		await find();
		advance(31);
		state.delay = new Promise(() => {});
		await find();
		advance(9.9);
		await find();
		expect(state.reads.length).toBe(2);
		advance(0.2);
		await find();
		expect(state.reads.length).toBe(3);
	});

	test("from 60 s on the request waits for KV", async () => {
		const { kv, find, advance } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		await find();
		kv.set(KEY, documentFor("https://two.example"));
		advance(60);
		const { waited, found } = await find();
		expect([waited, allowed(found)]).toEqual([true, "https://two.example"]);
	});

	test("begins anew with each read, though the same text is not compiled again", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		const first = (await find()).found;
		for (const seconds of [60, 300]) {
			advance(seconds);
			const next = (await find()).found;
			if (first.kind !== "present" || next.kind !== "present") throw new Error("no policy");
			expect(next.value).toBe(first.value);
			expect(next.readAtMilliseconds).toBe(state.now);
		}
		advance(29);
		expect((await find()).waited).toBe(false);
		expect(state.reads.length).toBe(3);
	});

	test("even while a background read is under way, nothing older than 60 s is served", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		await find();
		advance(59);
		state.delay = new Promise(() => {});
		await find();
		state.delay = undefined;
		kv.set(KEY, documentFor("https://two.example"));
		advance(1);
		expect(allowed((await find()).found)).toBe("https://two.example");
	});

	test("a read that began earlier never replaces what a later one brought", async () => {
		const { kv, find, advance, settle, state } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		await find();
		advance(40);
		let release = () => {};
		state.delay = new Promise((resolve) => {
			release = resolve;
		});
		await find();
		const slow = kv.get(KEY);
		state.delay = undefined;
		advance(25);
		kv.set(KEY, documentFor("https://two.example"));
		await find();
		kv.set(KEY, slow ?? "");
		release();
		await settle();
		expect(allowed((await find()).found)).toBe("https://two.example");
	});
});

describe("a tenant's document", () => {
	test("of the exact hostname comes before the wildcard's, which serves one level only", async () => {
		const { kv, find } = setUp();
		kv.set("tenant:*.example.com", documentFor("https://two.example"));
		kv.set(KEY, documentFor("https://one.example"));
		expect(allowed((await find("api.example.com")).found)).toBe("https://one.example");
		expect(allowed((await find("other.example.com")).found)).toBe("https://two.example");
		expect(allowed((await find("a.b.example.com")).found)).toBe("absent");
		expect(allowed((await find("example.com")).found)).toBe("absent");
	});

	test("is found with one trailing dot dropped, and never for a host over 253 bytes", async () => {
		const { kv, find, state } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		expect(allowed((await find(`${HOST}.`)).found)).toBe("https://one.example");
		state.reads.length = 0;
		expect(allowed((await find(`${"a.".repeat(127)}`)).found)).toBe("absent");
		expect(state.reads.length).toBe(2);
		expect(allowed((await find(`${"a.".repeat(127)}a`)).found)).toBe("absent");
		expect(state.reads.length).toBe(2);
	});

	test("that is deleted is gone after its time", async () => {
		const { kv, find, advance } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		await find();
		kv.delete(KEY);
		advance(60);
		expect(allowed((await find()).found)).toBe("absent");
	});

	test("that is missing is remembered for 30 s", async () => {
		const { kv, find, advance, state } = setUp();
		expect(allowed((await find()).found)).toBe("absent");
		expect(state.reads).toEqual([KEY, "tenant:*.example.com"]);
		kv.set(KEY, documentFor("https://one.example"));
		advance(29);
		expect((await find()).waited).toBe(false);
		expect(state.reads.length).toBe(2);
		advance(1);
		expect(allowed((await find()).found)).toBe("https://one.example");
	});

	test("that stops validating does not replace the good one", async () => {
		const { kv, find, advance, settle, failures } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		await find();
		for (const bad of [
			'{"cors":{"origins":"*","credentials":true}}',
			"no JSON",
			"[]",
			"x".repeat(5_000_000),
		]) {
			kv.set(KEY, bad);
			advance(45);
			await find();
			await settle();
			advance(45);
			expect(allowed((await find()).found)).toBe("https://one.example");
		}
		expect(failures.every(({ served }) => served === "isolate")).toBe(true);
		expect(failures[0]?.reason).toContain("/cors/origins");
		kv.set(KEY, documentFor("https://two.example"));
		advance(60);
		expect(allowed((await find()).found)).toBe("https://two.example");
	});

	test("that never validated makes the tenant unavailable", async () => {
		const { kv, find } = setUp();
		kv.set(KEY, "[]");
		expect(allowed((await find()).found)).toBe("unavailable");
	});
});

describe("a KV that fails", () => {
	test("gives the last good policy for an hour, then none", async () => {
		const { kv, find, advance, state, failures } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		await find();
		state.broken = true;
		advance(3599);
		expect(allowed((await find()).found)).toBe("https://one.example");
		expect(failures.at(-1)).toEqual({ key: KEY, reason: "KV GET failed: 500", served: "isolate" });
		advance(1);
		expect(allowed((await find()).found)).toBe("unavailable");
		expect(failures.at(-1)?.served).toBe("nothing");
	});

	test("is left alone for 5 s after a failure; then a background read tries while the last good copy serves", async () => {
		const { kv, find, advance, settle, state } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		await find();
		state.broken = true;
		advance(61);
		await find();
		advance(4.9);
		expect((await find()).waited).toBe(false);
		expect(state.reads.length).toBe(2);
		state.broken = false;
		kv.set(KEY, documentFor("https://two.example"));
		advance(0.1);
		const { waited, found } = await find();
		expect([waited, allowed(found)]).toEqual([false, "https://one.example"]);
		await settle();
		expect(allowed((await find()).found)).toBe("https://two.example");
	});

	test("that failed more than a minute ago is waited for again: an old copy is not served on an old failure", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		await find();
		state.broken = true;
		advance(61);
		await find();
		state.broken = false;
		kv.set(KEY, documentFor("https://two.example"));
		advance(60);
		expect(allowed((await find()).found)).toBe("https://two.example");
	});

	test("gives nothing where there was no good copy, and recovers within a second", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		state.broken = true;
		expect(allowed((await find()).found)).toBe("unavailable");
		state.broken = false;
		expect((await find()).waited).toBe(false);
		advance(1);
		expect(allowed((await find()).found)).toBe("https://one.example");
	});

	test("does not hide the wildcard's last good copy behind a hostname that has no document of its own", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set("tenant:*.example.com", documentFor("https://one.example"));
		await find();
		state.broken = true;
		advance(120);
		expect(allowed((await find()).found)).toBe("https://one.example");
	});

	test("lets a cold isolate start from the data centre's copy, for an hour", async () => {
		const warm = setUp();
		warm.kv.set(KEY, documentFor("https://one.example"));
		await warm.find();
		await warm.settle();
		const cold = setUp(warm.copies);
		cold.state.broken = true;
		cold.advance(3599);
		expect(allowed((await cold.find()).found)).toBe("https://one.example");
		expect(cold.failures).toEqual([{ key: KEY, reason: "KV GET failed: 500", served: "second-copy" }]);
		expect((await cold.find()).waited).toBe(false);
		const late = setUp(warm.copies);
		late.state.broken = true;
		late.advance(3600);
		expect(allowed((await late.find()).found)).toBe("unavailable");
	});

	test("renews the data centre's copy at once when the text changes, else every 5 minutes", async () => {
		const { kv, find, settle, advance, copies, state } = setUp();
		const begunAt = state.now;
		const copiedAt = async () => {
			await find();
			await settle();
			return ((copies.get(KEY)?.readAtMilliseconds ?? 0) - begunAt) / 1000;
		};
		kv.set(KEY, documentFor("https://one.example"));
		expect(await copiedAt()).toBe(0);
		advance(299);
		expect(await copiedAt()).toBe(0);
		advance(60);
		expect(await copiedAt()).toBe(359);
		kv.set(KEY, documentFor("https://two.example"));
		advance(60);
		expect(await copiedAt()).toBe(419);
		expect(copies.get(KEY)?.text).toBe(documentFor("https://two.example"));
	});

	test("never serves the data centre's copy of a tenant that was deleted", async () => {
		const { kv, find, settle, advance, copies } = setUp();
		kv.set(KEY, documentFor("https://one.example"));
		await find();
		await settle();
		expect([...copies.keys()]).toEqual([KEY]);
		kv.delete(KEY);
		advance(60);
		await find();
		await settle();
		expect([...copies.keys()]).toEqual([]);
	});

	test("with a second place that fails too gives 503, not an error", async () => {
		const { find, state, copies } = setUp();
		state.broken = true;
		copies.get = () => {
			throw new Error("cache is down");
		};
		expect(allowed((await find()).found)).toBe("unavailable");
	});

	describe("by not answering", () => {
		beforeEach(() => void vi.useFakeTimers());
		afterEach(() => void vi.useRealTimers());

		test("is waited for 3 s at most; what comes later is remembered all the same", async () => {
			const { kv, find, settle, state, advance } = setUp();
			kv.set(KEY, documentFor("https://one.example"));
			let release = () => {};
			state.delay = new Promise((resolve) => {
				release = resolve;
			});
			const pending = find();
			await vi.advanceTimersByTimeAsync(2999);
			expect(await Promise.race([pending, "still waiting"])).toBe("still waiting");
			await vi.advanceTimersByTimeAsync(1);
			expect(allowed((await pending).found)).toBe("unavailable");
			release();
			await settle();
			advance(1);
			const { waited, found } = await find();
			expect([waited, allowed(found)]).toEqual([false, "https://one.example"]);
		});
	});
});

describe("an origin directory", () => {
	test("keeps nothing of a value, however large: only that there is one", async () => {
		const { kv, copies, findOrigin, settle } = setUp();
		kv.set("origin:customers:https://one.example", "x".repeat(1_000_000));
		expect((await findOrigin("https://one.example", "customers")).allowed).toBe(true);
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
	for (let i = 0; i < 20_000; i++) {
		kv.set(`tenant:t${i}.example`, JSON.stringify({ cors: { origins: filler } }));
		await find(`t${i}.example`);
		await find(`made-up-${i}.test`);
		kv.delete(`tenant:t${i}.example`);
	}
	expect(store.bytes()).toBeLessThan(30 * 1024 * 1024);
	expect(store.bytes()).toBeGreaterThan(10 * 1024 * 1024);
});
