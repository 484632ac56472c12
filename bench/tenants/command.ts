/** Owns `npm run bench -- tenants`: what many tenants cost, in CPU, KV reads and heap. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { buildCordon } from "../harness/build.ts";
import { describeMachine, machineLine } from "../harness/machine.ts";
import { once } from "../harness/once.ts";
import { positive, RESULTS_DIRECTORY, withSession } from "../harness/session.ts";
import { alignTable, markdownTable, type Table } from "../harness/table.ts";
import { measureCost, type TenantsCost } from "./cost.ts";
import { type HeapStage, measureHeap } from "./heap.ts";
import { type HotTenant, measureHotTenant } from "./hot.ts";

/** More than twice what a policy counts as fresh. */
const HOT_SECONDS = 70;
const QUICK_HOT_SECONDS = 10;
/** A million made-up names in all. */
const FULL_LOAD = { tenants: 100_000, origins: 300_000, hostnames: 400_000, largeDocuments: 20 };
const QUICK_LOAD = { tenants: 1000, origins: 3000, hostnames: 4000, largeDocuments: 4 };

/** The command, its options and what it does. */
export const tenantsCommand = new Command("tenants")
	.description("What many tenants cost, in CPU, KV reads and heap")
	.option("--seconds <NUMBER>", "How long the comparison goes on (default 90, with --quick 15)", once)
	.option(
		"--quick",
		"A short run: a hundredth of the heap's load, ten seconds of the hot tenant; writes nothing",
	)
	.option("--bundle <FILE>", "Another build of Cordon to measure, a file", once)
	.action(benchTenants);

interface Options {
	readonly seconds?: string;
	readonly quick?: true;
	readonly bundle?: string;
}

/** Measures, prints, and writes bench/tenants.md unless it was a quick run. */
async function benchTenants(args: Options): Promise<void> {
	const quick = args.quick === true;
	const seconds = positive(args.seconds, quick ? 15 : 90, "seconds");
	const report = await withSession(async (session) => {
		session.progress.say("building");
		const bundle = args.bundle ?? (await buildCordon(session.directory));
		const warmUpRequests = quick ? 2000 : 40_000;
		return {
			costs: await measureCost(session, bundle, { seconds, processes: 2, warmUpRequests }),
			hot: await measureHotTenant(session, bundle, quick ? QUICK_HOT_SECONDS : HOT_SECONDS),
			heap: await measureHeap(session, bundle, quick ? QUICK_LOAD : FULL_LOAD),
		};
	});
	console.log(terminalReport(report));
	if (quick) return;
	writeFileSync(join(RESULTS_DIRECTORY, "tenants.md"), markdownReport(report));
	console.log("\nWritten: bench/tenants.md");
}

interface Report {
	readonly costs: readonly TenantsCost[];
	readonly hot: HotTenant;
	readonly heap: readonly HeapStage[];
}

function costTable({ costs }: Report): Table {
	return [
		["tenants", "µs per request", "/ one tenant", "of means", "KV reads per request"],
		...costs.map(({ tenants, microseconds, ratio, kvReadsPerRequest }) => [
			tenants === 1 ? "1" : `${tenants.toLocaleString("en")}, Zipf`,
			microseconds.toFixed(0),
			`${ratio.ratio.toFixed(2)} ±${ratio.standardError.toFixed(2)}`,
			ratio.ofMeans.toFixed(2),
			kvReadsPerRequest.toFixed(kvReadsPerRequest < 0.01 ? 5 : 3),
		]),
	];
}

function heapTable({ heap }: Report): Table {
	return [["heap after", "MiB"], ...heap.map(({ after, mebibytes }) => [after, mebibytes.toFixed(1)])];
}

function hotLine({ hot }: Report): string {
	return `One hot tenant: ${hot.kvReads} KV reads for ${hot.requests.toLocaleString("en")} requests in ${hot.seconds.toFixed(0)} s (${hot.requestsPerSecond.toFixed(0)} a second): ${(hot.kvReads / hot.requests).toFixed(5)} per request.`;
}

function terminalReport(report: Report): string {
	return [
		"CPU per allowed request, cache misses and refreshes included\n",
		alignTable(costTable(report)),
		`\n${hotLine(report)}\n`,
		alignTable(heapTable(report)),
	].join("\n");
}

function markdownReport(report: Report): string {
	return `# What many tenants cost

Written by \`npm run bench -- tenants\`. ${machineLine(describeMachine())}

CPU per allowed actual request of Cordon's workerd, by the number of tenants; their popularity follows Zipf's law with
exponent 1. KV is a plain HTTP service on the same machine; its reads, the compiling of what they bring and the second copy
are in the numbers.

${markdownTable(costTable(report))}

${hotLine(report)}

The heap of one isolate, collected, after each stage of requests whose names it may not remember for ever, once what was
begun behind the answers (late reads of KV, second copies) has ended:

${markdownTable(heapTable(report))}
`;
}
