/** Owns the runs: one a browser, a report from each of its pages, and what became of every case. */

import { caseExpectationOf, type EngineId, type Transcript } from "../cases/case.ts";
import { CASES } from "../cases/cases.ts";
import type { Ledger } from "./ledger.ts";
import { type Plan, plan } from "./plan.ts";
import { PAGES, type PageName, type World } from "./world.ts";

/** How a case ended, in the words of the page's table. */
export type CaseVerdict = "as expected" | "but for cookies" | "another way" | "unexpected";

export interface CaseOutcome {
	readonly id: string;
	readonly says: string;
	readonly verdict: CaseVerdict;
	readonly transcript: Transcript;
	readonly expected: Transcript | undefined;
}

export interface PageReport {
	readonly run: string;
	readonly page: PageName;
	readonly engine: EngineId;
	readonly userAgent: string;
	readonly outcomes: readonly CaseOutcome[];
}

export interface Runs {
	/** What a page of a run is to do; the run begins with its first. */
	plan(run: string, page: PageName, userAgent: string): Plan;
	/** Takes what a page saw, joins it with what was on the wire, and gives the whole back. */
	report(
		run: string,
		page: PageName,
		userAgent: string,
		saw: ReadonlyMap<string, readonly string[]>,
	): PageReport;
	/** The page that follows in the world; undefined after the last. */
	next(page: PageName): PageName | undefined;
}

export interface RunsOptions {
	readonly world: World;
	readonly upstream: string;
	readonly ledger: Ledger;
	readonly onReport: (report: PageReport) => void;
}

/** The engine behind a browser, as it names itself. */
export function engineOf(userAgent: string): EngineId {
	if (/Firefox\//.test(userAgent)) return "firefox";
	return /Chrom(e|ium)\//.test(userAgent) ? "chromium" : "webkit";
}

export function createRuns({ world, upstream, ledger, onReport }: RunsOptions): Runs {
	const pages = PAGES.filter((page) => world.pages[page] !== undefined);
	return {
		plan: (run, page, userAgent) => plan({ world, upstream, run, engine: engineOf(userAgent), page }),
		report(run, page, userAgent, saw) {
			const engine = engineOf(userAgent);
			const outcomes = CASES.flatMap((each): readonly CaseOutcome[] => {
				const seen = saw.get(each.id);
				if (seen === undefined) return [];
				const transcript = { page: seen, wire: ledger.take(run, each.id) };
				const expected = caseExpectationOf(each, engine)[page];
				return [{ id: each.id, says: each.says, verdict: judge(transcript, expected), transcript, expected }];
			});
			const report = { run, page, engine, userAgent, outcomes };
			onReport(report);
			return report;
		},
		next: (page) => pages[pages.indexOf(page) + 1],
	};
}

function judge(transcript: Transcript, expected: Transcript | undefined): CaseVerdict {
	if (expected === undefined || !isSame(transcript.page, expected.page)) return "unexpected";
	if (isSame(transcript.wire, expected.wire)) return "as expected";
	const withoutCookies = (lines: readonly string[]) =>
		lines.map((line) => line.replace(/ \+(session|crumb|loaf)/g, ""));
	const sameButForCookies = isSame(withoutCookies(transcript.wire), withoutCookies(expected.wire));
	return sameButForCookies ? "but for cookies" : "another way";
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
	return some.length === others.length && some.every((entry, index) => entry === others[index]);
}
