/** Owns the proof that each goal is judged as it is worded: met at its bound, missed just beyond it. */

import { expect, test } from "vitest";
import { type GoalResult, judgeGoals } from "../../bench/compare/goals.ts";
import { type Cells, contender, resultsOf } from "./results.ts";

/** Judges Cordon with these cells beside other contenders; gives what is said of each goal. */
function judge(cells: Cells, gzipBytes?: number, ...others: ReturnType<typeof contender>[]) {
	const cordon = contender("cordon", "cordon", cells, gzipBytes === undefined ? {} : { gzipBytes });
	return judgeGoals(resultsOf(cordon, ...others));
}

function metOf(goals: readonly GoalResult[]): readonly (readonly [string, boolean])[] {
	return goals.map(({ goal, met }) => [goal, met]);
}

test.each([
	[1.27, true],
	[1.2701, false],
])("an allowed request may take 1.27 of a bare pass-through: %s", (ratio, met) => {
	expect(metOf(judge({ allowed: { ratio } }))).toEqual([
		["allowed: CPU / bare pass-through at most 1.27", met],
	]);
});

test.each([
	[1.07, true],
	[1.0701, false],
])("an allowed request may take 1.07 of the same header changes by hand inside Hono: %s", (ratio, met) => {
	expect(judge({ allowed: { toByHandInHono: { ratio, standardError: 0.0151 } } })).toEqual([
		{
			goal: "allowed: CPU / the same header changes by hand, inside Hono, at most 1.07",
			measured: "1.07 ±0.02",
			met,
		},
	]);
});

test.each([
	[1.14, true],
	[1.1401, false],
])("a preflight may take 1.14 of the same answer, static: %s", (ratio, met) => {
	expect(metOf(judge({ preflight: { ratio } }))).toEqual([
		["preflight: CPU / the same answer, static, at most 1.14", met],
	]);
});

test.each([
	[1.4, true],
	[1.3999, false],
])(
	"an allowed request is cheaper than hono/cors + hono/proxy by 0.15 of a bare pass-through: 1.25 beside %s",
	(theirs, met) => {
		const peer = contender("hono-cors", "worker", { allowed: { ratio: theirs } });
		const goals = judge({ allowed: { ratio: 1.25 } }, undefined, peer);
		expect(goals[1]).toEqual({
			goal: "allowed: cheaper than hono-cors by at least 0.15",
			measured: "1.25 beside 1.40",
			met,
		});
	},
);

test.each([
	["itty-cors", "allowed", 1.25, false],
	["itty-cors", "allowed", 1.2501, true],
	["itty-cors", "preflight", 1.25, false],
	["hono-cors", "preflight", 1.2501, true],
])("beside %s, %s: cheaper is cheaper, by however little", (name, work, theirs, met) => {
	const peer = contender(name, "worker", { [work]: { ratio: theirs } });
	const goals = judge({ [work]: { ratio: 1.25 } }, undefined, peer);
	expect(metOf(goals).at(-1)).toEqual([`${work}: cheaper than ${name}`, met]);
});

test.each([
	[85 * 1024 - 1, true],
	[85 * 1024, false],
])("the bundle is under 85 KiB when gzipped: %s bytes", (gzipBytes, met) => {
	expect(judge({}, gzipBytes)).toEqual([{ goal: "bundle, gzip, under 85 KiB", measured: "85.0 KiB", met }]);
});

test("denied requests and those without Origin have no goal of their own: they do less than the allowed", () => {
	expect(judge({ denied: { ratio: 9 }, "no-origin": { ratio: 9 } })).toEqual([]);
});

test("without Cordon there is nothing to judge", () => {
	const bare = contender("bare", "limit", { allowed: { ratio: 1 } });
	expect(judgeGoals(resultsOf(bare))).toEqual([]);
});
