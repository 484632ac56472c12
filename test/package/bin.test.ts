/** Owns the proof of which command line is started: the one that was built, or the source of a clone. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { PROJECT } from "../../dev/wrangler.ts";
import { run } from "./machine.ts";

const clone = mkdtempSync(join(tmpdir(), "cordon-bin-"));
const BIN = join(clone, "bin/cordon.js");
afterAll(() => rmSync(clone, { recursive: true, force: true }));

cpSync(join(PROJECT, "bin"), join(clone, "bin"), { recursive: true });
writeFileSync(join(clone, "package.json"), '{ "type": "module" }');
for (const [folder, file, says] of [
	["dist/cli", "cordon.js", "built"],
	["src/cli", "cordon.ts", "source"],
] as const) {
	mkdirSync(join(clone, folder), { recursive: true });
	writeFileSync(join(clone, folder, file), `console.log("${says}");\n`);
}

test("in a clone the source is run, even beside a dist/", async () => {
	expect((await run(clone, process.execPath, BIN)).output).toBe("source\n");
});

test("in a clone without its Node, an older one says what to do", async () => {
	const { code, errors } = await run(clone, process.execPath, "--no-experimental-strip-types", BIN);
	expect(code).toBe(2);
	expect(errors).toContain('Run "npm ci"');
});

test("in the package, which has no source, what was built is run", async () => {
	rmSync(join(clone, "src"), { recursive: true });
	expect((await run(clone, process.execPath, BIN)).output).toBe("built\n");
});
