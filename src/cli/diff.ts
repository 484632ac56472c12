/** Owns `cordon diff`: what pushing a folder would change. */

import { countChanges, printChanges } from "./changes/change-words.ts";
import {
	type Change,
	findChanges,
	readStored,
	type StoredValue,
	unservedBecause,
} from "./changes/changes.ts";
import { FOLDER_ARGUMENT, hasErrors, printFolderErrors, readTenants } from "./files/folder.ts";
import { KV_OPTIONS, requiredKvPlace } from "./kv/kv-options.ts";
import { defineCommand } from "./shell/command.ts";
import { safePart } from "./shell/safe-text.ts";
import { counted } from "./shell/terminal.ts";

export const diff = defineCommand({
	name: "diff",
	details: [
		"Compares each host of the folder's tenant files with the document that KV holds under tenant:<host>, and shows what was added, changed or is in KV alone. Documents that differ only in the order of their keys or in white space are the same. Nothing is written.",
	],
	positionals: [FOLDER_ARGUMENT],
	options: KV_OPTIONS,
	examples: [
		{ line: "diff tenants --remote", says: "What is in production, beside what is in the folder." },
		{ line: "diff tenants --local", says: "The same with the KV that `wrangler dev` reads." },
	],
	exits: { good: "Both are the same.", findings: "They differ, or a file has errors." },
	async work({ positionals, options, terminal, openKv }) {
		const [directory = ""] = positionals;
		const kv = openKv(requiredKvPlace(options));
		const folder = await readTenants(directory, terminal);
		if (hasErrors(folder)) {
			printFolderErrors(folder, options.json, "Nothing was compared.", terminal);
			return 1;
		}
		const changes = findChanges(folder.tenants, await readStored(kv, folder.tenants.keys(), terminal));
		if (options.json) {
			terminal.json(changesReport(changes));
		} else if (changes.length === 0) {
			terminal.out(
				`${terminal.colors.green("same:")} ${counted(folder.tenants.size, "host")}, in ${safePart(directory)} as in ${kv.name}`,
			);
		} else {
			printChanges(changes, "push --prune would delete it", terminal);
			terminal.out(`${terminal.colors.yellow("different:")} ${countChanges(changes)}`);
		}
		return changes.length === 0 ? 0 : 1;
	},
});

/** What `--json` says of changes; a stored value that is not JSON stands as its text. */
function changesReport(changes: readonly Change[]) {
	const plain = (stored: StoredValue) => (stored.ok ? stored.value : stored.text);
	const unserved = (host: string, stored: StoredValue) => {
		const because = unservedBecause(host, stored);
		return because === undefined ? {} : { unserved: because };
	};
	return {
		same: changes.length === 0,
		added: changes.flatMap((change) =>
			change.kind === "added" ? [{ host: change.host, file: change.file, after: change.after }] : [],
		),
		changed: changes.flatMap((change) =>
			change.kind === "changed"
				? [
						{
							...{ host: change.host, file: change.file, before: plain(change.before), after: change.after },
							...unserved(change.host, change.before),
						},
					]
				: [],
		),
		removed: changes.flatMap((change) =>
			change.kind === "removed"
				? [
						{
							...{ host: change.host, before: plain(change.before) },
							...unserved(change.host, change.before),
						},
					]
				: [],
		),
	};
}
