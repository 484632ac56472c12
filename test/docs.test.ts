/** Owns the proof that README and the pages under docs/ are in step with the code, and that what they show works. */

import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type ParseError, parse as parseJsonc } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import { REFERENCE_PATH, withTables } from "../dev/tenant-reference.ts";
import { PROJECT } from "../dev/wrangler.ts";
import { readTenantFile } from "../src/cli/files/tenant-file.ts";
import { PROBLEM_CODES } from "../src/gateway/problem.ts";
import { blocks, readPages } from "./documented.ts";

const PAGES = await readPages();

test("every problem has the section that its type leads to, and every section is one of a problem", () => {
	const text = readFileSync(join(PROJECT, "docs/errors.md"), "utf8");
	const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading ?? "");
	expect(sections.toSorted()).toEqual(PROBLEM_CODES.toSorted());
});

test("the tables of keys are those of the schema", () => {
	const page = readFileSync(REFERENCE_PATH, "utf8");
	expect(withTables(page), 'The schema has changed: run "npm run schema" and check the page in.').toBe(page);
});

describe("a link leads somewhere", () => {
	test.each(PAGES.map(({ name, text }) => [name, text] as const))("%s", (name, text) => {
		const links = [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/(?:src|srcset)="([^"]+)"/g)];
		const dead = links.flatMap(([, link = ""]) => {
			if (/^[a-z]+:/.test(link)) return [];
			const [file = "", anchor] = link.split("#");
			const path = file === "" ? join(PROJECT, name) : join(PROJECT, dirname(name), file);
			if (!existsSync(path)) return [link];
			return anchor === undefined || anchorsOf(readFileSync(path, "utf8")).includes(anchor) ? [] : [link];
		});
		expect(dead).toEqual([]);
	});
});

/** Headings as GitHub makes anchors of them. */
function anchorsOf(text: string): readonly string[] {
	return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, "")
			.replaceAll(" ", "-"),
	);
}

describe("a JSON block is sound", () => {
	const all = PAGES.flatMap((page) => blocks(page, ["json", "jsonc"]));

	test.each(all)("%s", (_, block) => {
		const errors: ParseError[] = [];
		const value: unknown = parseJsonc(block, errors, { allowTrailingComma: true });
		expect(errors).toEqual([]);
		// A tenant document is told by its keys; what is unsafe on purpose is not shown as JSON.
		if (typeof value !== "object" || value === null || !("cors" in value || "closed" in value)) return;
		const file = readTenantFile("block", block);
		expect([...file.errors, ...file.warnings].map(({ finding }) => finding)).toEqual([]);
	});
});

/** What has more than one word or number in use, and the one that Cordon says. */
const SAID_IN_ONE_WAY: readonly (readonly [what: string, othersThan: RegExp])[] = [
	[
		"a change is in force within two minutes, usually within one",
		/within (?:a|one|about two|two) minutes?\b(?!(?:\]\([\w.]+\))?, usually within one)/,
	],
	["data centre", /data[ -]centers?\b/i],
	[
		"report mode leaves CORS to the API; some headers change even then",
		/report.{0,60}\bchanges nothing\b(?! for pages)/i,
	],
];

describe("pages, console and command line say in one way:", () => {
	const sources = globSync("src/**/*.ts", { cwd: PROJECT }).map((name) => ({
		name,
		text: readFileSync(join(PROJECT, name), "utf8"),
	}));
	const pages = PAGES.filter(({ name }) => name !== "CHANGELOG.md");

	test.each(SAID_IN_ONE_WAY)("%s", (_, othersThan) => {
		const otherwise = [...sources, ...pages].filter(({ text }) => othersThan.test(text));
		expect(otherwise.map(({ name, text }) => `${name}: ${othersThan.exec(text)?.[0]}`)).toEqual([]);
	});
});

test("every page is listed in docs/README.md", () => {
	const index = readFileSync(join(PROJECT, "docs/README.md"), "utf8");
	const missing = PAGES.filter(({ name }) => name.startsWith("docs/") && name !== "docs/README.md")
		.map(({ name }) => relative("docs", name))
		.filter((name) => !index.includes(`(${name})`));
	expect(missing).toEqual([]);
});
