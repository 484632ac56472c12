/** Owns the comparison with saved results: what got slower, or faster, by more than noise. */

import type { Results } from "./results.ts";

/** The very same code moves by so much between two runs. */
const BETWEEN_RUNS = 0.03;
/** How many standard errors of both runs come on top. */
const STANDARD_ERRORS = 2;

/** A change beyond the noise. */
export interface Change {
	readonly contender: string;
	readonly work: string;
	readonly before: number;
	readonly after: number;
	readonly tolerance: number;
}

/** Finds every ratio that has moved by more than the noise; `after` above `before` is slower. */
export function findChanges(before: Results, after: Results): readonly Change[] {
	const changes: Change[] = [];
	for (const contender of after.contenders) {
		const earlier = before.contenders.find(({ name }) => name === contender.name);
		for (const { name: work } of after.works) {
			const now = contender.cells[work];
			const then = earlier?.cells[work];
			if (now?.ratio === undefined || then?.ratio === undefined) continue;
			const tolerance =
				BETWEEN_RUNS + STANDARD_ERRORS * Math.hypot(now.standardError ?? 0, then.standardError ?? 0);
			if (Math.abs(now.ratio - then.ratio) <= tolerance) continue;
			changes.push({
				contender: contender.title,
				work,
				before: then.ratio,
				after: now.ratio,
				tolerance,
			});
		}
	}
	return changes;
}

/** Says what has changed, a line each. */
export function changesReport(changes: readonly Change[], file: string): string {
	if (changes.length === 0) return `Nothing differs from ${file} by more than the noise.`;
	return changes
		.map(
			({ contender, work, before, after, tolerance }) =>
				`${after > before ? "slower" : "faster"}: ${contender}, ${work}: ${before.toFixed(2)} -> ${after.toFixed(2)} (noise ±${tolerance.toFixed(2)})`,
		)
		.join("\n");
}
