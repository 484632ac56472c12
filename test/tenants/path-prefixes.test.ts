/** Owns the proof of the search for the longest path above another one: what it finds, and that its cost is the path's own. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPathPrefixes } from "../../src/tenants/path-prefixes.ts";
import { readingsOf } from "../../src/tenants/path-readings.ts";
import { createRouteTable } from "../../src/tenants/routes.ts";

/** The definition, path by path. */
function longestAbove(paths: readonly string[], path: string): string | undefined {
	return paths
		.filter((one) => path === one || path.startsWith(`${one}/`))
		.sort((a, b) => b.length - a.length)[0];
}

const segments = fc.array(fc.constantFrom("", "a", "b", "ab", "a-", "-", ".", "0", "é", "a b"), {
	maxLength: 6,
});
const path = segments.map((all) => all.map((segment) => `/${segment}`).join(""));

test("the longest path that is the same or above is found, and no other", () => {
	fc.assert(
		fc.property(fc.uniqueArray(path, { maxLength: 30 }), path, (paths, sought) => {
			const prefixes = createPathPrefixes(new Map(paths.map((one) => [one, one])));
			for (const one of [sought, ...paths]) expect(prefixes.find(one)).toBe(longestAbove(paths, one));
		}),
		{ numRuns: 2000 },
	);
});

test("of none, none is found", () => {
	expect(createPathPrefixes(new Map()).find("/a")).toBeUndefined();
});

describe("a look-up costs the same", () => {
	const long = "/".repeat(2040);
	const MAX_MILLISECONDS = 0.3;

	/** The best of several, so that other work on the machine does not count. */
	function millisecondsOf(work: () => unknown): number {
		let best = Number.POSITIVE_INFINITY;
		for (let round = 0; round < 20; round++) {
			const begun = performance.now();
			for (let i = 0; i < 20; i++) work();
			best = Math.min(best, (performance.now() - begun) / 20);
		}
		return best;
	}

	test.each([
		["as many lengths as there are routes", (i: number) => `${"/".repeat(2 * i + 1)}x`],
		["the same beginning of 2,000 characters", (i: number) => `${"/".repeat(2000)}${i}`],
		["each below the one before", (i: number) => "/".repeat(2 * i + 1)],
	])("with a thousand routes that have %s", (_, literalOf) => {
		const routes = Array.from({ length: 1000 }, (__, i) => ({ path: `${literalOf(i)}/*`, value: i }));
		const prefixes = createPathPrefixes(
			new Map(routes.map(({ path: one, value }) => [one.slice(0, -2), value])),
		);
		expect(millisecondsOf(() => prefixes.find(long))).toBeLessThan(MAX_MILLISECONDS);
		expect(millisecondsOf(() => prefixes.find(`${long}x`))).toBeLessThan(MAX_MILLISECONDS);
	});

	test("with all the readings that a path may have", () => {
		const routes = Array.from({ length: 1000 }, (_, i) => ({ path: `${"/a".repeat(i + 1)}/*`, value: i }));
		const table = createRouteTable(routes);
		const odd = `/A;x/%42/%2561/\\/${"a/".repeat(600)}`;
		const readings = readingsOf(odd)?.size ?? 0;
		expect(readings).toBeGreaterThan(20);
		const ofReading = millisecondsOf(() => readingsOf(odd));
		expect(millisecondsOf(() => table.findOtherReading(odd)) - ofReading).toBeLessThan(
			readings * MAX_MILLISECONDS,
		);
	});
});
