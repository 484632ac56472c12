/** Owns the making of a folder with those above it. */

import { mkdirSync, rmdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder, and the folders above it that are not there; all of them or none. Node's own `recursive` never comes
 * back from a place such as /proc, which says of a new name in a folder that is there that there is no such folder.
 * @returns the topmost folder that was made; undefined where it is there already
 * @throws the system's error where one cannot be made
 */
export function makeFolder(path: string): string | undefined {
	const missing: string[] = [];
	for (let folder = resolve(path); !isThere(folder); folder = dirname(folder)) missing.unshift(folder);
	const made: string[] = [];
	if (missing.length === 0 && !statSync(path).isDirectory()) throw new Error(`${path} is not a folder`);
	try {
		for (const folder of missing) if (makeOne(folder)) made.push(folder);
	} catch (error) {
		for (const folder of made.toReversed()) rmdirSync(folder);
		throw error;
	}
	return made[0];
}

/** @returns whether it was made here; somebody else may have made it meanwhile */
function makeOne(folder: string): boolean {
	try {
		mkdirSync(folder);
		return true;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "EEXIST" && isThere(folder)) return false;
		if (code === "ENOENT") throw new Error(`the system lets nobody make a folder in ${dirname(folder)}`);
		if (code === "ENOTDIR") throw new Error(`${dirname(folder)} is not a folder`);
		throw error;
	}
}

function isThere(path: string): boolean {
	try {
		statSync(path);
		return true;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT" || code === "ENOTDIR") return false;
		throw error;
	}
}
