/** Owns the reading of origins that are to go into a directory or out of it: from arguments, a file, standard input. */

import type { Refusal } from "../../findings/finding.ts";
import { checkDirectoryOrigin, warnDirectoryOrigin } from "../../tenants/directory-origin.ts";
import { readInput, STANDARD_INPUT } from "../files/input.ts";
import { MAX_SHOWN_FINDINGS } from "../files/report.ts";
import {
	createSource,
	type PlacedFinding,
	renderFinding,
	renderMessage,
	type Source,
} from "../files/source.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, type Terminal } from "../shell/terminal.ts";

/** A list of origins, read and checked. */
export interface OriginList {
	/** The good ones, each once, in their order. */
	readonly origins: readonly string[];
	/** The first `MAX_ORIGIN_FINDINGS`. */
	readonly errors: readonly OriginFinding[];
	/** As many at most. */
	readonly warnings: readonly OriginFinding[];
	/** Errors and warnings that are left out there. */
	readonly more: { readonly errors: number; readonly warnings: number };
}

/** Errors, and warnings, that are kept of one list. */
export const MAX_ORIGIN_FINDINGS = 1000;
/** Largest file of origins that is read, in bytes. */
export const MAX_ORIGIN_FILE_BYTES = 64 * 1024 * 1024;
/** Most lines of such a file. */
export const MAX_ORIGIN_LINES = 1_000_000;

/** A finding about one origin, with its place. */
export interface OriginFinding extends Refusal {
	/** The file, `stdin`, or `arguments`. */
	readonly source: string;
	/** The line of the file; of the arguments, which one. Counted from 1. */
	readonly line: number;
	readonly origin: string;
	/** What `renderFinding` needs; undefined for arguments. */
	readonly placed?: { readonly source: Source; readonly finding: PlacedFinding };
}

const COMMENT = "#";

/**
 * Reads origins.
 * @param words origins, and `-` for standard input
 * @param path of a file with one origin a line; undefined where there is none
 * @throws CommandFault where a file cannot be read
 */
export async function readOrigins(
	words: readonly string[],
	path: string | undefined,
	terminal: Terminal,
): Promise<OriginList> {
	const origins = new Set<string>();
	const errors: OriginFinding[] = [];
	const warnings: OriginFinding[] = [];
	const more = { errors: 0, warnings: 0 };
	const take = (origin: string, place: (refusal: Refusal) => OriginFinding) => {
		const refusal = checkDirectoryOrigin(origin);
		if (refusal !== undefined) {
			if (errors.length < MAX_ORIGIN_FINDINGS) errors.push(place(refusal));
			else more.errors++;
			return;
		}
		if (origins.has(origin)) return;
		origins.add(origin);
		const warning = warnDirectoryOrigin(origin);
		if (warning === undefined) return;
		if (warnings.length < MAX_ORIGIN_FINDINGS) warnings.push(place(warning));
		else more.warnings++;
	};
	words.forEach((origin, index) => {
		if (origin !== STANDARD_INPUT) {
			take(origin, (refusal) => ({ ...refusal, source: "arguments", line: index + 1, origin }));
		}
	});
	const paths = [
		...(path === undefined ? [] : [path]),
		...(words.includes(STANDARD_INPUT) ? [STANDARD_INPUT] : []),
	];
	for (const each of new Set(paths)) {
		const { name, text } = await readInput(each, MAX_ORIGIN_FILE_BYTES, terminal);
		if (hasMoreLines(text, MAX_ORIGIN_LINES)) throw tooManyLines(name);
		const source = createSource(name, text);
		for (const { origin, start } of originsIn(text)) {
			take(origin, (refusal) => {
				const finding = { finding: { ...refusal, pointer: "" }, span: { start, end: start + origin.length } };
				const { line } = source.position(start);
				return { ...refusal, source: name, line, origin, placed: { source, finding } };
			});
		}
	}
	return { origins: [...origins], errors, warnings, more };
}

function hasMoreLines(text: string, max: number): boolean {
	let lines = 1;
	for (let i = text.indexOf("\n"); i !== -1 && i < text.length - 1; i = text.indexOf("\n", i + 1)) lines++;
	return lines > max;
}

function tooManyLines(name: string): CommandFault {
	return new CommandFault(
		"file-too-large",
		`${safePart(name)} has more than ${MAX_ORIGIN_LINES.toLocaleString("en")} lines, and no more than that are read. Split it.`,
	);
}

/** One origin a line; empty lines and comments are passed over. */
function* originsIn(text: string): Generator<{ readonly origin: string; readonly start: number }> {
	let start = 0;
	for (const line of text.split("\n")) {
		const content = line.slice(0, commentStart(line));
		const origin = content.trim();
		if (origin !== "") yield { origin, start: start + content.indexOf(origin) };
		start += line.length + 1;
	}
}

/** A # within a word is part of it, and an error: "https://a.example#b" must not be taken for another origin. */
function commentStart(line: string): number {
	for (let at = line.indexOf(COMMENT); at !== -1; at = line.indexOf(COMMENT, at + 1)) {
		if (line.slice(0, at).trimEnd().length !== at || at === 0) return at;
	}
	return line.length;
}

/** Prints findings about origins, those from files under their places. */
export function printOriginFindings({ errors, warnings, more }: OriginList, terminal: Terminal): void {
	const { colors, columns } = terminal;
	const print = (severity: "error" | "warning") => (finding: OriginFinding) => {
		const style = { severity, colors, columns };
		const { placed, code, line } = finding;
		const paint = severity === "error" ? colors.red : colors.yellow;
		const words = placed
			? renderFinding(placed.source, placed.finding, style)
			: `${colors.bold(`argument ${line}`)}: ${paint(severity)}: ${code}\n${renderMessage(finding, style)}`;
		terminal.out(`${words}\n`);
	};
	const shown = errors.slice(0, MAX_SHOWN_FINDINGS);
	shown.forEach(print("error"));
	warnings.slice(0, MAX_SHOWN_FINDINGS - shown.length).forEach(print("warning"));
	const left = errors.length + more.errors + warnings.length + more.warnings - MAX_SHOWN_FINDINGS;
	if (left > 0) terminal.out(`… and ${counted(left, "more finding")}.\n`);
}

/** As JSON, the keys in one order. */
export function originFindingReport({ code, source, line, origin, message, suggestion }: OriginFinding) {
	return { code, source, line, origin, message, ...(suggestion === undefined ? {} : { suggestion }) };
}
