/** Owns the origin pattern language: what an entry of `cors.origins` may be, and by which rule anything else is refused. */

import {
	endsInNumber,
	hasOpaqueHost,
	isHostname,
	isOpaqueHost,
	isScheme,
	MAX_HOST_BYTES,
	type OriginParts,
	schemeWithoutPages,
	splitOrigin,
} from "./origin-syntax.ts";
import { type Faulty, invalid, type OriginRefusal, prohibited } from "./pattern-fault.ts";
import { checkPort, type HostPattern, parseHost } from "./pattern-host.ts";

/** A well-formed entry of the list. */
export interface OriginPattern {
	/** As it was written. */
	readonly text: string;
	readonly scheme: string;
	readonly host: HostPattern;
	/** `""` for the default port, `":8443"` for that port, `":*"` for any. */
	readonly port: string;
}

/** Either the pattern or the one reason why it is refused. */
export type PatternResult =
	| { readonly ok: true; readonly pattern: OriginPattern }
	| { readonly ok: false; readonly refusal: OriginRefusal };

/**
 * Parses one entry of `cors.origins`, strictly.
 * @returns the pattern, or a code that begins with `invalid-` (malformed) or `prohibited-` (well-formed but unsafe);
 * `originMessage` has the words for it
 */
export function parseOriginPattern(text: string): PatternResult {
	const parts = splitOrigin(text);
	const parsed = parts === undefined ? invalid("no-scheme") : parseParts(text, parts);
	if (parsed.ok) return parsed;
	// What is well-formed is told first and fast; of what is not, the plainest name is sought.
	return refuseWhole(text) ?? (parts && refuseBeyondOrigin(text, parts)) ?? parsed;
}

/** Refuses what is not a single origin, however it goes on. */
function refuseWhole(text: string): Faulty | undefined {
	if (text === "*") return invalid("any-in-list");
	if (text === "null") return prohibited("null");
	const isPageless = schemeWithoutPages(text) !== undefined;
	// javascript:alert(1) is neither an expression nor a list.
	if (isPageless && !text.includes("://")) return invalid("scheme-without-pages");
	if (isRegularExpression(text)) return invalid("regular-expression");
	if (isSeveral(text)) return invalid("several");
	if (text.trim() !== text || hasWhiteSpaceOrControl(text)) return invalid("white-space");
	if (text.toLowerCase().startsWith("file:")) return prohibited("file");
	return isPageless ? invalid("scheme-without-pages") : undefined;
}

/** Signs that stand together in regular expressions and never in an origin, a list of them or a pattern. */
const EXPRESSION_SIGNS = [
	"\\.",
	"\\/",
	"\\d",
	"\\w",
	"\\-",
	"://.*",
	":.*",
	"://.+",
	"-.*",
	".+",
	"[^",
	"[a-",
	"[0-9",
	"(",
	")",
];

/** Tells a regular expression by its signs, so that it is named as what it is. */
function isRegularExpression(text: string): boolean {
	return (
		text.startsWith("^") ||
		text.startsWith("~^") ||
		/^\/[^/].*\/[a-z]*$/.test(text) ||
		text.startsWith(".*") ||
		text.endsWith("$") ||
		text.startsWith("https?:") ||
		EXPRESSION_SIGNS.some((signs) => text.includes(signs))
	);
}

/** Tells whether `text` has two parts that are separated as in a list; by blanks alone only where two have a scheme. */
function isSeveral(text: string): boolean {
	const parts = splitList(text);
	if (parts.length < 2) return false;
	return (
		text.includes(",") ||
		text.includes(";") ||
		text.includes("|") ||
		parts.every((part) => part.includes("://"))
	);
}

/** The parts of a text that lists several: by commas, semicolons, bars and blanks. */
export function splitList(text: string): readonly string[] {
	return text.split(/[\s,;|]+/).filter((part) => part !== "");
}

/** Refuses everything that a URL may have and an origin may not. */
function refuseBeyondOrigin(text: string, { scheme, host }: OriginParts): Faulty | undefined {
	const start = scheme.length + 3;
	const end = firstOf(text, "/\\?#", start);
	if (end !== -1) {
		if (text[end] === "?") return invalid("query");
		if (text[end] === "#") return invalid("fragment");
		return invalid(end === text.length - 1 ? "trailing-slash" : "path");
	}
	if (text.lastIndexOf("@") >= start) return invalid("user-info");
	for (let i = 0; i < text.length; i++) {
		if (text.charCodeAt(i) > 0x7e) return invalid("not-ascii");
	}
	const hasCase = !hasOpaqueHost(scheme.toLowerCase()) || !isOpaqueHost(host);
	const compared = hasCase ? text : scheme;
	return compared.toLowerCase() === compared ? undefined : invalid("upper-case");
}

function parseParts(text: string, parts: OriginParts): PatternResult {
	const { scheme, host, port } = parts;
	if (!isScheme(scheme)) return invalid("scheme");
	if (scheme === "file") return prohibited("file");
	if (schemeWithoutPages(text) !== undefined) return invalid("scheme-without-pages");
	// What nearly every entry is: a scheme and a hostname, nothing else.
	if (port === "" && isHostname(host) && !endsInNumber(host)) {
		return { ok: true, pattern: { text, scheme, host: { kind: "exact", host }, port } };
	}
	const badPort = checkPort(scheme, port);
	if (badPort !== undefined) return badPort;
	if (host.length > MAX_HOST_BYTES) return invalid("host-too-long");
	const parsed = parseHost(parts);
	if ("ok" in parsed) return parsed;
	return { ok: true, pattern: { text, scheme, host: parsed, port } };
}

function hasWhiteSpaceOrControl(text: string): boolean {
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code < 0x21 || code === 0x7f) return true;
	}
	return false;
}

function firstOf(text: string, characters: string, from: number): number {
	for (let i = from; i < text.length; i++) {
		if (characters.includes(text.charAt(i))) return i;
	}
	return -1;
}
