/** Owns `npm run bench -- scale`: the simulation, its printed summary and its page. */

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { readResults } from "../compare/results.ts";
import { once } from "../harness/once.ts";
import { createProgress } from "../harness/progress.ts";
import { positive, RESULTS_DIRECTORY } from "../harness/session.ts";
import { markdownReport, terminalReport } from "./report.ts";
import { simulate } from "./simulate.ts";

const MINUTE = 60;
/** Where no results of a comparison are saved: a forwarded request, roughly. */
const ASSUMED_CPU_MILLISECONDS = 0.3;

/** The command, its options and what it does. */
export const scaleCommand = new Command("scale")
	.description("A fleet of isolates and a million tenants, simulated")
	.option("--quick", "A small fleet and a tenth of the traffic; writes nothing")
	.option("--places <NUMBER>", "Data centres (default 30)", once)
	.option("--tenants <NUMBER>", "Tenants (default 1,000,000)", once)
	.action(benchScale);

interface Options {
	readonly quick?: true;
	readonly places?: string;
	readonly tenants?: string;
}

/** Simulates, prints, and writes bench/scale.md unless it was a quick run. */
async function benchScale(args: Options): Promise<void> {
	const quick = args.quick === true;
	const options = {
		places: positive(args.places, quick ? 5 : 30, "places"),
		requestsPerSecond: quick ? 300 : 3000,
		maxRequestsPerSecondOfIsolate: 200,
		isolateLifeSeconds: 20 * MINUTE,
		tenants: positive(args.tenants, 1_000_000, "tenants"),
	};
	const schedule = {
		warmUpSeconds: 5 * MINUTE,
		steadySeconds: (quick ? 5 : 10) * MINUTE,
		outageSeconds: 10 * MINUTE,
	};
	const progress = createProgress();
	const simulated = await simulate(options, schedule, progress);
	progress.done();
	const report = { options, schedule, simulated, cpuMilliseconds: measuredCpuMilliseconds() };
	console.log(terminalReport(report));
	if (quick) return;
	writeFileSync(join(RESULTS_DIRECTORY, "scale.md"), markdownReport(report));
	console.log("Written: bench/scale.md");
}

function measuredCpuMilliseconds(): number {
	const file = join(RESULTS_DIRECTORY, "results.json");
	if (!existsSync(file)) return ASSUMED_CPU_MILLISECONDS;
	const cordon = readResults(file).contenders.find(({ name }) => name === "cordon");
	const microseconds = cordon?.cells["allowed"]?.microseconds;
	return microseconds === undefined ? ASSUMED_CPU_MILLISECONDS : microseconds / 1000;
}
