/** Owns the goals that a comparison is held against. */

import { MAX_GZIP_BYTES } from "../size/bundle.ts";
import type { Cell, ContenderResult, RatioResult, Results } from "./results.ts";

/** A goal, what was measured, and whether it is met. */
export interface GoalResult {
	readonly goal: string;
	readonly measured: string;
	readonly met: boolean;
}

/**
 * The most that Cordon may take, as ratios of CPU time. Hono is part of what is delivered, so the bound to the bare
 * pass-through leaves room for it; what the gateway itself adds is held by the bound to the header changes inside Hono.
 */
const BOUNDS: readonly {
	readonly work: string;
	readonly ratioOf: (cell: Cell) => RatioResult | undefined;
	readonly bound: number;
	readonly goal: string;
}[] = [
	{ work: "allowed", ratioOf: toLimit, bound: 1.27, goal: "allowed: CPU / bare pass-through" },
	{
		work: "allowed",
		ratioOf: ({ toByHandInHono }) => toByHandInHono,
		bound: 1.07,
		goal: "allowed: CPU / the same header changes by hand, inside Hono,",
	},
	{ work: "preflight", ratioOf: toLimit, bound: 1.14, goal: "preflight: CPU / the same answer, static," },
];

/** How much of the limit has to lie between Cordon and a peer; where nothing is said, anything will do. */
const MARGINS = [{ work: "allowed", peer: "hono-cors", margin: 0.15 }] as const;

/** Judges what was measured; work that did not run is left out. */
export function judgeGoals(results: Results): readonly GoalResult[] {
	const cordon = results.contenders.find(({ name }) => name === "cordon");
	if (cordon === undefined) return [];
	return [...judgeBounds(cordon), ...judgePeers(cordon, results.contenders), ...judgeBundle(cordon)];
}

function judgeBounds({ cells }: ContenderResult): readonly GoalResult[] {
	return BOUNDS.flatMap(({ work, ratioOf, bound, goal }) => {
		const cell = cells[work];
		const measured = cell && ratioOf(cell);
		if (measured === undefined) return [];
		return [
			{
				goal: `${goal} at most ${bound.toFixed(2)}`,
				measured: `${measured.ratio.toFixed(2)} ±${measured.standardError.toFixed(2)}`,
				met: measured.ratio <= bound,
			},
		];
	});
}

function judgePeers(cordon: ContenderResult, contenders: readonly ContenderResult[]): readonly GoalResult[] {
	return ["allowed", "preflight"].flatMap((work) =>
		contenders.flatMap((peer) => {
			const own = cordon.cells[work]?.ratio;
			const theirs = peer.cells[work]?.ratio;
			if (peer.kind !== "worker" || own === undefined || theirs === undefined) return [];
			const margin = MARGINS.find((one) => one.work === work && one.peer === peer.name)?.margin;
			return [
				{
					goal: `${work}: cheaper than ${peer.title}${margin === undefined ? "" : ` by at least ${margin}`}`,
					measured: `${own.toFixed(2)} beside ${theirs.toFixed(2)}`,
					met: margin === undefined ? own < theirs : saved(own, theirs) >= margin,
				},
			];
		}),
	);
}

function judgeBundle({ gzipBytes }: ContenderResult): readonly GoalResult[] {
	if (gzipBytes === undefined) return [];
	return [
		{
			goal: `bundle, gzip, under ${MAX_GZIP_BYTES / 1024} KiB`,
			measured: `${(gzipBytes / 1024).toFixed(1)} KiB`,
			met: gzipBytes < MAX_GZIP_BYTES,
		},
	];
}

function toLimit({ ratio, standardError = 0 }: Cell): RatioResult | undefined {
	return ratio === undefined ? undefined : { ratio, standardError };
}

/** Ratios have four digits; what a subtraction of fractions adds behind them is not a measurement. */
function saved(own: number, theirs: number): number {
	return Number((theirs - own).toFixed(4));
}
