/** Owns the picture of a comparison: bars of the ratio to the limit, drawn as SVG. */

import type { ContenderResult, Results } from "./results.ts";

const WIDTH = 860;
const MARGIN = 24;
const LABEL_WIDTH = 270;
const VALUE_WIDTH = 60;
const BAR_HEIGHT = 18;
const ROW_HEIGHT = 27;
const TITLE_HEIGHT = 58;
const PANEL_HEADING_HEIGHT = 34;
const PANEL_GAP = 20;
const FOOT_HEIGHT = 52;

const INK = "#1f2937";
const FAINT = "#6b7280";
const COLOURS: Readonly<Record<ContenderResult["kind"], string>> = {
	limit: "#374151",
	cordon: "#ea580c",
	worker: "#94a3b8",
	server: "#dbe2ea",
};

const PANELS = [
	{ work: "allowed", heading: "An allowed request, ÷ a bare pass-through" },
	{ work: "preflight", heading: "A preflight, ÷ the same answer, static" },
] as const;

/** Draws the picture. */
export function drawChart(results: Results): string {
	const panels = PANELS.map(({ work, heading }) => ({
		heading,
		bars: results.contenders.flatMap((contender) => {
			const cell = contender.cells[work];
			return cell?.ratio === undefined ? [] : [{ contender, ratio: cell.ratio }];
		}),
	})).filter(({ bars }) => bars.length > 0);
	const longest = Math.max(1, ...panels.flatMap(({ bars }) => bars.map(({ ratio }) => ratio)));
	const scale = (WIDTH - 2 * MARGIN - LABEL_WIDTH - VALUE_WIDTH) / longest;
	const parts: string[] = [];
	let top = TITLE_HEIGHT;
	for (const { heading, bars } of panels) {
		parts.push(text(MARGIN, top + 18, heading, { weight: 600 }));
		top += PANEL_HEADING_HEIGHT;
		const left = MARGIN + LABEL_WIDTH;
		const values: string[] = [];
		for (const [row, { contender, ratio }] of bars.entries()) {
			const y = top + row * ROW_HEIGHT;
			const own = contender.kind === "cordon";
			parts.push(
				text(left - 10, y + 14, contender.title, { anchor: "end", weight: own ? 700 : 400 }),
				`<rect x="${left}" y="${y}" width="${(ratio * scale).toFixed(1)}" height="${BAR_HEIGHT}" rx="2" fill="${COLOURS[contender.kind]}"/>`,
			);
			values.push(
				text(left + ratio * scale + 8, y + 14, ratio.toFixed(2), { weight: own ? 700 : 400, halo: true }),
			);
		}
		const bottom = top + bars.length * ROW_HEIGHT;
		const limit = (left + scale).toFixed(1);
		parts.push(
			`<line x1="${limit}" y1="${top - 6}" x2="${limit}" y2="${bottom - 3}" stroke="${INK}" stroke-dasharray="3 3"/>`,
			...values,
		);
		top = bottom + PANEL_GAP;
	}
	const height = top + FOOT_HEIGHT;
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="CPU time per request, as a ratio to the limit" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" font-size="13">
<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff"/>
${text(MARGIN, 34, `${results.isCpuTime ? "CPU time" : "Time"} per request, as a ratio to the limit (1.00): shorter is cheaper`, { size: 16, weight: 700 })}
${parts.join("\n")}
${legend(top + 12)}
${text(MARGIN, top + 36, `${results.machine.date}, workerd ${results.machine.workerd}, medians of paired turns in one run, ${results.rounds} rounds`, { colour: FAINT, size: 12 })}
</svg>
`;
}

function legend(y: number): string {
	const entries = [
		["limit", "the limits"],
		["cordon", "Cordon"],
		["worker", "other Workers"],
		["server", "outside Workers: servers to run yourself"],
	] as const;
	let x = MARGIN;
	return entries
		.map(([kind, label]) => {
			const drawn = `<rect x="${x}" y="${y - 10}" width="12" height="12" rx="2" fill="${COLOURS[kind]}"/>${text(x + 18, y, label, { colour: FAINT, size: 12 })}`;
			x += 36 + label.length * 7;
			return drawn;
		})
		.join("");
}

interface TextStyle {
	readonly anchor?: "end";
	readonly weight?: number;
	readonly size?: number;
	readonly colour?: string;
	/** Keeps the text readable where it stands on a line. */
	readonly halo?: boolean;
}

function text(
	x: number,
	y: number,
	content: string,
	{ anchor, weight, size, colour, halo = false }: TextStyle = {},
): string {
	const attributes = [
		`x="${x.toFixed(1)}" y="${y}" fill="${colour ?? INK}"`,
		anchor === undefined ? "" : `text-anchor="${anchor}"`,
		weight === undefined ? "" : `font-weight="${weight}"`,
		size === undefined ? "" : `font-size="${size}"`,
		halo ? 'paint-order="stroke" stroke="#ffffff" stroke-width="4"' : "",
	];
	return `<text ${attributes.filter(Boolean).join(" ")}>${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
	return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
