/** Owns the running of wrangler: the user's own login and real environment count, and no file of any folder does. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { withPrivateFolder } from "../files/private-folder.ts";
import { withUndo } from "../shell/interrupt.ts";

/** How long an interrupted wrangler may take to end by itself. */
const GRACE_MILLISECONDS = 1000;

/** So that wrangler prints what was asked for and nothing else. */
const QUIET = {
	WRANGLER_HIDE_BANNER: "true",
	WRANGLER_SEND_METRICS: "false",
	WRANGLER_LOG: "log",
	CLOUDFLARE_CF_FETCH_ENABLED: "false",
	NO_COLOR: "1",
	FORCE_COLOR: "0",
};

/** What a run led to. */
export interface WranglerRun {
	/** Null where a signal ended it. */
	readonly code: number | null;
	readonly output: string;
	readonly errors: string;
}

/**
 * Runs Node with wrangler's command line.
 *
 * wrangler takes `.env`, `.env.local` and the like of the folder that it runs in for its environment, where
 * CLOUDFLARE_API_BASE_URL decides whom the user's token is sent to: beside the tenant files, a pull request could write
 * that. So it runs in an empty folder of its own. (Its --env-file would say the same, but Node takes that for its own.)
 * @param args what Node is started with
 * @param onOutput told each piece of what it prints, as it comes; then `output` is empty
 */
export function spawnWrangler(
	args: readonly string[],
	onOutput?: (piece: Buffer) => void,
): Promise<WranglerRun> {
	return withPrivateFolder(async (folder) => {
		const temporary = join(folder, "tmp");
		await mkdir(temporary);
		const child = spawn(process.execPath, args, {
			cwd: folder,
			env: {
				...process.env,
				...QUIET,
				// By itself it looks for one in every folder above.
				WRANGLER_CACHE_DIR: join(folder, "cache"),
				CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: "false",
				// What it leaves behind when it is killed goes with the folder.
				...{ TMPDIR: temporary, TMP: temporary, TEMP: temporary },
			},
			stdio: ["ignore", "pipe", "pipe"],
			// A group of its own: it starts processes, and an interrupt has to end them all.
			detached: process.platform !== "win32",
		});
		const output: Buffer[] = [];
		const errors: Buffer[] = [];
		child.stdout.on("data", onOutput ?? ((chunk: Buffer) => output.push(chunk)));
		child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
		const closed = new Promise<number | null>((resolve, reject) => {
			child.on("error", reject);
			child.on("close", resolve);
		});
		const code = await withUndo(
			() => end(child, closed),
			() => closed,
		);
		return {
			code,
			output: Buffer.concat(output).toString(),
			errors: Buffer.concat(errors).toString(),
		};
	});
}

async function end(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
	const over = closed.catch(() => {});
	for (const signal of ["SIGTERM", "SIGKILL"] as const) {
		signalGroup(child, signal);
		let timer: NodeJS.Timeout | undefined;
		const grace = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, GRACE_MILLISECONDS);
		});
		await Promise.race([over, grace]);
		clearTimeout(timer);
	}
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
	try {
		if (process.platform === "win32" || child.pid === undefined) child.kill(signal);
		else process.kill(-child.pid, signal);
	} catch {
		// All of them have ended.
	}
}
