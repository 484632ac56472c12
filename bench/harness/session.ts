/** Owns what surrounds every measurement: a directory, an upstream, the progress line, and their end in every case. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bind, type ServerProcess, stopServers } from "./process.ts";
import { createProgress, type Progress } from "./progress.ts";
import { startUpstream } from "./upstream.ts";

/** What a measurement works with. */
export interface Session {
	/** For bundles and configurations; removed at the end. */
	readonly directory: string;
	readonly progress: Progress;
	readonly upstream: ServerProcess;
	/** The upstream as an origin. */
	readonly upstreamOrigin: string;
}

/** Where the pages of results are kept. */
export const RESULTS_DIRECTORY = join(import.meta.dirname, "..");

/** Runs a measurement; every server that it started is ended after it. */
export async function withSession<T>(measure: (session: Session) => Promise<T>): Promise<T> {
	const directory = mkdtempSync(join(tmpdir(), "cordon-bench-"));
	const progress = createProgress();
	bind(process.pid, "helper");
	try {
		const upstream = await startUpstream();
		return await measure({
			directory,
			progress,
			upstream,
			upstreamOrigin: `http://127.0.0.1:${upstream.port}`,
		});
	} finally {
		progress.done();
		stopServers();
		rmSync(directory, { recursive: true, force: true });
	}
}

/** A mistake on the command line. */
export class UsageError extends Error {}

/** Reads a number above 0 from the command line. */
export function positive(text: string | undefined, otherwise: number, name: string): number {
	if (text === undefined) return otherwise;
	const value = Number(text);
	if (!Number.isFinite(value) || value <= 0)
		throw new UsageError(`--${name} wants a number above 0, not "${text}".`);
	return value;
}
