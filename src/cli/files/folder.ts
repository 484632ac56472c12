/** Owns a folder of tenant files: which host has which document, and that no two files claim one host. */

import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { quote } from "../../findings/finding.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, type Terminal } from "../shell/terminal.ts";
import { MAX_TENANT_FILE_BYTES, readInput } from "./input.ts";
import { systemReason } from "./regular-file.ts";
import { countFindings, type FileReport, fileReport, printFindings } from "./report.ts";
import { readTenantFile, type TenantFile } from "./tenant-file.ts";

/** The argument of the commands that work with a folder. */
export const FOLDER_ARGUMENT = {
	name: "DIR",
	says: "A folder of tenant files (*.json, *.jsonc; not the folders in it).",
	required: true,
} as const;

/** All files of a folder together, in characters: they are held in memory. */
const MAX_FOLDER_CHARACTERS = 256 * 1024 * 1024;

const EXTENSIONS: readonly string[] = [".json", ".jsonc"];

/** What a host is to have. */
export interface WantedTenant {
	/** The path of the file that says so. */
	readonly file: string;
	/** The document, as it is stored. */
	readonly value: unknown;
}

/** A folder, read. */
export interface TenantFolder {
	readonly files: readonly TenantFile[];
	/** By host; complete only where no file has errors. */
	readonly tenants: ReadonlyMap<string, WantedTenant>;
}

/**
 * The paths of the tenant files of a folder, sorted, and not those of folders in it.
 * @throws CommandFault where it cannot be read
 */
export async function readFolderPaths(directory: string): Promise<readonly string[]> {
	let names: string[];
	try {
		names = await readdir(directory);
	} catch (error) {
		throw new CommandFault(
			"unreadable-folder",
			`${safePart(directory)} cannot be read: ${systemReason(error)}`,
		);
	}
	return names
		.filter((name) => !name.startsWith(".") && EXTENSIONS.includes(extname(name)))
		.sort()
		.map((name) => join(directory, name));
}

/**
 * Reads the tenant files of a folder, and not those of folders in it.
 * @throws CommandFault where the folder or a file of it cannot be read
 */
export async function readFolder(directory: string, terminal: Terminal): Promise<readonly TenantFile[]> {
	const paths = await readFolderPaths(directory);
	const files: TenantFile[] = [];
	let characters = 0;
	// One after the other: ten thousand at once would need as many open files.
	for (const path of paths) {
		const { name, text } = await readInput(path, MAX_TENANT_FILE_BYTES, terminal);
		characters += text.length;
		if (characters > MAX_FOLDER_CHARACTERS) throw folderTooLarge(directory);
		files.push(readTenantFile(name, text));
	}
	return files;
}

function folderTooLarge(directory: string): CommandFault {
	return new CommandFault(
		"folder-too-large",
		`The tenant files of ${safePart(directory)} have more than ${MAX_FOLDER_CHARACTERS.toLocaleString("en")} characters together, and no more than that is read. Move origins into origin directories, or split the folder.`,
	);
}

/** Reads a folder that is compared with KV: every file has hosts, and every host one file. */
export async function readTenants(directory: string, terminal: Terminal): Promise<TenantFolder> {
	const read = await readFolder(directory, terminal);
	if (read.length === 0) {
		throw new CommandFault(
			"empty-folder",
			`${safePart(directory)} has no tenant file (*.json, *.jsonc), so there is nothing to compare. Name the folder that they are in, or fill it with "cordon pull ${safePart(directory)}".`,
		);
	}
	return together(read);
}

/** What `push` refuses of several files beyond what is wrong with each: a file without hosts, a host of two files. */
export function together(read: readonly TenantFile[]): TenantFolder {
	return claimHosts(
		read.map((file) =>
			file.hosts === undefined && file.value !== undefined
				? { ...file, errors: [...file.errors, missingHosts(file)] }
				: file,
		),
	);
}

/** Finds out which file has which host; a second claim is an error of the file that makes it. */
export function claimHosts(read: readonly TenantFile[]): TenantFolder {
	const tenants = new Map<string, WantedTenant>();
	const files = read.map((file) => {
		const errors = [...file.errors];
		for (const host of file.hosts ?? []) {
			const other = tenants.get(host);
			if (other === undefined) tenants.set(host, { file: file.source.name, value: file.value });
			// A file that is named twice does not contradict itself.
			else if (other.file !== file.source.name) errors.push(claimedTwice(file, host, other.file));
		}
		return { ...file, errors };
	});
	return { files, tenants };
}

function missingHosts(file: TenantFile) {
	const finding = {
		code: "missing-key",
		pointer: "/hosts",
		message: `"hosts" is missing here, so nobody knows whom this document is for. Add "hosts": ["api.acme.com"].`,
	};
	return { finding, span: file.locate(finding) };
}

function claimedTwice(file: TenantFile, host: string, other: string) {
	const finding = {
		code: "host-claimed-twice",
		pointer: file.hostPlaces.get(host) ?? "/hosts",
		message: `${file.source.name} and ${other} both claim ${quote(host)}, but a host can have only one document. Remove it from one of the two.`,
		value: host,
	};
	return { finding, span: file.locate(finding) };
}

/** Whether a file of the folder has errors, so that nothing may be done with it. */
export function hasErrors({ files }: TenantFolder): boolean {
	return files.some(({ errors }) => errors.length > 0);
}

/** What `--json` says of a folder with errors. */
function folderReport({ files }: TenantFolder): {
	readonly valid: false;
	readonly files: readonly (FileReport & { readonly file: string })[];
} {
	return { valid: false, files: files.map((file) => ({ file: file.source.name, ...fileReport(file) })) };
}

/**
 * Says what is wrong with a folder that has errors.
 * @param consequence what therefore was not done
 */
export function printFolderErrors(
	folder: TenantFolder,
	json: boolean,
	consequence: string,
	terminal: Terminal,
): void {
	if (json) {
		terminal.json(folderReport(folder));
		return;
	}
	const bad = folder.files.filter(({ errors }) => errors.length > 0);
	printFindings(bad, terminal);
	const { colors } = terminal;
	terminal.out(
		`${colors.red("invalid:")} ${bad.length} of ${counted(folder.files.length, "file")}, ${countFindings(bad)}. ${consequence}`,
	);
}
