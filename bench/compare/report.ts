/** Owns how a comparison is shown: the table on the terminal and the page of results. */

import { machineLine } from "../harness/machine.ts";
import { alignTable, markdownTable, type Table } from "../harness/table.ts";
import { judgeGoals } from "./goals.ts";
import type { ContenderResult, Results } from "./results.ts";

/** The one table at the end of a run. */
export function terminalReport(results: Results): string {
	const goals = judgeGoals(results).map(
		({ goal, measured, met }) => `${met ? "✔" : "✘"} ${goal}: ${measured}`,
	);
	return [
		`${unit(results)} per request, as a ratio to the limit (in brackets: microseconds)\n`,
		alignTable(ratioTable(results)),
		"",
		...honoSentences(results),
		...goals,
		"",
		footnote(results),
	].join("\n");
}

/** The page of results. */
export function markdownReport(results: Results): string {
	const goals = judgeGoals(results);
	return `# Cordon beside the limit and the usual alternatives

Written by \`npm run bench\`. ${machineLine(results.machine)}

${unit(results)} per request, as a ratio to the limit: for requests that are forwarded a Worker that does nothing but
\`fetch(url, request)\`, for preflights a Worker that answers everything with the same 204. In brackets: microseconds.

![Ratio to the limit](results.svg)

${markdownTable(ratioTable(results))}

${honoSentences(results)
	.map((line) => `${line}\n\n`)
	.join("")}${
	goals.length === 0
		? ""
		: `## Goals\n\n${markdownTable([
				["goal", "measured", "met"],
				...goals.map(({ goal, measured, met }) => [goal, measured, met ? "yes" : "no"]),
			])}\n`
}
## Latency

Milliseconds with ${results.connections} requests at a time, median / 90th / 99th percentile. Client, upstream and contender share the machine.

${markdownTable(latencyTable(results))}

## How

${footnote(results)}

${results.contenders.map(({ title, version }) => `- ${title}: ${version}`).join("\n")}

The contenders run one after another in turns of at most 60 requests, in random order, each in a process of its own; in
workerd without a development server between, for itself and for its own requests. A ratio is the median over the rounds of
two turns of the same round, then the mean over all pairs of processes; ± is one standard error.
`;
}

/** What Hono costs, and what Cordon costs above the same work inside it; nothing where that did not run. */
function honoSentences({ contenders }: Results): readonly string[] {
	const cellOf = (name: string) => contenders.find((one) => one.name === name)?.cells["allowed"];
	const { ratio, standardError = 0 } = cellOf("hono-bare") ?? {};
	if (ratio === undefined) return [];
	const cost = `Hono costs ${(ratio - 1).toFixed(2)} ±${standardError.toFixed(2)} of a bare pass-through: inside Hono the same pass-through takes ${ratio.toFixed(2)} times the CPU time.`;
	const above = cellOf("cordon")?.toByHandInHono;
	if (above === undefined) return [cost];
	return [
		`${cost} Cordon takes ${above.ratio.toFixed(2)} ±${above.standardError.toFixed(2)} times that of the same header changes by hand inside Hono.`,
	];
}

function ratioTable({ contenders, works }: Results): Table {
	return [
		["", ...works.map(({ title }) => title)],
		...contenders.map((contender) => [
			contender.title,
			...works.map(({ name }) => ratioCell(contender, name)),
		]),
	];
}

function ratioCell({ cells }: ContenderResult, work: string): string {
	const cell = cells[work];
	if (cell === undefined) return "";
	const microseconds = `(${Math.round(cell.microseconds)})`;
	if (cell.ratio === undefined) return microseconds;
	return `${cell.ratio.toFixed(2)} ±${(cell.standardError ?? 0).toFixed(2)} ${microseconds}`;
}

function latencyTable({ contenders, works }: Results): Table {
	return [
		["", ...works.map(({ title }) => title)],
		...contenders.map(({ title, cells }) => [
			title,
			...works.map(({ name }) => {
				const cell = cells[name];
				return cell === undefined
					? ""
					: [cell.p50, cell.p90, cell.p99].map((ms) => ms.toFixed(1)).join(" / ");
			}),
		]),
	];
}

function unit({ isCpuTime }: Results): string {
	return isCpuTime ? "CPU time" : "Time (this system tells no CPU time of other processes)";
}

function footnote({ noise, rounds, processes, missing, machine }: Results): string {
	const absent = missing.length === 0 ? "" : ` Not installed here: ${missing.join(", ")}.`;
	return `${rounds} rounds, ${processes} processes of each; two processes of the same Worker differed by up to ${(noise * 100).toFixed(1)} %; load of the machine ${machine.load}.${absent}`;
}
