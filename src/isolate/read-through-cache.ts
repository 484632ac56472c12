/** Owns how long what was read from KV counts: fresh, stale, last good copy; present, absent, unavailable. */

import { type BoundedCache, createBoundedCache } from "./bounded-cache.ts";
import type { TokenBucket } from "./token-bucket.ts";

/** Younger than this, a value is served as it is. */
export const FRESH_SECONDS = 30;
/** Younger than this, a value is served while one background read refreshes it; older, the request waits for KV. */
export const STALE_SECONDS = 60;
/** Younger than this, the last good copy is served where KV fails or holds something invalid. */
export const LAST_GOOD_SECONDS = 3600;
/** How long KV is left alone after a failure while a last good copy serves. */
const RETRY_SECONDS = 5;
/** How long after a failure KV counts as failing: the last good copy serves while reads are tried in the background. */
const FAILING_SECONDS = 60;
/** How long a failure without any last good copy is remembered. */
export const UNAVAILABLE_SECONDS = 1;
/** How long a second copy of a text that does not change stays as it is: to write it costs more than to read KV. */
export const COPY_SECONDS = 300;
/** How long one background read may hold off the next. */
const REFRESH_SECONDS = 10;
/** The longest that a request waits for KV. */
export const MAX_KV_WAIT_MILLISECONDS = 3000;
/** The longest that it waits for the second copy after that. */
export const MAX_SECOND_COPY_WAIT_MILLISECONDS = 500;

/** What a key was found to hold. */
export type Found<T> =
	| { readonly kind: "present"; readonly value: T; readonly readAtMilliseconds: number }
	| { readonly kind: "absent" }
	| { readonly kind: "unavailable" };

/** A value made from a text of KV, or why it cannot be. */
export type Compiled<T> =
	| { readonly ok: true; readonly value: T; readonly bytes: number }
	| { readonly ok: false; readonly reason: string };

/** A failure to read, for the log. */
export interface ReadFailure {
	readonly key: string;
	readonly reason: string;
	/** Which last good copy went on serving, if any. */
	readonly served: "isolate" | "second-copy" | "nothing";
}

/** Where a request leaves work that goes on after its response: `ctx.waitUntil`. */
export type Background = (work: Promise<unknown>) => void;

/** Everything that the cache needs from outside. */
export interface ReadThroughCacheOptions<T> {
	/** What stands before each name in KV; not joined to it unless KV is asked. */
	readonly prefix: string;
	/** Reads a key from KV; null where it is absent; may throw. */
	readonly read: (key: string) => Promise<string | null>;
	/** Makes the value that is cached. Must not throw. */
	readonly compile: (text: string) => Compiled<T>;
	/** The clock, in milliseconds. */
	readonly now: () => number;
	readonly onFailure: (failure: ReadFailure) => void;
	/** Bound of all values. */
	readonly maxBytes: number;
	/** Bound of all keys that are remembered as absent: apart, so that a flood of them cannot drive out a value. */
	readonly maxAbsentBytes: number;
	/** Where the last good copy is kept besides; left out: nowhere. */
	readonly secondCopy?: SecondCopy;
	/** Bounds the reads that find nothing, where clients choose the keys; left out: no bound. */
	readonly missBudget?: TokenBucket;
}

/** A place outside the isolate for the last good copy, so that a cold isolate can start while KV is down. */
export interface SecondCopy {
	/** Gives the copy, or undefined where there is none; may reject. */
	read(key: string): Promise<{ readonly text: string; readonly readAtMilliseconds: number } | undefined>;
	write(key: string, text: string, readAtMilliseconds: number): Promise<void>;
	remove(key: string): Promise<void>;
}

/** A read-through cache of KV for one isolate. */
export interface ReadThroughCache<T> {
	/**
	 * Looks a name up; without a promise wherever the isolate knows the answer. A read begun for one request is never
	 * awaited by another: the runtime forbids it.
	 */
	get(name: string, background: Background): Found<T> | Promise<Found<T>>;
	/** The bytes held, as reckoned. */
	bytes(): number;
}

interface Entry<T> {
	readonly found: Found<T>;
	/** What KV held, where it held something. */
	readonly source: Source<T> | undefined;
	/** When the read began that gave it: its age is never told too low. */
	readonly readAtMilliseconds: number;
	/** Until then a background read is taken to be under way. */
	refreshingUntilMilliseconds: number;
	/** When KV last failed to give a newer one; minus infinity for never. */
	failedAtMilliseconds: number;
}

/** A text of KV and what was made of it: the same text again need not be compiled again. */
interface Source<T> {
	readonly text: string;
	readonly compiled: Compiled<T> & { readonly ok: true };
	/** When the read began that the second copy is from. */
	readonly copiedAtMilliseconds: number;
}

/** What a key costs besides its characters: map slots, the entry, its object. */
const ENTRY_BYTES = 256;

const UNAVAILABLE = { kind: "unavailable" } as const;

function isLastGood(readAtMilliseconds: number, at: number): boolean {
	return at - readAtMilliseconds < LAST_GOOD_SECONDS * 1000;
}

function isFresh({ found, readAtMilliseconds }: Entry<unknown>, at: number): boolean {
	return found.kind !== "unavailable" && at - readAtMilliseconds < FRESH_SECONDS * 1000;
}

/** Makes the cache; nothing is read yet. */
export function createReadThroughCache<T>(options: ReadThroughCacheOptions<T>): ReadThroughCache<T> {
	const { prefix, read, compile, now, onFailure, secondCopy, missBudget } = options;
	const values: BoundedCache<Entry<T>> = createBoundedCache(options.maxBytes);
	const absences: BoundedCache<Entry<T>> = createBoundedCache(options.maxAbsentBytes);
	const known = (name: string) => values.get(name) ?? absences.get(name);

	/** Reads, remembers and tells; never rejects. */
	async function refresh(name: string, background: Background): Promise<Found<T>> {
		const begunAt = now();
		let text: string | null;
		try {
			text = await read(prefix + name);
		} catch (error) {
			return fallBack(name, error instanceof Error ? error.message : String(error));
		}
		const before = known(name);
		if (before !== undefined && before.found.kind !== "unavailable" && before.readAtMilliseconds > begunAt) {
			return before.found;
		}
		const wasPresent = before?.found.kind === "present";
		if (text === null) {
			if (wasPresent && secondCopy !== undefined) background(secondCopy.remove(prefix + name));
			values.delete(name);
			return remember(absences, name, { kind: "absent" }, undefined, begunAt).found;
		}
		const same = before?.source?.text === text ? before.source : undefined;
		const compiled = same?.compiled ?? compile(text);
		if (!compiled.ok) return fallBack(name, compiled.reason);
		if (!wasPresent) missBudget?.refund();
		const isCopied = same !== undefined && begunAt - same.copiedAtMilliseconds < COPY_SECONDS * 1000;
		if (secondCopy !== undefined && !isCopied) background(secondCopy.write(prefix + name, text, begunAt));
		const source = isCopied ? same : { text, compiled, copiedAtMilliseconds: begunAt };
		return rememberValue(name, source, begunAt).found;
	}

	function rememberValue(name: string, source: Source<T>, readAtMilliseconds: number): Entry<T> {
		absences.delete(name);
		const found = { kind: "present", value: source.compiled.value, readAtMilliseconds } as const;
		return remember(values, name, found, source, readAtMilliseconds);
	}

	function remember(
		cache: BoundedCache<Entry<T>>,
		name: string,
		found: Found<T>,
		source: Source<T> | undefined,
		readAtMilliseconds: number,
	): Entry<T> {
		const entry: Entry<T> = {
			found,
			source,
			readAtMilliseconds,
			refreshingUntilMilliseconds: 0,
			failedAtMilliseconds: Number.NEGATIVE_INFINITY,
		};
		cache.set(name, entry, ENTRY_BYTES + 2 * name.length + (source?.compiled.bytes ?? 0));
		return entry;
	}

	/** What is served when KV cannot say: the last good copy for an hour, the isolate's or the second one, else nothing. */
	async function fallBack(name: string, reason: string): Promise<Found<T>> {
		const entry = known(name);
		const at = now();
		if (
			entry !== undefined &&
			entry.found.kind !== "unavailable" &&
			isLastGood(entry.readAtMilliseconds, at)
		) {
			entry.failedAtMilliseconds = at;
			onFailure({ key: prefix + name, reason, served: "isolate" });
			return entry.found;
		}
		const second = await readSecondCopy(name);
		if (second !== undefined) {
			second.failedAtMilliseconds = at;
			onFailure({ key: prefix + name, reason, served: "second-copy" });
			return second.found;
		}
		onFailure({ key: prefix + name, reason, served: "nothing" });
		values.delete(name);
		return remember(absences, name, { kind: "unavailable" }, undefined, at).found;
	}

	async function readSecondCopy(name: string): Promise<Entry<T> | undefined> {
		try {
			if (secondCopy === undefined) return undefined;
			const copy = await within(MAX_SECOND_COPY_WAIT_MILLISECONDS, secondCopy.read(prefix + name));
			if (copy === LATE || copy === undefined || !isLastGood(copy.readAtMilliseconds, now()))
				return undefined;
			const { text, readAtMilliseconds } = copy;
			const compiled = compile(text);
			if (!compiled.ok) return undefined;
			const source = { text, compiled, copiedAtMilliseconds: readAtMilliseconds };
			return rememberValue(name, source, readAtMilliseconds);
		} catch {
			return undefined;
		}
	}

	async function waitFor(name: string, background: Background): Promise<Found<T>> {
		const reading = refresh(name, background);
		const found = await within(MAX_KV_WAIT_MILLISECONDS, reading);
		if (found !== LATE) return found;
		background(reading);
		return fallBack(name, `no answer within ${MAX_KV_WAIT_MILLISECONDS} ms`);
	}

	function getNotFresh(
		name: string,
		entry: Entry<T> | undefined,
		at: number,
		background: Background,
	): Found<T> | Promise<Found<T>> {
		const mayRead = () => entry?.found.kind === "present" || missBudget?.take() !== false;
		if (entry === undefined) return mayRead() ? waitFor(name, background) : UNAVAILABLE;
		const { found } = entry;
		const age = at - entry.readAtMilliseconds;
		if (found.kind === "unavailable") {
			return age >= UNAVAILABLE_SECONDS * 1000 && mayRead() ? waitFor(name, background) : found;
		}
		const sinceFailure = at - entry.failedAtMilliseconds;
		const mayServe =
			(found.kind === "present" && age < STALE_SECONDS * 1000) ||
			(sinceFailure < FAILING_SECONDS * 1000 && isLastGood(entry.readAtMilliseconds, at));
		if (!mayServe) return mayRead() ? waitFor(name, background) : found;
		const isDue = at >= entry.refreshingUntilMilliseconds && sinceFailure >= RETRY_SECONDS * 1000;
		if (isDue && mayRead()) {
			entry.refreshingUntilMilliseconds = at + REFRESH_SECONDS * 1000;
			background(refresh(name, background));
		}
		return found;
	}

	return {
		get(name, background) {
			const entry = known(name);
			const at = now();
			return entry !== undefined && isFresh(entry, at)
				? entry.found
				: getNotFresh(name, entry, at, background);
		},
		bytes: () => values.bytes() + absences.bytes(),
	};
}

const LATE = Symbol("late");

/** Waits for `work`, but no longer than `milliseconds`. */
async function within<R>(milliseconds: number, work: Promise<R>): Promise<R | typeof LATE> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<typeof LATE>((resolve) => {
		timer = setTimeout(resolve, milliseconds, LATE);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}
