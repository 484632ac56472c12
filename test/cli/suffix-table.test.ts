/** Owns the proof that the table of suffixes is in step with the installed list, and that it answers for all of it. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { publicSuffixRules, SUFFIX_TABLE_PATH, suffixTableModule } from "../../dev/suffix-table.ts";
import { isPublicSuffix, suffixBelow } from "../../src/cors/public-suffix.ts";

test("src/cors/suffixes-below.ts is current", () => {
	expect(readFileSync(SUFFIX_TABLE_PATH, "utf8"), 'tldts has changed: run "npm run suffixes".').toBe(
		suffixTableModule(),
	);
});

test("every domain above a rule of the list is a suffix itself, or known to have one below it", () => {
	const rules = publicSuffixRules();
	expect(rules.length).toBeGreaterThan(10_000);
	const known = new Set<string>();
	for (const rule of rules) {
		for (let name = rule; name.includes("."); ) {
			name = name.slice(name.indexOf(".") + 1);
			if (isPublicSuffix(name)) continue;
			known.add(name);
			const below = suffixBelow(name);
			expect(below?.endsWith(`.${name}`) && isPublicSuffix(below), `${name} has ${below} below it`).toBe(
				true,
			);
		}
	}
	expect(known.size).toBeGreaterThan(400);
});
