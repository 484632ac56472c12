/** Owns a gateway under test: the built Worker under a real `wrangler dev`, its local KV seeded first. */

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collectOutput } from "../../../dev/process-group.ts";
import { type DevServer, runWrangler, seedLocalKv, startDevServer } from "../../../dev/wrangler.ts";

export interface GatewayUnderTest {
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
export function createGatewayUnderTest(variables: Readonly<Record<string, string>> = {}): GatewayUnderTest {
	const entries = new Map<string, string>();
	let directory: string | undefined;
	let server: DevServer | undefined;
	let output = () => "";

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
				runWrangler(["deploy", "--dry-run", `--outdir=${join(state, "dist")}`]),
				entries.size > 0
					? seedLocalKv(
							[...entries].map(([key, value]) => ({ key, value })),
							state,
						)
					: undefined,
			]);
			server = await startDevServer({
				stateDirectory: state,
				port: 0,
				bundle: join(state, "dist/index.js"),
				variables,
				onStart(group) {
					output = collectOutput(group);
				},
			});
		},
		async stop() {
			await server?.group.stop();
			if (directory !== undefined) await rm(directory, { recursive: true, force: true, maxRetries: 5 });
		},
		port: () => server?.port ?? 0,
		output: () => output(),
		async residentBytes() {
			const group = server?.group.child.pid;
			if (group === undefined || process.platform !== "linux") return undefined;
			const sizes = await Promise.all((await readdir("/proc")).map((pid) => workerdBytes(pid, group)));
			return sizes.reduce((sum, size) => sum + size, 0);
		},
	};
}

/** The resident memory of a process, in bytes, if it is a workerd of the given process group; else 0. */
async function workerdBytes(pid: string, group: number): Promise<number> {
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
