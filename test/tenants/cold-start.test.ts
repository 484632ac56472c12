/** Owns the proof of what a request waits for that has to wait, on timers of the test's own. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Copy } from "../../src/isolate/freshness.ts";
import { documentFor, gate, HOST, KEY, ONE, setUp, TWO, WILDCARD } from "./store-setup.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A cold isolate; its place holds these copies, each by its text and its age in seconds. */
function coldIsolate(
	held: Readonly<Record<string, readonly [text: string | null, ageSeconds: number]>> = {},
) {
	const isolate = setUp(new Map<string, Copy>());
	for (const [key, [text, ageSeconds]] of Object.entries(held)) {
		isolate.copies.set(key, { text, readAtMilliseconds: isolate.state.now - ageSeconds * 1000 });
	}
	/** Lets timers and the clock of the store run together. */
	const pass = async (milliseconds: number) => {
		isolate.state.now += milliseconds;
		await vi.advanceTimersByTimeAsync(milliseconds);
	};
	/** What is served, and after how many milliseconds; looked at every 100. */
	const servedAfter = async (host = HOST) => {
		let answer: string | undefined;
		void isolate.served(host).then((served) => {
			answer = served;
		});
		for (let waited = 0; waited <= 10_000; waited += 100) {
			await pass(waited === 0 ? 0 : 100);
			if (answer !== undefined) return [answer, waited];
		}
		return ["nothing", Number.POSITIVE_INFINITY];
	};
	return { ...isolate, pass, servedAfter };
}

const SILENCE = new Promise<void>(() => {});

describe("a cold isolate with a silent KV", () => {
	test.each<[string, readonly [string | null, number] | undefined, string, number]>([
		["serves a copy younger than 60 s at once", [documentFor(ONE), 59.9], ONE, 0],
		["serves an absence younger than 60 s at once", [null, 59.9], "absent", 0],
		["waits 1 s before it serves a copy of 60 s", [documentFor(ONE), 60], ONE, 1000],
		["waits 1 s before it serves a copy of just under an hour", [documentFor(ONE), 3598], ONE, 1000],
		["waits 1 s before it serves an absence of 60 s", [null, 60], "absent", 1000],
		["waits 3 s where the copy is an hour old", [documentFor(ONE), 3600], "unreadable", 3000],
		["waits 3 s without a copy", undefined, "unreadable", 3000],
		["waits 3 s where the copy does not validate", ["[]", 10], "unreadable", 3000],
	])("%s", async (_, copy, served, milliseconds) => {
		const { servedAfter, state } = coldIsolate({
			[WILDCARD]: [null, 10],
			...(copy === undefined ? {} : { [KEY]: copy }),
		});
		state.delay = SILENCE;
		expect(await servedAfter()).toEqual([served, milliseconds]);
	});

	test("waits once: who comes after the one that waited is served at once", async () => {
		const { servedAfter, state } = coldIsolate({ [KEY]: [documentFor(ONE), 600] });
		state.delay = SILENCE;
		expect(await servedAfter()).toEqual([ONE, 1000]);
		expect(await servedAfter()).toEqual([ONE, 0]);
	});

	test("never makes anybody wait again while it is asked, however long KV is silent", async () => {
		const { served, state, pass } = coldIsolate({ [KEY]: [documentFor(ONE), 600] });
		state.delay = SILENCE;
		const first = served();
		await pass(1000);
		expect(await first).toBe(ONE);
		for (let second = 0; second < 300; second++) {
			await pass(1000);
			const answer = served();
			await vi.advanceTimersByTimeAsync(0);
			expect(await Promise.race([answer, "waits"])).toBe(ONE);
		}
	});

	test("waits half a second at most for a second copy that is silent too, when KV has failed", async () => {
		const { servedAfter, state } = coldIsolate({ [KEY]: [documentFor(ONE), 10] });
		state.broken = true;
		state.copyDelay = SILENCE;
		expect(await servedAfter()).toEqual(["unreadable", 500]);
	});
});

describe("a cold isolate", () => {
	test("takes the answer of a KV that is faster than the second copy", async () => {
		const { kv, servedAfter, state } = coldIsolate({ [KEY]: [documentFor(ONE), 10] });
		kv.set(KEY, documentFor(TWO));
		state.copyDelay = SILENCE;
		expect(await servedAfter()).toEqual([TWO, 0]);
	});

	test("takes a KV that answers within the second rather than a copy older than 60 s", async () => {
		const { kv, served, state, pass } = coldIsolate({ [KEY]: [documentFor(ONE), 61] });
		kv.set(KEY, documentFor(TWO));
		const slow = gate();
		state.delay = slow.promise;
		const answer = served();
		await pass(0);
		await pass(900);
		slow.open();
		expect(await answer).toBe(TWO);
	});

	test("learns what a slow KV says, though it has served the copy meanwhile", async () => {
		const { kv, served, settle, state, pass } = coldIsolate({ [KEY]: [documentFor(ONE), 61] });
		kv.set(KEY, documentFor(TWO));
		const slow = gate();
		state.delay = slow.promise;
		const answer = served();
		await pass(1000);
		expect(await answer).toBe(ONE);
		await pass(9000);
		slow.open();
		await settle();
		expect(await served()).toBe(TWO);
		expect(state.calls).toBe(1);
	});

	test("replaces the copy that it has served at once by what KV says", async () => {
		const { kv, served, settle, state, pass } = coldIsolate({ [KEY]: [documentFor(ONE), 40] });
		kv.set(KEY, documentFor(TWO));
		const slow = gate();
		state.delay = slow.promise;
		const answer = served();
		await pass(0);
		expect(await answer).toBe(ONE);
		slow.open();
		await settle();
		expect(await served()).toBe(TWO);
	});

	test("tells a document that does not validate from a KV that cannot be read", async () => {
		const { kv, served, state, advance } = coldIsolate();
		kv.set(KEY, "[]");
		expect(await served()).toBe("invalid");
		state.broken = true;
		advance(1);
		expect(await served()).toBe("unreadable");
	});
});

describe("a host that a wildcard tenant serves", () => {
	test("costs one call of KV, for both keys", async () => {
		const { kv, served, state } = coldIsolate();
		kv.set(WILDCARD, documentFor(ONE));
		expect(await served("new.example.com")).toBe(ONE);
		expect([state.calls, state.reads]).toEqual([1, ["tenant:new.example.com", WILDCARD]]);
	});

	test("costs one key more for each further host, made up or not, while the wildcard's is known", async () => {
		const { kv, served, state } = coldIsolate();
		kv.set(WILDCARD, documentFor(ONE));
		await served("first.example.com");
		state.reads.length = 0;
		for (let i = 0; i < 50; i++) expect(await served(`new-${i}.example.com`)).toBe(ONE);
		expect(state.reads).toEqual(Array.from({ length: 50 }, (_, i) => `tenant:new-${i}.example.com`));
	});

	test("that is unknown, for it has no wildcard tenant either, costs the same", async () => {
		const { served, state } = coldIsolate();
		await served("first.example.com");
		state.reads.length = 0;
		for (let i = 0; i < 50; i++) expect(await served(`new-${i}.example.com`)).toBe("absent");
		expect(state.reads.length).toBe(50);
	});

	test("waits once for a silent KV, where its own absence and the wildcard's document are in the second copy", async () => {
		const { servedAfter, state } = coldIsolate({ [KEY]: [null, 600], [WILDCARD]: [documentFor(ONE), 700] });
		state.delay = SILENCE;
		expect(await servedAfter()).toEqual([ONE, 1000]);
		expect(await servedAfter()).toEqual([ONE, 0]);
	});

	test("is not served where nobody knows whether it has a document of its own", async () => {
		const { servedAfter, state } = coldIsolate({ [WILDCARD]: [documentFor(ONE), 10] });
		state.delay = SILENCE;
		expect(await servedAfter()).toEqual(["unreadable", 3000]);
	});

	test("is not asked for where the host has a document: that alone is read again", async () => {
		const { kv, served, state, advance } = coldIsolate();
		kv.set(KEY, documentFor(ONE));
		await served();
		state.reads.length = 0;
		advance(100);
		await served();
		expect(state.reads).toEqual([KEY]);
	});

	test("comes into its own when the host's own document is deleted", async () => {
		const { kv, served, advance } = coldIsolate();
		kv.set(KEY, documentFor(ONE));
		kv.set(WILDCARD, documentFor(TWO));
		expect(await served()).toBe(ONE);
		kv.delete(KEY);
		advance(60);
		expect(await served()).toBe(TWO);
	});
});

describe("a text that does not validate", () => {
	/** Long enough that to check it again and again would show. */
	const BAD = `{"cors":{"origins":[${'"https://*.a.example",'.repeat(9_000)}"https://x.example/"]}}`;

	test("is checked once, however many requests wait and however often it is read", async () => {
		const parse = vi.spyOn(JSON, "parse");
		try {
			const { kv, served, state, advance } = coldIsolate();
			kv.set(KEY, BAD);
			await Promise.all(Array.from({ length: 20 }, () => served()));
			for (let i = 0; i < 20; i++) {
				advance(2);
				expect(await served()).toBe("invalid");
			}
			expect(state.calls).toBe(40);
			expect(parse.mock.calls.filter(([text]) => text === BAD).length).toBe(1);
			kv.set(KEY, BAD.replace("https://x.example/", "https://one.example"));
			advance(2);
			expect(await served()).toBe(ONE);
		} finally {
			parse.mockRestore();
		}
	});

	test("is not checked again beside a good copy either", async () => {
		const parse = vi.spyOn(JSON, "parse");
		try {
			const { kv, served, settle, advance } = coldIsolate();
			kv.set(KEY, documentFor(ONE));
			await served();
			kv.set(KEY, BAD);
			for (let i = 0; i < 50; i++) {
				advance(20);
				expect(await served()).toBe(ONE);
				await settle();
			}
			expect(parse.mock.calls.filter(([text]) => text === BAD).length).toBe(1);
		} finally {
			parse.mockRestore();
		}
	});

	test("is read by one request in a second while the others are told at once", async () => {
		const { kv, served, state, advance } = coldIsolate();
		kv.set(KEY, "[]");
		await served();
		state.calls = 0;
		advance(1);
		expect(await Promise.all(Array.from({ length: 20 }, () => served()))).toEqual(Array(20).fill("invalid"));
		expect(state.calls).toBe(1);
	});
});

test("the work behind a response gives nothing, so that nothing large is held until all of it has ended", async () => {
	const isolate = setUp();
	isolate.kv.set(KEY, documentFor(ONE));
	await isolate.find();
	const given: unknown[] = await isolate.settle();
	expect(given.flat(9).filter((one) => one !== undefined)).toEqual([]);
	expect(given.length).toBe(1);
});
