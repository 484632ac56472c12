/** Owns made-up results for the tests of goals, report and chart: every number is given, nothing is measured. */

import type { Cell, ContenderResult, Results } from "../../bench/compare/results.ts";
import { WORKS } from "../../bench/compare/work.ts";

/** What a contender has at each kind of work; what is left out did not run. */
export type Cells = Readonly<Record<string, Partial<Cell>>>;

/** A contender with these cells. */
export function contender(
	name: string,
	kind: ContenderResult["kind"],
	cells: Cells,
	more: Partial<ContenderResult> = {},
): ContenderResult {
	const filled = Object.entries(cells).map(([work, cell]) => [
		work,
		{ microseconds: 100, p50: 1, p90: 2, p99: 3, ...cell },
	]);
	return { name, title: name, kind, version: "1.0", cells: Object.fromEntries(filled), ...more };
}

/** Results of these contenders. */
export function resultsOf(...contenders: readonly ContenderResult[]): Results {
	return {
		layout: 1,
		machine: {
			date: "2026-01-02",
			processor: "one of ours",
			processors: 2,
			memoryGibibytes: 4,
			system: "Linux",
			node: "v24.0.0",
			workerd: "1.0",
			load: 0.1,
		},
		isCpuTime: true,
		rounds: 10,
		processes: 2,
		connections: 8,
		noise: 0.01,
		works: WORKS.map(({ name, title, limit }) => ({ name, title, limit })),
		contenders,
		missing: [],
	};
}
