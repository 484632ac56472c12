/** Owns the report on tenant files: what is wrong or doubtful, in words and as JSON. */

import type { Finding } from "../findings/finding.ts";
import { safePart } from "./safe-text.ts";
import { type PlacedFinding, renderFinding } from "./source.ts";
import type { TenantFile } from "./tenant-file.ts";
import { counted, type Terminal } from "./terminal.ts";

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

function plain({ finding: { code, pointer, message, suggestion } }: PlacedFinding): Finding {
	return { code, pointer, message, ...(suggestion === undefined ? {} : { suggestion }) };
}

/** Findings of one file that are shown; nobody reads on after so many with something still to be corrected. */
export const MAX_SHOWN_FINDINGS = 100;

/** Prints a file's findings under their places, errors first. */
export function printFindings(
	{ source, errors, warnings }: Pick<TenantFile, "source" | "errors" | "warnings">,
	terminal: Terminal,
): void {
	const { colors, columns } = terminal;
	const shown = errors.slice(0, MAX_SHOWN_FINDINGS);
	const print = (severity: "error" | "warning") => (placed: PlacedFinding) =>
		terminal.out(`${renderFinding(source, placed, { severity, colors, columns })}\n`);
	shown.forEach(print("error"));
	warnings.slice(0, MAX_SHOWN_FINDINGS - shown.length).forEach(print("warning"));
	const more = errors.length + warnings.length - MAX_SHOWN_FINDINGS;
	if (more > 0) {
		terminal.out(`${safePart(source.name)}: … and ${counted(more, "more finding")}; --json has them all.\n`);
	}
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
