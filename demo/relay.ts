/** Owns how the demo passes on what its Workers say: a line with a name before it, once they have answered. */

import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import pc from "picocolors";
import type { ProcessGroup } from "../dev/process-group.ts";

/** The log line of the question whether a Worker answers comes a moment after the answer, and is not news. */
const LOG_DELAY_MILLISECONDS = 200;

/** A Worker whose lines are passed on. */
export interface Relay {
	/** Follows it from its start. */
	follow(group: ProcessGroup): void;
	/** From now on what it says is news. Before, it is what wrangler always says; where it does not start, the error has it. */
	ready(): Promise<void>;
	/** From now on nothing is. */
	silence(): void;
}

/** Passes lines on. @param name what stands before them */
export function createRelay(name: string): Relay {
	let isReady = false;
	let isSilent = false;
	const pass = (stream: NodeJS.ReadableStream | null) => {
		if (stream === null) return;
		createInterface({ input: stream }).on("line", (line) => {
			if (isReady && !isSilent && line.trim() !== "") console.log(`${pc.dim(`${name} │`)} ${line}`);
		});
	};
	return {
		follow({ child }) {
			pass(child.stderr);
			pass(child.stdout);
		},
		async ready() {
			await sleep(LOG_DELAY_MILLISECONDS);
			isReady = true;
		},
		silence() {
			isSilent = true;
		},
	};
}
