/** Owns `cordon validate`: everything that is wrong with tenant documents, before they count. */

import { writtenJson } from "../findings/meant.ts";
import { type Fixed, fixTenantFile } from "./files/fix.ts";
import { readFolderPaths, together } from "./files/folder.ts";
import { MAX_TENANT_FILE_BYTES, readInput, STANDARD_INPUT } from "./files/input.ts";
import { kindAt } from "./files/kind.ts";
import { writeRegularFile } from "./files/regular-file.ts";
import {
	countFindings,
	type FileReport,
	fileReport,
	MAX_SHOWN_FINDINGS,
	printFindings,
} from "./files/report.ts";
import { readTenantFile, type TenantFile } from "./files/tenant-file.ts";
import { defineCommand, usage } from "./shell/command.ts";
import { CommandFault } from "./shell/fault.ts";
import { safePart } from "./shell/safe-text.ts";
import { counted, type Terminal } from "./shell/terminal.ts";

/** A file that was checked, or why it could not be read. */
type Checked =
	| { readonly path: string; readonly file: TenantFile; readonly fixed?: readonly Fixed[] }
	| { readonly path: string; readonly file: undefined; readonly fault: CommandFault };

export const validate = defineCommand({
	name: "validate",
	details: [
		"Checks tenant documents with the very code that the gateway compiles them with, and reports all errors at once: where, what, why and how to fix it. Warnings are about what is legal but doubtful.",
		'A FILE holds one tenant document, or a tenant file: the same with "hosts", the hostnames that it is for. Comments and trailing commas are fine. Several files are checked as a push would: each needs its hosts, and none may claim those of another.',
		'--fix applies the remedies that are plain, those that --json lists as "fix", keeps comments, and says what it changed. What decides who may read, or would be a guess, stays for you.',
	],
	positionals: [
		{
			name: "FILE|DIR",
			says: "A tenant document or tenant file, - for standard input; or a folder of them (*.json, *.jsonc).",
			required: true,
			repeated: true,
		},
	],
	options: {
		fix: { type: "boolean", says: "Correct in the files what has a plain remedy, then check them again." },
	},
	examples: [
		{ line: "validate tenants/acme.jsonc", says: "One file." },
		{ line: "validate tenants/acme.jsonc --fix", says: "And correct it, as far as that is plain." },
		{ line: "validate tenants --json", says: "All files of a folder, for a machine." },
		{
			line: "validate -",
			says: "What comes in by a pipe, such as: wrangler kv key get tenant:api.acme.com --binding TENANTS --remote | npx cordon validate -",
		},
	],
	exits: {
		good: "Every file is valid; there may be warnings.",
		findings: "A file has errors.",
	},
	async work({ positionals, options, terminal }) {
		if (options.fix && positionals.includes(STANDARD_INPUT)) {
			throw usage(
				"fix-of-standard-input",
				"--fix corrects files, and standard input is none. Name the file, or take the fixes from --json.",
				validate,
			);
		}
		const alone: Checked[] = [];
		const paths = await filesOf(positionals);
		for (const path of paths) alone.push(await check(path, options.fix, terminal));
		const checked = alone.length > 1 ? checkTogether(alone) : alone;
		const isOne = positionals.length === 1 && paths[0] === positionals[0];
		if (options.json) printJson(checked, isOne, terminal);
		else printWords(checked, terminal);
		if (checked.some(({ file }) => file === undefined)) return 2;
		return checked.every(({ file }) => file?.errors.length === 0) ? 0 : 1;
	},
});

/** A folder stands for the tenant files in it, not for those of folders in it; one that is named like a file is refused as that file. */
async function filesOf(given: readonly string[]): Promise<readonly string[]> {
	const paths: string[] = [];
	for (const path of given) {
		const isFolder = path !== STANDARD_INPUT && !/\.jsonc?$/.test(path) && kindAt(path) === "folder";
		const inside = isFolder ? await readFolderPaths(path) : [path];
		if (inside.length === 0) {
			throw new CommandFault(
				"empty-folder",
				`${safePart(path)} has no tenant file (*.json, *.jsonc), so there is nothing to check.`,
			);
		}
		paths.push(...inside);
	}
	return paths;
}

async function check(path: string, isToBeFixed: boolean, terminal: Terminal): Promise<Checked> {
	try {
		const { name, text } = await readInput(path, MAX_TENANT_FILE_BYTES, terminal);
		if (isToBeFixed) {
			const { text: corrected, fixed, file } = fixTenantFile(name, text);
			if (fixed.length > 0) writeRegularFile(path, corrected);
			return { path, file, fixed };
		}
		return { path, file: readTenantFile(name, text) };
	} catch (error) {
		if (error instanceof CommandFault) return { path, file: undefined, fault: error };
		throw error;
	}
}

/** Several files are a folder to be pushed: each needs its hosts, and none of another's. */
function checkTogether(alone: readonly Checked[]): readonly Checked[] {
	const { files } = together(alone.flatMap(({ file }) => file ?? []));
	const left = [...files];
	return alone.map((one) => {
		const file = one.file === undefined ? undefined : left.shift();
		return file === undefined || one.file === undefined ? one : { ...one, file };
	});
}

/** One object for one file, a list for several and for a folder. */
function printJson(checked: readonly Checked[], isOne: boolean, terminal: Terminal): void {
	const reports = checked.map((one) => ({ file: one.path, ...reportOf(one) }));
	const [only] = checked;
	terminal.json(only !== undefined && isOne ? reportOf(only) : reports);
}

function reportOf(one: Checked): FileReport & { readonly fixed?: readonly object[] } {
	if (one.file !== undefined) {
		const fixed = one.fixed?.map(({ code, pointer, message, fix }) => ({ code, pointer, message, fix }));
		return { ...fileReport(one.file), ...(fixed === undefined ? {} : { fixed }) };
	}
	const { code, message } = one.fault;
	return { valid: false, errors: [{ code, pointer: "", message }], warnings: [] };
}

function printWords(checked: readonly Checked[], terminal: Terminal): void {
	const { colors, errorColors } = terminal;
	const files: TenantFile[] = [];
	for (const one of checked) {
		if (one.file === undefined) {
			terminal.err(`${errorColors.red("cordon:")} ${one.fault.message}`);
			continue;
		}
		files.push(one.file);
		printFixed(one.path, one.fixed ?? [], terminal);
	}
	printFindings(files, terminal);
	if (files.length === 0) return;
	const bad = files.filter(({ errors }) => errors.length > 0);
	const [only] = checked.length === 1 ? files : [];
	const subject = only === undefined ? counted(files.length, "file") : safePart(only.source.name);
	const findings = countFindings(files);
	if (bad.length === 0) {
		terminal.out(
			`${colors.green("valid:")} ${subject}${findings === "" ? "" : `, with ${findings}`}${hostsOf(only)}`,
		);
	} else {
		const which = only === undefined ? `${bad.length} of ${subject}` : subject;
		terminal.out(`${colors.red("invalid:")} ${which}, ${findings}`);
	}
}

/** A line for each, and one that counts them. */
function printFixed(path: string, fixed: readonly Fixed[], terminal: Terminal): void {
	const { colors } = terminal;
	for (const { code, line, fix, value } of fixed.slice(0, MAX_SHOWN_FINDINGS)) {
		const before = value === undefined ? "" : ` ${safePart(writtenJson(value))}`;
		const after = fix.flatMap((operation) => ("value" in operation ? [writtenJson(operation.value)] : []));
		const change =
			after.length === 0 ? `removed${before}` : `${before.trim()} is now ${safePart(after.join(", "))}`;
		terminal.out(`${colors.bold(`${safePart(path)}:${line}`)}: ${colors.green("fixed:")} ${code}: ${change}`);
	}
	if (fixed.length > MAX_SHOWN_FINDINGS) {
		terminal.out(`… and ${counted(fixed.length - MAX_SHOWN_FINDINGS, "more correction")}.`);
	}
	if (fixed.length > 0) terminal.out("");
}

function hostsOf(file: TenantFile | undefined): string {
	return file?.hosts === undefined ? "" : ` (${counted(file.hosts.length, "host")})`;
}
