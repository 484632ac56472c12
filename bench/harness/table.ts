/** Owns tables: aligned on a terminal, and as Markdown. */

/** Rows of cells; the first row is the heading. */
export type Table = readonly (readonly string[])[];

/** Columns padded to their widest cell; the first is aligned left, the others right. */
export function alignTable(table: Table): string {
	const widths = widthsOf(table);
	const lines = table.map((row) =>
		row
			.map((cell, column) =>
				column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
			)
			.join("  ")
			.trimEnd(),
	);
	const rule = widths.map((width) => "─".repeat(width)).join("  ");
	return [lines[0], rule, ...lines.slice(1)].join("\n");
}

export function markdownTable(table: Table): string {
	const [head = [], ...rows] = table;
	const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return [line(head), line(head.map((_, column) => (column === 0 ? "---" : "--:"))), ...rows.map(line)].join(
		"\n",
	);
}

function widthsOf(table: Table): number[] {
	return (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
}
