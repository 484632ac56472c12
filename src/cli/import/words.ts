/** Owns how an import is told: what became of each entry, and what is left to decide. */

import { safePart } from "../shell/safe-text.ts";
import type { Terminal } from "../shell/terminal.ts";
import type { CarriedPolicy, EntryReport } from "./carry.ts";
import type { Recognised } from "./formats.ts";
import type { Remark } from "./source-policy.ts";
import type { ImportedFile } from "./tenants.ts";

/** Longest piece of the source that is shown, in characters. */
const MAX_SHOWN_CHARACTERS = 160;

/** What an import made. */
export interface Imported {
	readonly source: string;
	readonly format: Recognised["format"];
	readonly policies: readonly CarriedPolicy[];
	readonly files: readonly ImportedFile[];
	/** Where the source sends its requests. */
	readonly backends: readonly string[];
}

/** All entries, those included that only turned out not to validate. */
export function leftOutOf({ policies, files }: Imported): readonly EntryReport[] {
	return [
		...policies.flatMap(({ entries }) => entries.filter(({ outcome }) => outcome === "left-out")),
		...files.flatMap(({ refused }) => refused),
	];
}

/** What of the source's places and conditions is not carried over. */
export function leftOutPlaces({ policies, files }: Imported): readonly Remark[] {
	return [...policies, ...files].flatMap(({ remarks }) => remarks.filter(({ isLeftOut }) => isLeftOut));
}

/** Tells it to people. */
export function printImport(imported: Imported, terminal: Terminal): void {
	const { colors } = terminal;
	terminal.out(`${safePart(imported.source)}: ${imported.format.title}`);
	for (const policy of imported.policies) {
		terminal.out(`\n${colors.bold(safePart(policy.source.name))}${placesOf(policy)}`);
		for (const entry of policy.entries) printEntry(entry, terminal);
		for (const remark of policy.remarks) printRemark(remark, terminal);
	}
	const later = imported.files.flatMap(({ refused, remarks }) => [...refused, ...remarks]);
	if (later.length > 0) terminal.out("");
	for (const file of imported.files) {
		for (const entry of file.refused) printEntry(entry, terminal);
		for (const remark of file.remarks) printRemark(remark, terminal);
	}
}

function placesOf({ source }: CarriedPolicy): string {
	const paths = source.paths.map(({ kind, path }) => (kind === "prefix" ? `${path}…` : path));
	const places = [source.hosts.slice(0, 5).join(", "), paths.slice(0, 5).join(", ")].filter(
		(text) => text !== "",
	);
	return places.length === 0 ? "" : safePart(`  ${places.join("  ")}`);
}

function printEntry(entry: EntryReport, terminal: Terminal): void {
	const { colors } = terminal;
	const marks = {
		"as-is": colors.green("kept     "),
		"made-safe": colors.yellow("made safe"),
		"left-out": colors.red("left out "),
	};
	const becomes =
		entry.entries.length === 0 || entry.outcome === "as-is" ? "" : `  →  ${entry.entries.join("  ")}`;
	terminal.out(`  ${marks[entry.outcome]}  ${lineOf(entry.line)}${safePart(shorten(entry.text) + becomes)}`);
	if (entry.why !== "")
		terminal.out(`             ${safePart(shorten(entry.why, 400))}${entry.why.endsWith(".") ? "" : "."}`);
	if (entry.letsIn !== undefined)
		terminal.out(`             The source lets in ${safePart(shorten(entry.letsIn))}.`);
	if (entry.question !== undefined) {
		terminal.out(`             If that is what you want, add ${safePart(shorten(entry.question))}.`);
	}
}

function printRemark({ line, text, isLeftOut, isMadeSafe }: Remark, terminal: Terminal): void {
	const { colors } = terminal;
	const mark = isLeftOut ? colors.red("left out ") : isMadeSafe ? colors.yellow("made safe") : "note     ";
	terminal.out(`  ${mark}  ${lineOf(line)}${safePart(shorten(text, 400))}`);
}

function lineOf(line: number | undefined): string {
	return line === undefined ? "" : `line ${line}: `;
}

function shorten(text: string, most = MAX_SHOWN_CHARACTERS): string {
	return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** The last line: how much was carried over. */
export function summary(imported: Imported): string {
	const entries = imported.policies.flatMap((policy) => policy.entries);
	const of = (outcome: EntryReport["outcome"]) => entries.filter((entry) => entry.outcome === outcome).length;
	const leftOut = leftOutOf(imported).length;
	const narrower = countedBy(leftOutPlaces(imported), "; not carried over in full: ");
	const remarks = [...imported.policies, ...imported.files].flatMap((one) => one.remarks);
	const rewritten = countedBy(
		remarks.filter(({ isMadeSafe }) => isMadeSafe),
		"; made safe besides: ",
	);
	return `${entries.length === 1 ? "1 entry" : `${entries.length} entries`}: ${of("as-is")} kept, ${of("made-safe")} made safe, ${leftOut} left out${rewritten}${narrower}`;
}

/** How many remarks there are of each thing: "request headers (1), paths and conditions (2)". */
function countedBy(remarks: readonly Remark[], before: string): string {
	const counts = new Map<string, number>();
	for (const { what = "paths and conditions" } of remarks) counts.set(what, (counts.get(what) ?? 0) + 1);
	const parts = [...counts].map(([what, count]) => `${what} (${count})`);
	return parts.length === 0 ? "" : `${before}${parts.join(", ")}`;
}

/** The text of a tenant file, with what was left out as comments on top. */
export function fileText(file: ImportedFile, imported: Imported): string {
	const leftOut = [
		...file.policies.flatMap(({ entries }) => entries.filter(({ outcome }) => outcome === "left-out")),
		...file.refused,
	];
	const comments = [
		`// From ${safePart(imported.source)}. "report" only watches: take the line out when the records show what you expect.`,
		...leftOut.map(
			({ line, text, why }) =>
				`// Left out: ${lineOf(line)}${safePart(shorten(text))} (${safePart(shorten(why, 400))})`,
		),
		...[...file.policies, file]
			.flatMap(({ remarks }) => remarks)
			.filter(({ isLeftOut }) => isLeftOut)
			.map(({ line, text }) => `// Left out: ${lineOf(line)}${safePart(shorten(text, 400))}`),
	];
	const document = { ...(file.hosts === undefined ? {} : { hosts: file.hosts }), ...file.document };
	return `${[...new Set(comments)].join("\n")}\n${JSON.stringify(document, null, 2)}\n`;
}
