/** Owns the detection of request loops by `CDN-Loop` (RFC 8586). */

import { isToken } from "../cors/standard.ts";
import { endOfQuotes, splitOutsideQuotes } from "./quoted-strings.ts";

/** The header that lists every content delivery network a request has been through. */
export const CDN_LOOP = "cdn-loop";

/** Cordon's name in that list, where its operator gives it no other. */
export const DEFAULT_CDN_LOOP_ID = "cordon";

/** What the log says of a loop. */
export const LOOP_REASON = "CDN-Loop names this Cordon, or cannot be parsed";

/** Longest name in that list, in characters. */
const MAX_CDN_ID_CHARACTERS = 255;

/** Tells whether `id` can be a name in the list: a token, or a host with or without a port. RFC 8586, section 2 */
export function isCdnId(id: string): boolean {
	return id.length <= MAX_CDN_ID_CHARACTERS && isToken(withoutHostMarks(id));
}

/**
 * Tells whether a request has been here already: the list names `ownId`, or it cannot be parsed. A client that opens a
 * quote and never closes it would otherwise hide every name that is appended behind it, and loop for ever.
 * @param cdnLoop the header's value, all its lines joined
 */
export function isLoop(cdnLoop: string, ownId: string): boolean {
	const ids = cdnIds(cdnLoop);
	return ids === undefined || ids.includes(ownId.toLowerCase());
}

/**
 * The names in the list, in lower case: `foo.example; p="a, b", cordon; v=1` has two. Commas and semicolons inside quotes
 * separate nothing; empty elements count for nothing (RFC 9110, section 5.6.1).
 * @returns undefined where it does not follow the grammar
 */
function cdnIds(cdnLoop: string): readonly string[] | undefined {
	const ids: string[] = [];
	for (const element of splitOutsideQuotes(cdnLoop, ",") ?? [UNCLOSED]) {
		if (element.trim() === "") continue;
		const [id = "", ...parameters] = splitOutsideQuotes(element, ";") ?? [];
		const name = id.trim();
		if (!isCdnId(name) || !parameters.every(isParameter)) return undefined;
		ids.push(name.toLowerCase());
	}
	return ids;
}

/** Stands for a list with an open quote; a quote is never a name. */
const UNCLOSED = '"';

/** `v=1`, `p="a, b"`, or nothing. */
function isParameter(parameter: string): boolean {
	const text = parameter.trim();
	const equals = text.indexOf("=");
	if (equals === -1) return text === "" || isToken(text);
	const value = text.slice(equals + 1).trim();
	return isToken(text.slice(0, equals).trim()) && (isQuoted(value) || isToken(withoutHostMarks(value)));
}

/** Whether a text that was split outside of quotes is one quoted string, from its first character to its last. */
function isQuoted(text: string): boolean {
	return text.length > 1 && text.startsWith('"') && endOfQuotes(text, 0) === text.length;
}

/** What a host may have and a token may not. */
function withoutHostMarks(text: string): string {
	return text.replaceAll(/[:[\]]/g, "");
}
