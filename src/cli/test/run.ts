/** Owns the run of tenant files' expectations, for `cordon test` and for `cordon push`. */

import type { AskDirectories } from "../../explain/explanation.ts";
import { type PolicyTestResult, runExpectations } from "../../explain/policy-tests.ts";
import type { TenantFile } from "../files/tenant-file.ts";

/** What became of one file's expectations. */
export interface FileResults {
	readonly file: TenantFile;
	readonly results: readonly PolicyTestResult[];
}

/**
 * Runs the expectations of files that have no errors.
 * @param askDirectories left out, what hangs on an origin directory is undecided
 */
export async function runFiles(
	files: readonly TenantFile[],
	askDirectories?: AskDirectories,
): Promise<readonly FileResults[]> {
	const done: FileResults[] = [];
	for (const file of files) {
		if (file.expectations.length === 0) continue;
		const results = await runExpectations(file.value, file.hosts, file.expectations, askDirectories);
		done.push({ file, results });
	}
	return done;
}

/** Whether everything held. */
export function allHeld(done: readonly FileResults[]): boolean {
	return done.every(({ results }) => results.every(({ outcome }) => outcome === "held"));
}
