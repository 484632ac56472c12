/** Owns texts as people wrote them: lines, columns, and a finding shown under its place. */

import type { Finding, Refusal } from "../../findings/finding.ts";
import { writtenSuggestion } from "../../findings/meant.ts";
import type { Colors } from "../shell/colors.ts";
import { safePart } from "../shell/safe-text.ts";
import { wrap } from "../shell/terminal.ts";

/** A part of a text, in characters. */
export interface Span {
	readonly start: number;
	readonly end: number;
}

/** A finding with its place in a text. */
export interface PlacedFinding {
	readonly finding: Finding;
	readonly span: Span;
}

/** A place as editors count: both from 1. */
export interface Position {
	readonly line: number;
	readonly column: number;
}

/** A text with a name. */
export interface Source {
	/** What messages call it: the path as it was given, or `stdin`. */
	readonly name: string;
	readonly text: string;
	position(offset: number): Position;
	/** The text of a line, without its end. */
	line(number: number): string;
}

/** Columns of a source line that are shown; the rest of a longer one is cut away around the place. */
const MAX_SHOWN_COLUMNS = 100;
/** Columns that stay visible before a place in a line that is cut. */
const CONTEXT_COLUMNS = 40;
/** Columns of the frame around a source line, besides its number. */
const FRAME_COLUMNS = 5;

/** Makes a source. */
export function createSource(name: string, text: string): Source {
	const starts = [0];
	for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
	return {
		name,
		text,
		position(offset) {
			let low = 0;
			let high = starts.length - 1;
			while (low < high) {
				const middle = Math.ceil((low + high) / 2);
				if ((starts[middle] ?? 0) <= offset) low = middle;
				else high = middle - 1;
			}
			return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
		},
		line(number) {
			const end = starts[number];
			const line = text.slice(starts[number - 1], end === undefined ? text.length : end - 1);
			return line.endsWith("\r") ? line.slice(0, -1) : line;
		},
	};
}

/** How a finding is shown. */
export interface FindingStyle {
	readonly severity: "error" | "warning";
	readonly colors: Colors;
	/** As of `wrap`. */
	readonly columns: number | undefined;
}

/** Shows a finding: where, the line with a caret under the place, what, why and how to fix it. */
export function renderFinding(source: Source, { finding, span }: PlacedFinding, style: FindingStyle): string {
	const { severity, colors, columns } = style;
	const { line, column } = source.position(span.start);
	const paint = severity === "error" ? colors.red : colors.yellow;
	const gutter = String(line);
	const width = Math.min(
		MAX_SHOWN_COLUMNS,
		(columns ?? Number.POSITIVE_INFINITY) - gutter.length - FRAME_COLUMNS,
	);
	const { shown, caretColumn, carets } = excerpt(source.line(line), column, span.end - span.start, width);
	const blank = " ".repeat(gutter.length);
	const bar = colors.dim("|");
	return [
		`${colors.bold(`${safePart(source.name)}:${line}:${column}`)}: ${paint(severity)}: ${finding.code}`,
		`  ${colors.dim(gutter)} ${bar} ${shown}`,
		`  ${blank} ${bar} ${" ".repeat(caretColumn)}${paint("^".repeat(carets))}`,
		renderMessage(finding, style),
	].join("\n");
}

/** What a finding says, without its place. */
export function renderMessage({ message, suggestion }: Refusal, { colors, columns }: FindingStyle): string {
	const words = wrap(safePart(message), columns, "  ");
	return suggestion === undefined
		? words
		: `${words}\n  ${colors.green("Suggestion:")} ${safePart(writtenSuggestion(suggestion))}`;
}

/** A line made fit to be shown, and where its carets stand. */
function excerpt(line: string, column: number, length: number, width: number) {
	// Lines may have megabytes: no more is looked at than could be shown.
	const start = column - 1;
	const before = safePart(line.slice(Math.max(0, start - width - 1), start));
	const marked = safePart(line.slice(start, start + Math.min(length, width + 1)));
	const after = safePart(line.slice(start + length, start + length + width + 1));
	if (before.length + marked.length + after.length <= width) {
		return { shown: before + marked + after, caretColumn: before.length, carets: Math.max(1, marked.length) };
	}
	const lead = before.length > CONTEXT_COLUMNS ? `…${before.slice(1 - CONTEXT_COLUMNS)}` : before;
	const room = width - lead.length;
	const rest = marked + after;
	return {
		shown: lead + (rest.length > room ? `${rest.slice(0, room - 1)}…` : rest),
		caretColumn: lead.length,
		carets: Math.max(1, Math.min(marked.length, room)),
	};
}
