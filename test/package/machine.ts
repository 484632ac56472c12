/** Owns the machine as a user finds it: its own programs, without those that npm puts in front of them here. */

import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const FOLDERS = (process.env["PATH"] ?? "")
	.split(delimiter)
	.filter((folder) => !folder.includes("node_modules"));

/** Finds a program of this machine; undefined where there is none. */
export function findProgram(name: string): string | undefined {
	return FOLDERS.map((folder) => join(folder, name)).find((path) => {
		try {
			accessSync(path, constants.X_OK);
			return true;
		} catch {
			return false;
		}
	});
}

/** What came of a program. */
export interface Ran {
	readonly code: number;
	readonly output: string;
	readonly errors: string;
}

/** Runs a program of this machine to its end, in a folder; it sees nothing of npm that runs the tests. */
export function run(directory: string, program: string, ...args: readonly string[]): Promise<Ran> {
	const env = { ...process.env, PATH: FOLDERS.join(delimiter), NO_COLOR: "1", CI: "1" };
	for (const name of Object.keys(env)) {
		if (name.toLowerCase().startsWith("npm_")) Reflect.deleteProperty(env, name);
	}
	return new Promise((resolve) => {
		execFile(program, args, { cwd: directory, env, encoding: "utf8" }, (error, output, errors) => {
			const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
			resolve({ code, output, errors });
		});
	});
}
