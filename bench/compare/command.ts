/** Owns the comparison as a command: its options, its outputs. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { once } from "../harness/once.ts";
import { positive, RESULTS_DIRECTORY, UsageError, withSession } from "../harness/session.ts";
import { changesReport, findChanges } from "./against.ts";
import { drawChart } from "./chart.ts";
import { listContenders } from "./contenders.ts";
import { measure } from "./measure.ts";
import { markdownReport, terminalReport } from "./report.ts";
import { type Results, readResults, reduce } from "./results.ts";
import { WORKS } from "./work.ts";

const CONNECTIONS = 8;

/** The command, its options and what it does. */
export const compareCommand = new Command("compare")
	.description(
		"What Cordon costs, beside a bare pass-through Worker and the usual alternatives, in one run (the default)",
	)
	.option("--seconds <NUMBER>", "How long the turns go on (default 150, with --quick 25)", once)
	.option("--rounds <NUMBER>", "How many rounds at most", once)
	.option("--processes <NUMBER>", "Processes of each contender (default 3, with --quick 2)", once)
	.option("--quick", "A short run, for a first look; writes nothing unless --out is given")
	.option("--only <NAMES>", "Contenders or kinds of work, comma-separated: cordon,hono-cors,preflight", once)
	.option(
		"--also <NAME=FILE>",
		"Another build of Cordon to run beside this one: NAME=FILE, comma-separated",
		once,
	)
	.option(
		"--against <FILE>",
		"Saved results (JSON): says what got slower beyond the noise; exit code 1 if anything did",
		once,
	)
	.option("--out <DIR>", "Directory for results.md, results.json and results.svg (default bench)", once)
	.action(compare);

interface Options {
	readonly seconds?: string;
	readonly rounds?: string;
	readonly processes?: string;
	readonly quick?: true;
	readonly only?: string;
	readonly also?: string;
	readonly against?: string;
	readonly out?: string;
}

/** Runs the comparison; sets the exit code. */
async function compare(args: Options): Promise<void> {
	const quick = args.quick === true;
	const earlier = args.against === undefined ? undefined : readResults(args.against);
	const options = {
		seconds: positive(args.seconds, quick ? 25 : 150, "seconds"),
		rounds: positive(args.rounds, Number.POSITIVE_INFINITY, "rounds"),
		processes: positive(args.processes, quick ? 2 : 3, "processes"),
		connections: CONNECTIONS,
		warmUpRequests: quick ? 600 : 2000,
	};
	const also = namedFiles(args.also);
	const results = await withSession(async ({ upstream, directory, progress }) => {
		const all = listContenders({ upstreamPort: upstream.port, directory, also });
		const { contenders, works } = select(all.contenders, args.only);
		const measured = await measure(contenders, works, options, progress);
		return reduce(measured, contenders, works, all.missing, options);
	});
	console.log(terminalReport(results));
	const out = args.out ?? (quick || args.only !== undefined ? undefined : RESULTS_DIRECTORY);
	if (out !== undefined) save(results, out);
	if (earlier === undefined || args.against === undefined) return;
	const changes = findChanges(earlier, results);
	console.log(`\n${changesReport(changes, args.against)}`);
	if (changes.some(({ before, after }) => after > before)) process.exitCode = 1;
}

function save(results: Results, out: string): void {
	writeFileSync(join(out, "results.json"), `${JSON.stringify(results, undefined, "\t")}\n`);
	writeFileSync(join(out, "results.md"), markdownReport(results));
	writeFileSync(join(out, "results.svg"), drawChart(results));
	console.log(`\nWritten: results.md, results.json and results.svg in ${out}`);
}

/** Names of contenders narrow the contenders, names of work the work; the limits always run. */
function select(contenders: ReturnType<typeof listContenders>["contenders"], only: string | undefined) {
	const names = only?.split(",") ?? [];
	for (const name of names) {
		if (contenders.some((one) => one.name === name) || WORKS.some((work) => work.name === name)) continue;
		throw new UsageError(
			`There is no "${name}" here. Contenders: ${contenders.map((one) => one.name).join(", ")}. Work: ${WORKS.map((work) => work.name).join(", ")}.`,
		);
	}
	const chosen = contenders.filter(({ name }) => names.includes(name));
	const works = WORKS.filter(({ name }) => names.includes(name));
	const keptWorks = works.length > 0 ? works : WORKS;
	return {
		contenders: (chosen.length > 0
			? contenders.filter((one) => one.kind === "limit" || chosen.includes(one))
			: contenders
		).filter((one) => one.works === undefined || keptWorks.some(({ name }) => one.works?.includes(name))),
		works: keptWorks,
	};
}

function namedFiles(text: string | undefined): (readonly [string, string])[] {
	return (text?.split(",") ?? []).map((pair) => {
		const equals = pair.indexOf("=");
		if (equals < 1) throw new UsageError(`--also wants NAME=FILE, not "${pair}".`);
		return [pair.slice(0, equals), pair.slice(equals + 1)];
	});
}
