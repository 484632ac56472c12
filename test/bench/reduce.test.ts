/** Owns the proof that a run is reduced to the ratios that the goals ask for. */

import { expect, test } from "vitest";
import { reduce } from "../../bench/compare/results.ts";
import { WORKS } from "../../bench/compare/work.ts";

const ALLOWED = WORKS.filter(({ name }) => name === "allowed");

/** Three rounds of one process each: a noisy neighbour makes the second round twice as dear for everybody. */
const ROUNDS = { bare: [100, 200, 100], "hono-by-hand": [120, 240, 120], cordon: [126, 252, 126] };

function reduceRounds(rounds: Readonly<Record<string, number[]>>, gzipBytes?: number) {
	const contenders = Object.keys(rounds).map((name) => ({
		name,
		kind: name === "cordon" ? ("cordon" as const) : ("limit" as const),
		title: name,
		version: "1.0",
		start: () => Promise.reject(new Error("nothing is started here")),
		...(gzipBytes === undefined ? {} : { gzipBytes: () => gzipBytes }),
	}));
	const measurements = new Map(
		Object.entries(rounds).map(([name, microseconds]) => [
			name,
			new Map([["allowed", { microseconds: [microseconds], latencies: [1] }]]),
		]),
	);
	const run = { measurements, rounds: 3, isCpuTime: true };
	return reduce(run, contenders, ALLOWED, [], { processes: 1, connections: 1 }).contenders;
}

test("the ratio to the header changes inside Hono is paired round by round, as that to the limit is", () => {
	const cordon = reduceRounds(ROUNDS).find(({ name }) => name === "cordon");
	expect(cordon?.cells["allowed"]).toMatchObject({
		ratio: 1.26,
		toByHandInHono: { ratio: 1.05, standardError: 0 },
	});
});

test("there is no ratio to what did not run", () => {
	const [, cordon] = reduceRounds({ bare: ROUNDS.bare, cordon: ROUNDS.cordon });
	expect(cordon?.cells["allowed"]).toMatchObject({ ratio: 1.26 });
	expect(cordon?.cells["allowed"]).not.toHaveProperty("toByHandInHono");
});

test("the weight of a bundle is kept where it was weighed, and only there", () => {
	expect(reduceRounds(ROUNDS, 70_000)[0]).toMatchObject({ gzipBytes: 70_000 });
	expect(reduceRounds(ROUNDS)[0]).not.toHaveProperty("gzipBytes");
});
