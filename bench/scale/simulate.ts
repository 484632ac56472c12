/** Owns the simulation: requests in the order of their time, through warm-up, steady traffic and an outage of KV. */

import type { Progress } from "../harness/progress.ts";
import { createRandom, createZipf } from "../harness/statistics.ts";
import { createFleet, type Fleet, type FleetOptions, type Seat } from "./fleet.ts";
import { CHANGING_RANKS, hostOf, replacedAt, versionAt, versionOf, type World } from "./world.ts";

/** How long each part lasts, in simulated seconds. */
export interface Schedule {
	readonly warmUpSeconds: number;
	readonly steadySeconds: number;
	readonly outageSeconds: number;
}

/** What was counted of some requests. */
export interface Tally {
	requests: number;
	/** Answered without waiting for KV. */
	immediate: number;
	/** Answered with `tenant-unavailable`. */
	unavailable: number;
	/** Of those: the place had a last good copy no older than an hour. */
	unavailableThoughSeen: number;
	/** The oldest policy that was served, by when it was read, in seconds. */
	oldestSeconds: number;
}

/** What a simulation gives. */
export interface Simulated {
	readonly seats: number;
	readonly steady: Tally;
	/** KV reads in the steady part. */
	readonly steadyReads: number;
	/** Steady requests and reads by the isolate's rate, the busiest place first. */
	readonly byPlace: readonly PlaceTally[];
	/** How long after a change the policy before it was still served, in seconds, sorted. */
	readonly staleness: readonly number[];
	/** During the outage: isolates that had lived before it, and those that were born in it. */
	readonly outageWarm: Tally;
	readonly outageCold: Tally;
}

/** One place in the steady part. */
export interface PlaceTally {
	readonly isolates: number;
	readonly requestsPerSecondOfIsolate: number;
	requests: number;
	immediate: number;
	reads: number;
}

const PROGRESS_EVERY_REQUESTS = 20_000;

/** Runs it; the same seed gives the same result. */
export async function simulate(
	options: FleetOptions,
	schedule: Schedule,
	progress: Progress,
): Promise<Simulated> {
	const world: World = { seconds: 0, kvIsOut: false };
	const random = createRandom(2026);
	const draw = createZipf(options.tenants, random);
	const fleet = createFleet(options, world, random);
	const byPlace = placeTallies(fleet);
	const steady = createTally();
	const outageWarm = createTally();
	const outageCold = createTally();
	const staleness: number[] = [];
	const steadyBegin = schedule.warmUpSeconds;
	const outageBegin = steadyBegin + schedule.steadySeconds;
	const end = outageBegin + schedule.outageSeconds;
	let readsAtSteadyBegin: readonly number[] | undefined;
	let readsAtOutageBegin: readonly number[] | undefined;
	for (let request = 0; ; request++) {
		world.seconds += -Math.log(1 - random()) / options.requestsPerSecond;
		if (world.seconds >= end) break;
		if (world.seconds >= steadyBegin) readsAtSteadyBegin ??= readsOf(fleet);
		if (world.seconds >= outageBegin) readsAtOutageBegin ??= readsOf(fleet);
		world.kvIsOut = world.seconds >= outageBegin;
		if (request % PROGRESS_EVERY_REQUESTS === 0) {
			progress.say(`${Math.floor(world.seconds)} simulated seconds`, world.seconds / end);
		}
		const seat = fleet.next();
		const rank = draw();
		if (world.seconds < steadyBegin) await ask(seat, rank);
		else if (!world.kvIsOut) {
			const wasImmediate = await askAndTally(seat, rank, world, steady, staleness);
			const place = byPlace[seat.placeRank];
			if (place !== undefined) {
				place.requests++;
				if (wasImmediate) place.immediate++;
			}
		} else {
			const tally = seat.bornAtSeconds >= outageBegin ? outageCold : outageWarm;
			await askAndTally(seat, rank, world, tally, undefined);
		}
	}
	const before = readsAtSteadyBegin ?? [];
	const after = readsAtOutageBegin ?? readsOf(fleet);
	for (const [rank, place] of byPlace.entries()) place.reads = (after[rank] ?? 0) - (before[rank] ?? 0);
	return {
		seats: fleet.seats.length,
		steady,
		steadyReads: byPlace.reduce((sum, { reads }) => sum + reads, 0),
		byPlace,
		staleness: staleness.sort((a, b) => a - b),
		outageWarm,
		outageCold,
	};
}

const background = () => {};

function ask(seat: Seat, rank: number) {
	return seat.store.findTenant(hostOf(rank), background);
}

async function askAndTally(
	seat: Seat,
	rank: number,
	world: World,
	tally: Tally,
	staleness: number[] | undefined,
): Promise<boolean> {
	// Looked up first: a failure may bring the second copy into the isolate.
	const wasSeen = world.kvIsOut && seat.place.hasSecondCopy(rank);
	const looked = ask(seat, rank);
	const wasImmediate = !(looked instanceof Promise);
	const found = await looked;
	tally.requests++;
	if (wasImmediate) tally.immediate++;
	if (found.kind !== "present") {
		tally.unavailable++;
		if (wasSeen) tally.unavailableThoughSeen++;
		return wasImmediate;
	}
	tally.oldestSeconds = Math.max(tally.oldestSeconds, world.seconds - found.readAtMilliseconds / 1000);
	if (staleness !== undefined && !found.value.closed && CHANGING_RANKS.includes(rank)) {
		const version = versionOf(found.value.upstreamTimeoutMilliseconds);
		staleness.push(version === versionAt(rank, world.seconds) ? 0 : world.seconds - replacedAt(version));
	}
	return wasImmediate;
}

function placeTallies({ places, seats }: Fleet): PlaceTally[] {
	return places.map((place) => {
		const own = seats.filter((seat) => seat.place === place);
		return {
			isolates: own.length,
			requestsPerSecondOfIsolate: own[0]?.requestsPerSecond ?? 0,
			requests: 0,
			immediate: 0,
			reads: 0,
		};
	});
}

function readsOf({ places }: Fleet): readonly number[] {
	return places.map((place) => place.reads());
}

function createTally(): Tally {
	return { requests: 0, immediate: 0, unavailable: 0, unavailableThoughSeen: 0, oldestSeconds: 0 };
}
