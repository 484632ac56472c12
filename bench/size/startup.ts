/** Owns the question how long the Worker takes to start, as wrangler answers it. */

import { join } from "node:path";
import { runWrangler } from "../../dev/wrangler.ts";

/** The times that the Worker's isolate was active in while it started, in milliseconds, the shortest first. */
export async function measureStartups(directory: string, count: number): Promise<readonly number[]> {
	const times: number[] = [];
	for (let i = 0; i < count; i++) {
		const said = await runWrangler([
			"check",
			"startup",
			`--outfile=${join(directory, "startup.cpuprofile")}`,
		]);
		const active = /Active: ([\d.]+) ms/.exec(said)?.[1];
		if (active === undefined) throw new Error(`wrangler says nothing of the start-up:\n${said}`);
		times.push(Number(active));
	}
	return times.sort((a, b) => a - b);
}
