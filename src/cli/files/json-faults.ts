/** Owns what is said of a text that is not JSON, at the place where it stops being JSON. */

import { type ParseError, printParseErrorCode } from "jsonc-parser";

/** By the parser's names for them. */
const FAULTS: ReadonlyMap<string, string> = new Map([
	["InvalidSymbol", "this word or sign means nothing in JSON"],
	["InvalidNumberFormat", "this is not a number"],
	["PropertyNameExpected", "a key in double quotes is expected"],
	["ValueExpected", "a value is expected"],
	["ColonExpected", "a colon is expected"],
	["CommaExpected", "a comma is expected"],
	["CloseBraceExpected", "a closing brace is expected"],
	["CloseBracketExpected", "a closing bracket is expected"],
	["EndOfFileExpected", "the document has ended before this"],
	["UnexpectedEndOfComment", "this comment is not closed"],
	["UnexpectedEndOfString", "this string is not closed"],
	["UnexpectedEndOfNumber", "this number is not complete"],
	["InvalidUnicode", "a \\u escape has four hexadecimal digits"],
	["InvalidEscapeCharacter", "this escape does not exist in JSON"],
	["InvalidCharacter", "this control character has to be escaped"],
]);

/** What other languages write where JSON has something else. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
	[/^#/, "a comment begins with // here, not with #"],
	[/^['`‘’“”„«]/, 'strings and keys stand in plain double quotes: "…"'],
	[/^True\b/, "write true, in lower case"],
	[/^False\b/, "write false, in lower case"],
	[/^(?:None|NULL|nil|undefined)\b/, "write null, or leave the key out"],
	[/^[\p{L}_$*]/u, 'strings and keys stand in double quotes: "…"'],
];

/**
 * What is wrong where a text stops being JSON.
 * @param fault the first one; undefined where the parser names none
 */
export function jsonFaultWords(text: string, fault: ParseError | undefined): string {
	if (text.trim() === "") return "it is empty";
	if (fault === undefined) return "it holds no value";
	const name = printParseErrorCode(fault.error);
	if (name === "InvalidSymbol") {
		if (/^\s*(?:#[^\n]*\n\s*)*(?:---|[\w$-]+:(?:\s|$))/.test(text.slice(0, 10_000))) {
			return "it looks like YAML, and a tenant file is JSON, with // comments if you like";
		}
		const symbol = text.slice(fault.offset, fault.offset + 20);
		const foreign = FOREIGN.find(([form]) => form.test(symbol));
		if (foreign !== undefined) return foreign[1];
	}
	return FAULTS.get(name) ?? name;
}
