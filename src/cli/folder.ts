/** Owns a folder of tenant files: which host has which document, and that no two files claim one host. */

import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { quote } from "../findings/finding.ts";
import { Fault } from "./fault.ts";
import { readInput, systemReason } from "./input.ts";
import { countFindings, type FileReport, fileReport, printFindings } from "./report.ts";
import { readTenantFile, type TenantFile } from "./tenant-file.ts";
import { counted, type Terminal } from "./terminal.ts";

/** The argument of the commands that work with a folder. */
export const FOLDER_ARGUMENT = {
	name: "DIR",
	says: "A folder of tenant files (*.json, *.jsonc; not the folders in it).",
	required: true,
} as const;

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
 * Reads the tenant files of a folder, and not those of folders in it.
 * @throws Fault where the folder or a file of it cannot be read
 */
export async function readFolder(directory: string, terminal: Terminal): Promise<readonly TenantFile[]> {
	let names: string[];
	try {
		names = await readdir(directory);
	} catch (error) {
		throw new Fault("unreadable-folder", `${directory} cannot be read: ${systemReason(error)}`);
	}
	const paths = names
		.filter((name) => !name.startsWith(".") && EXTENSIONS.includes(extname(name)))
		.sort()
		.map((name) => join(directory, name));
	const texts = await Promise.all(paths.map((path) => readInput(path, terminal)));
	return texts.map(({ name, text }) => readTenantFile(name, text));
}

/** Reads a folder that is compared with KV: every file has hosts, and every host one file. */
export async function readTenants(directory: string, terminal: Terminal): Promise<TenantFolder> {
	const read = await readFolder(directory, terminal);
	if (read.length === 0) {
		throw new Fault(
			"empty-folder",
			`${directory} has no tenant file (*.json, *.jsonc), so there is nothing to compare. Name the folder that they are in, or fill it with "cordon pull ${directory}".`,
		);
	}
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
			else errors.push(claimedTwice(file, host, other.file));
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
		message: `${file.source.name} and ${other} both claim ${quote(host)}, and only one of them could count. Remove it from one of the two.`,
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
		terminal.out(JSON.stringify(folderReport(folder), null, 2));
		return;
	}
	const bad = folder.files.filter(({ errors }) => errors.length > 0);
	for (const file of bad) printFindings(file, terminal);
	const { colors } = terminal;
	terminal.out(
		`${colors.red("invalid:")} ${bad.length} of ${counted(folder.files.length, "file")}, ${countFindings(bad)}. ${consequence}`,
	);
}
