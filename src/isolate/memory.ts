/** Owns what one isolate remembers of the keys of KV: the newest that it knows of each, compiled once. */

import { type BoundedCache, createBoundedCache } from "./bounded-cache.ts";
import { digestOf } from "./digest.ts";
import type { Copy, CopyNote, Known } from "./freshness.ts";

/** What a key holds, as far as its isolate can say. */
export type Lookup<T> =
	| { readonly kind: "present"; readonly value: T; readonly readAtMilliseconds: number }
	| { readonly kind: "absent" }
	| { readonly kind: "unavailable"; readonly reason: Unavailability };

/** Why there is nothing to go by: KV holds something invalid, or it failed or was silent. */
export type Unavailability = "invalid" | "unreadable";

/** A value made from a text of KV, or why it cannot be. */
export type Compiled<T> =
	| { readonly ok: true; readonly value: T; readonly bytes: number }
	| { readonly ok: false; readonly reason: string };

/** What a memory is made of. */
export interface MemoryOptions<T> {
	/** Makes the value that is remembered. Must not throw. */
	readonly compile: (text: string) => Compiled<T>;
	/** Bound of all values. */
	readonly maxBytes: number;
	/** Bound of all keys without a value: apart, so that a flood of them cannot drive out a value. */
	readonly maxAbsentBytes: number;
}

/** What is remembered of a key. */
export interface Remembered<T> extends Known {
	readonly lookup: Lookup<T>;
	/** The text that KV held, and what was made of it: the same text again need not be compiled again. */
	readonly source: Source<T> | undefined;
	/** What the second copy is known to hold. */
	copy: CopyNote | undefined;
	refreshingUntilMilliseconds: number;
	failedAtMilliseconds: number;
}

interface Source<T> {
	readonly text: string;
	readonly compiled: Compiled<T> & { readonly ok: true };
}

/** What was made of a text that KV or the second copy gave. */
export type Taken<T> =
	| { readonly ok: true; readonly entry: Remembered<T> }
	| { readonly ok: false; readonly reason: string };

/** What one isolate remembers. */
export interface Memory<T> {
	get(name: string): Remembered<T> | undefined;
	/**
	 * Takes what KV said, or the second copy, unless something newer is known; a text that does not compile changes nothing.
	 * @param isFromCopy whether it is the second copy's: then the failures of KV are not forgotten for it
	 */
	take(name: string, said: Copy, isFromCopy: boolean): Taken<T>;
	/** Notes what the second copy holds, beside what is remembered. */
	note(name: string, copy: Copy): void;
	/** Remembers that there is nothing to go by. */
	giveUp(name: string, reason: Unavailability, at: number): Remembered<T>;
	/** The bytes held, as reckoned. */
	bytes(): number;
}

/** What a key costs besides its characters: map slots, the entry, its object. */
const ENTRY_BYTES = 256;

/** What all refused texts may cost, by their digests and reasons. */
const MAX_REFUSALS_BYTES = 512 * 1024;
/** Longer texts are refused anew each time: who compiles refuses them unread, and a digest would cost more than that. */
export const MAX_REMEMBERED_CHARACTERS = 8 * 1024 * 1024;

interface Refusal {
	readonly characters: number;
	readonly digest: string;
	readonly compiled: Compiled<never> & { readonly ok: false };
}

/** Makes an empty memory. */
export function createMemory<T>(options: MemoryOptions<T>): Memory<T> {
	const values: BoundedCache<Remembered<T>> = createBoundedCache(options.maxBytes);
	const absences: BoundedCache<Remembered<T>> = createBoundedCache(options.maxAbsentBytes);
	const refusals: BoundedCache<Refusal> = createBoundedCache(MAX_REFUSALS_BYTES);
	const get = (name: string) => values.get(name) ?? absences.get(name);

	/** Neither a good text nor a refused one is compiled again until it changes. */
	function compileOnce(name: string, text: string, before: Remembered<T> | undefined): Compiled<T> {
		if (before?.source?.text === text) return before.source.compiled;
		const refusal = refusals.get(name);
		const isRefused = refusal?.characters === text.length && refusal.digest === digestOf(text);
		if (isRefused) return refusal.compiled;
		const compiled = options.compile(text);
		if (!compiled.ok && text.length <= MAX_REMEMBERED_CHARACTERS) {
			const bytes = ENTRY_BYTES + 2 * (name.length + compiled.reason.length);
			refusals.set(name, { characters: text.length, digest: digestOf(text), compiled }, bytes);
		}
		return compiled;
	}

	function remember(name: string, entry: Remembered<T>): Remembered<T> {
		const isValue = entry.kind === "present";
		(isValue ? absences : values).delete(name);
		const bytes = ENTRY_BYTES + 2 * name.length + (entry.source?.compiled.bytes ?? 0);
		(isValue ? values : absences).set(name, entry, bytes);
		return entry;
	}

	return {
		get,
		take(name, said, isFromCopy) {
			const { text, readAtMilliseconds } = said;
			const before = get(name);
			if (before !== undefined && before.kind !== "unavailable") {
				const newer = before.readAtMilliseconds - readAtMilliseconds;
				if (newer > 0 || (newer === 0 && isFromCopy)) return { ok: true, entry: before };
			}
			const compiled = text === null ? undefined : compileOnce(name, text, before);
			if (compiled?.ok === false) return compiled;
			const source = compiled === undefined || text === null ? undefined : { text, compiled };
			const lookup: Lookup<T> =
				source === undefined ? ABSENT : { kind: "present", value: source.compiled.value, readAtMilliseconds };
			const entry: Remembered<T> = {
				kind: lookup.kind,
				lookup,
				source,
				readAtMilliseconds,
				isFromCopy,
				copy: isFromCopy ? { isSame: true, readAtMilliseconds } : noteFor(text, before),
				refreshingUntilMilliseconds: isFromCopy ? (before?.refreshingUntilMilliseconds ?? 0) : 0,
				failedAtMilliseconds: (isFromCopy ? before?.failedAtMilliseconds : undefined) ?? NEVER,
			};
			return { ok: true, entry: remember(name, entry) };
		},
		note(name, { text, readAtMilliseconds }) {
			const entry = get(name);
			if (entry === undefined || readAtMilliseconds < (entry.copy?.readAtMilliseconds ?? NEVER)) return;
			entry.copy = { isSame: text === textOf(entry), readAtMilliseconds };
		},
		giveUp(name, reason, at) {
			return remember(name, {
				kind: "unavailable",
				lookup: UNAVAILABLE[reason],
				source: undefined,
				readAtMilliseconds: at,
				isFromCopy: false,
				copy: undefined,
				refreshingUntilMilliseconds: 0,
				failedAtMilliseconds: at,
			});
		},
		bytes: () => values.bytes() + absences.bytes() + refusals.bytes(),
	};
}

const NEVER = Number.NEGATIVE_INFINITY;
const ABSENT = { kind: "absent" } as const;

/** The answers where there is nothing to go by; made once. */
export const UNAVAILABLE = {
	invalid: { kind: "unavailable", reason: "invalid" },
	unreadable: { kind: "unavailable", reason: "unreadable" },
} as const;

/** What the second copy holds beside a new text, or its absence: what the isolate held it may have copied. */
function noteFor(text: string | null, before: Remembered<unknown> | undefined): CopyNote | undefined {
	if (before === undefined) return undefined;
	const isSameText = text === textOf(before);
	if (before.copy !== undefined) {
		return isSameText ? before.copy : { ...before.copy, isSame: false };
	}
	return before.kind === "present" && !isSameText ? { isSame: false, readAtMilliseconds: NEVER } : undefined;
}

/** The text that an entry is made of; null for an absence, undefined where there is nothing to go by. */
function textOf({ kind, source }: Remembered<unknown>): string | null | undefined {
	return kind === "absent" ? null : source?.text;
}
