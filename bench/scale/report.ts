/** Owns the page of the simulation's results: what was seen, what is proved, and what follows for the parameters. */

import {
	FRESH_SECONDS,
	LAST_GOOD_SECONDS,
	MAX_KV_WAIT_MILLISECONDS,
	STALE_SECONDS,
} from "../../src/isolate/freshness.ts";
import { percentile } from "../harness/statistics.ts";
import { markdownTable, type Table } from "../harness/table.ts";
import type { FleetOptions } from "./fleet.ts";
import { readsPerRequest } from "./formula.ts";
import { costPerMillion, PRICES } from "./prices.ts";
import type { PlaceTally, Schedule, Simulated, Tally } from "./simulate.ts";
import { KV_CACHE_TTL_SECONDS } from "./world.ts";

/** What the page is made of. */
export interface ScaleReport {
	readonly options: FleetOptions;
	readonly schedule: Schedule;
	readonly simulated: Simulated;
	/** CPU of one forwarded request, and where the number is from. */
	readonly cpuMilliseconds: number;
}

const WORST_STALENESS_SECONDS = STALE_SECONDS + KV_CACHE_TTL_SECONDS;

/** What is printed. */
export function terminalReport(report: ScaleReport): string {
	const { simulated } = report;
	const { steady, outageCold, outageWarm } = simulated;
	return [
		`${steady.requests.toLocaleString("en")} requests to ${simulated.seats} isolates: ${(simulated.steadyReads / steady.requests).toFixed(4)} KV reads per request, ${percent(steady.immediate, steady.requests)} answered without waiting for KV.`,
		`Staleness after a change: ${percentile(simulated.staleness, 1).toFixed(1)} s seen, ${WORST_STALENESS_SECONDS} s at most.`,
		`KV out: ${failures(outageWarm)} in isolates that were warm, ${failures(outageCold)} in cold ones.`,
	].join("\n");
}

/** The page. */
export function markdownReport(report: ScaleReport): string {
	const { options, schedule, simulated, cpuMilliseconds } = report;
	const { steady, staleness, outageCold, outageWarm } = simulated;
	const reads = simulated.steadyReads / steady.requests;
	const cost = costPerMillion(cpuMilliseconds, reads);
	return `# A fleet with ${options.tenants.toLocaleString("en")} tenants, simulated

Written by \`npm run bench -- scale\`: the store's own code (\`src/tenants/store.ts\`) with a clock and a KV that are simulated;
the same seed gives the same numbers on every machine.

**The fleet.** ${options.places} places, their traffic by Zipf's law as the tenants' popularity is; ${simulated.seats} isolates, each below
${options.maxRequestsPerSecondOfIsolate} requests a second and replaced by a cold one after ${options.isolateLifeSeconds / 60} minutes on average; ${options.requestsPerSecond.toLocaleString("en")} requests a second in all.
${minutes(schedule.warmUpSeconds)} of warm-up, ${minutes(schedule.steadySeconds)} of steady traffic, ${minutes(schedule.outageSeconds)} in which every read of KV fails. This is a hard case: a
million tenants for so little traffic, and no request of a tenant prefers a place.

## KV reads and hits

${markdownTable(placeTable(simulated.byPlace, options.tenants))}

In all ${reads.toFixed(3)} reads per request; ${percent(steady.immediate, steady.requests)} of the requests were answered without waiting for KV. What counts is how
often one isolate sees one tenant, not how many tenants there are: a tenant that an isolate is asked for r times a second costs it
r / (1 + ${FRESH_SECONDS} r) reads a second, at most one in ${FRESH_SECONDS} seconds. Summed over all tenants that is the column "by the formula"; what
lies between is the isolate's bounded memory and its cold starts.

For one hot tenant at 1,000 requests a second the formula gives ${(1 / (1 + 1000 * FRESH_SECONDS)).toFixed(6)} reads per request.

## How stale a policy can be

**At most ${WORST_STALENESS_SECONDS} seconds after a change, while KV answers.** Proof:

1. A request at time t that is served without waiting has a policy whose read began at some b > t - ${STALE_SECONDS} s (\`STALE_SECONDS\`): any older, and the
   request waits for a read that begins at t.
2. A read that began at b gives what KV's cache in this place holds, and that was read from the central store at some c > b - ${KV_CACHE_TTL_SECONDS} s
   (\`cacheTtl\`, the least that KV takes).
3. So what is served at t was in force at c > t - ${WORST_STALENESS_SECONDS} s. ∎

To that comes what KV itself needs until its central store has a write, and the duration of one read (${MAX_KV_WAIT_MILLISECONDS / 1000} s at most, else it counts as
failed). While KV fails, the bound is ${LAST_GOOD_SECONDS / 60} minutes, from the read. Seen in ${staleness.length.toLocaleString("en")} requests of tenants that changed every 97 s: median
${percentile(staleness, 0.5).toFixed(1)} s, 90th percentile ${percentile(staleness, 0.9).toFixed(1)} s, most ${percentile(staleness, 1).toFixed(1)} s.

## Ten minutes without KV

${markdownTable(outageTable(outageWarm, outageCold))}

Warm isolates go on with what they have, for an hour; without a promise, so nobody waits. Whoever is not in an isolate's memory comes from
the second copy in the place's cache. What is refused (503 \`tenant-unavailable\`) are tenants that the place had not seen within the hour:
${outageWarm.unavailableThoughSeen + outageCold.unavailableThoughSeen} requests were refused although it had.

## What it costs

Prices per million, as published on ${PRICES.asOf}, beyond what the plan includes: requests $${PRICES.requests.toFixed(2)}, CPU milliseconds $${PRICES.cpuMilliseconds.toFixed(2)}, KV reads
$${PRICES.kvReads.toFixed(2)}. CPU: ${cpuMilliseconds.toFixed(2)} ms a request (all of workerd's time for a forwarded request here, by \`npm run bench\`; Cloudflare's processors
differ, and bill the Worker's part of it only).

${markdownTable([
	["per million requests", "US dollars"],
	["requests", cost.requests.toFixed(3)],
	["CPU", cost.cpu.toFixed(3)],
	[`KV reads, ${reads.toFixed(3)} per request`, cost.kv.toFixed(3)],
	["in all", cost.total.toFixed(3)],
	["KV reads, were there one per request", PRICES.kvReads.toFixed(3)],
])}

## Which parameters, and why

Reads per request by the formula, for ${options.tenants.toLocaleString("en")} tenants, and what they cost per million requests; the worst staleness is twice the
fresh time (the stale time is set to twice the fresh time throughout) and KV's own ${KV_CACHE_TTL_SECONDS} s.

${markdownTable(parameterTable(options.tenants))}

- **Fresh for ${FRESH_SECONDS} s.** Below it KV's own cache, which keeps a value for ${KV_CACHE_TTL_SECONDS} s, gives nothing newer, so reads would buy nothing. Above it a
  change takes minutes, and a revoked origin is the change that cannot wait; what is saved is small, because rare tenants, not hot ones,
  cause the reads, and no fresh time that anybody would accept reaches them.
- **Stale until ${STALE_SECONDS} s.** Between the two a request refreshes in the background, so that a tenant with at least one request in ${STALE_SECONDS - FRESH_SECONDS} s never
  makes anybody wait. Longer would only add to the staleness.
- **The last good copy for ${LAST_GOOD_SECONDS / 60} minutes.** Longer than KV was ever out, short enough for somebody to notice that a change does not arrive.
`;
}

function placeTable(places: readonly PlaceTally[], tenants: number): Table {
	const shown = places.filter((_, rank) => [0, 1, 3, 9, places.length - 1].includes(rank));
	return [
		["place", "isolates", "requests/s each", "without waiting", "KV reads per request", "by the formula"],
		...shown.map((place) => [
			`no. ${places.indexOf(place) + 1} in traffic`,
			String(place.isolates),
			place.requestsPerSecondOfIsolate.toFixed(0),
			percent(place.immediate, place.requests),
			(place.reads / place.requests).toFixed(3),
			readsPerRequest(place.requestsPerSecondOfIsolate, tenants, FRESH_SECONDS).toFixed(3),
		]),
	];
}

function outageTable(warm: Tally, cold: Tally): Table {
	const row = (name: string, tally: Tally) => [
		name,
		tally.requests.toLocaleString("en"),
		percent(tally.unavailable, tally.requests),
		String(tally.unavailableThoughSeen),
		minutes(tally.oldestSeconds),
	];
	return [
		["isolates", "requests", "refused", "of those seen within the hour", "oldest policy served"],
		row("warm when KV failed", warm),
		row("cold, begun without KV", cold),
	];
}

function parameterTable(tenants: number): Table {
	const rates = [1, 10, 100, 1000];
	return [
		["fresh for", "worst staleness", ...rates.map((rate) => `${rate} requests/s`)],
		...[5, 30, 60, 300].map((fresh) => [
			`${fresh} s`,
			`${2 * fresh + KV_CACHE_TTL_SECONDS} s`,
			...rates.map((rate) => {
				const reads = readsPerRequest(rate, tenants, fresh);
				return `${reads.toFixed(3)} ($${(reads * PRICES.kvReads).toFixed(3)})`;
			}),
		]),
	];
}

function failures({ requests, unavailable, unavailableThoughSeen }: Tally): string {
	return `${percent(unavailable, requests)} refused (${unavailableThoughSeen} of tenants seen there within the hour)`;
}

function percent(part: number, whole: number): string {
	return whole === 0 ? "none" : `${((part / whole) * 100).toFixed(2)} %`;
}

function minutes(seconds: number): string {
	return seconds < 120 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1).replace(".0", "")} minutes`;
}
