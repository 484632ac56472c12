/** Owns the folding of verdicts: one for each origin and reason, newest first, and bounded however many origins come. */

import type { RecordedVerdict } from "../learn/records.ts";

/** Folds that are kept; beyond, the one that was not seen for longest goes. Anybody can send any origin. */
export const MAX_FOLDS = 1000;

/** What was decided alike. */
export interface Fold {
	readonly latest: RecordedVerdict;
	readonly count: number;
}

/** Folds verdicts as they come. */
export interface Folds {
	/** @returns the fold that the verdict is now part of */
	add(verdict: RecordedVerdict): Fold;
	newestFirst(): readonly Fold[];
}

/** Makes an empty collection. */
export function createFolds(): Folds {
	const folds = new Map<string, Fold>();
	return {
		add(verdict) {
			const { hostname, origin, allowed, reason, mode } = verdict;
			const key = JSON.stringify([hostname, origin, allowed, reason, mode]);
			const fold = { latest: verdict, count: (folds.get(key)?.count ?? 0) + verdict.count };
			// A Map keeps the order of insertion: what was seen last stands last.
			folds.delete(key);
			folds.set(key, fold);
			const [oldest] = folds.keys();
			if (folds.size > MAX_FOLDS && oldest !== undefined) folds.delete(oldest);
			return fold;
		},
		newestFirst: () => [...folds.values()].toReversed(),
	};
}
