/** Owns a test run that never ends: it starts a `wrangler dev`, says that it is ready, and waits. */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDevServer } from "../../../dev/wrangler.ts";

test("waits", { timeout: 120_000 }, async () => {
	const directory = process.env["CORDON_STATE_DIRECTORY"] ?? mkdtempSync(join(tmpdir(), "cordon-launcher-"));
	const { group } = await startDevServer({ stateDirectory: directory, port: 0 });
	console.log("The test is waiting.");
	expect(await group.ended).toBe("never");
});
