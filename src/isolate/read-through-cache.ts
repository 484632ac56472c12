/** Owns the reading of KV through what the isolate remembers, with a second copy asked at the same time. */

import {
	type AbsenceWorth,
	type Copy,
	copyIsDue,
	isLastGood,
	MAX_KV_WAIT_MILLISECONDS,
	MAX_SECOND_COPY_WAIT_MILLISECONDS,
	needsNoWait,
	patienceWith,
	REFRESH_SECONDS,
	useOf,
} from "./freshness.ts";
import { createMemory, type Lookup, type MemoryOptions, type Taken, type Unavailability } from "./memory.ts";
import type { SecondCopy } from "./second-copy.ts";
import { LATE, within } from "./within.ts";

/** A failure to read, for the log. */
export interface ReadFailure {
	readonly key: string;
	readonly reason: string;
	/** Which last good copy went on serving, if any. */
	readonly served: "isolate" | "second-copy" | "nothing";
}

type OnFailure = (failure: ReadFailure) => void;

/** Where a request leaves work that goes on after its response: `ctx.waitUntil`. */
export type Background = (work: Promise<unknown>) => void;

/** Reads keys from KV, all in one call; null, or no entry, where one is absent; may throw. */
export type ReadKeys = (keys: readonly string[]) => Promise<ReadonlyMap<string, string | null>>;

/** Everything that the cache needs from outside. */
export interface ReadThroughCacheOptions<T> extends MemoryOptions<T> {
	/** What stands before each name in KV; not joined to it unless KV is asked. */
	readonly prefix: string;
	readonly read: ReadKeys;
	/** The clock, in milliseconds. */
	readonly now: () => number;
	readonly onFailure: OnFailure;
	/** Where the last good copy is kept besides; left out: nowhere. */
	readonly secondCopy?: SecondCopy;
	/**
	 * Whether the absence of a name is worth a second copy although no value is known to be there. Not asked where the
	 * second copy holds a value: then the absence always is.
	 */
	readonly keepsAbsence: (name: string, worth: AbsenceWorth) => boolean;
}

/** A read-through cache of KV for one isolate. */
export interface ReadThroughCache<T> {
	/** What the isolate can say at once; undefined where KV has to be asked. A refresh that is due is begun behind it. */
	get(name: string, background: Background): Lookup<T> | undefined;
	/**
	 * Asks KV for names, in one read, and the second copy of each at the same time. What one request begins no other one
	 * awaits: the runtime forbids it.
	 * @returns for each name the first good answer, never rejected
	 */
	ask(names: readonly string[], background: Background): readonly Promise<Lookup<T>>[];
	/** What the isolate remembers of a name, however old. */
	remembered(name: string): Lookup<T> | undefined;
	/** The bytes held, as reckoned. */
	bytes(): number;
}

type Reply =
	| { readonly ok: true; readonly values: ReadonlyMap<string, string | null> }
	| { readonly ok: false; readonly reason: string };

/** A name whose answers are under way. */
interface Asking<T> {
	/** What KV says within its time, else what is served in its place. */
	readonly settled: Promise<Lookup<T>>;
	/** Ends when the second copy is known, or late. */
	readonly copied: Promise<unknown>;
	/** The same without a limit. */
	readonly copying: Promise<void>;
}

/** What work behind a response gives is kept until all of it has ended: nothing. */
function forget(): void {}

/** Makes the cache; nothing is read yet. */
export function createReadThroughCache<T>(options: ReadThroughCacheOptions<T>): ReadThroughCache<T> {
	const { prefix, now, onFailure, secondCopy, keepsAbsence } = options;
	const memory = createMemory(options);

	/** Begins the reads of names; never rejects. */
	function begin(names: readonly string[], background: Background): readonly Asking<T>[] {
		const begunAt = now();
		for (const name of names) {
			const entry = memory.get(name);
			if (entry !== undefined) entry.refreshingUntilMilliseconds = begunAt + REFRESH_SECONDS * 1000;
		}
		// However late KV answers, it is taken: this hangs on no request's patience.
		const taking = readAll(names).then((reply) => names.map((name) => take(name, reply, begunAt)));
		const askings = names.map((name, index) => {
			const copying = readCopy(name);
			const copied = within(MAX_SECOND_COPY_WAIT_MILLISECONDS, copying);
			const taken = taking.then((all) => all[index]);
			// One read that fails is one line in the log, under its first key.
			const tell = index === 0 ? onFailure : () => {};
			return { copying, copied, settled: settle(name, begunAt, taken, copied, tell) };
		});
		const areGood = taking.then((all) => all.map(({ ok }) => ok));
		const copyings = askings.map(({ copying }) => copying);
		background(
			Promise.all([...askings.map(({ settled }) => settled.then(forget)), finish(names, areGood, copyings)]),
		);
		return askings;
	}

	async function readAll(names: readonly string[]): Promise<Reply> {
		try {
			return { ok: true, values: await options.read(names.map((name) => prefix + name)) };
		} catch (error) {
			return { ok: false, reason: error instanceof Error ? error.message : String(error) };
		}
	}

	function take(name: string, reply: Reply, begunAt: number): Taken<T> & { readonly isRead: boolean } {
		if (!reply.ok) return { ...reply, isRead: false };
		const text = reply.values.get(prefix + name) ?? null;
		return { ...memory.take(name, { text, readAtMilliseconds: begunAt }, false), isRead: true };
	}

	/** Takes the second copy where it is newer than what the isolate knows. */
	async function readCopy(name: string): Promise<void> {
		let copy: Copy | undefined;
		try {
			copy = await secondCopy?.read(prefix + name);
		} catch {
			// A second place that fails is as good as none.
		}
		if (copy === undefined) return;
		const kind = copy.text === null ? "absent" : "present";
		if (isLastGood({ kind, readAtMilliseconds: copy.readAtMilliseconds }, now())) {
			memory.take(name, copy, true);
		}
		memory.note(name, copy);
	}

	/** Waits for KV as long as anybody may, then for the second copy. */
	async function settle(
		name: string,
		begunAt: number,
		taking: Promise<ReturnType<typeof take> | undefined>,
		copied: Promise<unknown>,
		tell: OnFailure,
	): Promise<Lookup<T>> {
		const taken = await within(MAX_KV_WAIT_MILLISECONDS, taking);
		if (taken !== LATE && taken?.ok) return taken.entry.lookup;
		await copied;
		if (taken === LATE || taken === undefined) {
			const reason = `no answer within ${MAX_KV_WAIT_MILLISECONDS} ms`;
			return fallBack(name, begunAt, { reason, kind: "unreadable" }, tell);
		}
		const { reason, isRead } = taken;
		return isRead
			? fallBack(name, begunAt, { reason, kind: "invalid" }, onFailure)
			: fallBack(name, begunAt, { reason, kind: "unreadable" }, tell);
	}

	/** What is served when KV cannot say: the last good copy for an hour, whosever it is, else nothing. */
	function fallBack(
		name: string,
		begunAt: number,
		{ reason, kind }: { readonly reason: string; readonly kind: Unavailability },
		tell: OnFailure,
	): Lookup<T> {
		const entry = memory.get(name);
		const at = now();
		if (entry === undefined || !isLastGood(entry, at)) {
			tell({ key: prefix + name, reason, served: "nothing" });
			return memory.giveUp(name, kind, at).lookup;
		}
		// Unless KV has answered since, to another request.
		if (entry.isFromCopy || entry.readAtMilliseconds <= begunAt) {
			entry.failedAtMilliseconds = at;
			entry.refreshingUntilMilliseconds = at;
			tell({ key: prefix + name, reason, served: entry.isFromCopy ? "second-copy" : "isolate" });
		}
		return entry.lookup;
	}

	/**
	 * Once KV has answered, brings the second copy up to it. Whoever answered may be turned out of the memory meanwhile, and
	 * then nothing is written: to hold on to it here would hold every large document of a burst at once, beyond all bounds.
	 */
	async function finish(
		names: readonly string[],
		areGood: Promise<readonly boolean[]>,
		copyings: readonly Promise<void>[],
	): Promise<void> {
		const good = await areGood;
		await Promise.all(copyings);
		await Promise.all(names.map((name, index) => (good[index] ? writeCopy(name) : undefined)));
	}

	async function writeCopy(name: string): Promise<void> {
		const writing = beginWrite(name);
		if (writing === undefined) return;
		try {
			await writing.written;
		} catch {
			const entry = memory.get(name);
			if (entry?.copy === writing.note) entry.copy = undefined;
		}
	}

	/** Holds nothing of what is written but what the second copy itself does. */
	function beginWrite(name: string) {
		const entry = memory.get(name);
		if (secondCopy === undefined || entry === undefined || entry.kind === "unavailable") return undefined;
		const due = copyIsDue(entry, entry.copy);
		if (due === false || (due !== true && !keepsAbsence(name, due))) return undefined;
		const { source, readAtMilliseconds } = entry;
		const note = { isSame: true, readAtMilliseconds };
		entry.copy = note;
		const written = secondCopy.write(prefix + name, { text: source?.text ?? null, readAtMilliseconds });
		return { note, written };
	}

	/** The first good answer: of KV, or where it is good enough for now, of the second copy. */
	async function first(name: string, begunAt: number, { settled, copied }: Asking<T>): Promise<Lookup<T>> {
		const early = await Promise.race([settled, copied.then(() => undefined)]);
		if (early !== undefined) return early;
		const inHand = memory.get(name);
		const at = now();
		if (inHand === undefined || !isLastGood(inHand, at)) return settled;
		if (needsNoWait(inHand, at)) return inHand.lookup;
		const patience = patienceWith(inHand, at);
		const answer = await within(patience - (at - begunAt), settled);
		if (answer !== LATE) return answer;
		// The next ones do not wait for what this one has waited for.
		if (patience > 0) inHand.failedAtMilliseconds = now();
		return memory.get(name)?.lookup ?? inHand.lookup;
	}

	return {
		get(name, background) {
			const entry = memory.get(name);
			if (entry === undefined) return undefined;
			const step = useOf(entry, now());
			if (step === "ask") return undefined;
			if (step === "refresh") begin([name], background);
			return entry.lookup;
		},
		ask(names, background) {
			const begunAt = now();
			const askings = begin(names, background);
			return askings.map((asking, index) => first(names[index] ?? "", begunAt, asking));
		},
		remembered: (name) => memory.get(name)?.lookup,
		bytes: () => memory.bytes(),
	};
}
