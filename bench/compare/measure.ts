/** Owns the interleaved run: every contender's processes take short turns at every work, in random order, round after round. */

import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "../harness/client.ts";
import type { ServerProcess } from "../harness/process.ts";
import type { Progress } from "../harness/progress.ts";
import { createRandom, shuffled } from "../harness/statistics.ts";
import type { Contender } from "./contenders.ts";
import type { Work } from "./work.ts";

/** How long, how often, how broad. */
export interface MeasureOptions {
	readonly seconds: number;
	readonly rounds: number;
	readonly processes: number;
	readonly connections: number;
	readonly warmUpRequests: number;
}

/** What one contender's turns at one work brought. */
export interface Turns {
	/** CPU time per request in microseconds (wall time where the system tells no CPU time), by process, then by round. */
	readonly microseconds: readonly number[][];
	/** Latencies in milliseconds, of all processes. */
	readonly latencies: number[];
}

/** By contender, then by work. */
export type Measurements = ReadonlyMap<string, ReadonlyMap<string, Turns>>;

/** What was measured, and in what unit. */
export interface Measured {
	readonly measurements: Measurements;
	readonly rounds: number;
	/** False where the system tells no CPU time: then the numbers are latencies. */
	readonly isCpuTime: boolean;
}

/** Lets work that goes on after the last response count for the turn that caused it. */
const SETTLE_MILLISECONDS = 2;
/** A round in which the machine was elsewhere is worse than none; but some are needed. */
const MIN_ROUNDS = 3;

interface Seat {
	readonly contender: Contender;
	readonly process: ServerProcess;
	readonly client: Client;
	readonly index: number;
}

/** Starts the contenders, warms them up, and lets them take turns until the time is over. */
export async function measure(
	contenders: readonly Contender[],
	works: readonly Work[],
	options: MeasureOptions,
	progress: Progress,
): Promise<Measured> {
	progress.say("building the bundles");
	await Promise.all(contenders.map((contender) => contender.prepare?.()));
	const seats: Seat[] = [];
	for (const contender of contenders) {
		for (let index = 0; index < options.processes; index++) {
			progress.say(`starting ${contender.name} ${index + 1}/${options.processes}`);
			const server = await contender.start();
			seats.push({
				contender,
				process: server,
				client: createClient(server.port, options.connections),
				index,
			});
		}
	}
	try {
		for (const [place, seat] of seats.entries()) {
			progress.say(`warming up ${seat.contender.name}`, place / seats.length);
			await warmUp(seat, works, options);
		}
		return await takeTurns(seats, contenders, works, options, progress);
	} finally {
		for (const { client } of seats) client.close();
		await Promise.all(seats.map((seat) => seat.process.stop()));
	}
}

async function warmUp(seat: Seat, works: readonly Work[], options: MeasureOptions): Promise<void> {
	for (const work of works) {
		if (!does(seat.contender, work)) continue;
		const count = Math.ceil((options.warmUpRequests * work.requestsPerTurn) / 60);
		const { statuses } = await seat.client.turn(() => work.request, count);
		const right = statuses.get(work.status) ?? 0;
		// Peers refuse and answer in ways of their own: any 2xx will do for them, and any answer to a refusal.
		const others = [...statuses.keys()].filter((status) => status < 200 || status > 299);
		if (seat.contender.kind === "cordon" ? right !== count : others.length > 0) {
			throw new Error(
				`${seat.contender.name} answers "${work.name}" with ${[...statuses.keys()].join(", ")}, not ${work.status}.`,
			);
		}
	}
}

async function takeTurns(
	seats: readonly Seat[],
	contenders: readonly Contender[],
	works: readonly Work[],
	options: MeasureOptions,
	progress: Progress,
): Promise<Measured> {
	const measurements = new Map(
		contenders.map((contender) => [
			contender.name,
			new Map<string, Turns>(
				works
					.filter((work) => does(contender, work))
					.map((work) => [
						work.name,
						{ microseconds: Array.from({ length: options.processes }, () => []), latencies: [] },
					]),
			),
		]),
	);
	const random = createRandom(1);
	const begun = performance.now();
	const elapsed = () => (performance.now() - begun) / 1000;
	let isCpuTime = true;
	let rounds = 0;
	while (rounds < options.rounds && (elapsed() < options.seconds || rounds < MIN_ROUNDS)) {
		for (const work of shuffled(works, random)) {
			for (const seat of shuffled(seats, random)) {
				const turns = measurements.get(seat.contender.name)?.get(work.name);
				if (turns === undefined) continue;
				const turn = await takeTurn(seat, work);
				isCpuTime &&= turn.isCpuTime;
				turns.microseconds[seat.index]?.push(turn.microseconds);
				turns.latencies.push(...turn.latencies);
			}
		}
		rounds++;
		progress.say(`round ${rounds}`, Math.max(elapsed() / options.seconds, rounds / options.rounds));
	}
	return { measurements, rounds, isCpuTime };
}

async function takeTurn({ process: server, client }: Seat, work: Work) {
	await client.open();
	const cpuBefore = server.cpuNanoseconds();
	const begun = performance.now();
	const { latencies } = await client.turn(() => work.request, work.requestsPerTurn);
	const wallMicroseconds = (performance.now() - begun) * 1000;
	await sleep(SETTLE_MILLISECONDS);
	const cpuAfter = server.cpuNanoseconds();
	const isCpuTime = cpuBefore !== undefined && cpuAfter !== undefined;
	const microseconds = isCpuTime ? Number(cpuAfter - cpuBefore) / 1000 : wallMicroseconds;
	return { microseconds: microseconds / work.requestsPerTurn, latencies, isCpuTime };
}

function does(contender: Contender, work: Work): boolean {
	return contender.works?.includes(work.name) ?? true;
}
