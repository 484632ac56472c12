/** Owns `cordon pull`: what KV holds becomes a folder of tenant files. */

import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { reasonOf } from "../../findings/reason.ts";
import { textDifference } from "../changes/change-words.ts";
import { readStored } from "../changes/changes.ts";
import {
	claimHosts,
	FOLDER_ARGUMENT,
	printFolderErrors,
	readFolder,
	type TenantFolder,
} from "../files/folder.ts";
import { MAX_TENANT_FILE_BYTES } from "../files/input.ts";
import { makeFolder } from "../files/make-folder.ts";
import { readRegularFile, systemReason, writeRegularFile } from "../files/regular-file.ts";
import type { TenantFile } from "../files/tenant-file.ts";
import { KV_OPTIONS, requiredKvPlace } from "../kv/kv-options.ts";
import { isAgreed } from "../shell/agreement.ts";
import { defineCommand } from "../shell/command.ts";
import { CommandFault } from "../shell/fault.ts";
import { withWord } from "../shell/interrupt.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, progressOf, shareOf, type Terminal } from "../shell/terminal.ts";
import { type PullPlan, planPull } from "./pull-plan.ts";
import { type StoreFinding, sound } from "./stored.ts";

export const pull = defineCommand({
	name: "pull",
	details: [
		"Hosts with the same document share one file, named after the first of them. A host that a file of the folder names already stays in that file, and only what differs in it is written: its comments stay.",
		"It shows what would change, and asks before files that are there change or go: the edits in them may not be committed.",
		"Hosts that only the folder has are left alone, and a push would add them, unless --prune is given. But for those, a pull followed by a push changes nothing.",
	],
	positionals: [{ ...FOLDER_ARGUMENT, says: "The folder; it is made if it does not exist." }],
	options: {
		...KV_OPTIONS,
		yes: { type: "boolean", says: "Do not ask. Needed where files change or go and nobody can be asked." },
		"dry-run": { type: "boolean", says: "Show what would be written, and write nothing." },
		prune: {
			type: "boolean",
			says: "Remove the hosts that only the folder has, and files without hosts left.",
		},
	},
	examples: [
		{ line: "pull tenants --remote", says: "What is in production, as files to keep in git." },
		{ line: "pull tenants --remote && git diff", says: "Who changed what behind your back." },
	],
	exits: {
		good: "The folder says what KV holds.",
		findings:
			"Something in KV is not a document that the gateway serves, a file of the folder has errors, or the answer was no.",
	},
	async work({ positionals, options, terminal, openKv }) {
		const [directory = ""] = positionals;
		const kv = openKv(requiredKvPlace(options));
		const folder = await readTarget(directory, terminal);
		if (folder.files.some(({ errors }) => errors.length > 0)) {
			printFolderErrors(
				folder,
				options.json,
				"Nothing was pulled: whose hosts they are is not known.",
				terminal,
			);
			return 1;
		}
		const stored = await withWord(
			() => "Nothing was written.",
			() => readStored(kv, folder.tenants.keys(), terminal),
		);
		const { documents, findings } = sound(stored);
		const plan = planPull(documents, folder.files, directory, namesIn(directory), options.prune);
		const result = { plan, findings, source: `${counted(documents.size, "host")} of ${kv.name}` };
		if (folder.files.length > 0 && plan.deletes.length === folder.files.length) {
			throw everyFile(directory, kv.name);
		}
		if (!options.json) printPlan(result, terminal);
		if (!options["dry-run"]) {
			if (!(await isAllowed(plan, options, directory, terminal))) {
				terminal.out("Nothing was written.");
				return 1;
			}
			const changed = changedMeanwhile(plan, folder.files);
			if (changed.length > 0) {
				if (options.json) terminal.json({ written: [], deleted: [], changedMeanwhile: changed });
				else printChangedMeanwhile(changed, terminal);
				return 1;
			}
			await carryOut(plan, directory, terminal);
		}
		if (options.json) terminal.json(planReport(plan, findings, options["dry-run"]));
		else printOutcome(result, options["dry-run"], terminal);
		return findings.length === 0 ? 0 : 1;
	},
});

/** Names of a folder; none where it is still to be made. */
function namesIn(directory: string): readonly string[] {
	return existsSync(directory) ? readdirSync(directory) : [];
}

/** Files that are new take nothing from anybody; before others change or go, somebody is asked. */
async function isAllowed(
	{ writes, deletes }: PullPlan,
	options: { readonly yes: boolean; readonly json: boolean },
	directory: string,
	terminal: Terminal,
): Promise<boolean> {
	const changed = writes.filter(({ isNew }) => !isNew).length;
	const words = [
		...(changed > 0 ? [`change ${counted(changed, "file")}`] : []),
		...(deletes.length > 0 ? [`delete ${counted(deletes.length, "file")}`] : []),
	].join(" and ");
	if (words === "") return true;
	const question = `${words.charAt(0).toUpperCase()}${words.slice(1)} of ${safePart(directory)}?`;
	return isAgreed(question, options, pull, terminal);
}

function everyFile(directory: string, source: string): CommandFault {
	return new CommandFault(
		"would-delete-everything",
		`${source} has no host of ${safePart(directory)}, so --prune would delete every file there, and that is not done.\nCheck which KV is meant (--env, --config, --persist-to); if it is the right one, delete the files yourself.`,
	);
}

/** Files that are not any more what the plan was made of; somebody has written to them while the question stood. */
function changedMeanwhile({ writes, deletes }: PullPlan, files: readonly TenantFile[]): readonly string[] {
	const before = new Map(files.map(({ source }) => [source.name, source.text]));
	const isChanged = (path: string) => {
		const text = before.get(path);
		if (text === undefined) return existsSync(path);
		try {
			return (
				Buffer.from(readRegularFile(path, MAX_TENANT_FILE_BYTES))
					.toString()
					.replace(/^\uFEFF/, "") !== text
			);
		} catch {
			return true;
		}
	};
	return [...writes.map(({ path }) => path), ...deletes].filter(isChanged);
}

function printChangedMeanwhile(paths: readonly string[], { colors, out }: Terminal): void {
	out(
		`${colors.red("changed meanwhile:")} ${paths.map((path) => safePart(path)).join(", ")}\nSomebody else has written there since it was read. Nothing was written: pull again.`,
	);
}

/** The folder as it is; of what is wrong in it, only what makes its hosts uncertain counts. */
async function readTarget(directory: string, terminal: Terminal): Promise<TenantFolder> {
	if (!existsSync(directory)) return { files: [], tenants: new Map() };
	const files = await readFolder(directory, terminal);
	return claimHosts(
		files.map((file) => ({
			...file,
			warnings: [],
			errors: file.errors.filter(
				({ finding: { pointer } }) => file.value === undefined || `${pointer}/`.startsWith("/hosts/"),
			),
		})),
	);
}

async function carryOut({ writes, deletes }: PullPlan, directory: string, terminal: Terminal): Promise<void> {
	try {
		makeFolder(directory);
	} catch (error) {
		throw new CommandFault(
			"unwritable-folder",
			`${safePart(directory)} cannot be made: ${systemReason(error)}\nNothing was written: name another folder.`,
		);
	}
	const total = writes.length + deletes.length;
	let done = 0;
	const next = "each file whole. The same pull again goes on from there.";
	try {
		await withWord(
			() => `${shareOf(done, total)} written or deleted, ${next}`,
			async () => {
				for (const { path, text } of writes) {
					writeRegularFile(path, text);
					if (++done % PROGRESS_FILES === 0) {
						terminal.progress(`Writing ${progressOf(done, total, "file")}`, done / total);
						// An interrupt is heard between two files.
						await new Promise(setImmediate);
					}
				}
				for (const path of deletes) {
					await rm(path);
					done++;
				}
			},
		);
	} catch (error) {
		throw new CommandFault(
			"pull-incomplete",
			`${shareOf(done, total)} written or deleted, ${next}\n${reasonOf(error)}`,
		);
	}
}

/** Files between two signs of progress. */
const PROGRESS_FILES = 1000;

/** What a pull is about. */
interface Result {
	readonly plan: PullPlan;
	readonly findings: readonly StoreFinding[];
	readonly source: string;
}

function planReport({ writes, deletes, kept }: PullPlan, errors: readonly StoreFinding[], isDryRun: boolean) {
	return {
		...(isDryRun ? { dryRun: true } : {}),
		written: writes.map(({ path, hosts, isNew }) => ({ file: path, hosts, new: isNew })),
		deleted: deletes,
		kept: kept.map(({ path, hosts }) => ({ file: path, hosts })),
		errors,
	};
}

function printPlan({ plan: { writes, deletes, kept }, findings }: Result, terminal: Terminal): void {
	const { colors } = terminal;
	for (const { code, message } of findings) {
		terminal.out(`${colors.red("error")}: ${code}\n  ${safePart(message)}\n`);
	}
	for (const { path, hosts, isNew, before, text } of writes) {
		const what = isNew ? colors.green("+ new") : colors.yellow("~ updated");
		terminal.out(`${what} ${safePart(path)} ${colors.dim(`(${counted(hosts.length, "host")})`)}`);
		if (before !== undefined) terminal.out(textDifference(before, text, colors).join("\n"));
	}
	for (const path of deletes) terminal.out(`${colors.red("- deleted")} ${safePart(path)}`);
	for (const { path, hosts } of kept) {
		terminal.out(
			`${colors.dim("= kept")} ${hosts.join(", ")} in ${safePart(path)}, which KV does not have; --prune removes it`,
		);
	}
}

function printOutcome({ plan, source }: Result, isDryRun: boolean, { colors, out }: Terminal): void {
	const { writes, deletes, kept } = plan;
	const done =
		writes.length + deletes.length === 0
			? kept.length === 0
				? "the folder says the same"
				: "nothing in the folder is changed"
			: `in ${counted(writes.length, "file")} written`;
	if (isDryRun) out(`${colors.yellow("dry run:")} ${source}; nothing was written.`);
	else out(`${colors.green("pulled:")} ${source}, ${done}`);
}
