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
export const RETRY_SECONDS = 5;
/** How long a failure without any last good copy is remembered. */
export const UNAVAILABLE_SECONDS = 1;
/** How long one background read may hold off the next. */
const REFRESH_SECONDS = 10;
/** The longest that a request waits for KV. */
export const MAX_KV_WAIT_MILLISECONDS = 3000;

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
	/** Whether a last good copy went on serving. */
	readonly servedLastGood: boolean;
}

/** Where a request leaves work that goes on after its response: `ctx.waitUntil`. */
export type Background = (work: Promise<unknown>) => void;

/** Everything that the cache needs from outside. */
export interface KvCacheOptions<T> {
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
	/** Bounds the reads that find nothing, where clients choose the keys; left out: no bound. */
	readonly missBudget?: TokenBucket;
}

/** A read-through cache of KV for one isolate. */
export interface KvCache<T> {
	/**
	 * Looks a key up; without a promise wherever the isolate knows the answer. A read begun for one request is never
	 * awaited by another: the runtime forbids it.
	 */
	get(key: string, background: Background): Found<T> | Promise<Found<T>>;
	/** The bytes held, as reckoned. */
	bytes(): number;
}

interface Entry<T> {
	readonly found: Found<T>;
	/** When the read began that gave it: its age is never told too low. */
	readonly readAtMilliseconds: number;
	/** Until then a background read is taken to be under way. */
	refreshingUntilMilliseconds: number;
	/** Until then KV, which has just failed, is left alone. */
	failedUntilMilliseconds: number;
}

/** What a key costs besides its characters: map slots, the entry, its object. */
const ENTRY_BYTES = 256;

/** Makes the cache; nothing is read yet. */
export function createKvCache<T>(options: KvCacheOptions<T>): KvCache<T> {
	const { read, compile, now, onFailure } = options;
	const values: BoundedCache<Entry<T>> = createBoundedCache(options.maxBytes);
	const absences: BoundedCache<Entry<T>> = createBoundedCache(options.maxAbsentBytes);
	const known = (key: string) => values.get(key) ?? absences.get(key);

	/** Reads, remembers and tells; never rejects. */
	async function refresh(key: string): Promise<Found<T>> {
		const begunAt = now();
		let text: string | null;
		try {
			text = await read(key);
		} catch (error) {
			return fallBack(key, error instanceof Error ? error.message : String(error));
		}
		const newer = known(key);
		if (newer !== undefined && newer.found.kind !== "unavailable" && newer.readAtMilliseconds > begunAt)
			return newer.found;
		if (text === null) {
			values.delete(key);
			return remember(absences, key, { kind: "absent" }, begunAt, 0);
		}
		const compiled = compile(text);
		if (!compiled.ok) return fallBack(key, compiled.reason);
		if (newer?.found.kind !== "present") options.missBudget?.refund();
		absences.delete(key);
		const found = { kind: "present", value: compiled.value, readAtMilliseconds: begunAt } as const;
		return remember(values, key, found, begunAt, compiled.bytes);
	}

	function remember(
		cache: BoundedCache<Entry<T>>,
		key: string,
		found: Found<T>,
		readAtMilliseconds: number,
		bytes: number,
	): Found<T> {
		const entry = { found, readAtMilliseconds, refreshingUntilMilliseconds: 0, failedUntilMilliseconds: 0 };
		cache.set(key, entry, ENTRY_BYTES + 2 * key.length + bytes);
		return found;
	}

	/** What is served when KV cannot say: the last good copy for an hour, else nothing. */
	function fallBack(key: string, reason: string): Found<T> {
		const entry = known(key);
		const at = now();
		const good =
			entry !== undefined &&
			entry.found.kind !== "unavailable" &&
			at - entry.readAtMilliseconds < LAST_GOOD_SECONDS * 1000;
		onFailure({ key, reason, servedLastGood: good });
		if (good) {
			entry.failedUntilMilliseconds = at + RETRY_SECONDS * 1000;
			return entry.found;
		}
		values.delete(key);
		return remember(absences, key, { kind: "unavailable" }, at, 0);
	}

	async function waitFor(key: string, background: Background): Promise<Found<T>> {
		const reading = refresh(key);
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<"late">((resolve) => {
			timer = setTimeout(resolve, MAX_KV_WAIT_MILLISECONDS, "late");
		});
		const outcome = await Promise.race([reading, late]);
		clearTimeout(timer);
		if (outcome !== "late") return outcome;
		background(reading);
		return fallBack(key, `no answer within ${MAX_KV_WAIT_MILLISECONDS} ms`);
	}

	return {
		get(key, background) {
			const entry = known(key);
			const at = now();
			if (entry !== undefined) {
				const { kind } = entry.found;
				const age = at - entry.readAtMilliseconds;
				if (age < (kind === "unavailable" ? UNAVAILABLE_SECONDS : FRESH_SECONDS) * 1000) return entry.found;
				if (at < entry.failedUntilMilliseconds && age < LAST_GOOD_SECONDS * 1000) return entry.found;
				if (kind === "present") {
					if (age >= STALE_SECONDS * 1000) return waitFor(key, background);
					if (at >= entry.refreshingUntilMilliseconds) {
						entry.refreshingUntilMilliseconds = at + REFRESH_SECONDS * 1000;
						background(refresh(key));
					}
					return entry.found;
				}
			}
			if (options.missBudget?.take() === false) return entry?.found ?? { kind: "unavailable" };
			return waitFor(key, background);
		},
		bytes: () => values.bytes() + absences.bytes(),
	};
}
