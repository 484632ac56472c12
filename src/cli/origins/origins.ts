/** Owns `cordon origins`: the origins that an origin directory holds. */

import { isDirectoryName } from "../../cors/allowed-origins.ts";
import { reasonOf } from "../../findings/reason.ts";
import { directoryPrefix, originKey } from "../../tenants/keys.ts";
import type { Kv } from "../kv/kv.ts";
import { KV_OPTIONS, requiredKvPlace } from "../kv/kv-options.ts";
import { type CommandSpec, defineCommand, type Outside, usage } from "../shell/command.ts";
import { CommandFault } from "../shell/fault.ts";
import { withWord } from "../shell/interrupt.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, progressOf, shareOf, type Terminal } from "../shell/terminal.ts";
import { type OriginList, originFindingReport, printOriginFindings, readOrigins } from "./origin-list.ts";

const DIRECTORY_ARGUMENT = {
	name: "DIRECTORY",
	says: 'The directory\'s name, as in {"directory": "customers"}: 1 to 64 of a-z 0-9 -.',
	required: true,
} as const;

const ORIGIN_ARGUMENT = {
	name: "ORIGIN",
	says: "An origin as browsers send it: https://shop.example. - reads them from standard input, one a line.",
	required: false,
	repeated: true,
} as const;

const CHANGE_OPTIONS = {
	...KV_OPTIONS,
	file: { type: "string", value: "PATH", says: "A file with one origin a line; # begins a comment." },
	"dry-run": { type: "boolean", says: "Say what would be changed, and change nothing." },
} as const;

const DIRECTORIES =
	'An origin directory holds exact origins outside the tenant documents, in any number, one KV key each: origin:<directory>:<origin>. Documents use it with {"directory": "<directory>"} in their "origins".';

export const originsAdd = defineCommand({
	name: "origins add",
	details: [
		DIRECTORIES,
		"Every origin is checked first, and nothing is written if one is bad. Those that are there already stay as they are.",
	],
	positionals: [DIRECTORY_ARGUMENT, ORIGIN_ARGUMENT],
	options: CHANGE_OPTIONS,
	examples: [
		{ line: "origins add customers https://shop.example --remote", says: "One origin, in production." },
		{ line: "origins add customers --file customers.txt --remote", says: "As many as the file has." },
	],
	exits: { good: "All of them are in the directory.", findings: "One was bad; nothing was written." },
	async work({ positionals, options, ...outside }) {
		const change = await readChange(originsAdd, positionals, options, outside);
		if (change === undefined) return 1;
		const { directory, list, kv } = change;
		const { terminal } = outside;
		const known = await unchanged(() => existing(kv, directory, list.origins, terminal));
		const added = list.origins.filter((origin) => !known.has(origin));
		const entries = added.map((origin) => ({ key: originKey(directory, origin), value: "" }));
		const isDryRun = options["dry-run"];
		if (!isDryRun) {
			await inBulk("Adding", "written", added.length, terminal, (onProgress) => kv.put(entries, onProgress));
		}
		const present = list.origins.length - added.length;
		if (options.json) {
			const warnings = list.warnings.map(originFindingReport);
			terminal.json({ ...dryRunOf(isDryRun), directory, added: added.length, present, warnings });
		} else {
			printOriginFindings(list, terminal);
			const before = present > 0 ? `; ${present.toLocaleString("en")} were there before` : "";
			terminal.out(
				`${outcome("added:", isDryRun, terminal)} ${counted(added.length, "new origin")} in ${directory}${before}`,
			);
		}
		return 0;
	},
});

export const originsRemove = defineCommand({
	name: "origins remove",
	details: [
		DIRECTORIES,
		"Origins that are not in the directory are passed over. Gateways stop allowing a removed origin within two minutes, usually within one.",
	],
	positionals: [DIRECTORY_ARGUMENT, ORIGIN_ARGUMENT],
	options: CHANGE_OPTIONS,
	examples: [
		{ line: "origins remove customers https://shop.example --remote", says: "One origin, in production." },
		{
			line: "cat gone.txt | npx cordon origins remove customers - --remote",
			says: "Those that come in by a pipe.",
		},
	],
	exits: { good: "None of them is in the directory.", findings: "One was bad; nothing was removed." },
	async work({ positionals, options, ...outside }) {
		const change = await readChange(originsRemove, positionals, options, outside);
		if (change === undefined) return 1;
		const { directory, list, kv } = change;
		const { terminal } = outside;
		// Of many, only how many were there hangs on it: all of them are deleted.
		const known = await unchanged(async () =>
			isAsked(list.origins)
				? existing(kv, directory, list.origins, terminal)
				: new Set(await listOrigins(kv, directory)),
		);
		const removed = list.origins.filter((origin) => known.has(origin));
		// A list of keys lags behind, and what it does not show would go on being allowed.
		const named = isAsked(list.origins) ? removed : list.origins;
		const keys = named.map((origin) => originKey(directory, origin));
		const isDryRun = options["dry-run"];
		if (!isDryRun) {
			await inBulk("Removing", "removed", keys.length, terminal, (onProgress) => kv.delete(keys, onProgress));
		}
		const absent = list.origins.length - removed.length;
		if (options.json) {
			terminal.json({ ...dryRunOf(isDryRun), directory, removed: removed.length, absent });
		} else {
			const others = absent > 0 ? `; ${absent.toLocaleString("en")} were not in it` : "";
			terminal.out(
				`${outcome("removed:", isDryRun, terminal)} ${counted(removed.length, "origin")} of ${directory}${others}`,
			);
		}
		return 0;
	},
});

export const originsList = defineCommand({
	name: "origins list",
	details: [DIRECTORIES],
	positionals: [DIRECTORY_ARGUMENT],
	options: KV_OPTIONS,
	examples: [
		{ line: "origins list customers --remote > customers.txt", says: "All of them, sorted, one a line." },
	],
	exits: { good: "They are listed; there may be none." },
	async work({ positionals, options, terminal, openKv }) {
		const directory = directoryName(positionals, originsList);
		terminal.busy(`Reading ${directory} …`);
		const kv = openKv(requiredKvPlace(options));
		const origins = await listOrigins(kv, directory);
		if (options.json) terminal.json(origins);
		else if (origins.length === 0) terminal.err(`${safePart(directory)} has no origin in ${kv.name}.`);
		else for (const origin of origins) terminal.out(safePart(origin));
		return 0;
	},
});

/** Up to here the origins themselves are asked for; beyond, the whole directory is listed. */
const MAX_ASKED_ORIGINS = 1000;

/** What an `add` or a `remove` is about; undefined where an origin is bad, which has been said then. */
async function readChange(
	spec: CommandSpec,
	positionals: readonly string[],
	options: Parameters<typeof requiredKvPlace>[0] & {
		readonly file: string | undefined;
		readonly json: boolean;
	},
	{ terminal, openKv }: Outside,
): Promise<{ readonly directory: string; readonly list: OriginList; readonly kv: Kv } | undefined> {
	const directory = directoryName(positionals, spec);
	const words = positionals.slice(1);
	if (words.length === 0 && options.file === undefined) {
		throw usage(
			"missing-argument",
			`"cordon ${spec.name}" needs origins: name them, give --file PATH, or - for standard input.`,
			spec,
		);
	}
	const kv = openKv(requiredKvPlace(options));
	const list = await readOrigins(words, options.file, terminal);
	if (list.errors.length === 0) return { directory, list, kv };
	if (options.json) {
		const report = {
			valid: false,
			errors: list.errors.map(originFindingReport),
			warnings: list.warnings.map(originFindingReport),
			...(list.more.errors + list.more.warnings > 0 ? { more: list.more } : {}),
		};
		terminal.json(report);
	} else {
		printOriginFindings({ ...list, warnings: [], more: { ...list.more, warnings: 0 } }, terminal);
		terminal.out(
			`${terminal.colors.red("invalid:")} ${counted(list.errors.length + list.more.errors, "origin")}. Nothing was changed.`,
		);
	}
	return undefined;
}

function directoryName(positionals: readonly string[], spec: CommandSpec): string {
	const [directory = ""] = positionals;
	if (isDirectoryName(directory)) return directory;
	throw usage(
		"invalid-directory-name",
		`${JSON.stringify(directory)} is not a name for an origin directory: 1 to 64 of a-z 0-9 -. The directory comes before its origins.`,
		spec,
	);
}

/** Which of the origins are in the directory. */
async function existing(
	kv: Kv,
	directory: string,
	origins: readonly string[],
	terminal: Terminal,
): Promise<ReadonlySet<string>> {
	terminal.busy(`Looking up ${counted(origins.length, "origin")} …`);
	if (isAsked(origins)) return ask(kv, directory, origins, terminal);
	const listed = new Set(await listOrigins(kv, directory));
	// A list of keys lags behind: what it shows may have gone, and would not be added again.
	return ask(
		kv,
		directory,
		origins.filter((origin) => listed.has(origin)),
		terminal,
	);
}

/** Does what comes before any change. */
function unchanged<T>(work: () => Promise<T>): Promise<T> {
	return withWord(() => "Nothing was changed.", work);
}

function isAsked(origins: readonly string[]): boolean {
	return origins.length <= MAX_ASKED_ORIGINS;
}

async function ask(
	kv: Kv,
	directory: string,
	origins: readonly string[],
	terminal: Terminal,
): Promise<ReadonlySet<string>> {
	const prefix = directoryPrefix(directory);
	const found = await kv.get(
		origins.map((origin) => prefix + origin),
		(done) =>
			terminal.busy(`Looking up ${progressOf(done, origins.length, "origin")}`, done / origins.length),
	);
	return new Set([...found.keys()].map((key) => key.slice(prefix.length)));
}

async function listOrigins(kv: Kv, directory: string): Promise<readonly string[]> {
	const prefix = directoryPrefix(directory);
	return (await kv.list(prefix)).map((key) => key.slice(prefix.length)).toSorted();
}

function dryRunOf(isDryRun: boolean): object {
	return isDryRun ? { dryRun: true } : {};
}

function outcome(done: string, isDryRun: boolean, { colors }: Terminal): string {
	return isDryRun ? `${colors.yellow("dry run, nothing is changed:")} would be ${done}` : colors.green(done);
}

async function inBulk(
	doing: string,
	done: string,
	total: number,
	terminal: Terminal,
	work: (onProgress: (done: number) => void) => Promise<void>,
): Promise<void> {
	let last = 0;
	if (total > 0) terminal.busy(`${doing} ${counted(total, "origin")} …`);
	try {
		const tell = () =>
			`${shareOf(last, total)} ${done}, and perhaps some of the next. The same command again goes on from there.`;
		await withWord(tell, () =>
			work((count) => {
				last = count;
				terminal.progress(`${doing} ${progressOf(count, total, "origin")}`, count / total);
			}),
		);
	} catch (error) {
		throw new CommandFault(
			"origins-incomplete",
			`${shareOf(last, total)} ${done}: ${reasonOf(error)}\nThe same command again goes on from there.`,
		);
	}
}
