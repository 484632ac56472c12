/** Owns the static assets of the control plane: `npm run build:console` puts them where wrangler.admin.toml looks. */

import { createHash } from "node:crypto";
import {
	copyFileSync,
	existsSync,
	globSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { PROJECT } from "./wrangler.ts";

/** Where they are kept; git does not look there. */
const ASSETS = join(PROJECT, "dist/console");

/** What the assets there were made of: beside them, since all that is in their folder is served. */
const STAMP = join(PROJECT, "dist/console.stamp");

/** The script of the reference page, which its own package would load from elsewhere. */
const REFERENCE = join(PROJECT, "node_modules/@scalar/api-reference/dist/browser/standalone.js");

/** All that the page could be made of; wrangler asks at each start, and at each change in src. */
const INPUTS = ["src/**/*.{ts,css,html}", "dev/console.ts", "tenant.schema.json", "package-lock.json"];

const stamp = stampOf();
if (!(existsSync(join(ASSETS, "index.html")) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === stamp)) {
	await build();
	writeFileSync(STAMP, stamp);
}

function stampOf(): string {
	const hash = createHash("sha256");
	for (const file of globSync(INPUTS, { cwd: PROJECT }).toSorted()) {
		hash.update(`${file}\0`).update(readFileSync(join(PROJECT, file)));
	}
	return hash.digest("hex");
}

/** Builds beside, then moves file by file: two builds at once, and who reads meanwhile, find whole files. */
async function build(): Promise<void> {
	mkdirSync(ASSETS, { recursive: true });
	const beside = mkdtempSync(join(dirname(ASSETS), "building-"));
	try {
		// Loaded only here: it takes longer than all the rest.
		const [{ build }, { default: config }] = await Promise.all([
			import("vite"),
			import("../src/admin/console/vite.config.ts"),
		]);
		await build({ ...config, configFile: false, build: { ...config.build, outDir: beside } });
		copyFileSync(REFERENCE, join(beside, "reference.js"));
		for (const file of globSync("*", { cwd: beside })) renameSync(join(beside, file), join(ASSETS, file));
	} finally {
		rmSync(beside, { recursive: true, force: true });
	}
}
