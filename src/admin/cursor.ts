/** Owns cursors: where a list goes on, opaque to whoever passes them back. */

import { refusal } from "./problem.ts";

/** Entries of one page. */
export const PAGE_SIZE = 100;

/** Longest text that a cursor stands for, in characters: an origin. */
const MAX_CURSOR_CHARACTERS = 1000;

/** Makes the cursor of what comes after `last`. */
export function cursorAfter(last: string): string {
	return btoa(encodeURIComponent(last)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * Reads a cursor.
 * @returns what the page comes after; empty for the first one
 * @throws 400 where it is none of ours
 */
export function readCursor(cursor: string | undefined): string {
	if (cursor === undefined || cursor === "") return "";
	try {
		if (cursor.length > MAX_CURSOR_CHARACTERS) throw new RangeError("too long");
		const last = decodeURIComponent(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
		if (last !== "") return last;
	} catch {
		// Said below.
	}
	throw refusal("invalid-request", {
		detail: "The cursor is not one that a list has given. Begin without one.",
	});
}

/**
 * Makes a page of one entry more than it has.
 * @param found up to `PAGE_SIZE + 1` entries
 */
export function pageOf<T>(
	found: readonly T[],
	nameOf: (entry: T) => string,
): { readonly entries: readonly T[]; readonly cursor: string | null } {
	const entries = found.slice(0, PAGE_SIZE);
	const last = entries.at(-1);
	return {
		entries,
		cursor: found.length > PAGE_SIZE && last !== undefined ? cursorAfter(nameOf(last)) : null,
	};
}
