/** Owns the goals that a comparison is held against. */

import type { Results } from "./results.ts";

/** A goal, what was measured, and whether it is met. */
export interface GoalResult {
	readonly goal: string;
	readonly measured: string;
	readonly met: boolean;
}

const BOUNDS = [
	{ work: "allowed", bound: 1.2, goal: "allowed actual request: CPU / bare pass-through at most 1.20" },
	{ work: "denied", bound: 1.15, goal: "denied: CPU / bare pass-through at most 1.15" },
	{ work: "no-origin", bound: 1.15, goal: "without Origin: CPU / bare pass-through at most 1.15" },
	{ work: "preflight", bound: 1.15, goal: "preflight: CPU / the same answer, static at most 1.15" },
] as const;

/** Judges what was measured; work that did not run is left out. */
export function judgeGoals(results: Results): readonly GoalResult[] {
	const cordon = results.contenders.find(({ name }) => name === "cordon");
	if (cordon === undefined) return [];
	const judged: GoalResult[] = [];
	for (const { work, bound, goal } of BOUNDS) {
		const { ratio, standardError } = cordon.cells[work] ?? {};
		if (ratio === undefined) continue;
		judged.push({
			goal,
			measured: `${ratio.toFixed(2)} ±${(standardError ?? 0).toFixed(2)}`,
			met: ratio <= bound,
		});
	}
	for (const work of ["allowed", "preflight"]) {
		const own = cordon.cells[work]?.ratio;
		for (const peer of results.contenders) {
			const theirs = peer.cells[work]?.ratio;
			if (peer.kind !== "worker" || own === undefined || theirs === undefined) continue;
			judged.push({
				goal: `${work}: cheaper than ${peer.title}`,
				measured: `${own.toFixed(2)} beside ${theirs.toFixed(2)}`,
				met: own < theirs,
			});
		}
	}
	return judged;
}
