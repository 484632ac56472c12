/** Owns a gateway under test: the built Worker under a real `wrangler dev`, its local KV seeded first. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PROJECT = join(import.meta.dirname, "../../..");
const WRANGLER = join(PROJECT, "node_modules/wrangler/bin/wrangler.js");
const CONFIG = join(PROJECT, "wrangler.toml");
const READY_TIMEOUT_SECONDS = 60;
const STOP_TIMEOUT_SECONDS = 5;

const QUIET = {
	WRANGLER_HIDE_BANNER: "true",
	WRANGLER_SEND_METRICS: "false",
	WRANGLER_WRITE_LOGS: "false",
	CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

export interface Gateway {
	/**
	 * Stores a tenant before the start.
	 * @param name the hostname, or `*.<parent>`
	 * @param document the tenant document; a string is stored as it is
	 * @returns the hostname
	 */
	tenant(name: string, document: unknown): string;
	/** Stores any other key before the start. */
	store(key: string, value: string): void;
	/** Builds, seeds, starts, and resolves once requests are answered. */
	start(): Promise<void>;
	/** Ends it and everything that it spawned. */
	stop(): Promise<void>;
	/** The port on 127.0.0.1; known after the start. */
	port(): number;
	/** What it has written to its standard output so far. */
	output(): string;
	/** The resident memory of its workerd processes, in bytes; undefined where the system has no /proc. */
	residentBytes(): Promise<number | undefined>;
}

/** @param variables given to the Worker by `--var` */
export function createGateway(variables: Readonly<Record<string, string>> = {}): Gateway {
	const entries = new Map<string, string>();
	let directory: string | undefined;
	let child: ChildProcess | undefined;
	let port = 0;
	let output = "";

	function wrangler(args: readonly string[], state: string): ChildProcess {
		return spawn(process.execPath, [WRANGLER, ...args, "--config", CONFIG], {
			cwd: state,
			detached: true,
			env: { ...process.env, ...QUIET, WRANGLER_REGISTRY_PATH: join(state, "registry") },
			stdio: ["ignore", "pipe", "pipe"],
		});
	}

	/** Runs one command to its end. */
	async function run(args: readonly string[], state: string): Promise<void> {
		const command = wrangler(args, state);
		let said = "";
		for (const stream of [command.stdout, command.stderr]) {
			stream?.setEncoding("utf8").on("data", (text: string) => {
				said += text;
			});
		}
		const [code] = await once(command, "close");
		if (code !== 0) throw new Error(`wrangler ${args.join(" ")} failed:\n${said}`);
	}

	async function seed(state: string): Promise<void> {
		const file = join(state, "tenants.json");
		await writeFile(file, JSON.stringify([...entries].map(([key, value]) => ({ key, value }))));
		await run(["kv", "bulk", "put", file, "--binding=TENANTS", "--local", `--persist-to=${state}`], state);
	}

	async function serve(state: string): Promise<void> {
		const args = ["dev", join(state, "dist/index.js"), "--no-bundle", "--ip=127.0.0.1", "--port=0"];
		args.push("--inspector-port=0", "--show-interactive-dev-session=false", `--persist-to=${state}`);
		for (const [name, value] of Object.entries(variables)) args.push("--var", `${name}:${value}`);
		const started = wrangler(args, state);
		child = started;
		process.once("exit", () => signal("SIGKILL"));
		for (const stream of [started.stdout, started.stderr]) {
			stream?.setEncoding("utf8").on("data", (text: string) => {
				output += text;
			});
		}
		const deadline = Date.now() + READY_TIMEOUT_SECONDS * 1000;
		while (!(await answers())) {
			if (started.exitCode !== null || Date.now() > deadline)
				throw new Error(`wrangler dev does not answer:\n${output}`);
			await sleep(50);
		}
	}

	async function answers(): Promise<boolean> {
		port = Number(/Ready on http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1] ?? 0);
		if (port === 0) return false;
		const probe = request({ host: "127.0.0.1", port, path: "/", headers: { Host: "probe.invalid" } });
		try {
			const [response] = await once(probe.end(), "response");
			response.resume();
			return true;
		} catch {
			return false;
		}
	}

	/** Signals the child's whole process group; 0 only asks. False when nobody is left. */
	function signal(name: "SIGTERM" | "SIGKILL" | 0): boolean {
		if (child?.pid === undefined) return false;
		try {
			return process.kill(-child.pid, name);
		} catch {
			return false;
		}
	}

	return {
		tenant(name, document) {
			const key = `tenant:${name}`;
			if (entries.has(key)) throw new Error(`There is a tenant ${name} already.`);
			entries.set(key, typeof document === "string" ? document : JSON.stringify(document));
			return name;
		},
		store(key, value) {
			entries.set(key, value);
		},
		async start() {
			directory = await mkdtemp(join(tmpdir(), "cordon-end-to-end-"));
			const state = directory;
			// The Worker is built once, so that an edit of its source does not restart it in the middle of a run.
			await Promise.all([
				run(["deploy", "--dry-run", `--outdir=${join(state, "dist")}`], state),
				entries.size > 0 ? seed(state) : undefined,
			]);
			await serve(state);
		},
		async stop() {
			const deadline = Date.now() + STOP_TIMEOUT_SECONDS * 1000;
			signal("SIGTERM");
			while (signal(0) && Date.now() < deadline) await sleep(50);
			signal("SIGKILL");
			if (directory !== undefined) await rm(directory, { recursive: true, force: true, maxRetries: 5 });
		},
		port: () => port,
		output: () => output,
		async residentBytes() {
			if (child?.pid === undefined || process.platform !== "linux") return undefined;
			const sizes = await Promise.all((await readdir("/proc")).map((pid) => workerdBytes(pid, child?.pid)));
			return sizes.reduce((sum, size) => sum + size, 0);
		},
	};
}

/** The resident memory of a process, in bytes, if it is a workerd of the given process group; else 0. */
async function workerdBytes(pid: string, group: number | undefined): Promise<number> {
	if (!/^\d+$/.test(pid)) return 0;
	try {
		const stat = await readFile(`/proc/${pid}/stat`, "utf8");
		// After the command, which stands in brackets: state, parent, process group.
		const [, name, , , pgrp] = /\((.*)\) (\S+) (\d+) (\d+)/.exec(stat) ?? [];
		if (name !== "workerd" || Number(pgrp) !== group) return 0;
		const status = await readFile(`/proc/${pid}/status`, "utf8");
		return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
	} catch {
		// It has gone in the meantime.
		return 0;
	}
}
