/** Owns `npm run bench -- outage`: KV goes wrong under load in every way at once, each in a place of its own. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { MAX_KV_WAIT_MILLISECONDS, MAX_KV_WAIT_WITH_COPY_MILLISECONDS } from "../../src/isolate/freshness.ts";
import { buildCordon } from "../harness/build.ts";
import { KV_MODES, type KvMode } from "../harness/kv-modes.ts";
import { describeMachine, machineLine } from "../harness/machine.ts";
import { once } from "../harness/once.ts";
import { positive, RESULTS_DIRECTORY, withSession } from "../harness/session.ts";
import { alignTable, markdownTable, type Table } from "../harness/table.ts";
import { type Outage, runOutage, type Tally } from "./place.ts";

/** What a request waits for at most; for one look-up, for KV and the second copy are asked at once. */
const BOUND_MILLISECONDS = MAX_KV_WAIT_MILLISECONDS;
/** And where the place has a good copy. */
const SEEN_BOUND_MILLISECONDS = MAX_KV_WAIT_WITH_COPY_MILLISECONDS;
/** The ways in which KV tells nobody that something was deleted. */
const TELLS_NOTHING: readonly KvMode[] = ["hanging", "failing"];
/** What the machine may add. */
const MACHINE_MILLISECONDS = 500;

/** The command, its options and what it does. */
export const outageCommand = new Command("outage")
	.description("What clients see while KV is wrong, in every way")
	.option(
		"--seconds <NUMBER>",
		"How long KV is wrong (default 130: past every age at which a policy is read again)",
		once,
	)
	.option("--quick", "20 seconds; writes nothing")
	.option("--bundle <FILE>", "Another build of Cordon to measure, a file", once)
	.action(benchOutage);

interface Options {
	readonly seconds?: string;
	readonly quick?: true;
	readonly bundle?: string;
}

/** Measures, prints, and writes bench/outage.md unless it was a quick run; exit code 1 where a promise is broken. */
async function benchOutage(args: Options): Promise<void> {
	const quick = args.quick === true;
	const seconds = positive(args.seconds, quick ? 20 : 130, "seconds");
	const outages = await withSession(async (session) => {
		session.progress.say("building");
		const bundle = args.bundle ?? (await buildCordon(session.directory));
		const begun = performance.now();
		const ticking = setInterval(() => {
			const elapsed = (performance.now() - begun) / 1000;
			session.progress.say(`KV is wrong, ${KV_MODES.length} ways at once`, elapsed / seconds);
		}, 500);
		try {
			return await Promise.all(KV_MODES.map((mode) => runOutage(session, bundle, mode, seconds)));
		} finally {
			clearInterval(ticking);
		}
	});
	const kept = promisesOf(outages);
	console.log(
		[
			alignTable(tableOf(outages)),
			"",
			...kept.map(({ promise, isKept }) => `${isKept ? "✔" : "✘"} ${promise}`),
		].join("\n"),
	);
	if (kept.some(({ isKept }) => !isKept)) process.exitCode = 1;
	if (quick) return;
	writeFileSync(join(RESULTS_DIRECTORY, "outage.md"), page(outages, kept, seconds));
	console.log("\nWritten: bench/outage.md");
}

interface Kept {
	readonly promise: string;
	readonly isKept: boolean;
}

function promisesOf(outages: readonly Outage[]): readonly Kept[] {
	const all = outages.flatMap(({ warm, cold, unseen }) => [warm, cold, unseen]);
	const ofSeen = outages.flatMap(({ warm, cold }) => [warm, cold]);
	const slowest = Math.max(...all.map((tally) => tally.slowest));
	const slowestOfSeen = Math.max(...ofSeen.map((tally) => tally.slowest));
	const failed = sum(ofSeen, (tally) => tally.failed);
	const wronglyShared = sum(all, (tally) => tally.wronglyShared);
	const cameBack = sum(outages, ({ deleted }) => deleted.tenantCameBack + deleted.originCameBack);
	const untold = outages.filter(({ mode }) => TELLS_NOTHING.includes(mode));
	const forgotten = sum(untold, ({ deletedSince }) => deletedSince.failed);
	return [
		{ promise: `no request failed for a tenant that the place had seen: ${failed}`, isKept: failed === 0 },
		{
			promise: `nothing was shared that the last good policy does not allow: ${wronglyShared}`,
			isKept: wronglyShared === 0,
		},
		{
			promise: `no tenant and no origin came back that the place had read as deleted: ${cameBack} of ${sum(outages, ({ deleted }) => deleted.requests).toLocaleString("en")}`,
			isKept: cameBack === 0,
		},
		{
			promise: `what was deleted when KV told nobody any more was served as before: ${forgotten} failed`,
			isKept: forgotten === 0,
		},
		{
			promise: `no request for a tenant that the place had seen waited longer than ${SEEN_BOUND_MILLISECONDS / 1000} s: ${(slowestOfSeen / 1000).toFixed(2)} s`,
			isKept: slowestOfSeen <= SEEN_BOUND_MILLISECONDS + MACHINE_MILLISECONDS,
		},
		{
			promise: `no request waited longer than ${BOUND_MILLISECONDS / 1000} s: ${(slowest / 1000).toFixed(2)} s`,
			isKept: slowest <= BOUND_MILLISECONDS + MACHINE_MILLISECONDS,
		},
	];
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
	return items.reduce((total, item) => total + of(item), 0);
}

function tableOf(outages: readonly Outage[]): Table {
	const cells = ({ requests, failed, waited, slowest }: Tally) => [
		requests.toLocaleString("en"),
		String(failed),
		String(waited),
		`${slowest.toFixed(0)} ms`,
	];
	return [
		["KV", "isolate", "requests", "failed", "waited over 1 s", "slowest"],
		...outages.flatMap(({ mode, warm, cold, unseen, deletedSince }) => [
			[mode, "warm", ...cells(warm)],
			["", "cold", ...cells(cold)],
			["", "cold, unseen tenants", ...cells(unseen)],
			["", "cold, a tenant deleted since", ...cells(deletedSince)],
		]),
	];
}

function page(outages: readonly Outage[], kept: readonly Kept[], seconds: number): string {
	return `# KV goes wrong under load

Written by \`npm run bench -- outage\`. ${machineLine(describeMachine())}

The built Worker in workerd, KV and the Cache API as services beside it. In each place one isolate has the policies of 40 tenants
when KV goes wrong, for ${seconds} s under load: they become stale, then too old to be served without a read. A second isolate begins
10 s later, knows nothing, and finds the last good copies in the cache of the place; from it four tenants besides are asked for that
nobody there had seen. A tenant and an origin of a directory that the first isolate holds are deleted before KV goes wrong, and read as
gone by a third isolate: both others are asked for them, the first one from the minute on in which it has to ask. Another tenant is
deleted when KV is wrong already. Half of the requests are from an allowed origin, half from a denied one.

${markdownTable(tableOf(outages))}

${markdownTable([["promise", "kept"], ...kept.map(({ promise, isKept }) => [promise, isKept ? "yes" : "no"])])}

"Failed" for unseen tenants is a 503 \`tenant-unavailable\`: there is no policy to go by, so nothing is let through. Who waits over a second
are the requests that come while the first read of a tenant is being waited for; once it has failed, the last good copy serves
at once for a minute, while one request every 5 s looks at the second copy and one read tries again behind it. The tenant that was
deleted since is gone where KV can still say so, and served where it cannot.
`;
}
