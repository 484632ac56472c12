/** Owns the bundles: Cordon as it is deployed, and the Workers that it is compared with, each by wrangler's own build. */

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The root of the project. */
export const PROJECT = join(import.meta.dirname, "../..");

const WRANGLER = join(
	dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
	"bin/wrangler.js",
);

/** Runs wrangler; gives its standard output. */
export async function wrangler(args: readonly string[]): Promise<string> {
	const { stdout } = await run(process.execPath, [WRANGLER, ...args], {
		cwd: PROJECT,
		env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_WRITE_LOGS: "false", CI: "true" },
		maxBuffer: 64 * 1024 * 1024,
	});
	return stdout;
}

/**
 * Builds Cordon as `wrangler deploy` does.
 * @returns the module's file
 */
export async function buildCordon(directory: string, extra: readonly string[] = []): Promise<string> {
	await wrangler(["deploy", "--dry-run", `--outdir=${directory}`, ...extra]);
	return join(directory, "index.js");
}

/**
 * Builds one Worker of `bench/workers`.
 * @returns the module's file
 */
export async function buildWorker(name: string, directory: string): Promise<string> {
	const config = join(PROJECT, "bench/workers/wrangler.toml");
	const entry = join(PROJECT, "bench/workers", `${name}.ts`);
	await wrangler(["deploy", entry, "--dry-run", `--config=${config}`, `--outdir=${join(directory, name)}`]);
	return join(directory, name, `${name}.js`);
}
