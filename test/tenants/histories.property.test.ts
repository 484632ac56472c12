/**
 * Owns the proof, over random histories in one place, that what is served was read there, is no older than it may be, and
 * was not replaced by anything that anybody there has read; and that what was read there stays served.
 */

import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Copy } from "../../src/isolate/freshness.ts";
import type { Lookup } from "../../src/isolate/memory.ts";
import { createTenantStore, type StoredTenant, type TenantStore } from "../../src/tenants/store.ts";

const HOST = "api.example.com";
const OWN = `tenant:${HOST}`;
const WILDCARD = "tenant:*.example.com";
const ISOLATES = 3;

const FRESH_BOUND_SECONDS = 60;
/** So long an isolate goes by an absence that it has read, without a look at anything else. */
const FRESH_ABSENCE_SECONDS = 30;
const HOUR_SECONDS = 3600;
/** A second copy of what does not change may be so much older than the last read. */
const COPY_SECONDS = 300;
/** KV counts as failing for a minute after a failure, which shows within three seconds. */
const TROUBLE_SECONDS = 64;
/** While KV fails one request in so many seconds at least looks at the second copy. */
const LOOK_SECONDS = 10;

type KvMode = "well" | "slow" | "silent" | "failing";
/** A version of a document, its absence, or something that does not validate. */
type Value = number | "absent" | "invalid";

type Step =
	| { readonly do: "write" | "delete" | "spoil"; readonly key: string }
	| { readonly do: "kv"; readonly mode: KvMode }
	| { readonly do: "pass"; readonly seconds: number }
	| { readonly do: "ask" | "replace"; readonly isolate: number };

const key = fc.constantFrom(OWN, OWN, WILDCARD);
const isolate = fc.nat(ISOLATES - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ do: fc.constantFrom("write", "delete", "spoil"), key }) },
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant("kv" as const),
			mode: fc.constantFrom<KvMode>("well", "well", "slow", "silent", "failing"),
		}),
	},
	{
		weight: 6,
		arbitrary: fc.record({
			do: fc.constant("pass" as const),
			seconds: fc.constantFrom(0.5, 4, 5, 11, 29, 31, 59, 61, 299, 301, 1800, 3301),
		}),
	},
	{ weight: 10, arbitrary: fc.record({ do: fc.constant("ask" as const), isolate }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("replace" as const), isolate }) },
);

/** What a read of KV brought to the place, or did not. */
interface Observation {
	readonly key: string;
	readonly value: Value | "trouble";
	readonly begunAt: number;
	readonly endedAt: number;
}

/** The plain model: all that was read in this place, and what that allows to be served. */
function createModel() {
	const seen: Observation[] = [];
	const within = (from: number, observation: Observation) => observation.endedAt >= from;

	function inTrouble(ofKey: string, at: number): boolean {
		return seen.some(
			(read) =>
				read.key === ofKey &&
				(read.value === "trouble" || read.value === "invalid") &&
				within(at - TROUBLE_SECONDS * 1000, read),
		);
	}

	/**
	 * Whose read began later knows better, however late the other one ends.
	 * @param freshSeconds so long it is served as it is, in spite of all that others have read
	 */
	function mayServe(ofKey: string, value: Value, at: number, freshSeconds = FRESH_BOUND_SECONDS): boolean {
		const reads = seen.filter((read) => read.key === ofKey);
		const latest = reads
			.filter((read) => read.value === value && at - read.begunAt < HOUR_SECONDS * 1000)
			.sort((a, b) => b.begunAt - a.begunAt)[0];
		if (latest === undefined) return false;
		if (at - latest.begunAt < freshSeconds * 1000) return true;
		const isReplaced = reads.some(
			(read) =>
				read.value !== value &&
				read.value !== "trouble" &&
				read.value !== "invalid" &&
				read.begunAt > latest.begunAt &&
				read.endedAt <= at - LOOK_SECONDS * 1000,
		);
		return inTrouble(ofKey, at) && !isReplaced;
	}

	/**
	 * Whether the host has a document that this place has seen so lately that it must be served. Not where its absence may
	 * be served still: then the wildcard decides in its place, and what is wrong with that counts.
	 */
	function mustServe(at: number): boolean {
		if (mayServe(OWN, "absent", at, FRESH_ABSENCE_SECONDS)) return false;
		const newest = seen
			.filter(({ key: read, value }) => read === OWN && value !== "trouble" && value !== "invalid")
			.sort((a, b) => b.begunAt - a.begunAt)[0];
		return (
			typeof newest?.value === "number" &&
			newest.endedAt <= at - LOOK_SECONDS * 1000 &&
			at - newest.begunAt < (HOUR_SECONDS - COPY_SECONDS) * 1000
		);
	}

	return { seen, mayServe, mustServe };
}

function documentOf(version: number): string {
	return JSON.stringify({ upstreamTimeoutSeconds: version, cors: { origins: [] } });
}

function versionOf(text: string | undefined): Value {
	if (text === undefined) return "absent";
	return text === "[]"
		? "invalid"
		: (JSON.parse(text) as { upstreamTimeoutSeconds: number }).upstreamTimeoutSeconds;
}

/** Runs one history, and says what was served that must not be, or was not that must be. */
async function run(steps: readonly Step[]): Promise<readonly string[]> {
	const model = createModel();
	const kv = new Map<string, string>();
	const keyOfVersion = new Map<number, string>();
	const copies = new Map<string, Copy>();
	const wrong: string[] = [];
	const now = Date.now;
	let mode: KvMode = "well";

	async function read(keys: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
		const begunAt = now();
		const values = keys.map((name) => [name, kv.get(name) ?? null] as const);
		const note = (value: (name: string) => Value | "trouble") => {
			for (const name of keys) model.seen.push({ key: name, value: value(name), begunAt, endedAt: now() });
		};
		if (mode === "silent" || mode === "slow") note(() => "trouble");
		if (mode === "silent") return new Promise(() => {});
		if (mode === "failing") {
			note(() => "trouble");
			throw new Error("KV GET failed: 500");
		}
		if (mode === "slow") await new Promise((resolve) => setTimeout(resolve, 2000));
		const read = new Map(values);
		note((name) => versionOf(read.get(name) ?? undefined));
		return read;
	}

	const createIsolate = (): TenantStore =>
		createTenantStore({
			read,
			now,
			onFailure: () => {},
			secondCopy: {
				read: async (name) => copies.get(name),
				write: async (name, copy) => {
					const kept = copies.get(name);
					if (kept === undefined || kept.readAtMilliseconds <= copy.readAtMilliseconds)
						copies.set(name, copy);
				},
			},
		});

	function judge(lookup: Lookup<StoredTenant>, at: number): void {
		const say = (what: string) => wrong.push(`${what} at ${at / 1000} s`);
		if (lookup.kind === "unavailable") {
			if (model.mustServe(at)) say("nothing was served");
			return;
		}
		if (lookup.kind === "absent") {
			if (!model.mayServe(OWN, "absent", at)) say("the host was taken to be absent");
			if (!model.mayServe(WILDCARD, "absent", at)) say("the wildcard was taken to be absent");
			return;
		}
		const version = lookup.value.closed ? 0 : (lookup.value.upstreamTimeoutMilliseconds ?? 0) / 1000;
		const of = keyOfVersion.get(version) ?? "nothing";
		if (!model.mayServe(of, version, at)) say(`version ${version} of ${of} was served`);
		if (of === WILDCARD && !model.mayServe(OWN, "absent", at)) say("the wildcard was served in its place");
	}

	const isolates = Array.from({ length: ISOLATES }, createIsolate);
	let version = 0;
	for (const taken of steps) {
		// No two reads begin at the very same time: which is newer is told by it.
		await vi.advanceTimersByTimeAsync(1);
		switch (taken.do) {
			case "write":
				kv.set(taken.key, documentOf(++version));
				keyOfVersion.set(version, taken.key);
				break;
			case "delete":
				kv.delete(taken.key);
				break;
			case "spoil":
				kv.set(taken.key, "[]");
				break;
			case "kv":
				mode = taken.mode;
				break;
			case "pass":
				await vi.advanceTimersByTimeAsync(taken.seconds * 1000);
				break;
			case "replace":
				isolates[taken.isolate] = createIsolate();
				break;
			case "ask": {
				const at = now();
				void Promise.resolve(isolates[taken.isolate]?.findTenant(HOST, () => {})).then(
					(lookup) => lookup && judge(lookup, at),
				);
				await vi.advanceTimersByTimeAsync(0);
			}
		}
	}
	await vi.advanceTimersByTimeAsync(4000);
	return wrong;
}

test("in any history, nothing is served that may not be, and nothing is refused that need not be", async () => {
	vi.useFakeTimers({ now: 1_000_000_000 });
	try {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: "max" }), async (steps) => {
				expect(await run(steps)).toEqual([]);
			}),
			{ numRuns: 100 },
		);
	} finally {
		vi.useRealTimers();
	}
});
