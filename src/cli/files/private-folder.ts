/** Owns folders that only this user can look into, and that are gone when their use is over, interrupted or not. */

import { mkdtempSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withUndo } from "../shell/interrupt.ts";

/** Another process may still be about to write there. */
const REMOVAL = { recursive: true, force: true, maxRetries: 3 } as const;

/** Makes an empty folder for as long as `use` takes. */
export function withPrivateFolder<T>(use: (path: string) => Promise<T>): Promise<T> {
	// At once: between making it and knowing of it no interrupt can come.
	const path = mkdtempSync(join(tmpdir(), "cordon-"));
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
