/** Owns the proof that what servers and files say is read in time that grows with its length, and no faster. */

import { expect, test } from "vitest";
import { extractDeltaSeconds, extractTokens, splitValue } from "../../src/browser/header-list.ts";
import { unsafeRequestHeaders } from "../../src/browser/safelisted-headers.ts";
import { parseSetCookie } from "../../src/browser/set-cookie.ts";
import { displayName } from "../../src/browser/steps.ts";
import { readJson } from "../../src/cli/files/json-text.ts";
import { createSource } from "../../src/cli/files/source.ts";
import { safeJson, safeLines } from "../../src/cli/shell/safe-text.ts";

const MEGABYTE = 1024 * 1024;
/** With a quadratic reading a megabyte takes minutes; this is enough for a machine with much other work. */
const ENOUGH_MILLISECONDS = 4000;

const PIECES = [
	" ",
	"\t",
	",",
	";",
	"=",
	'"',
	"\\",
	"-",
	"a",
	"1",
	"/",
	"#",
	"##[",
	":",
	"\n",
	"{",
	"[",
	"x ",
	"no-store",
	"\u202e",
	"//",
	"/*",
	"*/",
];
const READERS: readonly (readonly [name: string, read: (text: string) => unknown])[] = [
	["a list of tokens", (text) => extractTokens([["vary", text]], "vary")],
	["quoted strings", splitValue],
	["a number of seconds", (text) => extractDeltaSeconds([["age", text]], "age")],
	[
		"request headers",
		(text) =>
			unsafeRequestHeaders([
				["content-type", text],
				["range", text],
				[text, text],
			]),
	],
	["a header's name", displayName],
	["cookies", (text) => parseSetCookie(text)],
	["lines for a terminal", safeLines],
	["JSON for a terminal", (text) => safeJson([text])],
	["JSON with comments", (text) => readJson(createSource("a.json", text))],
];

test.each(READERS)("a megabyte is read as %s at once, of any content", (_, read) => {
	for (const piece of PIECES) {
		const text = piece.repeat(MEGABYTE / piece.length);
		for (const whole of [text, `x${text}x`, `a/${text}!`, `bytes=${text}`]) {
			const start = performance.now();
			read(whole);
			expect(performance.now() - start, JSON.stringify(piece)).toBeLessThan(ENOUGH_MILLISECONDS);
		}
	}
});
