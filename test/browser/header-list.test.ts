/** Owns the proof of getting, splitting and extracting header values. */

import { describe, expect, test } from "vitest";
import {
	extractDeltaSeconds,
	extractTokens,
	getHeader,
	type Header,
	type HeaderList,
	sortedLowercaseSet,
	splitValue,
	valuesOf,
} from "../../src/browser/header-list.ts";

const lines = (...values: readonly string[]): HeaderList => values.map((value): Header => ["A", value]);

describe("get", () => {
	test("joins all lines, their names in upper or lower case, and trims HTTP white space", () => {
		expect(
			getHeader(
				[
					["a", " 1\t"],
					["B", "x"],
					["A", "2\r\n"],
				],
				"a",
			),
		).toBe("1, 2");
	});
	test("of a missing header is null, of an empty one the empty string", () => {
		expect(getHeader([], "a")).toBeNull();
		expect(getHeader(lines(""), "a")).toBe("");
	});
	test("leaves vertical tabs and form feeds, which are not HTTP white space", () => {
		expect(valuesOf(lines("x\u000b", "\u000cx"), "a")).toEqual(["x\u000b", "\u000cx"]);
	});
});

describe("a list of tokens is extracted by its ABNF", () => {
	test.each<[string, HeaderList, readonly string[] | "failure" | null]>([
		["no header", [], null],
		["an empty value", lines(""), []],
		["commas alone", lines(", ,,"), []],
		["one name", lines("PUT"), ["PUT"]],
		["names with blanks and tabs around", lines("PUT ,\tPATCH"), ["PUT", "PATCH"]],
		["empty elements", lines(",x-a,, x-b ,"), ["x-a", "x-b"]],
		["several lines", lines("x-a", "x-b, x-c"), ["x-a", "x-b", "x-c"]],
		["the asterisk, which is a token", lines("*, authorization"), ["*", "authorization"]],
		["a blank inside", lines("x-a, header name with space"), "failure"],
		["a quoted name", lines('"x-a"'), "failure"],
		["a semicolon", lines("x-a; x-b"), "failure"],
		["a form feed", lines("x-a\u000c"), "failure"],
		["one bad line among good ones", lines("x-a", "b c"), "failure"],
	])("%s", (_, list, expected) => {
		expect(extractTokens(list, "a")).toEqual(expected);
	});
});

describe("delta-seconds", () => {
	test.each<[string, HeaderList, number | "failure" | null]>([
		["no header", [], null],
		["digits", lines("600"), 600],
		["zero", lines("0"), 0],
		["leading zeros", lines("007"), 7],
		["a number too large to hold", lines("99999999999999999999"), 2 ** 31],
		["an empty value", lines(""), "failure"],
		["a negative number", lines("-1"), "failure"],
		["a plus sign", lines("+5"), "failure"],
		["a fraction", lines("1.5"), "failure"],
		["a list", lines("5, 5"), "failure"],
		["two lines", lines("5", "5"), "failure"],
		["digits of another script", lines("٣"), "failure"],
	])("%s", (_, list, expected) => {
		expect(extractDeltaSeconds(list, "a")).toBe(expected);
	});
});

/** The examples of the standard. https://fetch.spec.whatwg.org/#example-header-list-get-decode-split */
test.each<[string, readonly string[]]>([
	["nosniff,", ["nosniff", ""]],
	["", [""]],
	['text/html;", x/x', ['text/html;", x/x']],
	['x/x;test="hi",y/y', ['x/x;test="hi"', "y/y"]],
	["x / x,,,1", ["x / x", "", "", "1"]],
	['"1,2", 3', ['"1,2"', "3"]],
	['"a\\",b", c', ['"a\\",b"', "c"]],
])("%j is split outside quotes into %j", (value, expected) => {
	expect(splitValue(value)).toEqual(expected);
});

test("names are sorted by their bytes in lower case, each once", () => {
	expect(sortedLowercaseSet(["X-B", "a", "x-b", "X-A", "_", "~", "1"])).toEqual([
		"1",
		"_",
		"a",
		"x-a",
		"x-b",
		"~",
	]);
});
