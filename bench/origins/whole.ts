/** Owns whole preflights at each size of the list, in workerd: the first after a cold start, and steadily. */

import { setTimeout as sleep } from "node:timers/promises";
import { HOSTNAME, tenantDocument } from "../compare/policy.ts";
import { preflightRequest } from "../compare/work.ts";
import { type Client, createClient, type Wire } from "../harness/client.ts";
import { startKv } from "../harness/kv.ts";
import type { ServerProcess } from "../harness/process.ts";
import type { Session } from "../harness/session.ts";
import { createRandom, median, pairedRatio, shuffled } from "../harness/statistics.ts";
import type { Table } from "../harness/table.ts";
import { startWorker } from "../harness/workerd.ts";

/** How much is measured. */
export interface WholeOptions {
	readonly seconds: number;
	/** Fresh processes for each list. */
	readonly coldStarts: number;
}

interface List {
	readonly name: string;
	readonly size: number;
	readonly entry: (index: number) => string;
	readonly hit: (index: number) => string;
}

const exact = (i: number) => `https://app.customer-${i}.example`;
const LISTS: readonly List[] = [
	{ name: "exact", size: 1, entry: exact, hit: exact },
	{ name: "exact", size: 10_000, entry: exact, hit: exact },
	{ name: "exact", size: 100_000, entry: exact, hit: exact },
	{
		name: "subdomains",
		size: 10_000,
		entry: (i) => `https://*.customer-${i}.example`,
		hit: (i) => `https://www.customer-${i}.example`,
	},
];

/** Origins that are asked about in turn, spread over the list. */
const ASKED_ORIGINS = 512;
const CONNECTIONS = 8;
const TURN_REQUESTS = 120;
const WARM_UP_REQUESTS = 3000;
const SETTLE_MILLISECONDS = 2;
/** What a process has left to do after it has begun to listen. */
const START_MILLISECONDS = 300;
const PROCESSES = 2;

interface Seat {
	readonly list: List;
	readonly worker: ServerProcess;
	readonly client: Client;
	readonly requests: { readonly hit: readonly Wire[]; readonly miss: readonly Wire[] };
	readonly microseconds: { readonly hit: number[]; readonly miss: number[] };
}

/** Measures; a row for each list. */
export async function measureLists(
	session: Session,
	bundle: string,
	{ seconds, coldStarts }: WholeOptions,
): Promise<Table> {
	const first = new Map<List, number[]>();
	const seats: Seat[] = [];
	for (const list of LISTS) {
		const origins = Array.from({ length: list.size }, (_, index) => list.entry(index));
		const kv = await startKv(
			{ document: tenantDocument(session.upstreamOrigin, origins) },
			session.directory,
		);
		const start = () => startWorker({ bundle, kvPort: kv.port, variables: { UNKNOWN_HOSTS: "refuse" } });
		const costs: number[] = [];
		for (let i = 0; i < Math.max(coldStarts, PROCESSES); i++) {
			session.progress.say(`cold start ${i + 1}, ${list.size.toLocaleString("en")} ${list.name}`);
			const seat = takeSeat(list, await start());
			costs.push(await firstCost(seat));
			if (i < PROCESSES) seats.push(seat);
			else await leave(seat);
		}
		first.set(list, costs);
	}
	for (const { client, requests } of seats)
		await client.turn((index) => requests.hit[index % ASKED_ORIGINS] as Wire, WARM_UP_REQUESTS);
	const begun = performance.now();
	const random = createRandom(11);
	while (performance.now() - begun < seconds * 1000) {
		session.progress.say("whole preflights", (performance.now() - begun) / seconds / 1000);
		for (const seat of shuffled(seats, random)) {
			for (const outcome of ["hit", "miss"] as const)
				seat.microseconds[outcome].push(await turnCost(seat, outcome));
		}
	}
	const costsOf = (list: List, outcome: "hit" | "miss") =>
		seats.filter((seat) => seat.list === list).map(({ microseconds }) => microseconds[outcome]);
	const [one] = LISTS;
	const rows = LISTS.map((list) => [
		`${list.name}, ${list.size.toLocaleString("en")}`,
		`${median(first.get(list) ?? []).toFixed(0)} ms`,
		...(["hit", "miss"] as const).map((outcome) => {
			const { ratio, standardError } = pairedRatio(costsOf(list, outcome), costsOf(one as List, outcome));
			return `${ratio.toFixed(2)} ±${standardError.toFixed(2)}`;
		}),
	]);
	await Promise.all(seats.map(leave));
	return [["list", "first, CPU", "steady, listed", "steady, not listed"], ...rows];
}

function takeSeat(list: List, worker: ServerProcess): Seat {
	const wires = (origin: (index: number) => string) =>
		Array.from({ length: ASKED_ORIGINS }, (_, index) =>
			preflightRequest(origin((index * 7919) % list.size), HOSTNAME),
		);
	return {
		list,
		worker,
		client: createClient(worker.port, CONNECTIONS),
		requests: { hit: wires(list.hit), miss: wires((index) => `${list.hit(index)}.evil.test`) },
		microseconds: { hit: [], miss: [] },
	};
}

/** @returns milliseconds of CPU */
async function firstCost({ worker, client, requests }: Seat): Promise<number> {
	await sleep(START_MILLISECONDS);
	const before = worker.cpuNanoseconds();
	const begun = performance.now();
	const { statuses } = await client.turn(() => requests.hit[0] as Wire, 1);
	const wall = performance.now() - begun;
	await sleep(START_MILLISECONDS);
	const after = worker.cpuNanoseconds();
	if (!statuses.has(204)) throw new Error(`The first answer was ${[...statuses.keys()].join()}.`);
	return before === undefined || after === undefined ? wall : Number(after - before) / 1e6;
}

/** @returns microseconds of CPU per request */
async function turnCost({ worker, client, requests }: Seat, outcome: "hit" | "miss"): Promise<number> {
	await client.open();
	const wires = requests[outcome];
	const offset = Math.floor(performance.now()) % ASKED_ORIGINS;
	const before = worker.cpuNanoseconds();
	const begun = performance.now();
	await client.turn((index) => wires[(offset + index) % ASKED_ORIGINS] as Wire, TURN_REQUESTS);
	const wall = (performance.now() - begun) * 1000;
	await sleep(SETTLE_MILLISECONDS);
	const after = worker.cpuNanoseconds();
	const total = before === undefined || after === undefined ? wall : Number(after - before) / 1000;
	return total / TURN_REQUESTS;
}

async function leave({ client, worker }: Seat): Promise<void> {
	client.close();
	await worker.stop();
}
