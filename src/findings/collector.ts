/** Owns how the findings of one document are collected: how many are kept, and when looking for more is pointless. */

import type { Fault } from "./finding.ts";

/** Findings of one document that are reported; the last one then says how many more there are. */
export const MAX_FINDINGS = 1000;

/**
 * Whether everything that is wrong is wanted, or only whether anything is: people want all that can be listed, the gateway the
 * first, and who compares two documents every one.
 */
export type Thoroughness = "all" | "first" | "every";

const MAX_KEPT: Readonly<Record<Thoroughness, number>> = {
	all: MAX_FINDINGS,
	first: 1,
	every: Number.POSITIVE_INFINITY,
};

/** Takes the findings of one document, in the order in which they are found. */
export interface Findings {
	/**
	 * Takes a finding.
	 * @param finding or what makes it: that is asked only where it is kept
	 */
	add(finding: Fault | (() => Fault)): void;
	/** How many were added, those that were not kept among them. */
	count(): number;
	/** Whether looking for more is pointless. */
	isEnough(): boolean;
	/** What is reported. */
	list(): readonly Fault[];
}

/** Makes an empty collection. */
export function createFindings(thoroughness: Thoroughness = "all"): Findings {
	const kept: Fault[] = [];
	const maxKept = MAX_KEPT[thoroughness];
	let count = 0;
	return {
		add(finding) {
			count++;
			if (kept.length < maxKept) kept.push(typeof finding === "function" ? finding() : finding);
		},
		count: () => count,
		isEnough: () => thoroughness === "first" && count > 0,
		list: () =>
			thoroughness === "all" && count > kept.length ? [...kept, moreFindings(count - kept.length)] : kept,
	};
}

function moreFindings(count: number): Fault {
	return { code: "more-findings", pointer: "", facts: count };
}
