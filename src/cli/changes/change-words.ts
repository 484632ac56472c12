/** Owns how changes are shown: host by host, with the lines that differ. */

import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { structuredPatch } from "diff";
import { isObject } from "../../tenants/salvage.ts";
import type { Colors } from "../shell/colors.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, type Terminal } from "../shell/terminal.ts";
import { type AccessChange, accessChanges } from "./access-changes.ts";
import { type Change, type StoredValue, unservedBecause } from "./changes.ts";

/** Lines that stay around a change. */
const CONTEXT_LINES = 3;
/** Of a longer change only the beginning is shown, once its origins have been named. */
const MAX_SHOWN_LINES = 60;
/** Longest line that is shown, in characters. */
const MAX_LINE_CHARACTERS = 400;
/** Two large documents with nothing in common are not worth more. */
const MAX_DIFF_MILLISECONDS = 2000;
/** All differences together are not worth more. */
const MAX_DIFFS_MILLISECONDS = 10_000;
/** Of more hosts with the same change only the first are named. */
export const MAX_SHOWN_HOSTS = 100;
/** Origins that come, or go, in one change, and are named. */
export const MAX_SHOWN_ORIGINS = 300;
const ALL_OF_THEM = "cordon diff --json has them all";

/**
 * Prints changes; hosts with the same change share one entry. What decides who may read comes first.
 * @param removedNote what is said of hosts that only KV has
 */
export function printChanges(changes: readonly Change[], removedNote: string, terminal: Terminal): void {
	const { colors } = terminal;
	const end = performance.now() + MAX_DIFFS_MILLISECONDS;
	for (const group of Map.groupBy(changes, sameness).values()) {
		const [change] = group;
		if (change === undefined) continue;
		terminal.out(heading(change, group, removedNote, colors));
		const lines = [...accessLines(change, colors), ...details(change, end - performance.now(), colors)];
		terminal.out(`${lines.join("\n")}\n`);
	}
}

/** The same for changes that differ in their hosts alone; short, as there may be many of large documents. */
function sameness(change: Change): string {
	return createHash("sha256")
		.update(JSON.stringify({ ...change, host: "", unserved: unservedOf(change) }))
		.digest("base64");
}

function unservedOf(change: Change): string | undefined {
	return change.kind === "added" ? undefined : unservedBecause(change.host, change.before);
}

function accessLines(change: Change, colors: Colors): readonly string[] {
	const before = change.kind === "added" || !change.before.ok ? undefined : change.before.value;
	const after = change.kind === "removed" ? undefined : change.after;
	return accessChanges(before, after).flatMap((access) => {
		const place = access.place === "" ? "" : `${safePart(access.place)}: `;
		if (access.kind === "setting") return [`    ${place}${settingWords(access, change.kind, colors)}`];
		return access.kind === "allowed"
			? [`    ${place}allows:`, ...named(access.entries, "+", colors.green)]
			: [`    ${place}no longer allows:`, ...named(access.entries, "-", colors.red)];
	});
}

type Setting = Extract<AccessChange, { readonly kind: "setting" }>;

function settingWords({ name, before, after }: Setting, kind: Change["kind"], colors: Colors): string {
	const closing = name === "closed" && after === "true" ? ": everything is answered with 503" : "";
	const from = kind === "added" ? "" : `${safePart(before)} → `;
	return colors.yellow(`${name}: ${from}${safePart(after)}${closing}`);
}

function named(entries: readonly string[], sign: string, paint: (text: string) => string): readonly string[] {
	const more = entries.length - MAX_SHOWN_ORIGINS;
	return [
		...entries.slice(0, MAX_SHOWN_ORIGINS).map((entry) => paint(`      ${sign} ${safePart(entry)}`)),
		...(more > 0 ? [`      … and ${more.toLocaleString("en")} more; ${ALL_OF_THEM}`] : []),
	];
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
	const first = group.slice(0, MAX_SHOWN_HOSTS).map(({ host }) => safePart(host));
	const more = group.length - first.length;
	const rest = more > 0 ? ` and ${counted(more, "other host")} (${ALL_OF_THEM})` : "";
	const hosts = colors.bold(first.join(", ") + rest);
	const because = unservedOf(change);
	const unserved =
		because === undefined
			? ""
			: `\n    ${colors.yellow(`in KV, but not served by the gateway: ${safePart(because)}`)}`;
	switch (change.kind) {
		case "added":
			return `${colors.green("+ added")} ${hosts} ${colors.dim(`(${safePart(change.file)})`)}`;
		case "changed":
			return `${colors.yellow("~ changed")} ${hosts} ${colors.dim(`(${safePart(change.file)})`)}${unserved}`;
		case "removed":
			return `${colors.red("- only in KV")} ${hosts} ${colors.dim(`(${removedNote})`)}${unserved}`;
	}
}

/** @param milliseconds that a comparison may take */
function details(change: Change, milliseconds: number, colors: Colors): readonly string[] {
	switch (change.kind) {
		case "added":
			return shortened(pretty(change.after).map((line) => colors.green(`    + ${line}`)));
		case "removed":
			return shortened(storedLines(change.before).map((line) => colors.red(`    - ${line}`)));
		case "changed":
			return shortened(differingLines(change.before, change.after, milliseconds, colors));
	}
}

function differingLines(
	before: StoredValue,
	after: unknown,
	milliseconds: number,
	colors: Colors,
): readonly string[] {
	const old = before.ok ? pretty(ordered(before.value, after)) : storedLines(before);
	const patch = milliseconds > 0 ? patchOf(text(old), text(pretty(after)), milliseconds) : undefined;
	if (patch !== undefined) return patchLines(patch, colors);
	const why = milliseconds > 0 ? "they have too little in common" : "there are too many differences";
	return [`    ${colors.dim(`(${why} to be shown line by line; cordon diff --json has both sides)`)}`];
}

/** The lines in which two texts differ, the first of them; none where they have too little in common to be compared. */
export function textDifference(before: string, after: string, colors: Colors): readonly string[] {
	const patch = patchOf(before, after, MAX_DIFF_MILLISECONDS);
	return patch === undefined ? [] : shortened(patchLines(patch, colors));
}

type Patch = NonNullable<ReturnType<typeof patchOf>>;

function patchOf(before: string, after: string, milliseconds: number) {
	return structuredPatch("", "", before, after, "", "", {
		context: CONTEXT_LINES,
		timeout: Math.min(milliseconds, MAX_DIFF_MILLISECONDS),
	});
}

function patchLines({ hunks }: Patch, colors: Colors): readonly string[] {
	return hunks.flatMap(({ lines }, index) => [
		...(index > 0 ? [colors.dim("      …")] : []),
		...lines
			// "\ No newline at end of file" is about no line of it.
			.filter((line) => !line.startsWith("\\"))
			.flatMap((line) => printableLines(`    ${line[0]} ${line.slice(1)}`))
			.map((shown) => paint(shown, colors)),
	]);
}

function paint(line: string, colors: Colors): string {
	if (line.startsWith("    +")) return colors.green(line);
	return line.startsWith("    -") ? colors.red(line) : colors.dim(line);
}

function text(lines: readonly string[]): string {
	return `${lines.join("\n")}\n`;
}

function pretty(value: unknown): readonly string[] {
	return printableLines(JSON.stringify(value, null, 2));
}

/** What is not JSON is shown as it stands. */
function storedLines(stored: StoredValue): readonly string[] {
	return stored.ok
		? pretty(stored.value)
		: printableLines(stored.text.slice(0, MAX_SHOWN_LINES * MAX_LINE_CHARACTERS));
}

function printableLines(lines: string): readonly string[] {
	return lines
		.split("\n")
		.map((line) =>
			line.length > MAX_LINE_CHARACTERS ? `${safePart(line.slice(0, MAX_LINE_CHARACTERS))}…` : safePart(line),
		);
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
		own.filter((key) => Object.hasOwn(model, key)),
		common,
	);
	const keys = isInOrder ? own : new Set([...common, ...own]);
	return Object.fromEntries([...keys].map((key) => [key, ordered(value[key], model[key])]));
}
