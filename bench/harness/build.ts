/** Owns the bundles: Cordon as it is deployed, and the Workers that it is compared with, each by wrangler's own build. */

import { join } from "node:path";
import { PROJECT, runWrangler } from "../../dev/wrangler.ts";

/**
 * Builds Cordon as `wrangler deploy` does.
 * @returns the module's file
 */
export async function buildCordon(directory: string, extra: readonly string[] = []): Promise<string> {
	await runWrangler(["deploy", "--dry-run", `--outdir=${directory}`, ...extra]);
	return join(directory, "index.js");
}

/**
 * Builds one Worker of `bench/workers`.
 * @returns the module's file
 */
export async function buildWorker(name: string, directory: string): Promise<string> {
	const config = join(PROJECT, "bench/workers/wrangler.toml");
	const entry = join(PROJECT, "bench/workers", `${name}.ts`);
	await runWrangler([
		"deploy",
		entry,
		"--dry-run",
		`--config=${config}`,
		`--outdir=${join(directory, name)}`,
	]);
	return join(directory, name, `${name}.js`);
}
