/** Owns the proof, by a table of histories, that what was deleted stays deleted and what was seen stays served. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Copy } from "../../src/isolate/freshness.ts";
import { documentFor, gate, HOST, KEY, ONE, setUp, TWO, WILDCARD } from "./store-setup.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A place: its KV and its second copy, and the isolates that come and go in it. */
function createPlace() {
	const copies = new Map<string, Copy>();
	const isolates: ReturnType<typeof setUp>[] = [];
	const kv = new Map<string, string>();
	let mode: KvMode = "well";
	let now = 1_000_000;
	const align = (isolate: ReturnType<typeof setUp>) => {
		isolate.kv.clear();
		for (const [key, text] of kv) isolate.kv.set(key, text);
		isolate.state.now = now;
		isolate.state.broken = mode === "failing";
		isolate.state.delay = mode === "silent" ? SILENCE : undefined;
	};
	return {
		kv,
		copies,
		isolate: () => {
			const isolate = setUp(copies);
			isolates.push(isolate);
			return isolate;
		},
		be: (next: KvMode) => {
			mode = next;
		},
		/** Lets the clocks run. */
		pass: async (seconds: number) => {
			now += seconds * 1000;
			for (const isolate of isolates) isolate.state.now = now;
			await vi.advanceTimersByTimeAsync(seconds * 1000);
		},
		/** Asks an isolate, and lets what it began behind the answer come to its end. */
		ask: async <R>(isolate: ReturnType<typeof setUp>, question: () => Promise<R>): Promise<R> => {
			align(isolate);
			const answer = question();
			await vi.advanceTimersByTimeAsync(5000);
			now += 5000;
			return answer;
		},
	};
}

type Place = ReturnType<typeof createPlace>;
type KvMode = "well" | "silent" | "failing";
const SILENCE = new Promise<void>(() => {});

/** What is done to the keys of `HOST`, with the isolate "other" asked after each change. */
interface History {
	readonly name: string;
	readonly steps: readonly ((place: Place) => void)[];
	/** What is served after it. */
	readonly served: string;
}

const write = (key: string, text: string) => (place: Place) => void place.kv.set(key, text);
const remove = (key: string) => (place: Place) => void place.kv.delete(key);
const DIRECTORY_KEY = `origin:customers:${ONE}`;

const TENANTS: readonly History[] = [
	{ name: "written", steps: [write(KEY, documentFor(ONE))], served: ONE },
	{ name: "changed", steps: [write(KEY, documentFor(ONE)), write(KEY, documentFor(TWO))], served: TWO },
	{
		name: "tightened to nobody",
		steps: [write(KEY, documentFor(ONE)), write(KEY, '{"cors":{"origins":[]}}')],
		served: "nobody",
	},
	{ name: "deleted", steps: [write(KEY, documentFor(ONE)), remove(KEY)], served: "absent" },
	{
		name: "deleted and written again",
		steps: [write(KEY, documentFor(ONE)), remove(KEY), write(KEY, documentFor(TWO))],
		served: TWO,
	},
	{
		name: "changed and changed back",
		steps: [
			write(KEY, documentFor(ONE)),
			write(KEY, documentFor(TWO)),
			remove(KEY),
			write(KEY, documentFor(ONE)),
		],
		served: ONE,
	},
	{ name: "made invalid", steps: [write(KEY, documentFor(ONE)), write(KEY, "[]")], served: ONE },
	{
		name: "made invalid, then deleted",
		steps: [write(KEY, documentFor(ONE)), write(KEY, "[]"), remove(KEY)],
		served: "absent",
	},
	{
		name: "deleted, then made invalid",
		steps: [write(KEY, documentFor(ONE)), remove(KEY), write(KEY, "[]")],
		served: "absent",
	},
	{ name: "a wildcard's, written", steps: [write(WILDCARD, documentFor(ONE))], served: ONE },
	{
		name: "a wildcard's, changed",
		steps: [write(WILDCARD, documentFor(ONE)), write(WILDCARD, documentFor(TWO))],
		served: TWO,
	},
	{
		name: "a wildcard's, deleted",
		steps: [write(WILDCARD, documentFor(ONE)), remove(WILDCARD)],
		served: "absent",
	},
	{
		name: "a wildcard's, made invalid",
		steps: [write(WILDCARD, documentFor(ONE)), write(WILDCARD, "[]")],
		served: ONE,
	},
	{
		name: "a wildcard's, then its own besides",
		steps: [write(WILDCARD, documentFor(ONE)), write(KEY, documentFor(TWO))],
		served: TWO,
	},
	{
		name: "its own, deleted beside a wildcard's",
		steps: [write(WILDCARD, documentFor(ONE)), write(KEY, documentFor(TWO)), remove(KEY)],
		served: ONE,
	},
];

/** Which isolates the history came by, and which is asked after it. */
const ASKED = {
	"the same isolate": { before: "same", after: "same" },
	"another isolate that had seen it all": { before: "both", after: "other" },
	"another isolate that had seen only the first": { before: "first", after: "other" },
	"a fresh isolate": { before: "same", after: "fresh" },
} as const;

describe.each(TENANTS)("a tenant: $name", ({ steps, served }) => {
	describe.each(Object.entries(ASKED))("asked in %s", (_, { before, after }) => {
		test.each<[KvMode, number]>([
			["failing", 1],
			["silent", 100],
			["silent", 3000],
		])("with KV %s for %d s", async (mode, seconds) => {
			const place = createPlace();
			const same = place.isolate();
			const other = place.isolate();
			for (const [index, step] of steps.entries()) {
				step(place);
				await place.ask(same, () => same.served());
				if (before === "both" || (before === "first" && index === 0)) {
					await place.ask(other, () => other.served());
				}
				await place.pass(61);
			}
			place.be(mode);
			const asked = after === "fresh" ? place.isolate() : after === "same" ? same : other;
			await place.pass(seconds);
			expect(await place.ask(asked, () => asked.served())).toBe(served);
			// And again and again, while KV is tried behind it.
			for (let i = 0; i < 2; i++) {
				await place.pass(20);
				expect(await place.ask(asked, () => asked.served())).toBe(served);
			}
		});
	});
});

describe.each([
	{ name: "written", steps: [write(DIRECTORY_KEY, "x")], reason: "in-directory" },
	{ name: "removed", steps: [write(DIRECTORY_KEY, "x"), remove(DIRECTORY_KEY)], reason: "not-in-directory" },
	{
		name: "removed and written again",
		steps: [write(DIRECTORY_KEY, "x"), remove(DIRECTORY_KEY), write(DIRECTORY_KEY, "")],
		reason: "in-directory",
	},
])("an origin of a directory: $name", ({ steps, reason }) => {
	describe.each(Object.entries(ASKED))("asked in %s", (_, { before, after }) => {
		test.each<KvMode>(["failing", "silent"])("with KV %s", async (mode) => {
			const place = createPlace();
			const same = place.isolate();
			const other = place.isolate();
			for (const [index, step] of steps.entries()) {
				step(place);
				await place.ask(same, () => same.findOrigin(ONE, "customers"));
				if (before === "both" || (before === "first" && index === 0)) {
					await place.ask(other, () => other.findOrigin(ONE, "customers"));
				}
				await place.pass(61);
			}
			place.be(mode);
			const asked = after === "fresh" ? place.isolate() : after === "same" ? same : other;
			for (const seconds of [1, 100, 1500, 1500]) {
				await place.pass(seconds);
				const verdict = await place.ask(asked, () => asked.findOrigin(ONE, "customers"));
				expect(verdict.reason).toBe(reason);
			}
		});
	});
});

describe("a second copy", () => {
	test("takes an absence though the isolate that reads it never held the document", async () => {
		const place = createPlace();
		const [holder, reader] = [place.isolate(), place.isolate()];
		place.kv.set(KEY, documentFor(ONE));
		await place.ask(holder, () => holder.served());
		place.kv.delete(KEY);
		await place.ask(reader, () => reader.served());
		expect(place.copies.get(KEY)?.text).toBe(null);
	});

	test("of a wildcard's host says that it has no document of its own, renewed with each read; the wildcard's every 5 minutes", async () => {
		const place = createPlace();
		const isolate = place.isolate();
		place.kv.set(WILDCARD, documentFor(ONE));
		for (let i = 0; i < 10; i++) {
			await place.ask(isolate, () => isolate.served());
			await place.pass(55);
		}
		expect(isolate.state.writes.filter((key) => key === KEY).length).toBe(10);
		expect(isolate.state.writes.filter((key) => key === WILDCARD).length).toBe(2);
	});

	test("is written once for the wildcard of made-up hosts that nobody serves, for 20 of them, and for 20 made-up origins", async () => {
		const isolate = createPlace().isolate();
		for (let i = 0; i < 100; i++) {
			await isolate.served(`made-up-${i}.example.com`);
			await isolate.findOrigin(`https://made-up-${i}.example`, "customers");
		}
		await isolate.settle();
		const startOf = (key: string) => key.replace(/made-up-.*/, "");
		const counts = Map.groupBy(isolate.state.writes, startOf);
		expect(new Map([...counts].map(([start, keys]) => [start, keys.length]))).toEqual(
			new Map([
				[WILDCARD, 1],
				["tenant:", 20],
				["origin:customers:https://", 20],
			]),
		);
	});

	test("is written for 100 made-up parents of made-up hosts at once and 100 other absences, not for each", async () => {
		const isolate = createPlace().isolate();
		for (let i = 0; i < 500; i++) await isolate.served(`host.made-up-${i}.example.com`);
		await isolate.settle();
		expect(isolate.state.writes.length).toBe(200);
	});

	test("is written for 120 made-up hosts of a wildcard at once and 2.5 a second, and for those of another all the same", async () => {
		const isolate = createPlace().isolate();
		isolate.kv.set(WILDCARD, documentFor(ONE));
		isolate.kv.set("tenant:*.other.example", documentFor(ONE));
		for (let i = 0; i < 500; i++) await isolate.served(`made-up-${i}.example.com`);
		await isolate.settle();
		expect(isolate.state.writes.filter((key) => key !== WILDCARD).length).toBe(120);
		isolate.advance(10);
		for (let i = 0; i < 500; i++) await isolate.served(`more-${i}.example.com`);
		await isolate.settle();
		expect(isolate.state.writes.filter((key) => key !== WILDCARD).length).toBe(145);
		await isolate.served("api.other.example");
		await isolate.settle();
		expect(isolate.copies.get("tenant:api.other.example")?.text).toBe(null);
	});

	test("is not made of a slow read's value where a quicker one has seen since that it is deleted", async () => {
		for (const before of ["nothing", "absence"]) {
			const place = createPlace();
			const [slow, quick] = [place.isolate(), place.isolate()];
			if (before === "absence") await place.ask(quick, () => quick.served());
			await place.pass(31);
			const { promise, open } = gate();
			slow.kv.set(KEY, documentFor(ONE));
			slow.state.delay = promise;
			const late = slow.find();
			await place.pass(1);
			expect(await place.ask(quick, () => quick.served())).toBe("absent");
			open();
			await late;
			await vi.advanceTimersByTimeAsync(1000);
			expect(place.copies.get(KEY)?.text).toBe(null);
			place.be("failing");
			for (const seconds of [5, 60, 300, 3000]) {
				await place.pass(seconds);
				const fresh = place.isolate();
				expect(await place.ask(fresh, () => fresh.served())).not.toBe(ONE);
			}
			expect(await place.ask(slow, () => slow.served())).not.toBe(ONE);
		}
	});

	test("that a slow read brings late does not come back over what was deleted meanwhile", async () => {
		const place = createPlace();
		const [slow, quick] = [place.isolate(), place.isolate()];
		place.kv.set(KEY, documentFor(ONE));
		slow.kv.set(KEY, documentFor(ONE));
		let open = () => {};
		slow.state.delay = new Promise((resolve) => {
			open = resolve;
		});
		const answer = slow.served();
		await place.pass(10);
		expect(await answer).toBe("unreadable");
		await place.ask(quick, () => quick.served());
		place.kv.delete(KEY);
		await place.pass(61);
		await place.ask(quick, () => quick.served());
		open();
		await slow.settle();
		expect(place.copies.get(KEY)?.text).toBe(null);
	});
});

test("what is served is never older than an hour", async () => {
	const place = createPlace();
	const isolate = place.isolate();
	place.kv.set(KEY, documentFor(ONE));
	await place.ask(isolate, () => isolate.served(HOST));
	place.be("failing");
	await place.pass(3590);
	expect(await place.ask(isolate, () => isolate.served())).toBe(ONE);
	await place.pass(10);
	expect(await place.ask(isolate, () => isolate.served())).toBe("unreadable");
	const fresh = place.isolate();
	expect(await place.ask(fresh, () => fresh.served())).toBe("unreadable");
});

test("a host's absence that is fresh leaves it to an invalid wildcard; then the document that others have seen is served", async () => {
	const place = createPlace();
	const [other, isolate] = [place.isolate(), place.isolate()];
	place.kv.set(WILDCARD, "[]");
	expect(await place.ask(isolate, () => isolate.served())).toBe("invalid");
	place.kv.set(KEY, documentFor(ONE));
	expect(await place.ask(other, () => other.served())).toBe(ONE);
	await place.pass(11.5);
	for (let i = 0; i < 4; i++) expect(await other.served()).toBe(ONE);
	expect(await place.ask(isolate, () => isolate.served())).toBe("invalid");
	place.be("failing");
	await place.pass(4);
	expect(await place.ask(isolate, () => isolate.served())).toBe(ONE);
	expect(await place.ask(isolate, () => isolate.served())).toBe(ONE);
});
