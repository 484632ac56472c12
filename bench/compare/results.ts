/** Owns the results of a comparison: reduced from the turns, saved as JSON, read back. */

import { readFileSync } from "node:fs";
import { describeMachine, type Machine } from "../harness/machine.ts";
import { mean, median, pairedRatio, percentile } from "../harness/statistics.ts";
import type { Contender } from "./contenders.ts";
import type { Measured } from "./measure.ts";
import type { Work } from "./work.ts";

/** A ratio of CPU times, with one standard error. */
export interface RatioResult {
	readonly ratio: number;
	readonly standardError: number;
}

/** One contender at one work. */
export interface Cell {
	/** To the limit, in CPU time; absent where the limit did not run. */
	readonly ratio?: number;
	readonly standardError?: number;
	readonly ratioOfMeans?: number;
	/** Of Cordon to the header changes by hand inside Hono; absent where those did not run. */
	readonly toByHandInHono?: RatioResult;
	/** Per request. */
	readonly microseconds: number;
	/** Latency in milliseconds, several connections at once. */
	readonly p50: number;
	readonly p90: number;
	readonly p99: number;
}

export interface ContenderResult {
	readonly name: string;
	readonly title: string;
	readonly kind: Contender["kind"];
	readonly version: string;
	/** Of the bundle, gzipped, where it was weighed. */
	readonly gzipBytes?: number;
	/** By the name of the work. */
	readonly cells: Readonly<Record<string, Cell>>;
}

export interface Results {
	readonly layout: 1;
	readonly machine: Machine;
	readonly isCpuTime: boolean;
	readonly rounds: number;
	readonly processes: number;
	readonly connections: number;
	/** How far apart two processes of the very same Worker were, at most. */
	readonly noise: number;
	readonly works: readonly Pick<Work, "name" | "title" | "limit">[];
	readonly contenders: readonly ContenderResult[];
	/** Peers that are not installed. */
	readonly missing: readonly string[];
}

/** Reduces the turns of a run. */
export function reduce(
	{ measurements, rounds, isCpuTime }: Measured,
	contenders: readonly Contender[],
	works: readonly Work[],
	missing: readonly string[],
	{ processes, connections }: { readonly processes: number; readonly connections: number },
): Results {
	const turnsOf = (name: string, work: Work) => measurements.get(name)?.get(work.name);
	const cellsOf = ({ name, kind }: Contender) => {
		const cells: Record<string, Cell> = {};
		for (const work of works) {
			const turns = turnsOf(name, work);
			if (turns === undefined) continue;
			const base = turnsOf(work.limit, work);
			const paired = base && pairedRatio(turns.microseconds, base.microseconds);
			const byHand = kind === "cordon" ? turnsOf("hono-by-hand", work) : undefined;
			const above = byHand && pairedRatio(turns.microseconds, byHand.microseconds);
			cells[work.name] = {
				...(paired && {
					ratio: round(paired.ratio, 4),
					standardError: round(paired.standardError, 4),
					ratioOfMeans: round(paired.ofMeans, 4),
				}),
				...(above && {
					toByHandInHono: {
						ratio: round(above.ratio, 4),
						standardError: round(above.standardError, 4),
					},
				}),
				microseconds: round(mean(turns.microseconds.map(median)), 1),
				p50: round(percentile(turns.latencies, 0.5), 3),
				p90: round(percentile(turns.latencies, 0.9), 3),
				p99: round(percentile(turns.latencies, 0.99), 3),
			};
		}
		return cells;
	};
	return {
		layout: 1,
		machine: describeMachine(),
		isCpuTime,
		rounds,
		processes,
		connections,
		noise: round(
			Math.max(0, ...works.map((work) => selfNoise(turnsOf(work.limit, work)?.microseconds ?? []))),
			4,
		),
		works: works.map(({ name, title, limit }) => ({ name, title, limit })),
		contenders: contenders.map((contender) => ({
			name: contender.name,
			title: contender.title,
			kind: contender.kind,
			version: contender.version,
			...(contender.gzipBytes && { gzipBytes: contender.gzipBytes() }),
			cells: cellsOf(contender),
		})),
		missing,
	};
}

/** Reads saved results; throws where they are of another layout. */
export function readResults(file: string): Results {
	const value = JSON.parse(readFileSync(file, "utf8")) as Results;
	if (value.layout !== 1)
		throw new Error(`${file} holds no results that this version of the benchmark knows.`);
	return value;
}

/** Two processes of one Worker do the same work: what lies between them is noise. */
function selfNoise(byProcess: readonly (readonly number[])[]): number {
	let worst = 0;
	for (const [index, one] of byProcess.entries()) {
		for (const other of byProcess.slice(index + 1)) {
			worst = Math.max(worst, Math.abs(pairedRatio([one], [other]).ratio - 1));
		}
	}
	return worst;
}

function round(number: number, digits: number): number {
	return Number(number.toFixed(digits));
}
