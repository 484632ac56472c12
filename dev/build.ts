/** Owns dist/: what the package is made of besides its texts; `npm run build` writes it, and so does every `npm pack`. */

import { execFileSync } from "node:child_process";
import { existsSync, globSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { build, type Metafile } from "esbuild";
import { PROJECT } from "./wrangler.ts";

const DIST = join(PROJECT, "dist");

// The console's assets beside it are another build's, and may be served at this moment.
for (const name of existsSync(DIST) ? readdirSync(DIST) : []) {
	if (!name.startsWith("console")) rmSync(join(DIST, name), { recursive: true, force: true });
}
buildLibrary();
await buildCommandLine();

/**
 * The importable part, file by file by TypeScript itself: whoever deploys it bundles it anyway, and reads it in stack
 * traces. (tsdown, which would make one file of it, does not take TypeScript 7.)
 */
function buildLibrary(): void {
	const compiler = join(
		dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
		"bin/tsc",
	);
	execFileSync(process.execPath, [compiler, "-p", join(PROJECT, "tsconfig.build.json")], {
		stdio: "inherit",
	});
	// TypeScript rewrites the imports of the code only; not every version follows a ".ts" out of declarations.
	for (const file of globSync(join(DIST, "**/*.d.ts"))) {
		const text = readFileSync(file, "utf8");
		writeFileSync(file, text.replaceAll(/((?:from |import\()"\.[^"]*)\.ts"/g, '$1.js"'));
	}
}

/**
 * The command line, bundled with everything that it alone uses, for its start-up: each command's own part is read when the
 * command is run. So the package does not depend on these libraries: an `npx cordon doctor` need not fetch the 120 MB of
 * which Cloudflare's SDK has a few hundred kilobytes in here. wrangler and miniflare stay outside, with their binaries.
 */
async function buildCommandLine(): Promise<void> {
	const { metafile } = await build({
		absWorkingDir: PROJECT,
		entryPoints: ["src/cli/cordon.ts"],
		outdir: join(DIST, "cli"),
		bundle: true,
		splitting: true,
		format: "esm",
		platform: "node",
		target: "node20",
		// What is in a package as modules as well is better read than its CommonJS, and can be split.
		mainFields: ["module", "main"],
		external: ["wrangler", "miniflare"],
		// What is CommonJS in it asks for Node's own modules in this way.
		banner: {
			js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
		},
		legalComments: "none",
		metafile: true,
		logLevel: "warning",
	});
	writeFileSync(join(DIST, "cli/LICENSES.txt"), licensesOf(metafile));
}

/** The licenses of what is bundled ask to be handed on with it. */
function licensesOf({ inputs }: Metafile): string {
	const folders = new Set<string>();
	for (const path of Object.keys(inputs)) {
		const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
		if (folder !== undefined) folders.add(folder);
	}
	const texts = [...folders].sort().map((folder) => {
		const { name, version, license } = JSON.parse(
			readFileSync(join(PROJECT, folder, "package.json"), "utf8"),
		);
		const files = globSync(join(PROJECT, folder, "{LICENSE,LICENCE,license,COPYING,NOTICE}*"));
		const text = files.map((file) => readFileSync(file, "utf8").trim()).join("\n\n");
		return `${name} ${version} (${license})\n\n${text}\n`;
	});
	return `The command line of Cordon has these libraries in it.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

console.log(`built ${relative(process.cwd(), DIST)}`);
