/** Owns the wait for what a program prints when it can be spoken to. */

import { setTimeout as sleep } from "node:timers/promises";
import type { OpenBrowser } from "../../browsers/engines/engine.ts";

const START_TIMEOUT_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 25;

/** The first group of a pattern in what a program prints. @throws with all that it printed, where it does not come */
export async function printed(
	program: Pick<OpenBrowser, "output" | "ended">,
	pattern: RegExp,
): Promise<string> {
	let hasEnded = false;
	program.ended.then(() => {
		hasEnded = true;
	});
	const deadline = Date.now() + START_TIMEOUT_MILLISECONDS;
	for (;;) {
		const found = pattern.exec(program.output())?.[1];
		if (found !== undefined) return found;
		if (hasEnded || Date.now() > deadline) throw new Error(`A browser does not start:\n${program.output()}`);
		await sleep(POLL_MILLISECONDS);
	}
}
