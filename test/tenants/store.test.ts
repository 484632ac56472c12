/** Owns the proof of the store's times and failures, on a clock and a KV of the test's own. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { allowed, documentFor, gate, HOST, KEY, ONE, setUp, TWO, WILDCARD } from "./store-setup.ts";

describe("a policy's age", () => {
	test("up to 30 s it is served without a read and without waiting", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(KEY, documentFor(ONE));
		expect((await find()).waited).toBe(true);
		kv.set(KEY, documentFor(TWO));
		advance(29.999);
		const { waited, found } = await find();
		expect([waited, allowed(found), state.calls]).toEqual([false, ONE, 1]);
	});

	test("from 30 to 60 s it is served stale while one read, and only one, refreshes it", async () => {
		const { kv, find, advance, settle, state } = setUp();
		kv.set(KEY, documentFor(ONE));
		await find();
		kv.set(KEY, documentFor(TWO));
		advance(30);
		const answers = await Promise.all([find(), find(), find()]);
		expect(answers.map(({ waited, found }) => [waited, allowed(found)])).toEqual(Array(3).fill([false, ONE]));
		await settle();
		expect(state.calls).toBe(2);
		expect(allowed((await find()).found)).toBe(TWO);
	});

	test("a background read that never ends holds off the next for 10 s, no longer", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(KEY, documentFor(ONE));
		await find();
		advance(31);
		state.delay = new Promise(() => {});
		await find();
		advance(9.9);
		await find();
		expect(state.calls).toBe(2);
		advance(0.2);
		await find();
		expect(state.calls).toBe(3);
	});

	test("from 60 s on the request waits for KV", async () => {
		const { kv, find, advance } = setUp();
		kv.set(KEY, documentFor(ONE));
		await find();
		kv.set(KEY, documentFor(TWO));
		advance(60);
		const { waited, found } = await find();
		expect([waited, allowed(found)]).toEqual([true, TWO]);
	});

	test("begins anew with each read, though the same text is not compiled again", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(KEY, documentFor(ONE));
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
		expect(state.calls).toBe(3);
	});

	test("even while a background read is under way, nothing older than 60 s is served", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(KEY, documentFor(ONE));
		await find();
		advance(59);
		state.delay = new Promise(() => {});
		await find();
		state.delay = undefined;
		kv.set(KEY, documentFor(TWO));
		advance(1);
		expect(allowed((await find()).found)).toBe(TWO);
	});

	test("a read that began earlier never replaces what a later one brought", async () => {
		const { kv, find, advance, settle, state } = setUp();
		kv.set(KEY, documentFor(ONE));
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
		kv.set(KEY, documentFor(TWO));
		await find();
		kv.set(KEY, slow ?? "");
		release();
		await settle();
		expect(allowed((await find()).found)).toBe(TWO);
	});
});

describe("a tenant's document", () => {
	test("of the exact hostname comes before the wildcard's, which serves one level only", async () => {
		const { kv, find } = setUp();
		kv.set(WILDCARD, documentFor(TWO));
		kv.set(KEY, documentFor(ONE));
		expect(allowed((await find("api.example.com")).found)).toBe(ONE);
		expect(allowed((await find("other.example.com")).found)).toBe(TWO);
		expect(allowed((await find("a.b.example.com")).found)).toBe("absent");
		expect(allowed((await find("example.com")).found)).toBe("absent");
	});

	test("is found with one trailing dot dropped, and never for a host over 253 bytes", async () => {
		const { kv, find, state } = setUp();
		kv.set(KEY, documentFor(ONE));
		expect(allowed((await find(`${HOST}.`)).found)).toBe(ONE);
		state.reads.length = 0;
		expect(allowed((await find(`${"a.".repeat(127)}`)).found)).toBe("absent");
		expect(state.reads.length).toBe(2);
		expect(allowed((await find(`${"a.".repeat(127)}a`)).found)).toBe("absent");
		expect(state.reads.length).toBe(2);
	});

	test("that is deleted is gone after its time", async () => {
		const { kv, find, advance } = setUp();
		kv.set(KEY, documentFor(ONE));
		await find();
		kv.delete(KEY);
		advance(60);
		expect(allowed((await find()).found)).toBe("absent");
	});

	test("that is missing is remembered for 30 s", async () => {
		const { kv, find, advance, state } = setUp();
		expect(allowed((await find()).found)).toBe("absent");
		expect(state.reads).toEqual([KEY, WILDCARD]);
		kv.set(KEY, documentFor(ONE));
		advance(29);
		expect((await find()).waited).toBe(false);
		expect(state.calls).toBe(1);
		advance(1);
		expect(allowed((await find()).found)).toBe(ONE);
	});

	test("that stops validating does not replace the good one", async () => {
		const { kv, find, advance, settle, failures } = setUp();
		kv.set(KEY, documentFor(ONE));
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
			expect(allowed((await find()).found)).toBe(ONE);
		}
		expect(failures.every(({ served }) => served === "isolate")).toBe(true);
		expect(failures[0]?.reason).toContain("/cors/origins");
		kv.set(KEY, documentFor(TWO));
		advance(60);
		expect(allowed((await find()).found)).toBe(TWO);
	});

	test("that never validated makes the tenant unavailable", async () => {
		const { kv, find } = setUp();
		kv.set(KEY, "[]");
		expect(allowed((await find()).found)).toBe("invalid");
	});
});

describe("a KV that fails", () => {
	test("gives the last good policy for an hour, then none", async () => {
		const { kv, find, advance, state, failures } = setUp();
		kv.set(KEY, documentFor(ONE));
		await find();
		state.broken = true;
		advance(3599);
		expect(allowed((await find()).found)).toBe(ONE);
		expect(failures.at(-1)).toEqual({ key: KEY, reason: "KV GET failed: 500", served: "isolate" });
		advance(1);
		expect(allowed((await find()).found)).toBe("unreadable");
		expect(failures.at(-1)?.served).toBe("nothing");
	});

	test("is left alone for 5 s after a failure; then one request looks at the second copy, and a read goes on behind it", async () => {
		const { kv, find, advance, settle, state } = setUp();
		kv.set(KEY, documentFor(ONE));
		await find();
		state.broken = true;
		advance(61);
		await find();
		advance(4.9);
		expect((await find()).waited).toBe(false);
		expect(state.calls).toBe(2);
		state.broken = false;
		kv.set(KEY, documentFor(TWO));
		const silence = gate();
		state.delay = silence.promise;
		advance(0.1);
		const { waited, found } = await find();
		expect([waited, allowed(found)]).toEqual([true, ONE]);
		silence.open();
		await settle();
		expect(allowed((await find()).found)).toBe(TWO);
	});

	test("that failed more than a minute ago is waited for again: an old copy is not served on an old failure", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(KEY, documentFor(ONE));
		await find();
		state.broken = true;
		advance(61);
		await find();
		state.broken = false;
		kv.set(KEY, documentFor(TWO));
		advance(60);
		expect(allowed((await find()).found)).toBe(TWO);
	});

	test("gives nothing where there was no good copy, and recovers within a second", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(KEY, documentFor(ONE));
		state.broken = true;
		expect(allowed((await find()).found)).toBe("unreadable");
		state.broken = false;
		expect((await find()).waited).toBe(false);
		advance(1);
		expect(allowed((await find()).found)).toBe(ONE);
	});

	test("does not hide the wildcard's last good copy behind a hostname that has no document of its own", async () => {
		const { kv, find, advance, state } = setUp();
		kv.set(WILDCARD, documentFor(ONE));
		await find();
		state.broken = true;
		advance(120);
		expect(allowed((await find()).found)).toBe(ONE);
	});

	test("lets a cold isolate start from the data centre's copy, for an hour", async () => {
		const warm = setUp();
		warm.kv.set(KEY, documentFor(ONE));
		await warm.find();
		await warm.settle();
		const cold = setUp(warm.copies);
		cold.state.broken = true;
		cold.advance(3599);
		expect(allowed((await cold.find()).found)).toBe(ONE);
		expect(cold.failures).toEqual([{ key: KEY, reason: "KV GET failed: 500", served: "second-copy" }]);
		expect((await cold.find()).waited).toBe(false);
		const late = setUp(warm.copies);
		late.state.broken = true;
		late.advance(3600);
		expect(allowed((await late.find()).found)).toBe("unreadable");
	});

	test("renews the data centre's copy at once when the text changes, else every 5 minutes", async () => {
		const { kv, find, settle, advance, copies, state } = setUp();
		const begunAt = state.now;
		const copiedAt = async () => {
			await find();
			await settle();
			return ((copies.get(KEY)?.readAtMilliseconds ?? 0) - begunAt) / 1000;
		};
		kv.set(KEY, documentFor(ONE));
		expect(await copiedAt()).toBe(0);
		advance(299);
		expect(await copiedAt()).toBe(0);
		advance(60);
		expect(await copiedAt()).toBe(359);
		kv.set(KEY, documentFor(TWO));
		advance(60);
		expect(await copiedAt()).toBe(419);
		expect(copies.get(KEY)?.text).toBe(documentFor(TWO));
	});

	test("never serves the data centre's copy of a tenant that was deleted", async () => {
		const { kv, find, settle, advance, copies } = setUp();
		kv.set(KEY, documentFor(ONE));
		await find();
		await settle();
		expect(copies.get(KEY)?.text).toBe(documentFor(ONE));
		kv.delete(KEY);
		advance(60);
		await find();
		await settle();
		expect(copies.get(KEY)?.text).toBe(null);
	});

	test("with a second place that fails too gives 503, not an error", async () => {
		const { find, state, copies } = setUp();
		state.broken = true;
		copies.get = () => {
			throw new Error("cache is down");
		};
		expect(allowed((await find()).found)).toBe("unreadable");
	});

	describe("by not answering", () => {
		beforeEach(() => void vi.useFakeTimers());
		afterEach(() => void vi.useRealTimers());

		test("is waited for 3 s at most; what comes later is remembered all the same", async () => {
			const { kv, find, settle, state, advance } = setUp();
			kv.set(KEY, documentFor(ONE));
			let release = () => {};
			state.delay = new Promise((resolve) => {
				release = resolve;
			});
			const pending = find();
			await vi.advanceTimersByTimeAsync(2999);
			expect(await Promise.race([pending, "still waiting"])).toBe("still waiting");
			await vi.advanceTimersByTimeAsync(1);
			expect(allowed((await pending).found)).toBe("unreadable");
			release();
			await settle();
			advance(1);
			const { waited, found } = await find();
			expect([waited, allowed(found)]).toEqual([false, ONE]);
		});
	});
});
