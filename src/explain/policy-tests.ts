/** Owns the policy tests: each expectation asked of a document, on every host that it is for. */

import { STEP_TITLES } from "../browser/step-titles.ts";
import type { Step } from "../browser/steps.ts";
import type { Expectation, PlacedExpectation } from "./expectations.ts";
import { questionOf } from "./expectations.ts";
import { explain } from "./explain.ts";
import type { AskDirectories } from "./explanation.ts";
import type { Explanation, Fix } from "./report.ts";

/** What became of one expectation on one host. */
export interface PolicyTestResult {
	readonly host: string;
	readonly expectation: Expectation;
	readonly pointer: string;
	/** `undecided`: it hangs on what was not, or could not be, asked; that does not count as a pass. */
	readonly outcome: "held" | "failed" | "undecided";
	/** Of the browser, where the page was to read and cannot. */
	readonly failedStep?: Step;
	/** Why it did not hold, in sentences; empty where it did. */
	readonly why: readonly string[];
	/** What makes it hold, each tried. */
	readonly fixes: readonly Fix[];
}

/** A document that names no host is tested under this one, which nobody has. */
const NO_HOST = "host.invalid";

/**
 * Runs expectations. All hosts are asked, not the first alone: what is the API's own origin, and so not a cross-origin call,
 * differs from host to host, and a promise is made for each.
 * @param document valid
 */
export async function runExpectations(
	document: unknown,
	hosts: readonly string[] | undefined,
	expectations: readonly PlacedExpectation[],
	askDirectories?: AskDirectories,
): Promise<readonly PolicyTestResult[]> {
	const results: PolicyTestResult[] = [];
	for (const { expectation, pointer } of expectations) {
		for (const host of hosts ?? [NO_HOST]) {
			const explained = await explain(document, host, questionOf(expectation), { askDirectories });
			results.push(
				"problem" in explained
					? closedResult({ host, expectation, pointer }, explained.message)
					: resultOf({ host, expectation, pointer }, explained),
			);
		}
	}
	return results;
}

type Asked = Pick<PolicyTestResult, "host" | "expectation" | "pointer">;

function closedResult(asked: Asked, message: string): PolicyTestResult {
	const isHeld = !asked.expectation.readable;
	return { ...asked, outcome: isHeld ? "held" : "failed", why: isHeld ? [] : [message], fixes: [] };
}

function resultOf(
	asked: Asked,
	{ allowed, browser, origin, fixes, obstacles }: Explanation,
): PolicyTestResult {
	const { readable } = asked.expectation;
	if (allowed === null) {
		const why = "An origin directory decides this, and no KV was asked: add --local or --remote.";
		return { ...asked, outcome: "undecided", why: [why], fixes: [] };
	}
	if (allowed === readable) return { ...asked, outcome: "held", why: [], fixes: [] };
	if (allowed) {
		const by =
			origin.entry === null
				? "it is the API's own origin"
				: `${origin.entry} at ${origin.pointer} lets it in`;
		return { ...asked, outcome: "failed", why: [`The page can read it: ${by}.`], fixes: [] };
	}
	const failedStep = browser[0]?.failedStep;
	return {
		...asked,
		outcome: "failed",
		...(failedStep === undefined ? {} : { failedStep }),
		why: [
			...(failedStep === undefined ? ["The page cannot read it."] : [stepWords(failedStep)]),
			...(origin.entry === null && origin.reason !== "own-origin"
				? [`The origin is not allowed: ${origin.reason}.`]
				: []),
			...obstacles.map(({ message }) => message),
		],
		fixes,
	};
}

/** A step that failed, in a sentence. */
export function stepWords({ code, received, required }: Step): string {
	return `It fails at "${STEP_TITLES[code]}": needed ${required}, but there is ${received}.`;
}
