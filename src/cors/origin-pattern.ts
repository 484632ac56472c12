/** Owns the origin pattern language: what an entry of `cors.origins` may be, and why anything else is refused. */

import { quote, type Refusal } from "../findings/finding.ts";
import {
	endsInNumber,
	isHostname,
	isScheme,
	MAX_HOST_BYTES,
	MAX_SCHEME_BYTES,
	type OriginParts,
	splitOrigin,
} from "./origin-syntax.ts";
import { type Faulty, invalid, prohibited } from "./pattern-fault.ts";
import { checkPort, type HostPattern, parseHost } from "./pattern-host.ts";
import { parseUrl } from "./url.ts";

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
	| { readonly ok: false; readonly refusal: Refusal };

/** How often a suggestion is mended again before it is given up. */
const MAX_MENDS = 6;

/**
 * Parses one entry of `cors.origins`, strictly.
 * @returns the pattern, or a refusal whose code begins with `invalid-` (malformed) or `prohibited-` (well-formed but unsafe)
 */
export function parseOriginPattern(text: string): PatternResult {
	const result = parse(text);
	if (result.ok) return result;
	const { mend, ...refusal } = result.fault;
	return { ok: false, refusal: { ...refusal, ...(mend === undefined ? {} : suggestPattern(mend)) } };
}

type Parsed = { readonly ok: true; readonly pattern: OriginPattern } | Faulty;

/**
 * What to write in place of `text`: it is mended until it is a pattern, so that what is suggested is always accepted.
 * @returns nothing to suggest where it cannot be mended
 */
export function suggestPattern(text: string): { readonly suggestion?: string } {
	let candidate = text;
	for (let i = 0; i < MAX_MENDS; i++) {
		const result = parse(candidate);
		if (result.ok) return { suggestion: candidate };
		if (result.fault.mend === undefined || result.fault.mend === candidate) return {};
		candidate = result.fault.mend;
	}
	return {};
}

function parse(text: string): Parsed {
	const parts = splitOrigin(text);
	if (parts !== undefined && isPlain(parts)) {
		return {
			ok: true,
			pattern: { text, scheme: parts.scheme, host: { kind: "exact", host: parts.host }, port: "" },
		};
	}
	const shown = quote(text);
	if (text === "*") {
		return {
			ok: false,
			fault: {
				code: "invalid-origin-any-in-list",
				message: `"*" stands alone, in place of the list, never inside it: beside it every other entry would mean nothing. Write "origins": "*", which never goes with credentials.`,
				suggestion: `"origins": "*"`,
			},
		};
	}
	if (text === "null") {
		return prohibited(
			"null",
			`"null" is the origin of every sandboxed frame, data: URL and local file, so anybody can have it. Serve the page from an origin of its own and name that.`,
		);
	}
	if (text.trim() !== text || hasWhiteSpaceOrControl(text)) {
		return invalid(
			"white-space",
			`${shown} has white space or control characters in it, and an origin never has. Remove them.`,
			removeWhiteSpace(text),
		);
	}
	if (text.toLowerCase().startsWith("file:")) {
		return prohibited(
			"file",
			`${shown}: browsers send "null" for local files, so this could never match. Serve the page from http://localhost instead.`,
		);
	}
	if (parts === undefined) {
		return invalid(
			"no-scheme",
			`${shown} has no "://": an origin is scheme://host[:port], as the browser sends it. Put the scheme before the host.`,
			text === "" || text.includes(":") ? undefined : `https://${text}`,
		);
	}
	return refuseBeyondOrigin(text, parts.scheme.length + 3) ?? parseParts(text, parts);
}

/** What nearly every entry is, told at once: a scheme and a hostname, nothing else. */
function isPlain({ scheme, host, port }: OriginParts): boolean {
	return port === "" && isScheme(scheme) && scheme !== "file" && isHostname(host) && !endsInNumber(host);
}

/** Refuses everything that a URL may have and an origin may not. */
function refuseBeyondOrigin(text: string, start: number): Faulty | undefined {
	const shown = quote(text);
	const end = firstOf(text, "/\\?#", start);
	if (end !== -1) {
		const cut = text.slice(0, end);
		const kind = text[end];
		if (kind === "?")
			return invalid(
				"query",
				`${shown} has a query, and an origin has none: it would never match. Remove it.`,
				cut,
			);
		if (kind === "#")
			return invalid(
				"fragment",
				`${shown} has a fragment, and an origin has none: it would never match. Remove it.`,
				cut,
			);
		if (end === text.length - 1)
			return invalid(
				"trailing-slash",
				`${shown} ends in a slash, which browsers never send in Origin: it would never match. Remove it.`,
				cut,
			);
		return invalid(
			"path",
			`${shown} has a path, and an origin has none: browsers send scheme://host[:port] only. Remove it.`,
			cut,
		);
	}
	const at = text.lastIndexOf("@");
	if (at >= start) {
		return invalid(
			"user-info",
			`${shown} has user information before the @, and an origin has none. Remove it.`,
			text.slice(0, start) + text.slice(at + 1),
		);
	}
	for (let i = 0; i < text.length; i++) {
		if (text.charCodeAt(i) > 0x7e) {
			return invalid(
				"not-ascii",
				`${shown} has characters outside ASCII; browsers send such hosts in their punycode form (xn--…). Write that.`,
				punycode(text, start),
			);
		}
	}
	const lower = text.toLowerCase();
	if (lower !== text) {
		return invalid(
			"upper-case",
			`${shown} has upper-case letters; browsers send origins in lower case and the comparison is byte for byte. Write it in lower case.`,
			lower,
		);
	}
	return undefined;
}

function parseParts(text: string, parts: OriginParts): Parsed {
	const shown = quote(text);
	const { scheme, host, port } = parts;
	if (!isScheme(scheme)) {
		return invalid(
			"scheme",
			`${shown} does not begin with a scheme: a letter, then letters, digits, "+", "-" or ".", ${MAX_SCHEME_BYTES} bytes at most, without a wildcard. Write one entry per scheme.`,
		);
	}
	const badPort = checkPort(text, scheme, port);
	if (badPort !== undefined) return badPort;
	if (host.length > MAX_HOST_BYTES) {
		return invalid(
			"host-too-long",
			`${shown} has a host of ${host.length} bytes; no host has more than ${MAX_HOST_BYTES}.`,
		);
	}
	const parsed = parseHost(text, parts);
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

function removeWhiteSpace(text: string): string | undefined {
	const trimmed = text.trim();
	return trimmed === text || trimmed === "" ? undefined : trimmed;
}

function firstOf(text: string, characters: string, from: number): number {
	for (let i = from; i < text.length; i++) {
		if (characters.includes(text.charAt(i))) return i;
	}
	return -1;
}

/** The same text with its host in punycode; a wildcard label in front is kept as it is. */
function punycode(text: string, hostStart: number): string | undefined {
	const wild = text.startsWith("*.", hostStart) ? 2 : 0;
	const scheme = text.slice(0, hostStart);
	const anyPort = text.endsWith(":*");
	const rest = anyPort ? text.slice(hostStart + wild, -2) : text.slice(hostStart + wild);
	const parsed = parseUrl(`https://${rest}`);
	if (!parsed || rest.includes("*")) return undefined;
	return `${scheme}${wild ? "*." : ""}${parsed.host}${anyPort ? ":*" : ""}`;
}
