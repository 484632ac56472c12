/** Owns what may reach a terminal or a CI log of what others wrote: nothing that either of them would obey. */

/**
 * Controls (C0, DEL, C1), lone surrogates, line and paragraph separators, and everything that is not seen or turns others
 * around: bidi controls, zero-width characters, byte order marks, tags.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** The same in JSON, where line breaks are its own layout. */
const UNSAFE_IN_JSON = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** `##[error]`, `##vso[…]`, `##teamcity[…]`: commands wherever in a line they stand. */
const COMMAND_ANYWHERE = /#(?=#\w*\[)/g;

/** `::error::` and its like are commands at the beginning of a line, blanks before them or not. */
const COMMAND_AT_START = /^(\s*):(?=:)/;

const TAB = "    ";

/** One line, or a part of one: every character is shown as it is, or as its escape; a line break is escaped too. */
export function safePart(text: string): string {
	return text.replaceAll(UNSAFE, (character) => (character === "\t" ? TAB : escapeOf(character)));
}

/** Whole lines: as `safePart`, but line breaks stay, and no line is a command to a CI. */
export function safeLines(text: string): string {
	return text
		.split("\n")
		.map((line) =>
			safePart(line)
				.replaceAll(COMMAND_ANYWHERE, escapeOf)
				.replace(COMMAND_AT_START, (_, blanks: string) => blanks + escapeOf(":")),
		)
		.join("\n");
}

/** A value as JSON that is as safe to print, and parses back to the same value. @param indent 0 for one line */
export function safeJson(value: unknown, indent = 2): string {
	return JSON.stringify(value, null, indent)
		.replaceAll(UNSAFE_IN_JSON, escapeOf)
		.replaceAll(COMMAND_ANYWHERE, escapeOf);
}

/** As JSON writes it: `\u001b`. */
function escapeOf(character: string): string {
	return Array.from(
		{ length: character.length },
		(_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
	).join("");
}
