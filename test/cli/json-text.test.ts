/** Owns the proof that the command line and the gateway find the same in a text before they look at what it says. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { readJson } from "../../src/cli/files/json-text.ts";
import { createSource } from "../../src/cli/files/source.ts";
import { MAX_DEPTH, scanJson } from "../../src/findings/json-scan.ts";

function gatewayFinds(text: string): readonly string[] {
	const found: string[] = [];
	const isFlat = scanJson(text, ({ pointer }) => found.push(`repeated-key ${pointer}`) > 0);
	return isFlat ? found : ["nested-too-deeply "];
}

function commandLineFinds(text: string): readonly string[] {
	return readJson(createSource("", text)).errors.map(
		({ finding: { code, pointer } }) => `${code} ${pointer}`,
	);
}

test("the same keys stand twice for both, in the same order", () => {
	const key = fc.constantFrom("a", "b", "\\u0061", "a\\\\", "", "__proto__", "a/~");
	const { json } = fc.letrec<{ json: string }>((tie) => ({
		json: fc.oneof(
			{ depthSize: "small" },
			fc.constantFrom("1", '"a"', "null", '"{\\"a\\":"', "[]", "{}"),
			fc.array(tie("json")).map((items) => `[${items.join(",\n")}]`),
			fc
				.array(fc.tuple(key, tie("json")))
				.map((members) => `{${members.map(([name, value]) => `"${name}": ${value}`).join(", ")}}`),
		),
	}));
	fc.assert(
		fc.property(json, (text) => {
			expect(commandLineFinds(text)).toEqual(gatewayFinds(text));
		}),
		{ numRuns: 500 },
	);
});

test("both read 100 levels, and not one more", () => {
	for (const levels of [MAX_DEPTH, MAX_DEPTH + 1, 20_000]) {
		const text = `${"[".repeat(levels)}${"]".repeat(levels)}`;
		expect(commandLineFinds(text)).toEqual(levels > MAX_DEPTH ? ["nested-too-deeply "] : []);
		expect(gatewayFinds(text)).toEqual(commandLineFinds(text));
	}
});
