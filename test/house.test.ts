/** Owns the proof that imports go down the list of the README, never in a circle, that pages can have what they need, and that a name stands for one thing. */

import { globSync, readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname, join, normalize } from "node:path";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";

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

/** Names that stand more than once, each because it is what its user says. */
const SHARED_NAMES: Readonly<Record<string, string>> = {
	explain: "the command, and the function that it asks",
	envoy: "the format that import reads, and the product that the doctor recognises",
	kong: "likewise",
	spring: "likewise",
	traefik: "likewise",
	SUFFIXES_BELOW: "the table, and the file that npm run suffixes writes it into",
	cordon: "the middleware, and the command line as tests type it",
};

test("an exported name stands for one thing in src, demo and dev, and for nothing else in the tests", async () => {
	const places = new Map<string, string[]>();
	for await (const file of glob("{src,demo,dev,test}/**/*.ts", { cwd: PROJECT })) {
		const text = readFileSync(join(PROJECT, file), "utf8");
		const exported = text.matchAll(/^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm);
		for (const [, name = ""] of exported) places.set(name, [...(places.get(name) ?? []), file]);
	}
	expect(places.size).toBeGreaterThan(1000);
	const several = [...places].filter(
		([name, files]) => files.length > 1 && !Object.hasOwn(SHARED_NAMES, name) && !files.every(isATest),
	);
	expect(several.map(([name, files]) => `${name}: ${files.join(", ")}`)).toEqual([]);
});

/** Each suite has a harness of its own, so that suites do not depend on each other. */
function isATest(file: string): boolean {
	return file.startsWith("test/");
}

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

/** Libraries that the console has in its page, or may have. */
const FOR_PAGES = ["explain", "browser", "cors", "tenants", "findings"];

describe.each(FOR_PAGES)("src/%s, which the console may have in its page", (place) => {
	const files = globSync(`src/${place}/**/*.ts`, { cwd: PROJECT });

	test("imports nothing of Node, nor of the Workers' runtime", () => {
		const found = files.flatMap((file) => {
			const text = readFileSync(join(PROJECT, file), "utf8");
			const targets = [...text.matchAll(/(?:from|import) ?\(?"([^"]+)"/g)].map(([, target = ""]) => target);
			const isOfAServer = (target: string) => /^(?:node|cloudflare):/.test(target) || isBuiltin(target);
			return targets.filter(isOfAServer).map((target) => `${file}: ${target}`);
		});
		expect(found).toEqual([]);
	});

	test("bundles for a page, with all that it imports", async () => {
		const { errors, warnings } = await build({
			entryPoints: files,
			absWorkingDir: PROJECT,
			bundle: true,
			format: "esm",
			platform: "browser",
			write: false,
			outdir: "out",
			logLevel: "silent",
		});
		expect([...errors, ...warnings].map(({ text }) => text)).toEqual([]);
	});
});

function placeOf(file: string, listed: readonly string[]): number {
	const isIn = (place: string) => (place.endsWith("/") ? file.startsWith(place) : file === place);
	return listed.findIndex(isIn);
}
