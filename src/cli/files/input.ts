/** Owns the reading of texts: from files and from standard input. */

import { isUtf8 } from "node:buffer";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import type { Terminal } from "../shell/terminal.ts";
import { readRegularFile } from "./regular-file.ts";

/** In place of a path: standard input. */
export const STANDARD_INPUT = "-";

/** Largest tenant file that is read, in bytes: twice the largest document, for its comments. */
export const MAX_TENANT_FILE_BYTES = 8 * 1024 * 1024;

/** A text with the name that messages call it by. */
export interface Text {
	readonly name: string;
	readonly text: string;
}

/**
 * Reads a text file, or standard input where `path` is `-`.
 * @throws CommandFault where it is not a regular file, has more than `maxBytes`, cannot be read, or is not UTF-8
 */
export async function readInput(path: string, maxBytes: number, terminal: Terminal): Promise<Text> {
	if (path === STANDARD_INPUT) return decode("stdin", await terminal.readInput(maxBytes));
	return decode(path, readRegularFile(path, maxBytes));
}

/** Without a byte order mark, which JSON.parse would refuse. */
function decode(name: string, bytes: Uint8Array): Text {
	// TextDecoder would say so too, but loads the tables of all encodings for it.
	if (!isUtf8(bytes)) {
		throw new CommandFault(
			"unreadable-file",
			`${safePart(name)} cannot be read: it is not UTF-8 text. Save it as UTF-8.`,
		);
	}
	const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
	return { name, text: text.startsWith("\uFEFF") ? text.slice(1) : text };
}
