/** Owns the policy tests that a push runs: it writes nothing while one fails. */

import type { TenantFile } from "../files/tenant-file.ts";
import type { Kv } from "../kv/kv.ts";
import type { Terminal } from "../shell/terminal.ts";
import { allHeld, runFiles } from "./run.ts";
import { printFailures, resultsReport } from "./words.ts";

/** Runs what the files expect, and says what does not hold. @returns whether everything does */
export async function expectationsHold(
	files: readonly TenantFile[],
	kv: Pick<Kv, "get">,
	json: boolean,
	terminal: Terminal,
): Promise<boolean> {
	const done = await runFiles(files, (keys) => kv.get(keys));
	if (allHeld(done)) return true;
	if (json) {
		terminal.json(resultsReport(done));
		return false;
	}
	printFailures(done, terminal);
	terminal.out(
		`\n${terminal.colors.red("failed:")} what the files expect does not hold. Nothing was written; "cordon test" shows it all.`,
	);
	return false;
}
