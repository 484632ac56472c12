/** Owns `cordon pull`: what KV holds becomes a folder of tenant files. */

import { mkdir, readdir, rm } from "node:fs/promises";
import { quote } from "../../findings/finding.ts";
import { isTenantHost } from "../../tenants/hosts.ts";
import { tenantKey } from "../../tenants/keys.ts";
import { isObject } from "../../tenants/salvage.ts";
import { readStored, type Stored } from "../changes/changes.ts";
import {
	claimHosts,
	FOLDER_ARGUMENT,
	printFolderErrors,
	readFolder,
	type TenantFolder,
} from "../files/folder.ts";
import { systemReason, writeRegularFile } from "../files/regular-file.ts";
import { splitHosts } from "../files/tenant-file.ts";
import { KV_OPTIONS, requiredKvPlace } from "../kv/kv-options.ts";
import { defineCommand } from "../shell/command.ts";
import { Fault } from "../shell/fault.ts";
import { withWord } from "../shell/interrupt.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, progressOf, type Terminal } from "../shell/terminal.ts";
import { type PullPlan, planPull, type StoredDocument } from "./pull-plan.ts";

/** Something in KV that is no tenant document. */
interface StoreFinding {
	readonly code: string;
	readonly key: string;
	readonly message: string;
}

export const pull = defineCommand({
	name: "pull",
	summary: "write what KV holds to a folder of tenant files",
	details: [
		"Hosts with the same document share one file, named after the first of them. A host that a file of the folder names already stays in that file, and only what differs in it is written: its comments stay.",
		"Hosts that only the folder has are left alone, and a push would add them, unless --prune is given. But for those, a pull followed by a push changes nothing.",
	],
	positionals: [{ ...FOLDER_ARGUMENT, says: "The folder; it is made where there is none." }],
	options: {
		...KV_OPTIONS,
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
		findings: "Some of KV is no tenant document and was left out, or a file of the folder has errors.",
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
		const { documents, findings } = sound(await readStored(kv, terminal));
		const names = await readdir(directory);
		const plan = planPull(documents, folder.files, directory, names, options.prune);
		await carryOut(plan, terminal);
		if (options.json) terminal.json(planReport(plan, findings));
		else printPlan(plan, findings, `${counted(documents.size, "host")} of ${kv.name}`, terminal);
		return findings.length === 0 ? 0 : 1;
	},
});

/** The folder as it is; of what is wrong in it, only what makes its hosts uncertain counts. */
async function readTarget(directory: string, terminal: Terminal): Promise<TenantFolder> {
	try {
		await mkdir(directory, { recursive: true });
	} catch (error) {
		throw new Fault("unwritable-folder", `${safePart(directory)} cannot be made: ${systemReason(error)}`);
	}
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

/** Parts what can be a tenant file from what cannot. */
function sound(stored: ReadonlyMap<string, Stored>): {
	readonly documents: ReadonlyMap<string, StoredDocument>;
	readonly findings: readonly StoreFinding[];
} {
	const documents = new Map<string, StoredDocument>();
	const findings: StoreFinding[] = [];
	for (const [host, value] of stored) {
		const key = tenantKey(host);
		if (!isTenantHost(host)) {
			findings.push({
				code: "invalid-host",
				key,
				message: `${quote(key)} names no host that a request could have, so it is never found. It was left out; delete it, or store its document under the right key.`,
			});
			continue;
		}
		if (!value.ok || !isObject(value.value)) {
			findings.push({
				code: value.ok ? "invalid-document" : "invalid-json",
				key,
				message: `${quote(key)} holds ${value.ok ? "no JSON object" : `no JSON (${value.reason})`}, so the gateway refuses that host. It was left out; a push of a file that names the host replaces it.`,
			});
			continue;
		}
		const { value: document, hosts } = splitHosts(value.value);
		if (hosts !== undefined) {
			findings.push({
				code: "hosts-in-document",
				key,
				message: `${quote(key)} holds a document with "hosts", which belongs in tenant files only, so the gateway refuses it. It was pulled without; push it to put that right.`,
			});
		}
		if (isObject(document)) documents.set(host, document);
	}
	return { documents, findings };
}

async function carryOut({ writes, deletes }: PullPlan, terminal: Terminal): Promise<void> {
	let done = 0;
	const tell = () => `${progressOf(done, writes.length, "file")} were written, each of them whole.`;
	await withWord(tell, async () => {
		for (const [index, { path, text }] of writes.entries()) {
			writeRegularFile(path, text);
			if ((index + 1) % PROGRESS_FILES === 0) {
				terminal.progress(`Writing ${progressOf(index + 1, writes.length, "file")}`);
				// An interrupt is heard between two files.
				await new Promise(setImmediate);
			}
			done = index + 1;
		}
		for (const path of deletes) await rm(path);
	});
}

/** Files between two signs of progress. */
const PROGRESS_FILES = 1000;

function planReport({ writes, deletes, kept }: PullPlan, errors: readonly StoreFinding[]) {
	return {
		written: writes.map(({ path, hosts, isNew }) => ({ file: path, hosts, new: isNew })),
		deleted: deletes,
		kept: kept.map(({ path, hosts }) => ({ file: path, hosts })),
		errors,
	};
}

function printPlan(
	{ writes, deletes, kept }: PullPlan,
	findings: readonly StoreFinding[],
	source: string,
	terminal: Terminal,
): void {
	const { colors } = terminal;
	for (const { code, message } of findings) {
		terminal.out(`${colors.red("error")}: ${code}\n  ${safePart(message)}\n`);
	}
	for (const { path, hosts, isNew } of writes) {
		const what = isNew ? colors.green("+ new") : colors.yellow("~ updated");
		terminal.out(`${what} ${safePart(path)} ${colors.dim(`(${counted(hosts.length, "host")})`)}`);
	}
	for (const path of deletes) terminal.out(`${colors.red("- deleted")} ${safePart(path)}`);
	for (const { path, hosts } of kept) {
		terminal.out(
			`${colors.dim("= kept")} ${hosts.join(", ")} in ${safePart(path)}, which KV does not have; --prune removes it`,
		);
	}
	const done =
		writes.length + deletes.length === 0
			? "the folder said so already"
			: `in ${counted(writes.length, "file")} written`;
	terminal.out(`${colors.green("pulled:")} ${source}, ${done}`);
}
