/** Owns the report on tenant files: what is wrong or doubtful, in words and as JSON. */

import type { Finding } from "../../findings/finding.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, type Terminal } from "../shell/terminal.ts";
import { type PlacedFinding, renderFinding } from "./source.ts";
import type { TenantFile } from "./tenant-file.ts";

/** What `--json` says of one file. */
export interface FileReport {
	readonly valid: boolean;
	readonly errors: readonly Finding[];
	readonly warnings: readonly Finding[];
}

/** A file's report as JSON, its keys in one order. */
export function fileReport({ errors, warnings }: Pick<TenantFile, "errors" | "warnings">): FileReport {
	return { valid: errors.length === 0, errors: errors.map(plain), warnings: warnings.map(plain) };
}

function plain({ finding: { code, pointer, message, suggestion, value, fix } }: PlacedFinding): Finding {
	return {
		code,
		pointer,
		message,
		...(suggestion === undefined ? {} : { suggestion }),
		...(value === undefined ? {} : { value }),
		...(fix === undefined ? {} : { fix }),
	};
}

/** Findings of one file that are shown; nobody reads on after so many with something still to be corrected. */
export const MAX_SHOWN_FINDINGS = 100;
/** Findings of all files together that are shown. */
export const MAX_SHOWN_FINDINGS_IN_ALL = 1000;

type Findings = Pick<TenantFile, "source" | "errors" | "warnings">;

/** Prints the findings of files under their places, errors first. */
export function printFindings(files: readonly Findings[], terminal: Terminal): void {
	let left = MAX_SHOWN_FINDINGS_IN_ALL;
	let more = 0;
	for (const file of files) {
		const shown = printSome(file, Math.min(left, MAX_SHOWN_FINDINGS), terminal);
		left -= shown;
		const hidden = file.errors.length + file.warnings.length - shown;
		if (shown === 0) more += hidden;
		else if (hidden > 0) terminal.out(`${safePart(file.source.name)}: ${moreFindings(hidden)}\n`);
	}
	if (more > 0) terminal.out(`In other files: ${moreFindings(more)}\n`);
}

/** @returns how many were printed */
function printSome({ source, errors, warnings }: Findings, max: number, terminal: Terminal): number {
	const { colors, columns } = terminal;
	const print = (severity: "error" | "warning") => (placed: PlacedFinding) =>
		terminal.out(`${renderFinding(source, placed, { severity, colors, columns })}\n`);
	const shownErrors = errors.slice(0, max);
	const shownWarnings = warnings.slice(0, max - shownErrors.length);
	shownErrors.forEach(print("error"));
	shownWarnings.forEach(print("warning"));
	return shownErrors.length + shownWarnings.length;
}

function moreFindings(count: number): string {
	return `… and ${counted(count, "more finding")}; --json has them all.`;
}

/** "2 errors, 1 warning"; empty where there is nothing. */
export function countFindings(files: readonly Pick<TenantFile, "errors" | "warnings">[]): string {
	const errors = files.reduce((sum, file) => sum + file.errors.length, 0);
	const warnings = files.reduce((sum, file) => sum + file.warnings.length, 0);
	return [
		...(errors > 0 ? [counted(errors, "error")] : []),
		...(warnings > 0 ? [counted(warnings, "warning")] : []),
	].join(", ");
}
