/** Owns folders that only this user can look into, and that are gone when their use is over, interrupted or not. */

import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandFault } from "../shell/fault.ts";
import { withUndo } from "../shell/interrupt.ts";
import { safePart } from "../shell/safe-text.ts";
import { makeFolder } from "./make-folder.ts";
import { systemReason } from "./regular-file.ts";

/** Another process may still be about to write there. */
const REMOVAL = { recursive: true, force: true, maxRetries: 3 } as const;

/** Makes an empty folder for as long as `use` takes. */
export function withPrivateFolder<T>(use: (path: string) => Promise<T>): Promise<T> {
	// At once: between making it and knowing of it no interrupt can come.
	const path = makePrivateFolder();
	return withUndo(
		() => rmSync(path, REMOVAL),
		async () => {
			try {
				return await use(path);
			} finally {
				await rm(path, REMOVAL);
			}
		},
	);
}

function makePrivateFolder(): string {
	requireTemporaryFolder();
	try {
		return mkdtempSync(join(tmpdir(), "cordon-"));
	} catch (error) {
		throw unusable(error);
	}
}

/** @throws CommandFault where the machine's folder for what is temporary cannot be used */
export function requireTemporaryFolder(): void {
	try {
		makeFolder(tmpdir());
		accessSync(tmpdir(), constants.W_OK);
	} catch (error) {
		throw unusable(error);
	}
}

function unusable(error: unknown): CommandFault {
	return new CommandFault(
		"no-temporary-folder",
		`The folder for temporary files, ${safePart(tmpdir())}, cannot be used: ${systemReason(error)}\nSet TMPDIR to one that you may write to.`,
	);
}
