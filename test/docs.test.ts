/** Owns the proof that the pages under docs/ are in step with the code. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTenantFile } from "../src/cli/files/tenant-file.ts";
import { PROBLEM_CODES } from "../src/gateway/problem.ts";

function page(name: string): string {
	return readFileSync(join(import.meta.dirname, "../docs", name), "utf8");
}

test("every problem has the section that its type leads to, and every section is one of a problem", () => {
	const sections = [...page("errors.md").matchAll(/^## (.+)$/gm)].map(([, heading]) => heading ?? "");
	expect(sections.toSorted()).toEqual(PROBLEM_CODES.toSorted());
});

test("every document on the page about origins is valid as it stands", () => {
	const documents = [...page("origins.md").matchAll(/^```json\n([\s\S]*?)^```/gm)].map(
		([, text]) => text ?? "",
	);
	expect(documents.length).toBeGreaterThan(1);
	for (const text of documents) {
		const { errors, warnings } = readTenantFile("origins.md", text);
		expect([...errors, ...warnings].map(({ finding }) => finding.message)).toEqual([]);
	}
});
