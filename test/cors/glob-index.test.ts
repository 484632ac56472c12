/** Owns the proof of the in-label globs' index: against a plain reference, and that no list makes a match dear. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createGlobIndex, type Glob } from "../../src/cors/glob-index.ts";

/** The definition: one label, the star one or more of a-z 0-9 -; which of several is reported. */
function reference(globs: readonly Glob[], label: string, port: string): string | undefined {
	const found = globs
		.filter((glob) => glob.port === ":*" || glob.port === port)
		.filter(({ prefix, suffix }) => {
			const star = label.slice(prefix.length, label.length - suffix.length);
			return (
				label.length > prefix.length + suffix.length &&
				label.startsWith(prefix) &&
				label.endsWith(suffix) &&
				/^[a-z0-9-]+$/.test(star)
			);
		});
	const literals = ({ prefix, suffix }: Glob) => prefix.length + suffix.length;
	const first = found.filter(({ policy }) => policy === Math.min(...found.map((glob) => glob.policy)));
	const anyPort = first.filter(({ port }) => port === ":*");
	const among = anyPort.length > 0 ? anyPort : first;
	return among.toSorted((a, b) => literals(a) - literals(b))[0]?.text;
}

/** Few letters, so that prefixes and suffixes nest and meet. */
const affix = fc.oneof(
	fc.stringMatching(/^[ab_]{0,5}$/),
	fc.stringMatching(/^a{0,6}$/),
	fc.stringMatching(/^[a_]{0,3}$/),
);
const port = fc.constantFrom("", ":*", ":1", ":2");
const globList = fc
	.array(fc.record({ prefix: affix, suffix: affix, port, policy: fc.oneof(fc.constant(0), fc.nat(3)) }), {
		minLength: 1,
		maxLength: 60,
	})
	.map((list) => list.map((glob, index) => ({ ...glob, text: `${index}` })));

describe("a label matches", () => {
	test("if and only if the definition of one of the globs says so, and that one is reported", () => {
		fc.assert(
			fc.property(
				globList,
				fc.array(fc.stringMatching(/^[ab_]{1,9}$/), { minLength: 20, maxLength: 20 }),
				(globs, labels) => {
					const index = createGlobIndex(globs);
					for (const label of labels) {
						for (const asked of ["", ":1", ":3"]) {
							expect(index.match(label, asked)?.text, `${label}${asked}`).toBe(
								reference(globs, label, asked),
							);
						}
					}
				},
			),
			{ numRuns: 1500 },
		);
	});

	test("the glob with the fewest literal characters, of equals the first in the list, any port before this one", () => {
		const glob = (text: string): Glob => {
			const [prefix = "", rest = ""] = text.split("*", 1).concat(text.slice(text.indexOf("*") + 1));
			const [suffix = "", port = ""] = rest.split("@");
			return { prefix, suffix, port, text, policy: 0 };
		};
		const others = Array.from({ length: 20 }, (_, index) => glob(`x${index}-*`));
		for (const more of [[], others]) {
			const match = (...texts: readonly string[]) =>
				createGlobIndex([...more, ...texts.map(glob)]).match("pr-12-web", ":1")?.text;
			expect(match("pr-1*@:1", "pr-*@:1", "pr-12-*@:1")).toBe("pr-*@:1");
			expect(match("*-web@:1", "pr-1*@:1")).toBe("*-web@:1");
			expect(match("pr-1*@:1", "*-web@:1")).toBe("pr-1*@:1");
			expect(match("p*@:1", "pr-12*web@:*")).toBe("pr-12*web@:*");
			expect(match("p*@:2", "p*")).toBeUndefined();
		}
	});
});

/** Lists of 10,000 that were made to be dear: prefixes and suffixes that nest, and never meet in the label. */
const HOSTILE: readonly (readonly [name: string, globs: readonly Glob[], label: string])[] = [
	[
		"every pair of lengths",
		pairs((prefix, suffix) => ["a".repeat(prefix), `${"b".repeat(suffix)}x`]),
		"a".repeat(31) + "b".repeat(32),
	],
	[
		"nested prefixes, each with suffixes of others",
		pairs((prefix, suffix) => ["a".repeat(prefix), `c${"b".repeat(suffix)}`]),
		"a".repeat(31) + "b".repeat(32),
	],
	[
		"nested on both sides, with an underscore between",
		pairs((prefix, suffix) => [`${"a".repeat(prefix)}`, "b".repeat(suffix)]),
		`${"a".repeat(31)}_${"b".repeat(31)}`,
	],
	[
		"one deep chain of prefixes under many suffixes",
		Array.from({ length: 10_000 }, (_, index) => ({
			prefix: "a".repeat(index < 40 ? index : 40),
			suffix: index < 40 ? "zz" : index.toString(36).padStart(4, "0"),
			port: "",
			text: `${index}`,
			policy: index % 16,
		})),
		`${"a".repeat(59)}bbbb`,
	],
];

function pairs(affixes: (prefix: number, suffix: number) => readonly [string, string]): readonly Glob[] {
	const globs: Glob[] = [];
	for (let prefix = 0; prefix < 62; prefix++) {
		for (let suffix = 0; prefix + suffix < 61; suffix++) {
			const [before, behind] = affixes(prefix, suffix);
			globs.push({ prefix: before, suffix: behind, port: "", text: `${prefix},${suffix}`, policy: 0 });
		}
	}
	return globs;
}

describe("the cost of a match is bounded by the label, not by the list", () => {
	test.each(HOSTILE)("%s", (_, globs, label) => {
		const index = createGlobIndex(globs);
		expect(index.match(label, "")?.text).toBe(reference(globs, label, ""));
		expect(lookUpsOf(() => index.match(label, ""))).toBeLessThanOrEqual(4 * 64);
	});

	test.each(HOSTILE)("nor by how many policies it is of: %s", (_, globs, label) => {
		const spread = globs.map((glob, index) => ({ ...glob, policy: (index * 7) % 16 }));
		const index = createGlobIndex(spread);
		expect(index.match(label, "")?.text).toBe(reference(spread, label, ""));
		expect(lookUpsOf(() => index.match(label, ""))).toBeLessThanOrEqual(4 * 64);
	});
});

/** How often a Map was asked meanwhile: a clock would tell of the machine. */
function lookUpsOf(work: () => void): number {
	const { get } = Map.prototype;
	let lookUps = 0;
	Map.prototype.get = function counted(this: Map<unknown, unknown>, key: unknown) {
		lookUps++;
		return get.call(this, key);
	};
	try {
		work();
	} finally {
		Map.prototype.get = get;
	}
	return lookUps;
}
