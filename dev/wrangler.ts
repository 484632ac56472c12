/** Owns the way in which wrangler is started here, by the demo, the tests and the benchmarks: quiet, and ended whole. */

import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { collectOutput, type ProcessGroup, startGroup } from "./process-group.ts";

/** The root of the project. */
export const PROJECT = join(import.meta.dirname, "..");

const CONFIG = join(PROJECT, "wrangler.toml");

/** The configuration of the control plane; the gateway's is the one where none is named. */
export const ADMIN_CONFIG = join(PROJECT, "wrangler.admin.toml");

const MANIFEST = createRequire(import.meta.url).resolve("wrangler/package.json");
const WRANGLER = join(dirname(MANIFEST), "bin/wrangler.js");
const READY_TIMEOUT_SECONDS = 60;
const POLL_MILLISECONDS = 50;

/** No banner, no telemetry, no log files, no questions to Cloudflare; and no colours, so that others can read it. */
const QUIET = {
	WRANGLER_HIDE_BANNER: "true",
	WRANGLER_SEND_METRICS: "false",
	WRANGLER_WRITE_LOGS: "false",
	WRANGLER_LOG: "log",
	CLOUDFLARE_CF_FETCH_ENABLED: "false",
	NO_COLOR: "1",
};

/** What came of a command. */
export interface WranglerOutcome {
	/** The exit code; null where it was ended by a signal. */
	readonly code: number | null;
	/** What it wrote to its standard output, and what to its standard error. */
	readonly output: string;
	readonly errors: string;
}

/** A running `wrangler dev`. */
export interface DevServer {
	readonly group: ProcessGroup;
	/** Where it listens, on 127.0.0.1. */
	readonly port: number;
}

/** How a `wrangler dev` is started. */
export interface DevServerOptions {
	/** Where its local KV and all else that it keeps lives. */
	readonly stateDirectory: string;
	/** The port on 127.0.0.1; 0 is any. */
	readonly port: number;
	/** The configuration; left out, wrangler.toml. */
	readonly config?: string;
	/** A bundle to serve as it is. Left out, wrangler.toml's own entry is built, and again whenever it changes. */
	readonly bundle?: string;
	/** Given to the Worker by `--var`. */
	readonly variables?: Readonly<Record<string, string>>;
	/** Called with the server before it is ready, so that what it writes can be followed from the start. */
	readonly onStart?: (group: ProcessGroup) => void;
}

/** Runs a command of wrangler to its end, good or bad. It works in `directory`, on the configuration that it is told. */
export async function tryWrangler(args: readonly string[], directory = PROJECT): Promise<WranglerOutcome> {
	const group = start(args, directory);
	const [output = "", errors = ""] = await Promise.all(
		[group.child.stdout, group.child.stderr].map(async (stream) => {
			const chunks: Buffer[] = [];
			for await (const chunk of stream ?? []) chunks.push(chunk as Buffer);
			return Buffer.concat(chunks).toString();
		}),
	);
	return { code: await group.ended, output, errors };
}

/** Runs a command of wrangler that must succeed; gives its standard output. Rejects with what it said. */
export async function runWrangler(args: readonly string[], directory = PROJECT): Promise<string> {
	const { code, output, errors } = await tryWrangler(args, directory);
	if (code !== 0) throw new Error(`wrangler ${args.join(" ")} failed:\n${errors}${output}`);
	return output;
}

/** Writes entries into the local KV, as anybody would who has them in a file. */
export async function seedLocalKv(
	entries: readonly { readonly key: string; readonly value: string }[],
	stateDirectory: string,
): Promise<void> {
	const file = join(stateDirectory, "tenants.json");
	await writeFile(file, JSON.stringify(entries, null, 2));
	const place = ["--binding=TENANTS", "--local", `--persist-to=${stateDirectory}`, `--config=${CONFIG}`];
	await runWrangler(["kv", "bulk", "put", file, ...place], stateDirectory);
}

/** Makes the tables of the control plane's local registry. */
export async function migrateRegistry(stateDirectory: string): Promise<void> {
	const place = ["--local", `--config=${ADMIN_CONFIG}`, `--persist-to=${stateDirectory}`];
	await runWrangler(["d1", "migrations", "apply", "REGISTRY", ...place], stateDirectory);
}

/** Starts `wrangler dev`; resolves when it answers. Rejects with what it said where it does not; then it is ended. */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
	const { stateDirectory, config, bundle, variables = {}, onStart } = options;
	const args = [
		"dev",
		...(bundle === undefined ? [] : [bundle, "--no-bundle"]),
		`--config=${config ?? CONFIG}`,
	];
	args.push("--ip=127.0.0.1", `--port=${options.port}`, "--inspector-port=0");
	args.push("--show-interactive-dev-session=false", `--persist-to=${stateDirectory}`);
	for (const [name, value] of Object.entries(variables)) args.push("--var", `${name}:${value}`);
	// The build of the configuration, if it has one, is run where wrangler is.
	const group = start(args, stateDirectory, config === undefined ? stateDirectory : dirname(config));
	const output = collectOutput(group);
	onStart?.(group);
	const deadline = Date.now() + READY_TIMEOUT_SECONDS * 1000;
	for (;;) {
		const port = Number(/Ready on http:\/\/127\.0\.0\.1:(\d+)/.exec(output())?.[1] ?? 0);
		if (port !== 0 && (await answers(port))) return { group, port };
		if (group.child.exitCode !== null || group.child.signalCode !== null || Date.now() > deadline) {
			await group.stop();
			throw new Error(`wrangler dev does not answer:\n${output()}`);
		}
		await sleep(POLL_MILLISECONDS);
	}
}

function start(args: readonly string[], directory: string, cwd = directory): ProcessGroup {
	const { FORCE_COLOR: _, ...env } = process.env;
	return startGroup([process.execPath, WRANGLER, ...args], {
		cwd,
		env: { ...env, ...QUIET, WRANGLER_REGISTRY_PATH: join(directory, ".wrangler/registry") },
	});
}

/** Whether the Worker answers; for a host that is nobody's, so that no tenant is read for it. */
async function answers(port: number): Promise<boolean> {
	const probe = request({ host: "127.0.0.1", port, path: "/", headers: { Host: "probe.invalid" } });
	try {
		const [response] = await once(probe.end(), "response");
		response.resume();
		return true;
	} catch {
		return false;
	}
}
