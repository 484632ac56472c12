/** Owns the proof of the scan: which keys stand twice, in any spelling, and how deep a text is nested. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_DEPTH, scanJson } from "../../src/findings/json-scan.ts";

function repeatedIn(text: string): readonly string[] {
	const found: string[] = [];
	scanJson(text, ({ pointer, firstOffset }) => found.push(`${pointer} ${firstOffset}`) > 0);
	return found;
}

describe("a key that stands twice is found", () => {
	test.each<[string, string, readonly string[]]>([
		["in the outermost object", '{"a":1,"b":2,"a":3}', ["/a 1"]],
		["each time that it stands again", '{"a":1,"a":2,"a":3}', ["/a 1", "/a 1"]],
		["in an object in a list", '[{"a":1},{"a":1,"a":2}]', ["/1/a 10"]],
		["after a value that is an object", '{"a":{"b":1,"c":[1,{"d":2}]},"a":1}', ["/a 1"]],
		["inside the second of two equal keys", '{"a":{},"a":{"b":1,"b":2}}', ["/a 1", "/a/b 13"]],
		["however it is escaped", '{"cors":1,"\\u0063ors":2}', ["/cors 1"]],
		["with an escaped quotation mark in it", '{"a\\"":1,"a\\u0022":2}', ['/a" 1']],
		["with backslashes at its end", '{"a\\\\":1,"a\\\\":2}', ["/a\\ 1"]],
		["if it is empty", '{"":1,"":2}', ["/ 1"]],
		["if it is __proto__", '{"__proto__":1,"__proto__":2}', ["/__proto__ 1"]],
		["with its pointer escaped", '{"a/b~":1,"a/b~":2}', ["/a~1b~0 1"]],
		["between blanks and lines", '{\n\t"a" : 1 ,\n\t"a"\t: 2 }', ["/a 3"]],
		["not where values are equal", '{"a":"a","b":"a","c":["a","a"]}', []],
		["not across objects", '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}', []],
		["not in what a string says", '{"x":"\\"a\\":1,\\"a\\":2","y":"{\\"a\\":1,\\"a\\":2}"}', []],
		["not in another case", '{"a":1,"A":2}', []],
	])("%s", (_, text, found) => {
		expect(JSON.parse(text)).toBeDefined();
		expect(repeatedIn(text)).toEqual(found);
	});

	test("among few keys and among many", () => {
		for (const count of [2, 8, 9, 10, 1000]) {
			const keys = Array.from({ length: count }, (_, index) => `"k${index}":0`);
			expect(repeatedIn(`{${keys.join()}}`)).toEqual([]);
			expect(repeatedIn(`{${keys.join()},"k0":1}`)).toEqual(["/k0 1"]);
			expect(repeatedIn(`{${keys.join()},"k${count - 1}":1,"z":{"k0":1}}`)).toHaveLength(1);
		}
	});

	test("and no other, in any document", () => {
		const key = fc.constantFrom("a", "b", "\\u0061", "a\\\\", "", "c");
		const { json } = fc.letrec<{ json: string }>((tie) => ({
			json: fc.oneof(
				{ depthSize: "small" },
				fc.constantFrom("1", '"a"', "null", '"{\\"a\\":"'),
				fc.array(tie("json")).map((items) => `[${items.join(" , ")}]`),
				fc
					.array(fc.tuple(key, tie("json")))
					.map((members) => `{${members.map(([name, value]) => `"${name}" : ${value}`).join(",")}}`),
			),
		}));
		fc.assert(
			fc.property(json, (text) => {
				// What is lost in parsing and writing again is what stood twice.
				const keys = (text.match(/" : /g) ?? []).length;
				let kept = 0;
				let lost = 0;
				JSON.parse(text, (_, value: unknown) => {
					if (typeof value === "object" && value !== null && !Array.isArray(value))
						kept += Object.keys(value).length;
					return value;
				});
				scanJson(text, () => ++lost > 0);
				if (lost === 0) expect(kept).toBe(keys);
				else expect(kept).toBeLessThan(keys);
			}),
			{ numRuns: 1000 },
		);
	});
});

test("the scan ends where nobody wants more", () => {
	let calls = 0;
	scanJson('{"a":1,"a":2,"a":3}', () => ++calls < 1);
	expect(calls).toBe(1);
});

test("100 levels are scanned, one more is not", () => {
	const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
	const goOn = () => true;
	expect(scanJson(nested(MAX_DEPTH), goOn)).toBe(true);
	expect(scanJson(nested(MAX_DEPTH + 1), goOn)).toBe(false);
	expect(scanJson('{"a":'.repeat(4_000_000 / 5), goOn)).toBe(false);
	expect(scanJson(`[${nested(MAX_DEPTH - 1)},${nested(MAX_DEPTH - 1)}]`, goOn)).toBe(true);
	expect(scanJson(JSON.stringify("[".repeat(1000)), goOn)).toBe(true);
});

test("text that is not JSON is scanned to its end, without a throw", () => {
	for (const text of ["", '"', '{"', '{"a', '{"\\', "]]}}", '{"\\u00":1}', ':,"a":', "{,,,}"]) {
		expect(scanJson(text, () => true)).toBe(true);
	}
	fc.assert(
		fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ au0') }), (text) => {
			scanJson(text, () => true);
		}),
	);
});
