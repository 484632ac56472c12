/** Owns the proof that imports go down the list of the README, and never in a circle. */

import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const PROJECT = join(import.meta.dirname, "..");

/** The places of the README's list, from the top: each may import those below it. */
function places(): readonly string[] {
	const readme = readFileSync(join(PROJECT, "README.md"), "utf8");
	const list = /## The code\n\n```\n([\s\S]*?)\n```/.exec(readme)?.[1] ?? "";
	return list
		.split("\n")
		.map((line) => line.split(" ")[0] ?? "")
		.filter((place) => place.startsWith("src/"));
}

/** Every import of one source file from another: `from` and `import` alike, types too. */
async function imports(): Promise<readonly (readonly [from: string, to: string])[]> {
	const found: (readonly [string, string])[] = [];
	for await (const file of glob("src/**/*.ts", { cwd: PROJECT })) {
		const text = readFileSync(join(PROJECT, file), "utf8");
		for (const [, target = ""] of text.matchAll(/(?:from|import) ?\(?"(\.[^"]+)"/g)) {
			const path = normalize(join(dirname(file), target));
			// Data of the whole project: its name and version, and the schema that is made of the code.
			if (!["package.json", "tenant.schema.json"].includes(path)) found.push([file, path]);
		}
	}
	return found;
}

test("the README's list names every place in src", async () => {
	const listed = places();
	expect(listed.length).toBeGreaterThan(5);
	for await (const file of glob("src/**/*.ts", { cwd: PROJECT })) {
		expect(placeOf(file, listed), file).not.toBe(-1);
	}
});

test("imports go down the README's list only", async () => {
	const listed = places();
	const upward = (await imports()).filter(([from, to]) => placeOf(from, listed) > placeOf(to, listed));
	expect(upward.map(([from, to]) => `${from} imports ${to}`)).toEqual([]);
});

/** What Node 20 lacks; the first two are in src/cli/shell/node-20.ts, for the command line alone. */
const TOO_NEW = {
	library: /\bURL\.parse\(|Promise\.withResolvers|\b(?:Map|Object)\.groupBy\(/,
	everywhere:
		/import\.meta\.main\b|Array\.fromAsync|Promise\.try\b|RegExp\.escape|\bIterator\.|\bglob(?:Sync)?\(|\.(?:isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(|\.(?:keys|values|entries)\(\)\.(?:map|filter|some|every|find|toArray|take|drop|reduce)\(/,
};

test("what is published needs nothing that Node 20 lacks", async () => {
	const found: string[] = [];
	for await (const file of glob("src/**/*.ts", { cwd: PROJECT })) {
		const text = readFileSync(join(PROJECT, file), "utf8");
		const isLibrary = /^src\/(?:[^/]+\.ts|(?:gateway|in-process|tenants|cors|isolate|findings)\/)/.test(file);
		for (const pattern of [TOO_NEW.everywhere, ...(isLibrary ? [TOO_NEW.library] : [])]) {
			const match = pattern.exec(text);
			if (match !== null) found.push(`${file}: ${match[0]}`);
		}
	}
	expect(found).toEqual([]);
});

function placeOf(file: string, listed: readonly string[]): number {
	const isIn = (place: string) => (place.endsWith("/") ? file.startsWith(place) : file === place);
	return listed.findIndex(isIn);
}
