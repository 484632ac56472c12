/** Owns the start of the stand-in for Workers KV, and the reading of its counters. */

import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KvMode } from "./kv-modes.ts";
import { type ServerProcess, startServer } from "./process.ts";

/** A running key-value service. */
export interface KvProcess extends ServerProcess {
	/** How many reads it has answered so far, and how many of them found something. */
	counters(): Promise<{ readonly reads: number; readonly found: number }>;
	/** From now on it answers so. */
	be(mode: KvMode): Promise<void>;
	/** From now on this key is absent. */
	delete(key: string): Promise<void>;
}

/** What the service knows. */
export interface KvContents {
	/** The document of `tenant:bench.example`. */
	readonly document?: unknown;
	/** How many tenants `t<n>.example` there are. */
	readonly tenants?: number;
	/** Where those tenants' APIs are. */
	readonly upstream?: string;
	/** Whether the Cache API beside it keeps what is put; left out: every look-up misses. */
	readonly keepsCache?: boolean;
}

/** @param directory where the document may be written to */
export async function startKv(contents: KvContents, directory: string): Promise<KvProcess> {
	const environment: Record<string, string> = {};
	if (contents.document !== undefined) {
		const file = join(mkdtempSync(join(directory, "kv-")), "document.json");
		writeFileSync(file, JSON.stringify(contents.document));
		environment["BENCH_DOCUMENT_FILE"] = file;
	}
	if (contents.tenants !== undefined) environment["BENCH_TENANTS"] = String(contents.tenants);
	if (contents.upstream !== undefined) environment["BENCH_UPSTREAM"] = contents.upstream;
	if (contents.keepsCache === true) environment["BENCH_CACHE"] = "yes";
	const server = await startServer({
		command: process.execPath,
		args: [join(import.meta.dirname, "kv-server.ts")],
		environment,
		role: "helper",
	});
	return {
		...server,
		async counters() {
			const response = await fetch(`http://127.0.0.1:${server.port}/counters`);
			return (await response.json()) as { reads: number; found: number };
		},
		async be(mode) {
			await fetch(`http://127.0.0.1:${server.port}/mode/${encodeURIComponent(mode)}`);
		},
		async delete(key) {
			await fetch(`http://127.0.0.1:${server.port}/deleted/${encodeURIComponent(key)}`);
		},
	};
}
