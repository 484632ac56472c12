/** Owns header lists as the Fetch standard handles them: getting, splitting and extracting by ABNF. */

import { isToken } from "../cors/standard.ts";

/** A header's name and value; a name may stand in a list more than once, as on several lines. */
export type Header = readonly [name: string, value: string];
export type HeaderList = readonly Header[];

/** A response as it came over the network. */
export interface ReceivedResponse {
	readonly status: number;
	readonly headers: HeaderList;
}

/** What extracting by ABNF gives: null where the header is missing. */
export type Extracted<T> = T | "failure" | null;

/** Removes HTTP whitespace from both ends. https://fetch.spec.whatwg.org/#concept-header-value-normalize */
export function normalizeValue(value: string): string {
	return trim(value, "\t\n\r ");
}

/** The values of every header called `name` (lower case), normalized, in order. */
export function valuesOf(list: HeaderList, name: string): readonly string[] {
	return list.filter(([other]) => other.toLowerCase() === name).map(([, value]) => normalizeValue(value));
}

/** All values of `name` (lower case) joined by `, `; null where there is none. https://fetch.spec.whatwg.org/#concept-header-list-get */
export function getHeader(list: HeaderList, name: string): string | null {
	const values = valuesOf(list, name);
	return values.length === 0 ? null : values.join(", ");
}

/** Leaves out every header called `name` (lower case). https://fetch.spec.whatwg.org/#concept-header-list-delete */
export function withoutHeader(list: HeaderList, name: string): HeaderList {
	return list.filter(([other]) => other.toLowerCase() !== name);
}

/** Each name once, lower case, in byte order. https://fetch.spec.whatwg.org/#convert-header-names-to-a-sorted-lowercase-set */
export function sortedLowercaseSet(names: Iterable<string>): readonly string[] {
	return [...new Set([...names].map((name) => name.toLowerCase()))].sort();
}

/**
 * Extracts the tokens of a `#method` or `#field-name` header: one bad element fails all lines.
 * https://fetch.spec.whatwg.org/#extract-header-list-values
 */
export function extractTokens(list: HeaderList, name: string): Extracted<readonly string[]> {
	const values = valuesOf(list, name);
	if (values.length === 0) return null;
	// Recipients let empty elements pass. RFC 9110, section 5.6.1.2
	const tokens = values
		.flatMap((value) => value.split(","))
		.map(trimTabOrSpace)
		.filter((element) => element !== "");
	return tokens.every(isToken) ? tokens : "failure";
}

/** RFC 9111, section 1.2.2: a value too large to be held counts as this one. */
const MAX_DELTA_SECONDS = 2 ** 31;

/**
 * Extracts a `delta-seconds` header, of which there may be one line only.
 * https://fetch.spec.whatwg.org/#http-new-header-syntax
 */
export function extractDeltaSeconds(list: HeaderList, name: string): Extracted<number> {
	const [value, ...more] = valuesOf(list, name);
	if (value === undefined) return null;
	if (more.length > 0 || !isDigits(value)) return "failure";
	return Math.min(Number(value), MAX_DELTA_SECONDS);
}

/** Tells whether `text` is one or more ASCII digits. */
export function isDigits(text: string): boolean {
	return /^[0-9]+$/.test(text);
}

/**
 * Splits a value at the commas outside quoted strings; the quotes stay.
 * https://fetch.spec.whatwg.org/#header-value-get-decode-and-split
 */
export function splitValue(value: string): readonly string[] {
	const values: string[] = [];
	let current = "";
	let position = 0;
	while (position < value.length) {
		const character = value.charAt(position);
		if (character === ",") {
			values.push(trimTabOrSpace(current));
			current = "";
			position++;
		} else {
			const end = character === '"' ? endOfQuotedString(value, position) : position + 1;
			current += value.slice(position, end);
			position = end;
		}
	}
	values.push(trimTabOrSpace(current));
	return values;
}

/** https://fetch.spec.whatwg.org/#collect-an-http-quoted-string */
function endOfQuotedString(value: string, start: number): number {
	for (let i = start + 1; i < value.length; i++) {
		if (value.charAt(i) === "\\") i++;
		else if (value.charAt(i) === '"') return i + 1;
	}
	return value.length;
}

function trimTabOrSpace(text: string): string {
	return trim(text, "\t ");
}

function trim(text: string, blanks: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && blanks.includes(text.charAt(start))) start++;
	while (end > start && blanks.includes(text.charAt(end - 1))) end--;
	return text.slice(start, end);
}
