/** Owns the comparison of one tenant with many: CPU per request, misses of the cache and refreshes included. */

import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient, type Wire } from "../harness/client.ts";
import { type KvProcess, startKv } from "../harness/kv.ts";
import type { ServerProcess } from "../harness/process.ts";
import type { Session } from "../harness/session.ts";
import { createRandom, mean, median, pairedRatio, type Ratio, shuffled } from "../harness/statistics.ts";
import { startWorker } from "../harness/workerd.ts";
import { tenantRequest, zipfRequests } from "./traffic.ts";

/** How many tenants, and what one request costs with so many. */
export interface TenantsCost {
	readonly tenants: number;
	readonly microseconds: number;
	/** To one tenant. */
	readonly ratio: Ratio;
	readonly kvReadsPerRequest: number;
}

const SIZES = [1, 1000, 100_000];
const CONNECTIONS = 8;
const TURN_REQUESTS = 240;
const SETTLE_MILLISECONDS = 2;

interface Seat {
	readonly tenants: number;
	readonly kv: KvProcess;
	readonly worker: ServerProcess;
	readonly client: Client;
	readonly next: () => Wire;
	readonly microseconds: number[];
	requests: number;
	readsBefore: number;
}

/** How long, how often. */
export interface CostOptions {
	readonly seconds: number;
	readonly processes: number;
	/** Of each Worker, before anything counts; the tenants of the smaller ones are all asked once besides. */
	readonly warmUpRequests: number;
}

/** Lets Workers with one, with a thousand and with a hundred thousand tenants take turns. */
export async function measureCost(
	session: Session,
	bundle: string,
	{ seconds, processes, warmUpRequests }: CostOptions,
): Promise<readonly TenantsCost[]> {
	const seats: Seat[] = [];
	for (const tenants of SIZES) {
		for (let index = 0; index < processes; index++)
			seats.push(await takeSeat(session, bundle, tenants, index));
	}
	for (const [place, seat] of seats.entries()) {
		session.progress.say(`warming up with ${seat.tenants} tenants`, place / seats.length);
		if (seat.tenants <= 1000) await seat.client.turn((index) => tenantRequest(index), seat.tenants);
		await seat.client.turn(seat.next, warmUpRequests);
		seat.readsBefore = (await seat.kv.counters()).reads;
	}
	const begun = performance.now();
	const random = createRandom(7);
	while (performance.now() - begun < seconds * 1000) {
		session.progress.say("one tenant and many", (performance.now() - begun) / seconds / 1000);
		for (const seat of shuffled(seats, random)) await takeTurn(seat);
	}
	const results = await reduce(seats);
	for (const { client } of seats) client.close();
	await Promise.all(seats.flatMap(({ worker, kv }) => [worker.stop(), kv.stop()]));
	return results;
}

async function reduce(seats: readonly Seat[]): Promise<readonly TenantsCost[]> {
	const costsOf = (tenants: number) =>
		seats.filter((seat) => seat.tenants === tenants).map(({ microseconds }) => microseconds);
	const results: TenantsCost[] = [];
	for (const tenants of SIZES) {
		const own = seats.filter((seat) => seat.tenants === tenants);
		const reads = await Promise.all(
			own.map(
				async ({ kv, readsBefore, requests }) => ((await kv.counters()).reads - readsBefore) / requests,
			),
		);
		results.push({
			tenants,
			microseconds: mean(costsOf(tenants).map(median)),
			ratio: pairedRatio(costsOf(tenants), costsOf(1)),
			kvReadsPerRequest: mean(reads),
		});
	}
	return results;
}

async function takeSeat(session: Session, bundle: string, tenants: number, index: number): Promise<Seat> {
	session.progress.say(`starting with ${tenants} tenants, ${index + 1}`);
	const kv = await startKv({ tenants, upstream: session.upstreamOrigin }, session.directory);
	const worker = await startWorker({ bundle, kvPort: kv.port, variables: { UNKNOWN_HOSTS: "refuse" } });
	return {
		tenants,
		kv,
		worker,
		client: createClient(worker.port, CONNECTIONS),
		next: zipfRequests(tenants, index + 1),
		microseconds: [],
		requests: 0,
		readsBefore: 0,
	};
}

async function takeTurn(seat: Seat): Promise<void> {
	const { worker, client, next } = seat;
	await client.open();
	const before = worker.cpuNanoseconds();
	const begun = performance.now();
	const { statuses } = await client.turn(next, TURN_REQUESTS);
	const wall = (performance.now() - begun) * 1000;
	await sleep(SETTLE_MILLISECONDS);
	const after = worker.cpuNanoseconds();
	if (statuses.get(200) !== TURN_REQUESTS)
		throw new Error(`${seat.tenants} tenants: ${[...statuses.entries()].join("; ")}`);
	const total = before === undefined || after === undefined ? wall : Number(after - before) / 1000;
	seat.microseconds.push(total / TURN_REQUESTS);
	seat.requests += TURN_REQUESTS;
}
