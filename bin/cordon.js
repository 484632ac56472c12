#!/usr/bin/env node
/** Owns the start of the command line: it runs on Node 24, whatever Node the machine has. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const ENTRY = new URL("../src/cli/cordon.ts", import.meta.url);
const PINNED_NODE = fileURLToPath(
	new URL(`../node_modules/node/bin/node${process.platform === "win32" ? ".exe" : ""}`, import.meta.url),
);

if (process.features.typescript) {
	await import(ENTRY.href);
} else if (existsSync(PINNED_NODE)) {
	runPinned();
} else {
	console.error(
		`cordon: Node ${process.versions.node} cannot run TypeScript, and the project's own Node is not installed. Run "npm ci" in ${fileURLToPath(new URL("..", import.meta.url))}.`,
	);
	process.exitCode = 2;
}

function runPinned() {
	const child = spawn(PINNED_NODE, [fileURLToPath(ENTRY), ...process.argv.slice(2)], { stdio: "inherit" });
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
		// A terminal signals the whole group, so the child may have it already, and passes over the second one; how it ends is
		// waited for.
		process.on(signal, () => child.kill(signal));
	}
	child.on("error", (error) => {
		console.error(`cordon: ${PINNED_NODE} does not start (${error.message}). Run "npm ci" again.`);
		process.exitCode = 2;
	});
	child.on("exit", (code, signal) => {
		process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
	});
}
