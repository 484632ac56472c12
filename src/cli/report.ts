/** Owns the report on tenant files: what is wrong or doubtful, in words and as JSON. */

import type { Finding } from "../findings/finding.ts";
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

/** Prints a file's findings under their places, errors first. */
export function printFindings(
	file: Pick<TenantFile, "source" | "errors" | "warnings">,
	terminal: Terminal,
): void {
	const { colors, columns } = terminal;
	const print = (severity: "error" | "warning") => (placed: PlacedFinding) =>
		terminal.out(`${renderFinding(file.source, placed, { severity, colors, columns })}\n`);
	file.errors.forEach(print("error"));
	file.warnings.forEach(print("warning"));
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
