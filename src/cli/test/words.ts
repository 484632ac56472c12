/** Owns how policy tests are told: as a test runner does, and as JSON. */

import { titleOf } from "../../explain/expectations.ts";
import type { PolicyTestResult } from "../../explain/policy-tests.ts";
import type { TenantFile } from "../files/tenant-file.ts";
import { safePart } from "../shell/safe-text.ts";
import { type Terminal, wrap } from "../shell/terminal.ts";
import { allHeld, type FileResults } from "./run.ts";

const INDENT = " ".repeat(6);

/** `acme.jsonc:12:5` */
export function placeInFile({ source, locate }: TenantFile, pointer: string): string {
	const { line, column } = source.position(locate({ code: "", message: "", pointer }).start);
	return `${source.name}:${line}:${column}`;
}

/** Tells all results, file by file, and how they add up. */
export function printResults(done: readonly FileResults[], terminal: Terminal): void {
	const { colors } = terminal;
	for (const { file, results } of done) {
		terminal.out(colors.bold(safePart(file.source.name)));
		for (const result of results) printResult(file, result, terminal);
		const reported = results.filter(({ mode }) => mode === "report").length;
		if (reported > 0) terminal.out(wrap(reportWords(reported, results.length), terminal.columns, "  "));
		terminal.out("");
	}
	const count = (outcome: PolicyTestResult["outcome"]) =>
		done.reduce((sum, { results }) => sum + results.filter((one) => one.outcome === outcome).length, 0);
	const [held, failed, undecided] = [count("held"), count("failed"), count("undecided")];
	const parts = [
		`${held} held`,
		...(failed > 0 ? [`${failed} failed`] : []),
		...(undecided > 0 ? [`${undecided} not decided`] : []),
	];
	terminal.out(`${allHeld(done) ? colors.green("good:") : colors.red("failed:")} ${parts.join(", ")}`);
}

/** Nothing of it is enforced yet. */
function reportWords(reported: number, all: number): string {
	const which = reported === all ? "All of this" : `${reported} of these ${reported === 1 ? "is" : "are"}`;
	return `${which}${reported === all ? " is" : ""} under report mode: it is what Cordon will decide once it enforces. For now the API's own headers decide.`;
}

/** Only what did not hold. */
export function printFailures(done: readonly FileResults[], terminal: Terminal): void {
	for (const { file, results } of done) {
		for (const result of results) if (result.outcome !== "held") printResult(file, result, terminal);
	}
}

function printResult(file: TenantFile, result: PolicyTestResult, terminal: Terminal): void {
	const { colors, columns } = terminal;
	const { outcome, host, expectation, pointer, why, notes, fixes } = result;
	const mark = { held: colors.green("✓"), failed: colors.red("✗"), undecided: colors.yellow("?") }[outcome];
	terminal.out(`  ${mark} ${safePart(`${host}: ${titleOf(expectation)}`)}`);
	const lines =
		outcome === "held" ? notes : [`at ${placeInFile(file, pointer)}`, ...why, ...notes, ...fixWords(fixes)];
	for (const line of lines) {
		terminal.out(wrap(safePart(line), columns, INDENT));
	}
}

function fixWords(fixes: PolicyTestResult["fixes"]): readonly string[] {
	return fixes.length === 0 ? [] : [`To make it hold: ${fixes.map(({ says }) => says).join("; ")}.`];
}

/** The results as one JSON value. */
export function resultsReport(done: readonly FileResults[]) {
	return {
		passed: allHeld(done),
		results: done.flatMap(({ file, results }) =>
			results.map(({ host, expectation, pointer, mode, outcome, failedStep, why, notes, fixes }) => {
				const { line, column } = file.source.position(file.locate({ code: "", message: "", pointer }).start);
				return {
					file: file.source.name,
					line,
					column,
					pointer,
					host,
					title: titleOf(expectation),
					...(mode === undefined ? {} : { mode }),
					outcome,
					...(failedStep === undefined ? {} : { failedStep }),
					why,
					notes,
					fixes,
				};
			}),
		),
	};
}
