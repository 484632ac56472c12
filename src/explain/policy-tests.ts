/** Owns the policy tests: each expectation asked of a document, on every host that it is for. */

import { STEP_TITLES } from "../browser/step-titles.ts";
import type { Step } from "../browser/steps.ts";
import type { TenantDocument } from "../tenants/schema.ts";
import type { Expectation, PlacedExpectation } from "./expectations.ts";
import { questionOf } from "./expectations.ts";
import { explain } from "./explain.ts";
import { type AskDirectories, enforcing } from "./explanation.ts";
import type { Explanation, Fix } from "./report.ts";
import { REASON_WORDS } from "./words.ts";

/** What became of one expectation on one host. */
export interface PolicyTestResult {
	readonly host: string;
	readonly expectation: Expectation;
	readonly pointer: string;
	/** `undecided`: it hangs on what was not, or could not be, asked; that does not count as a pass. */
	readonly outcome: "held" | "failed" | "undecided";
	/** Of the browser, where the page was to read and cannot. */
	readonly failedStep?: Step;
	/** What the path is under; undefined of what deployed hosts were asked. `report`: it is what will hold once Cordon enforces. */
	readonly mode?: Explanation["mode"];
	/** Why it did not hold, in sentences; empty where it did. */
	readonly why: readonly string[];
	/** What else to know of it, in sentences: that it holds for another reason than one may think. */
	readonly notes: readonly string[];
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
			const asked = { host, expectation, pointer };
			const ask = (held: unknown) => explain(held, host, questionOf(expectation), { askDirectories });
			const explained = await ask(document);
			if ("problem" in explained) {
				results.push(closedResult(asked, explained.message));
				continue;
			}
			// Of report mode an explanation leaves the browser's steps out: nothing is enforced that could fail one.
			const enforced =
				explained.mode === "report" ? await ask(enforcing(document as TenantDocument)) : explained;
			if ("problem" in enforced) throw new Error("a document is valid in report mode alone");
			results.push({ ...resultOf(asked, enforced), mode: explained.mode });
		}
	}
	return results;
}

type Asked = Pick<PolicyTestResult, "host" | "expectation" | "pointer">;

function closedResult(asked: Asked, message: string): PolicyTestResult {
	const isHeld = !asked.expectation.readable;
	const rest = { why: isHeld ? [] : [message], notes: isHeld ? [message] : [], fixes: [] };
	return { ...asked, outcome: isHeld ? "held" : "failed", ...rest };
}

function resultOf(asked: Asked, explanation: Explanation): PolicyTestResult {
	const { allowed, browser, origin, fixes, obstacles } = explanation;
	const { readable } = asked.expectation;
	const common = { ...asked, notes: [], fixes: [] };
	if (allowed === null) {
		const why = "An origin directory decides this, and no KV was asked: add --local, --remote or --api.";
		return { ...common, outcome: "undecided", why: [why] };
	}
	if (allowed === readable) {
		return { ...common, outcome: "held", why: [], notes: allowed ? [] : otherReasons(asked, explanation) };
	}
	if (allowed) {
		const by =
			origin.entry === null
				? "it is the API's own origin"
				: `${origin.entry} at ${origin.pointer} lets it in`;
		return { ...common, outcome: "failed", why: [`The page can read it: ${by}.`] };
	}
	const failedStep = browser[0]?.failedStep;
	const failed = browser[0]?.steps.filter(({ passed }) => !passed) ?? [];
	// Where the origin is denied, all that fails behind it follows from that.
	const told = isLetIn(explanation) ? failed : failed.slice(0, 1);
	return {
		...common,
		outcome: "failed",
		...(failedStep === undefined ? {} : { failedStep }),
		why: [
			...(told.length === 0 ? ["The page cannot read it."] : told.map(stepWords)),
			...(isLetIn(explanation) ? [] : [`The origin is ${REASON_WORDS[origin.reason]}.`]),
			...obstacles.map(({ message }) => message),
		],
		fixes,
	};
}

function isLetIn({ origin }: Explanation): boolean {
	return origin.entry !== null || origin.reason === "own-origin";
}

/** Why a page cannot read, where that is not because its origin is in no list: a test that holds so may promise less than it seems to. */
function otherReasons({ expectation }: Asked, { browser, origin, ...rest }: Explanation): readonly string[] {
	const [asked, other] = browser;
	const notes: string[] = [];
	if (other?.readable) {
		const how = expectation.credentials === "omit" ? "With credentials" : 'Without credentials ("omit")';
		notes.push(`${how} the page can read it.`);
	} else if (isLetIn({ browser, origin, ...rest }) && asked?.failedStep !== undefined) {
		notes.push(`The origin itself is let in. ${stepWords(asked.failedStep)}`);
	}
	if (origin.reason === "ambiguous-path") notes.push(`The origin is ${REASON_WORDS[origin.reason]}.`);
	return notes;
}

/** A step that failed, in a sentence. */
export function stepWords({ code, received, required }: Step): string {
	return `It fails at "${STEP_TITLES[code]}": needed ${required}, but there is ${received}.`;
}
