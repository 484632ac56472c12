/** Owns the question which request headers a page may set without asking the server first. */

import { isToken } from "../cors/standard.ts";
import { type Header, type HeaderList, isDigits, normalizeValue } from "./header-list.ts";

/** Longest value that a safelisted header may have; values are byte strings, one character a byte. */
export const MAX_SAFELISTED_VALUE_BYTES = 128;
/** Longest that the values of all safelisted headers may be together. */
export const MAX_SAFELISTED_VALUES_BYTES = 1024;

/** Why a header is not safelisted. */
export type UnsafeReason =
	/** No value makes this name safelisted. */
	| "name"
	/** The value has more than 128 bytes. */
	| "value-length"
	/** The value has a CORS-unsafe request-header byte. */
	| "unsafe-byte"
	/** A language header's value has a byte that no language tag needs. */
	| "language-byte"
	/** No MIME type, or none of the three that forms send. */
	| "mime-type"
	/** Not one simple range with a start. */
	| "range"
	/** Safelisted by itself, but the values of all such headers have more than 1024 bytes together. */
	| "values-length";

/** A header that the server has to allow by name. */
export interface UnsafeHeader {
	/** In lower case. */
	readonly name: string;
	readonly value: string;
	readonly reason: UnsafeReason;
}

/**
 * Tells why a header is not a CORS-safelisted request-header.
 * https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 * @returns undefined where it is one
 */
export function whyUnsafe([name, value]: Header): UnsafeReason | undefined {
	const check = VALUE_CHECKS.get(name.toLowerCase());
	if (check === undefined) return "name";
	return value.length > MAX_SAFELISTED_VALUE_BYTES ? "value-length" : check(value);
}

/** Why a value of a safelisted name is not safe after all; undefined where it is. */
type ValueCheck = (value: string) => UnsafeReason | undefined;

const checkLanguage: ValueCheck = (value) =>
	/^[0-9A-Za-z *,\-.;=]*$/.test(value) ? undefined : "language-byte";

const checkUnsafeBytes: ValueCheck = (value) => (hasUnsafeByte(value) ? "unsafe-byte" : undefined);

const VALUE_CHECKS: ReadonlyMap<string, ValueCheck> = new Map<string, ValueCheck>([
	["accept", checkUnsafeBytes],
	["accept-language", checkLanguage],
	["content-language", checkLanguage],
	["content-type", (value) => checkUnsafeBytes(value) ?? (isFormType(value) ? undefined : "mime-type")],
	["range", (value) => (isRangeWithStart(value) ? undefined : "range")],
]);

/**
 * The CORS-unsafe request-header names, sorted, each with the first reason.
 * https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names
 */
export function unsafeRequestHeaders(headers: HeaderList): readonly UnsafeHeader[] {
	const judged = headers.map((header) => ({ header, reason: whyUnsafe(header) }));
	const safelistedBytes = judged.reduce(
		(sum, { header, reason }) => (reason === undefined ? sum + header[1].length : sum),
		0,
	);
	const tooLong = safelistedBytes > MAX_SAFELISTED_VALUES_BYTES ? "values-length" : undefined;
	const unsafe = new Map<string, UnsafeHeader>();
	for (const { header, reason = tooLong } of judged) {
		const name = header[0].toLowerCase();
		if (reason !== undefined && !unsafe.has(name)) unsafe.set(name, { name, value: header[1], reason });
	}
	return [...unsafe.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte */
function hasUnsafeByte(value: string): boolean {
	for (let i = 0; i < value.length; i++) {
		const code = value.charCodeAt(i);
		if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true;
		if ('"():<>?@[\\]{}'.includes(value.charAt(i))) return true;
	}
	return false;
}

const FORM_TYPES: ReadonlySet<string> = new Set([
	"application/x-www-form-urlencoded",
	"multipart/form-data",
	"text/plain",
]);

function isFormType(value: string): boolean {
	const essence = mimeEssence(value);
	return essence !== undefined && FORM_TYPES.has(essence);
}

/**
 * Type and subtype of a MIME type in lower case; parameters never make it fail.
 * https://mimesniff.spec.whatwg.org/#parse-a-mime-type
 */
function mimeEssence(value: string): string | undefined {
	const text = normalizeValue(value);
	const slash = text.indexOf("/");
	if (slash === -1) return undefined;
	const semicolon = text.indexOf(";", slash);
	const type = text.slice(0, slash);
	const subtype = text.slice(slash + 1, semicolon === -1 ? undefined : semicolon);
	// The subtype may be followed by blanks, the type may not; the slash keeps the blanks before it, which are a fault.
	const trimmed = normalizeValue(`/${subtype}`).slice(1);
	return isToken(type) && isToken(trimmed) ? `${type}/${trimmed}`.toLowerCase() : undefined;
}

/** https://fetch.spec.whatwg.org/#simple-range-header-value, without white space and with a start */
function isRangeWithStart(value: string): boolean {
	if (!value.startsWith("bytes=")) return false;
	const [start = "", end, ...more] = value.slice("bytes=".length).split("-");
	if (!isDigits(start) || end === undefined || more.length > 0) return false;
	return end === "" || (isDigits(end) && BigInt(start) <= BigInt(end));
}
