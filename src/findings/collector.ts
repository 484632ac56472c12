/** Owns how the findings of one document are collected: how many are kept, and when looking for more is pointless. */

import type { Finding } from "./finding.ts";

/** Findings of one document that are reported; the last one then says how many more there are. */
export const MAX_FINDINGS = 1000;

/** Whether everything that is wrong is wanted, or only whether anything is: people want all, the gateway the first. */
export type Thoroughness = "all" | "first";

/** Takes the findings of one document, in the order in which they are found. */
export interface Findings {
	/**
	 * Takes a finding.
	 * @param finding or what makes it: that is asked only where it is kept
	 */
	add(finding: Finding | (() => Finding)): void;
	/** How many were added, those that were not kept among them. */
	count(): number;
	/** Whether looking for more is pointless. */
	isEnough(): boolean;
	/** What is reported. */
	list(): readonly Finding[];
}

/** Makes an empty collection. */
export function createFindings(thoroughness: Thoroughness = "all"): Findings {
	const kept: Finding[] = [];
	const maxKept = thoroughness === "all" ? MAX_FINDINGS : 1;
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

function moreFindings(count: number): Finding {
	return {
		code: "more-findings",
		pointer: "",
		message: `There ${count === 1 ? "is one more finding" : `are ${count} more findings`} that ${count === 1 ? "is" : "are"} not listed. Correct these ${MAX_FINDINGS} first, then check again.`,
	};
}
