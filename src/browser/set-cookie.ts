/** Owns the reading of `Set-Cookie`, as RFC 6265bis (section 5.6) has it: the only cookie parser of the project. */

import { isDigits, normalizeValue } from "./header-list.ts";

/** Longest name and value together that a cookie may have, in bytes. */
export const MAX_COOKIE_BYTES = 4096;
/** Longest value that an attribute may have, in bytes; a longer one counts as not there. */
export const MAX_ATTRIBUTE_BYTES = 1024;

/** A cookie as its server wrote it. */
export interface ParsedCookie {
	readonly name: string;
	readonly value: string;
	/** As written, less a leading dot, in lower case; undefined where there is none or it is empty. */
	readonly domain: string | undefined;
	/** As written; undefined where there is none. */
	readonly path: string | undefined;
	readonly secure: boolean;
	readonly httpOnly: boolean;
	readonly partitioned: boolean;
	/** `default`: none, or a value that is not one of the three. */
	readonly sameSite: "strict" | "lax" | "none" | "default";
	/** As written; undefined where there is none. */
	readonly sameSiteText: string | undefined;
	/** In seconds; `Max-Age` only. */
	readonly maxAgeSeconds: number | undefined;
	/** In milliseconds since 1970; `Expires` only. */
	readonly expiresAt: number | undefined;
}

/** Why a line sets no cookie at all, whoever sent it. */
export type UnreadableCookie = "control-character" | "nothing-in-it";

/** Reads one `Set-Cookie` line. https://www.ietf.org/archive/id/draft-ietf-httpbis-rfc6265bis-22.html#section-5.6 */
export function parseSetCookie(line: string): ParsedCookie | UnreadableCookie {
	if (hasControl(line)) return "control-character";
	const [pair = "", ...rest] = line.split(";");
	const [name, value] = splitPair(pair);
	if (name === "" && value === "") return "nothing-in-it";
	const attributes = new Map<string, string>();
	for (const attribute of rest) {
		const [key, text] = splitAttribute(attribute);
		// Of what stands there twice, the last one counts.
		if (!isLonger(text, MAX_ATTRIBUTE_BYTES) && isUsable(key, text)) attributes.set(key, text);
	}
	const sameSiteText = attributes.get("samesite");
	const maxAge = attributes.get("max-age");
	const expires = attributes.get("expires");
	return {
		name,
		value,
		domain: attributes.get("domain")?.replace(/^\./, "").toLowerCase() || undefined,
		path: attributes.get("path"),
		secure: attributes.has("secure"),
		httpOnly: attributes.has("httponly"),
		partitioned: attributes.has("partitioned"),
		sameSite: SAME_SITES.get(sameSiteText?.toLowerCase() ?? "") ?? "default",
		sameSiteText,
		maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
		expiresAt: expires === undefined ? undefined : parseCookieDate(expires),
	};
}

/** Length of a cookie's name and value, as its limit counts it. */
export function cookieBytes({ name, value }: Pick<ParsedCookie, "name" | "value">): number {
	return bytesOf(name) + bytesOf(value);
}

/** Whether the cookie is over as soon as it comes, which is how servers remove one. Max-Age beats Expires. */
export function isExpired({ maxAgeSeconds, expiresAt }: ParsedCookie, now: number): boolean {
	if (maxAgeSeconds !== undefined) return maxAgeSeconds <= 0;
	return expiresAt !== undefined && expiresAt <= now;
}

const SAME_SITES: ReadonlyMap<string, ParsedCookie["sameSite"]> = new Map([
	["strict", "strict"],
	["lax", "lax"],
	["none", "none"],
] as const);

/** Section 5.6.1 and 5.6.2: a date or an age that cannot be read is as if it were not there. */
function isUsable(key: string, text: string): boolean {
	if (key === "max-age") return isDigits(text.startsWith("-") ? text.slice(1) : text);
	if (key === "expires") return parseCookieDate(text) !== undefined;
	return true;
}

/** Without `=` all of it is the value of a cookie without a name. */
function splitPair(pair: string): readonly [name: string, value: string] {
	const equals = pair.indexOf("=");
	return equals === -1
		? ["", normalizeValue(pair)]
		: [normalizeValue(pair.slice(0, equals)), normalizeValue(pair.slice(equals + 1))];
}

function splitAttribute(attribute: string): readonly [key: string, text: string] {
	const equals = attribute.indexOf("=");
	const key = equals === -1 ? attribute : attribute.slice(0, equals);
	return [
		normalizeValue(key).toLowerCase(),
		equals === -1 ? "" : normalizeValue(attribute.slice(equals + 1)),
	];
}

/** Controls but the tab. */
function hasControl(line: string): boolean {
	for (let i = 0; i < line.length; i++) {
		const code = line.charCodeAt(i);
		if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true;
	}
	return false;
}

/** A character has three bytes at most, so that most texts need not be counted. */
function isLonger(text: string, bytes: number): boolean {
	return text.length > bytes / 3 && bytesOf(text) > bytes;
}

function bytesOf(text: string): number {
	return new TextEncoder().encode(text).length;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/**
 * Reads a date as lenient as browsers do. Rejected alternative: Date.parse, which differs from engine to engine and reads
 * what browsers do not. https://www.rfc-editor.org/rfc/rfc6265#section-5.1.1
 * @returns milliseconds since 1970; undefined where it is not a date
 */
export function parseCookieDate(text: string): number | undefined {
	let time: readonly number[] | undefined;
	let day: number | undefined;
	let month: number | undefined;
	let year: number | undefined;
	for (const token of text.split(/[\t -/;-@[-`{-~]+/)) {
		const clock = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)/.exec(token);
		if (time === undefined && clock !== null) {
			time = clock.slice(1).map(Number);
		} else if (day === undefined && /^\d{1,2}(\D|$)/.test(token)) {
			day = Number.parseInt(token, 10);
		} else if (month === undefined && MONTHS.includes(token.slice(0, 3).toLowerCase())) {
			month = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
		} else if (year === undefined && /^\d{2,4}(\D|$)/.test(token)) {
			year = Number.parseInt(token, 10);
		}
	}
	if (time === undefined || day === undefined || month === undefined || year === undefined) return undefined;
	if (year < 70) year += 2000;
	else if (year < 100) year += 1900;
	const [hours = 0, minutes = 0, seconds = 0] = time;
	if (day < 1 || day > 31 || year < 1601 || hours > 23 || minutes > 59 || seconds > 59) return undefined;
	const date = new Date(Date.UTC(year, month, day, hours, minutes, seconds));
	return date.getUTCDate() === day ? date.getTime() : undefined;
}
