/** Owns `npm run bench -- origins`: what a match costs at each size of the list, and what a list costs to load. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { buildCordon } from "../harness/build.ts";
import { describeMachine, machineLine } from "../harness/machine.ts";
import { once } from "../harness/once.ts";
import { positive, RESULTS_DIRECTORY, withSession } from "../harness/session.ts";
import { alignTable, markdownTable, type Table } from "../harness/table.ts";
import { loadCost, measureMatching } from "./matching.ts";
import { measureLists } from "./whole.ts";

const LOADED_SIZES = [1000, 10_000, 100_000];

interface Report {
	readonly matching: Table;
	readonly loads: Table;
	readonly whole: Table;
}

/** The command, its options and what it does. */
export const originsCommand = new Command("origins")
	.description("What a match costs at each size of the list")
	.option(
		"--rounds <NUMBER>",
		"Rounds, each over every list, in random order (default 60, with --quick 10)",
		once,
	)
	.option("--seconds <NUMBER>", "How long whole requests are compared (default 40, with --quick 8)", once)
	.option("--quick", "A short run; writes nothing")
	.option("--bundle <FILE>", "Another build of Cordon to measure, a file", once)
	.action(benchOrigins);

interface Options {
	readonly rounds?: string;
	readonly seconds?: string;
	readonly quick?: true;
	readonly bundle?: string;
}

/** Measures, prints, and writes bench/origins.md unless it was a quick run. */
async function benchOrigins(args: Options): Promise<void> {
	const quick = args.quick === true;
	const rounds = positive(args.rounds, quick ? 10 : 60, "rounds");
	const seconds = positive(args.seconds, quick ? 8 : 40, "seconds");
	const report = await withSession(async (session): Promise<Report> => {
		const matching = measureMatching(rounds, session.progress);
		session.progress.say("loading");
		const loads = LOADED_SIZES.map((size) => [size.toLocaleString("en"), ...loadCost(size)]);
		session.progress.say("building");
		const bundle = args.bundle ?? (await buildCordon(session.directory));
		const whole = await measureLists(session, bundle, { seconds, coldStarts: quick ? 2 : 5 });
		return { matching, loads: [["origins", "document", "CPU"], ...loads], whole };
	});
	console.log(
		[
			"The match alone, each origin a fresh string as a request's header is\n",
			alignTable(report.matching),
			"\nParse, validate and compile a document of exact origins (CPU, median of 5 loads)\n",
			alignTable(report.loads),
			"\nWhole preflights in workerd: the first after a cold start, then steadily, for origins all over the list\n",
			alignTable(report.whole),
		].join("\n"),
	);
	if (quick) return;
	writeFileSync(join(RESULTS_DIRECTORY, "origins.md"), markdownReport(report));
	console.log("\nWritten: bench/origins.md");
}

function markdownReport({ matching, loads, whole }: Report): string {
	return `# What a list of origins costs

Written by \`npm run bench -- origins\`. ${machineLine(describeMachine())}

## The match alone

Pure code in Node; each origin is a fresh string, as a request's header is, and making it is in the numbers.

${markdownTable(matching)}

## Loading a list

Parse, validate and compile a document of exact origins, in Node: CPU, median of five loads.

${markdownTable(loads)}

## Whole preflights

In workerd. "First": the CPU time of the first request to a fresh process, the read from KV, validation and compilation included,
median of several processes. "Steady": CPU per request for origins all over the list, and for origins that are not on it, as a ratio
to a list of one.

${markdownTable(whole)}
`;
}
