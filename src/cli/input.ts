/** Owns the reading of files and standard input. */

import { readFile } from "node:fs/promises";
import { Fault, reasonOf } from "./fault.ts";
import type { Terminal } from "./terminal.ts";

/** In place of a path: standard input. */
export const STANDARD_INPUT = "-";

/** A text with the name that messages call it by. */
export interface Text {
	readonly name: string;
	readonly text: string;
}

/**
 * Reads a text file, or standard input where `path` is `-`.
 * @throws Fault where it cannot be read, or is not UTF-8
 */
export async function readInput(path: string, terminal: Terminal): Promise<Text> {
	if (path === STANDARD_INPUT) return decode("stdin", await terminal.readInput());
	let bytes: Uint8Array;
	try {
		bytes = await readFile(path);
	} catch (error) {
		throw new Fault("unreadable-file", `${path} cannot be read: ${systemReason(error)}`);
	}
	return decode(path, bytes);
}

/** Without a byte order mark, which JSON.parse would refuse. */
function decode(name: string, bytes: Uint8Array): Text {
	try {
		return { name, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes) };
	} catch {
		throw new Fault("unreadable-file", `${name} cannot be read: it is no UTF-8 text. Save it as UTF-8.`);
	}
}

/** What an error of the file system means, and what to do. */
export function systemReason(error: unknown): string {
	switch ((error as NodeJS.ErrnoException).code) {
		case "ENOENT":
			return "there is no such file or folder. Check the path.";
		case "EISDIR":
			return `it is a folder. Name the files in it, such as "tenants/*.jsonc".`;
		case "ENOTDIR":
			return "it is no folder. Name the folder that the tenant files are in.";
		case "EACCES":
		case "EPERM":
			return "you have no permission for it. Change its permissions.";
		default:
			return reasonOf(error);
	}
}
