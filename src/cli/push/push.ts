/** Owns `cordon push`: a folder of tenant files becomes what KV holds. */

import { reasonOf } from "../../findings/reason.ts";
import { tenantKey } from "../../tenants/keys.ts";
import { countChanges, MAX_SHOWN_HOSTS, printChanges } from "../changes/change-words.ts";
import { type Change, findChanges, hostsChangedMeanwhile, readStored } from "../changes/changes.ts";
import { FOLDER_ARGUMENT, hasErrors, printFolderErrors, readTenants } from "../files/folder.ts";
import { fileReport, printFindings } from "../files/report.ts";
import { readServices } from "../kv/config.ts";
import type { Kv } from "../kv/kv.ts";
import { KV_OPTIONS, requiredKvPlace } from "../kv/kv-options.ts";
import { isAgreed } from "../shell/agreement.ts";
import { defineCommand, type OptionSpecs, type OptionValues, type Outside } from "../shell/command.ts";
import { CommandFault } from "../shell/fault.ts";
import { withWord } from "../shell/interrupt.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, type ExitCode, progressOf, shareOf, type Terminal } from "../shell/terminal.ts";
import { withPushWarnings } from "./push-warnings.ts";

const OPTIONS = {
	...KV_OPTIONS,
	yes: { type: "boolean", says: "Do not ask. Needed where nobody can be asked, such as in CI." },
	"dry-run": { type: "boolean", says: "Show what would be written, and write nothing." },
	prune: { type: "boolean", says: "Delete the hosts that only KV has." },
} as const satisfies OptionSpecs;

export const push = defineCommand({
	name: "push",
	details: [
		'Validates every file first, and writes nothing if one has errors, two claim the same host, or something that a file expects does not hold ("cordon test"). Then it shows what would change, asks, and writes only that, in bulk. Each host\'s document is stored under tenant:<host>, without its "hosts" and without comments.',
		"Hosts that only KV has are left alone, unless --prune is given.",
	],
	positionals: [FOLDER_ARGUMENT],
	options: OPTIONS,
	examples: [
		{ line: "push tenants --local", says: "Into the KV that `wrangler dev` reads." },
		{ line: "push tenants --remote", says: "Into production, after a look at the differences." },
		{ line: "push tenants --remote --yes --prune", says: "In CI: KV holds exactly what the folder says." },
	],
	exits: {
		good: "KV holds what the folder says.",
		findings:
			"A file has errors, something expected does not hold, or the answer was no; nothing was written.",
	},
	work: (call) =>
		withWord(
			() => "Nothing was written.",
			() => run(call),
		),
});

/** What `run` needs of the call. */
interface PushCall extends Outside {
	readonly options: OptionValues<typeof OPTIONS> & { readonly json: boolean };
	readonly positionals: readonly string[];
}

async function run({ positionals, options, terminal, openKv }: PushCall): Promise<ExitCode> {
	const [directory = ""] = positionals;
	const place = requiredKvPlace(options);
	const kv = openKv(place);
	const read = await readTenants(directory, terminal);
	if (hasErrors(read)) {
		printFolderErrors(read, options.json, "Nothing was written.", terminal);
		return 1;
	}
	if (read.files.some(({ expectations }) => expectations.length > 0)) {
		// The gateway and a browser are in it, which the help and most pushes need not load.
		const { expectationsHold } = await import("../test/before-push.ts");
		if (!(await expectationsHold(read.files, kv, options.json, terminal))) return 1;
	}
	const folder = await withPushWarnings(read, () => readServices(place, terminal));
	const changes = findChanges(folder.tenants, await readStored(kv, folder.tenants.keys(), terminal));
	const writes = changes.filter((change) => change.kind !== "removed");
	const extra = changes.filter((change) => change.kind === "removed");
	const deletes = options.prune ? extra : [];
	const kept = options.prune ? [] : extra;
	const what = [...writes, ...deletes];
	for (const line of what.length === 0 ? [] : ((await kv.warnings?.()) ?? [])) {
		terminal.err(`${terminal.errorColors.yellow("wrangler warns:")} ${safePart(line)}`);
	}
	if (!options.json) {
		printFindings(folder.files, terminal);
		printChanges(what, "to be deleted", terminal);
	}
	if (what.length > 0 && !options["dry-run"]) {
		const question = `${intention(writes, deletes)} ${kv.name}?`;
		if (!(await isAgreed(question, options, push, terminal))) {
			terminal.out("Nothing was written.");
			return 1;
		}
		const changed = await hostsChangedMeanwhile(kv, what);
		if (changed.length > 0) {
			refuse(changed, kv, options.json, terminal);
			return 1;
		}
		await apply(kv, writes, deletes, terminal);
	}
	if (options.json) {
		const hosts = (list: readonly Change[]) => list.map(({ host }) => host);
		const warnings = folder.files.flatMap((file) =>
			fileReport(file).warnings.map((warning) => ({ file: file.source.name, ...warning })),
		);
		const report = { written: hosts(writes), deleted: hosts(deletes), kept: hosts(kept), warnings };
		terminal.json(options["dry-run"] ? { dryRun: true, ...report } : report);
	} else if (options["dry-run"] && what.length > 0) {
		terminal.out(`${terminal.colors.yellow("dry run:")} ${doneWords(writes, deletes)}; nothing was written.`);
	} else {
		terminal.out(outcome(writes, deletes, kept, kv, terminal));
	}
	return 0;
}

/** "Write 2 tenants and delete 1 tenant of" */
function intention(writes: readonly Change[], deletes: readonly Change[]): string {
	const write = writes.length > 0 ? `write ${counted(writes.length, "tenant")} to` : "";
	const remove = deletes.length > 0 ? `delete ${counted(deletes.length, "tenant")} from` : "";
	const words = write !== "" && remove !== "" ? `${write.slice(0, -3)} and ${remove}` : write + remove;
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Says that KV is not what the changes were shown against. */
function refuse(hosts: readonly string[], kv: Kv, json: boolean, terminal: Terminal): void {
	if (json) {
		terminal.json({ written: [], deleted: [], changedMeanwhile: hosts });
		return;
	}
	const named = hosts.slice(0, MAX_SHOWN_HOSTS).map((host) => safePart(host));
	const more = hosts.length - named.length;
	terminal.out(
		`${terminal.colors.red("changed meanwhile:")} ${named.join(", ")}${more > 0 ? ` and ${counted(more, "other host")}` : ""}\nSomebody else has written to ${kv.name} since it was read. Nothing was written: push again, and look at the differences anew.`,
	);
}

/** Writes first and deletes last: where it breaks off, too much is in KV rather than too little. */
async function apply(
	kv: Kv,
	writes: readonly Change[],
	deletes: readonly Change[],
	terminal: Terminal,
): Promise<void> {
	const entries = writes.flatMap((change) =>
		change.kind === "removed" ? [] : [{ key: tenantKey(change.host), value: JSON.stringify(change.after) }],
	);
	const total = entries.length + deletes.length;
	let doneBefore = 0;
	let done = 0;
	const onProgress = (batch: number) => {
		done = doneBefore + batch;
		terminal.progress(`Writing ${kv.name}: ${progressOf(done, total, "change")}`, done / total);
	};
	terminal.busy(`Writing ${kv.name} …`);
	const tell = () =>
		`${shareOf(done, total)} written, and perhaps some of the next. The same push again goes on from there.`;
	try {
		await withWord(tell, async () => {
			await kv.put(entries, onProgress);
			doneBefore = entries.length;
			await kv.delete(
				deletes.map(({ host }) => tenantKey(host)),
				onProgress,
			);
		});
	} catch (error) {
		throw new CommandFault(
			"push-incomplete",
			`${shareOf(done, total)} written: ${reasonOf(error)}\nThe same push again goes on from there.`,
		);
	}
}

function outcome(
	writes: readonly Change[],
	deletes: readonly Change[],
	kept: readonly Change[],
	kv: Kv,
	{ colors }: Terminal,
): string {
	const also = kept.length > 0 ? ` ${counted(kept.length, "host")} only in KV, kept.` : "";
	if (writes.length + deletes.length === 0)
		return `${colors.green("nothing to do:")} ${kv.name} holds what the folder says.${also}`;
	return `${colors.green("pushed:")} ${doneWords(writes, deletes)}.${also} It is in force within two minutes, usually within one.`;
}

/** "2 added, 1 changed, 1 deleted" */
function doneWords(writes: readonly Change[], deletes: readonly Change[]): string {
	return [
		...(writes.length > 0 ? [countChanges(writes)] : []),
		...(deletes.length > 0 ? [`${deletes.length.toLocaleString("en")} deleted`] : []),
	].join(", ");
}
