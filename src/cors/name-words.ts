/** Owns the words for methods and header names that are refused, and what to write in their place. */

import { quote } from "../findings/finding.ts";
import {
	checkExposedHeader,
	checkMethod,
	checkRequestHeader,
	type NameCheck,
	type NameCode,
} from "./names.ts";
import { splitList } from "./origin-pattern.ts";
import { CORS_PREFIX } from "./standard.ts";

/** The keys of the lists of names, with the check of their entries. */
export const NAME_CHECKS: Readonly<Record<string, NameCheck>> = {
	methods: checkMethod,
	requestHeaders: checkRequestHeader,
	exposedHeaders: checkExposedHeader,
};

const WORDS: Readonly<Record<NameCode, (shown: string, name: string, key: string) => string>> = {
	"invalid-any-in-list": (_shown, _name, key) =>
		`"*" stands alone, in place of the list, never inside it. Write "${key}": "*", or name what is needed.`,
	"invalid-method": (shown, name) =>
		splitList(name).length > 1
			? `${shown} are several methods in one string: each is an entry of its own. Take them apart.`
			: `${shown} is not a method: a method is one word without blanks, such as "PATCH".`,
	"invalid-method-case": (shown, name) =>
		`${shown} is not ${name.toUpperCase()}: browsers compare methods byte for byte, so this would allow nothing. Write it in upper case.`,
	"invalid-request-header": badHeader,
	"invalid-exposed-header": badHeader,
	"forbidden-method": (shown) => `${shown} is a forbidden method: no browser lets a page send it. Remove it.`,
	"forbidden-request-header": (shown) =>
		`${shown} is a forbidden request-header: browsers set it themselves and let no page do so. Remove it.`,
	"forbidden-exposed-header": (shown) =>
		`${shown} is a forbidden response-header: no browser lets a page read cookies from it, exposed or not. Remove it.`,
	"prohibited-request-header": (shown) =>
		`${shown} belongs to the CORS protocol itself: Cordon answers with such headers, a page has no need to send one. Remove it, here and in the page.`,
	"prohibited-exposed-header": (shown, name) =>
		`${shown} is ${name.toLowerCase().startsWith(CORS_PREFIX) ? "part of the CORS protocol, which the browser reads, not the page" : "a request header, which no response has for a page to read"}. Remove it.`,
};

function badHeader(shown: string, name: string): string {
	if (/^[^\s:]+\s*:/.test(name)) {
		return `${shown} is a header with its value, and the list is of names, whatever the values. Write the name alone.`;
	}
	return partsOf(name, checkRequestHeader).length > 1
		? `${shown} are several header names in one string: each is an entry of its own. Take them apart.`
		: `${shown} is not a header name: a name is one word without blanks or colons, such as "Content-Type".`;
}

/** Tells whether a code is one of a method or a header name. */
export function isNameCode(code: string): code is NameCode {
	return Object.hasOwn(WORDS, code);
}

/**
 * What is wrong with a name.
 * @param key of the list that it stands in
 */
export function nameMessage(code: NameCode, name: string, key: string): string {
	return WORDS[code](quote(name), name, key);
}

/**
 * What to write in place of a text: the names that are in it.
 * @returns undefined where one of them cannot be mended; empty where the name has to go
 */
export function mendNames(text: string, check: NameCheck): readonly string[] | undefined {
	const names: string[] = [];
	for (const part of partsOf(text, check)) {
		const name = check(part) === "invalid-method-case" ? part.toUpperCase() : part;
		const code = check(name);
		if (code === undefined) names.push(name);
		else if (!code.startsWith("forbidden-") && !code.startsWith("prohibited-")) return undefined;
	}
	return names;
}

/** The names in a text; a header's value, and the colon before it, are left out. */
function partsOf(text: string, check: NameCheck): readonly string[] {
	const [name = "", value] = text.split(":");
	if (value !== undefined && splitList(name).length === 1) return splitList(name);
	const parts = splitList(text);
	// "Content Type" is one name rather than two; methods never have a hyphen that could be missing.
	const isOne = check !== checkMethod && !/[,;|]/.test(text) && !parts.every((part) => part.includes("-"));
	return isOne ? [text.trim()] : parts;
}
