/** Owns the writing of a project to deploy from: the files of template/, all of them or none. */

import { access, lstat, open, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import { systemReason } from "../files/regular-file.ts";
import { CommandFault } from "../shell/fault.ts";
import { withUndo } from "../shell/interrupt.ts";
import { safePart } from "../shell/safe-text.ts";

/** What came of it. */
export type InitOutcome =
	| { readonly ok: true; readonly files: readonly string[] }
	/** What is there already, and would have been overwritten; then nothing was written. */
	| { readonly ok: false; readonly present: readonly string[] };

/**
 * Writes the project. An interrupt, or a file that cannot be written, takes away again what was written by then.
 * @param directory is made where it is not there
 * @throws CommandFault where it cannot be written to
 */
export async function writeProject(directory: string): Promise<InitOutcome> {
	const template = await findTemplate();
	const sources = await filesIn(template);
	const files = sources.map(nameInProject);
	const present: string[] = [];
	for (const file of files) {
		const there = await whatIsThere(directory, file);
		if (there !== undefined && !present.includes(there)) present.push(there);
	}
	if (present.length > 0) return { ok: false, present };
	const made: string[] = [];
	const undo = async () => {
		for (const path of made.toReversed()) await rm(path, { recursive: true, force: true });
	};
	try {
		await withUndo(undo, async () => {
			for (const source of sources) {
				const path = join(directory, nameInProject(source));
				const folder = makeFolder(dirname(path));
				if (folder !== undefined) made.push(folder);
				const content = await readFile(join(template, source));
				// Fails where somebody has written it meanwhile.
				const file = await open(path, "wx");
				made.push(path);
				await file.writeFile(content).finally(() => file.close());
			}
		});
	} catch (error) {
		await undo();
		throw new CommandFault(
			"cannot-write",
			`The project cannot be written to ${safePart(directory)}: ${systemReason(error)}\nNothing of it is left there: name another folder.`,
		);
	}
	return { ok: true, files };
}

/**
 * The paths of all files of a folder. Yarn keeps packages zipped, and its file system for those knows neither a recursive
 * `readdir` with types nor a `copyFile` out of them.
 */
async function filesIn(folder: string): Promise<readonly string[]> {
	const paths: string[] = [];
	for (const entry of await readdir(folder, { withFileTypes: true })) {
		const inner = entry.isDirectory() ? await filesIn(join(folder, entry.name)) : undefined;
		paths.push(...(inner?.map((path) => join(entry.name, path)) ?? [entry.name]));
	}
	return paths.toSorted();
}

/** npm takes every .gitignore that it installs for an .npmignore. */
function nameInProject(source: string): string {
	return source === ".npmignore" ? ".gitignore" : source;
}

/** The file itself; or what stands where one of its folders has to be, and is not a folder. */
async function whatIsThere(directory: string, file: string): Promise<string | undefined> {
	const names = file.split(/[\\/]/);
	for (let length = 1; length <= names.length; length++) {
		const part = names.slice(0, length).join("/");
		const stats = await lstat(join(directory, part)).catch(() => undefined);
		if (stats === undefined) return undefined;
		if (length === names.length || !stats.isDirectory()) return part;
	}
	return undefined;
}

/** It stands at the root of the package, wherever this code is built to. */
async function findTemplate(): Promise<string> {
	for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
		const template = join(folder, "template");
		try {
			await access(join(template, "wrangler.toml"));
			return template;
		} catch {
			// Further up.
		}
	}
	throw new CommandFault(
		"broken-installation",
		"The files of the project are not in this package. Install cordon again.",
	);
}
