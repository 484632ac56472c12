/** Owns what is said before a test run changes the machine: which packages will be installed, how, and how not. */

import { announcement } from "./engines/install.ts";

/** Vitest calls it once, before the first test of any project, if the run has browsers in it. */
export async function setup(): Promise<void> {
	const line = await announcement();
	if (line !== undefined) console.error(`${line}\n`);
}
