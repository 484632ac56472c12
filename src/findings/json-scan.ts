/** Owns the one pass over a JSON text for what JSON.parse lets pass: keys that stand twice, nesting without end. */

import { type Finding, pointerTo, quote } from "./finding.ts";

/** Levels of objects and lists that a document may have; no tenant document has a tenth of it. */
export const MAX_DEPTH = 100;

/** A key that its object has already. */
export interface RepeatedKey {
	readonly key: string;
	/** Its JSON Pointer, which is that of the first one too. */
	readonly pointer: string;
	/** Where the first one stands in the text, in characters; the offset of its quotation mark. */
	readonly firstOffset: number;
}

/** Up to here the keys of an object are compared one by one, which costs less than a Map. */
const MAX_LISTED_KEYS = 8;

/** A longer pointer than this names the whole document: a hostile text could have megabytes of it for each finding. */
const MAX_POINTER_CHARACTERS = 4096;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** An object or a list that is open at a place of the text. */
interface Level {
	readonly isObject: boolean;
	/** Where its keys begin in the list of all open objects' keys. */
	readonly firstKey: number;
	/** The same keys with their offsets, once there are many. */
	offsets: Map<string, number> | undefined;
	/** Where the scan is in it: the key, or the index. */
	key: string;
	index: number;
}

/**
 * Scans a text. It need not be JSON; what is found means something only where it is.
 * @param onRepeatedKey is called for each repeated key; the scan ends where it returns false
 * @returns whether the text is nested no more than 100 levels deep; the scan ends where it is deeper
 */
export function scanJson(text: string, onRepeatedKey: (repeated: RepeatedKey) => boolean): boolean {
	const levels: Level[] = [];
	// One list for all levels, the inner ones' keys behind the outer ones'.
	const keys: string[] = [];
	const offsets: number[] = [];
	let level: Level | undefined;
	let expectsKey = false;
	for (let i = 0; i < text.length; i++) {
		switch (text.charCodeAt(i)) {
			case QUOTE: {
				const end = stringEnd(text, i);
				if (expectsKey && level !== undefined) {
					const key = keyOf(text, i, end);
					const firstOffset = offsetOf(key, level, keys, offsets);
					level.key = key;
					if (firstOffset === undefined) {
						keys.push(key);
						offsets.push(i);
						level.offsets?.set(key, i);
					} else if (!onRepeatedKey({ key, pointer: pointerOf(levels), firstOffset })) {
						return true;
					}
				}
				i = end;
				break;
			}
			case COLON:
				expectsKey = false;
				break;
			case COMMA:
				if (level === undefined) break;
				if (level.isObject) expectsKey = true;
				else level.index++;
				break;
			case OPEN_OBJECT:
			case OPEN_LIST:
				if (levels.length === MAX_DEPTH) return false;
				expectsKey = text.charCodeAt(i) === OPEN_OBJECT;
				level = { isObject: expectsKey, firstKey: keys.length, offsets: undefined, key: "", index: 0 };
				levels.push(level);
				break;
			case CLOSE_OBJECT:
			case CLOSE_LIST:
				if (level !== undefined) {
					keys.length = level.firstKey;
					offsets.length = level.firstKey;
				}
				levels.pop();
				level = levels.at(-1);
				expectsKey = false;
				break;
		}
	}
	return true;
}

/** @returns the offset of the closing quotation mark; where there is none, of the text's end */
function stringEnd(text: string, start: number): number {
	for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
		let backslashes = 0;
		while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
		if (backslashes % 2 === 0) return end;
	}
	return text.length;
}

/** The key as JSON.parse reads it: `"\u0063ors"` is `cors`. */
function keyOf(text: string, start: number, end: number): string {
	const written = text.slice(start + 1, end);
	if (!written.includes("\\")) return written;
	try {
		return JSON.parse(text.slice(start, end + 1)) as string;
	} catch {
		return written;
	}
}

/** @returns where the object has this key already, or undefined */
function offsetOf(
	key: string,
	level: Level,
	keys: readonly string[],
	offsets: readonly number[],
): number | undefined {
	if (level.offsets !== undefined) return level.offsets.get(key);
	for (let i = level.firstKey; i < keys.length; i++) {
		if (keys[i] === key) return offsets[i];
	}
	if (keys.length - level.firstKey >= MAX_LISTED_KEYS) {
		level.offsets = new Map();
		for (let i = level.firstKey; i < keys.length; i++) level.offsets.set(keys[i] ?? "", offsets[i] ?? 0);
	}
	return undefined;
}

function pointerOf(levels: readonly Level[]): string {
	let pointer = "";
	for (const { isObject, key, index } of levels) {
		pointer = pointerTo(pointer, isObject ? key : index);
		if (pointer.length > MAX_POINTER_CHARACTERS) return "";
	}
	return pointer;
}

/**
 * The finding for a key that stands twice.
 * @param before where the first one stands: "line 3"
 */
export function repeatedKey({ key, pointer }: RepeatedKey, before: string): Finding {
	return {
		code: "repeated-key",
		pointer,
		message: `${quote(key)} stands already at ${before}, and of the two only the last would count. Remove one.`,
	};
}

/** The finding for a text that is nested too deeply. */
export function nestedTooDeeply(): Finding {
	return {
		code: "nested-too-deeply",
		pointer: "",
		message: `This is nested more than ${MAX_DEPTH} levels deep, and no tenant document is.`,
	};
}
