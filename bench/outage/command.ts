/** Owns `npm run bench -- outage`: KV goes wrong under load in every way at once, each in a place of its own. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ArgsDef, ParsedArgs } from "citty";
import { MAX_KV_WAIT_MILLISECONDS, MAX_SECOND_COPY_WAIT_MILLISECONDS } from "../../src/isolate/freshness.ts";
import { buildCordon } from "../harness/build.ts";
import { KV_MODES } from "../harness/kv-modes.ts";
import { describeMachine, machineLine } from "../harness/machine.ts";
import { positive, RESULTS_DIRECTORY, withSession } from "../harness/session.ts";
import { alignTable, markdownTable, type Table } from "../harness/table.ts";
import { type Outage, runOutage, type Tally } from "./place.ts";

export const outageArguments = {
	seconds: {
		type: "string",
		description: "How long KV is wrong (default 130: past every age at which a policy is read again)",
	},
	quick: { type: "boolean", description: "20 seconds; writes nothing" },
	bundle: { type: "string", description: "Another build of Cordon to measure, a file" },
} as const satisfies ArgsDef;

/** What a request waits for at most, and what the machine may add. */
const BOUND_MILLISECONDS = MAX_KV_WAIT_MILLISECONDS + MAX_SECOND_COPY_WAIT_MILLISECONDS;
const MACHINE_MILLISECONDS = 500;

/** Measures, prints, and writes bench/outage.md unless it was a quick run; exit code 1 where a promise is broken. */
export async function benchOutage(args: ParsedArgs<typeof outageArguments>): Promise<void> {
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
	const slowest = Math.max(...all.map((tally) => tally.slowest));
	const failed = outages.reduce((sum, { warm, cold }) => sum + warm.failed + cold.failed, 0);
	return [
		{ promise: `no request failed for a tenant that the place had seen: ${failed}`, isKept: failed === 0 },
		{
			promise: `nothing was shared that the last good policy does not allow: ${all.reduce((sum, tally) => sum + tally.wronglyShared, 0)}`,
			isKept: all.every((tally) => tally.wronglyShared === 0),
		},
		{
			promise: `no request waited longer than ${BOUND_MILLISECONDS / 1000} s: ${(slowest / 1000).toFixed(2)} s`,
			isKept: slowest <= BOUND_MILLISECONDS + MACHINE_MILLISECONDS,
		},
	];
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
		...outages.flatMap(({ mode, warm, cold, unseen }) => [
			[mode, "warm", ...cells(warm)],
			["", "cold", ...cells(cold)],
			["", "cold, unseen tenants", ...cells(unseen)],
		]),
	];
}

function page(outages: readonly Outage[], kept: readonly Kept[], seconds: number): string {
	return `# KV goes wrong under load

Written by \`npm run bench -- outage\`. ${machineLine(describeMachine())}

The built Worker in workerd, KV and the Cache API as services beside it. In each place one isolate has the policies of 40 tenants
when KV goes wrong, for ${seconds} s under load: they become stale, then too old to be served without a read. A second isolate begins
10 s later, knows nothing, and finds the last good copies in the cache of the place; from it four tenants besides are asked for that
nobody there had seen. Half of the requests are from an allowed origin, half from a denied one.

${markdownTable(tableOf(outages))}

${markdownTable([["promise", "kept"], ...kept.map(({ promise, isKept }) => [promise, isKept ? "yes" : "no"])])}

"Failed" for unseen tenants is a 503 \`tenant-unavailable\`: there is no policy to go by, so nothing is let through. Who waits over a second
are the requests that come while the first read of a tenant is being waited for; once it has failed, the last good copy serves
at once for a minute, while one read every 5 s tries again behind it.
`;
}
