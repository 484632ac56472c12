/** Owns the reading and writing of files that somebody else may have put there: regular files of a bounded size alone. */

import {
	chmodSync,
	closeSync,
	constants,
	fstatSync,
	lstatSync,
	openSync,
	readSync,
	renameSync,
	rmSync,
	type Stats,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { reasonOf } from "../../findings/reason.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";

/**
 * A link as the last part of the path is not followed: in a pull request it may lead to a secret of the machine that
 * checks it. A pipe without a writer, or a device, does not hold the opening up. Windows has neither flag.
 */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a regular file. What is looked at is what has been opened, so that nothing can be put in its place in between.
 * @throws CommandFault where it is something else, has more than `maxBytes`, or cannot be read
 */
export function readRegularFile(path: string, maxBytes: number): Uint8Array {
	let file: number | undefined;
	try {
		file = openSync(path, OPEN_FLAGS);
		const stats = fstatSync(file);
		if (stats.isDirectory()) throw folder(path);
		if (!stats.isFile()) throw notRegular(path, kindOf(stats));
		// Windows follows links all the same.
		if (constants.O_NOFOLLOW === undefined && lstatSync(path).isSymbolicLink()) throw notRegular(path, LINK);
		if (stats.size > maxBytes) throw tooLarge(safePart(path), maxBytes);
		return readAll(file, stats.size, path, maxBytes);
	} catch (error) {
		throw error instanceof CommandFault ? error : unreadable(path, error);
	} finally {
		if (file !== undefined) closeSync(file);
	}
}

/** A file may grow while it is read, and some have no size at all (/proc). */
function readAll(file: number, size: number, path: string, maxBytes: number): Uint8Array {
	let buffer = Buffer.alloc(size + 1);
	let length = 0;
	while (true) {
		const read = readSync(file, buffer, length, buffer.length - length, null);
		if (read === 0) return buffer.subarray(0, length);
		length += read;
		if (length > maxBytes) throw tooLarge(safePart(path), maxBytes);
		if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length + 1024)]);
	}
}

/**
 * Writes a file as a whole or not at all: a link in its place is replaced, never followed, and an interrupt leaves nothing
 * half written behind.
 * @throws CommandFault where it cannot be written
 */
export function writeRegularFile(path: string, text: string): void {
	const draft = join(dirname(path), `.cordon-${process.pid}-${Math.random().toString(36).slice(2)}.tmp`);
	const remove = () => rmSync(draft, { force: true });
	try {
		const mode = lstatSync(path, { throwIfNoEntry: false })?.mode;
		writeFileSync(draft, text, { flag: "wx" });
		if (mode !== undefined) chmodSync(draft, mode & 0o777);
		renameSync(draft, path);
	} catch (error) {
		remove();
		throw unwritable(path, error);
	}
}

/**
 * As `writeRegularFile`, for a file that the user has named: where a link, a device or a pipe stands there, nothing is written.
 * @throws CommandFault there too
 */
export function writeNewOrRegularFile(path: string, text: string): void {
	const stats = statusForWriting(path);
	if (stats !== undefined && !stats.isFile()) {
		const kind = stats.isDirectory() ? "a folder" : stats.isSymbolicLink() ? LINK : kindOf(stats);
		throw new CommandFault(
			"not-a-regular-file",
			`${safePart(path)} is ${kind} and not a regular file, so nothing is written there. Name another file.`,
		);
	}
	writeRegularFile(path, text);
}

/** What stands at a path now; undefined where nothing does. @throws CommandFault where no file can have such a path */
function statusForWriting(path: string): Stats | undefined {
	try {
		return lstatSync(path, { throwIfNoEntry: false });
	} catch (error) {
		throw unwritable(path, error);
	}
}

function unwritable(path: string, error: unknown): CommandFault {
	return new CommandFault("unwritable-file", `${safePart(path)} cannot be written: ${systemReason(error)}`);
}

const LINK = "a symbolic link";

function kindOf(stats: Stats): string {
	if (stats.isFIFO()) return "a pipe";
	if (stats.isSocket()) return "a socket";
	return "a device";
}

function notRegular(path: string, kind: string): CommandFault {
	return new CommandFault(
		"not-a-regular-file",
		`${safePart(path)} is ${kind} and not a regular file, so it is left alone. Put the file itself there, or give its text on standard input, with - in place of the path.`,
	);
}

function folder(path: string): CommandFault {
	return new CommandFault(
		"unreadable-file",
		`${safePart(path)} cannot be read: it is a folder. Name a file in it, such as "tenants/acme.jsonc".`,
	);
}

function unreadable(path: string, error: unknown): CommandFault {
	switch ((error as NodeJS.ErrnoException).code) {
		// FreeBSD says EMLINK of a link that is not to be followed.
		case "ELOOP":
		case "EMLINK":
			return notRegular(path, LINK);
		case "ENXIO":
			return notRegular(path, "a socket or a device");
		case "EISDIR":
			return folder(path);
		default:
			return new CommandFault("unreadable-file", `${safePart(path)} cannot be read: ${systemReason(error)}`);
	}
}

/** The fault of a file that is larger than what is read. */
export function tooLarge(name: string, maxBytes: number): CommandFault {
	return new CommandFault(
		"file-too-large",
		`${name} has more than ${maxBytes.toLocaleString("en")} bytes, and no more than that is read. Split it, or take out what does not belong in it.`,
	);
}

/** What an error of the file system means, and what to do. */
export function systemReason(error: unknown): string {
	switch ((error as NodeJS.ErrnoException).code) {
		case "ENOENT":
			return "there is no such file or folder. Check the path.";
		case "ENOTDIR":
			return "it is not a folder. Name the folder that the tenant files are in.";
		case "EACCES":
		case "EPERM":
			return "you have no permission for it. Change its permissions.";
		case "EROFS":
			return "it lies where nothing can be written.";
		case "ENOSPC":
		case "EDQUOT":
			return "the disk is full. Make room.";
		case "ENAMETOOLONG":
			return "its name is too long. Choose a shorter one.";
		case "EEXIST":
			return "something else has that name already.";
		default:
			return `${safePart(reasonOf(error)).replace(/\.$/, "")}.`;
	}
}
