#!/usr/bin/env node
/**
 * Owns the start of the command line: as it was built, in the package; from its source in a clone, whose dist/ may be older
 * than that. The source runs on Node 24, whatever Node the machine has.
 */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SOURCE = new URL("../src/cli/cordon.ts", import.meta.url);
const BUILT = new URL("../dist/cli/cordon.js", import.meta.url);

if (!existsSync(SOURCE)) {
	await import(BUILT.href);
} else if (process.features.typescript) {
	await import(SOURCE.href);
} else {
	await runPinned();
}

async function runPinned() {
	const node = fileURLToPath(
		new URL(`../node_modules/node/bin/node${process.platform === "win32" ? ".exe" : ""}`, import.meta.url),
	);
	if (!existsSync(node)) {
		console.error(
			`cordon: Node ${process.versions.node} cannot run TypeScript, and the project's own Node is not installed. Run "npm ci" in ${fileURLToPath(new URL("..", import.meta.url))}.`,
		);
		process.exitCode = 2;
		return;
	}
	const { spawn } = await import("node:child_process");
	const { constants } = await import("node:os");
	const child = spawn(node, [fileURLToPath(SOURCE), ...process.argv.slice(2)], { stdio: "inherit" });
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
		// A terminal signals the whole group, so the child may have it already, and passes over the second one; how it ends is
		// waited for.
		process.on(signal, () => child.kill(signal));
	}
	child.on("error", (error) => {
		console.error(`cordon: ${node} does not start (${error.message}). Run "npm ci" again.`);
		process.exitCode = 2;
	});
	child.on("exit", (code, signal) => {
		process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
	});
}
