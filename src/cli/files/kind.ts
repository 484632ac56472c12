/** Owns what stands at a path that somebody typed: a folder, something else, or nothing. */

import { lstatSync } from "node:fs";

/** What is at `path`; links are not followed. A path that no file can have (too long, a NUL in it) has nothing: no error. */
export function kindAt(path: string): "folder" | "other" | "nothing" {
	try {
		const stats = lstatSync(path, { throwIfNoEntry: false });
		if (stats === undefined) return "nothing";
		return stats.isDirectory() ? "folder" : "other";
	} catch {
		return "nothing";
	}
}
