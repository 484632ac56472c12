/** Owns how changes are shown: host by host, with the lines that differ. */

import { isDeepStrictEqual } from "node:util";
import { structuredPatch } from "diff";
import { isObject } from "../tenants/salvage.ts";
import type { Change, Stored } from "./changes.ts";
import type { Colors } from "./colors.ts";
import { safePart } from "./safe-text.ts";
import { counted, type Terminal } from "./terminal.ts";

/** Lines that stay around a change. */
const CONTEXT_LINES = 3;
/** Of a longer change only the beginning is shown. */
const MAX_SHOWN_LINES = 60;
/** Two large documents with nothing in common are not worth more. */
const MAX_DIFF_MILLISECONDS = 2000;
/** Of more hosts with the same change only the first are named. */
const MAX_SHOWN_HOSTS = 5;

/**
 * Prints changes; hosts with the same change share one entry.
 * @param removedNote what is said of hosts that only KV has
 */
export function printChanges(changes: readonly Change[], removedNote: string, terminal: Terminal): void {
	const { colors } = terminal;
	const groups = Map.groupBy(changes, (change) => JSON.stringify({ ...change, host: "" }));
	for (const group of groups.values()) {
		const [change] = group;
		if (change === undefined) continue;
		terminal.out(heading(change, group, removedNote, colors));
		terminal.out(`${details(change, colors).join("\n")}\n`);
	}
}

/** "2 added, 1 changed, 1 only in KV" */
export function countChanges(changes: readonly Change[]): string {
	const words = { added: "added", changed: "changed", removed: "only in KV" };
	return Object.entries(words)
		.map(([kind, word]) => [changes.filter((change) => change.kind === kind).length, word] as const)
		.filter(([count]) => count > 0)
		.map(([count, word]) => `${count.toLocaleString("en")} ${word}`)
		.join(", ");
}

function heading(change: Change, group: readonly Change[], removedNote: string, colors: Colors): string {
	const named = group.slice(0, MAX_SHOWN_HOSTS).map(({ host }) => safePart(host));
	const more = group.length - named.length;
	const hosts = colors.bold(named.join(", ") + (more > 0 ? ` and ${counted(more, "other host")}` : ""));
	switch (change.kind) {
		case "added":
			return `${colors.green("+ added")} ${hosts} ${colors.dim(`(${safePart(change.file)})`)}`;
		case "changed":
			return `${colors.yellow("~ changed")} ${hosts} ${colors.dim(`(${safePart(change.file)})`)}`;
		case "removed":
			return `${colors.red("- only in KV")} ${hosts} ${colors.dim(`(${removedNote})`)}`;
	}
}

function details(change: Change, colors: Colors): readonly string[] {
	switch (change.kind) {
		case "added":
			return shortened(pretty(change.after).map((line) => colors.green(`    + ${line}`)));
		case "removed":
			return shortened(storedLines(change.before).map((line) => colors.red(`    - ${line}`)));
		case "changed":
			return shortened(differingLines(change.before, change.after, colors));
	}
}

function differingLines(before: Stored, after: unknown, colors: Colors): readonly string[] {
	const old = before.ok ? pretty(ordered(before.value, after)) : storedLines(before);
	const patch = structuredPatch("", "", text(old), text(pretty(after)), "", "", {
		context: CONTEXT_LINES,
		timeout: MAX_DIFF_MILLISECONDS,
	});
	if (patch === undefined)
		return [`    ${colors.dim("(they have too little in common to be shown line by line)")}`];
	return patch.hunks.flatMap(({ lines }, index) => [
		...(index > 0 ? [colors.dim("      …")] : []),
		...lines.map((line) => {
			const shown = `    ${line[0]} ${line.slice(1)}`;
			return line.startsWith("+")
				? colors.green(shown)
				: line.startsWith("-")
					? colors.red(shown)
					: colors.dim(shown);
		}),
	]);
}

function text(lines: readonly string[]): string {
	return `${lines.join("\n")}\n`;
}

function pretty(value: unknown): readonly string[] {
	return printableLines(JSON.stringify(value, null, 2));
}

/** What is no JSON is shown as it stands. */
function storedLines(stored: Stored): readonly string[] {
	return stored.ok ? pretty(stored.value) : printableLines(stored.text);
}

function printableLines(lines: string): readonly string[] {
	return lines.split("\n").map(safePart);
}

function shortened(lines: readonly string[]): readonly string[] {
	const more = lines.length - MAX_SHOWN_LINES;
	return more <= 1 ? lines : [...lines.slice(0, MAX_SHOWN_LINES), `    … and ${counted(more, "more line")}`];
}

/** The same value, its keys in the order of `model`'s where they stand in another one. */
function ordered(value: unknown, model: unknown): unknown {
	if (Array.isArray(value)) {
		return value.map((item, index) => ordered(item, Array.isArray(model) ? model[index] : undefined));
	}
	if (!isObject(value) || !isObject(model)) return value;
	const own = Object.keys(value);
	const common = Object.keys(model).filter((key) => Object.hasOwn(value, key));
	const isInOrder = isDeepStrictEqual(
		own.filter((key) => common.includes(key)),
		common,
	);
	const keys = isInOrder ? own : new Set([...common, ...own]);
	return Object.fromEntries([...keys].map((key) => [key, ordered(value[key], model[key])]));
}
