/** Owns the proof that who floods a shared budget starves itself first, and nobody else. */

import { describe, expect, test } from "vitest";
import { createFairBudget, MAX_BUCKETS } from "../../src/isolate/fair-budget.ts";

function setUp() {
	const state = { now: 0 };
	const budget = createFairBudget({
		member: { burst: 20, perSecond: 2 },
		group: { burst: 30, perSecond: 3 },
		all: { burst: 100, perSecond: 10 },
		reserve: { burst: 5, perSecond: 1 },
		now: () => state.now,
	});
	/** How many of so many tokens are given. */
	const take = (group: string, member: string, wanted = 1000) => {
		let given = 0;
		for (let i = 0; i < wanted; i++) if (budget.take(group, member) !== undefined) given++;
		return given;
	};
	return { state, budget, take };
}

describe("a fair budget", () => {
	test("gives a member its burst, then so many a second", () => {
		const { state, take } = setUp();
		expect(take("a", "x")).toBe(20);
		state.now += 1000;
		expect(take("a", "x")).toBe(2);
	});

	test("gives the members of a group no more than the group's", () => {
		const { take } = setUp();
		expect([take("a", "x"), take("a", "y"), take("a", "z")]).toEqual([20, 10, 0]);
	});

	test("lets another group have all of its own, however much one group takes and however long", () => {
		const { state, take } = setUp();
		for (let second = 0; second < 100; second++) {
			for (let member = 0; member < 50; member++) take("flood", String(member), 50);
			state.now += 1000;
		}
		expect(take("quiet", "x")).toBe(20);
	});

	test("gives all groups together no more than what is for all, and each its reserve", () => {
		const { take } = setUp();
		const given = Array.from({ length: 10 }, (_, group) => take(String(group), "x"));
		expect(given).toEqual([20, 20, 20, 20, 20, 5, 5, 5, 5, 5]);
	});

	test("takes nothing of one bucket where another is empty", () => {
		const { state, take } = setUp();
		take("a", "x");
		take("a", "x", 1_000_000);
		expect(take("a", "y")).toBe(10);
		state.now += 1000;
		expect(take("a", "x")).toBe(2);
	});

	test("has as much as before once a token is given back", () => {
		const { budget, take } = setUp();
		for (let i = 0; i < 1000; i++) budget.take("a", "x")?.refund();
		expect(take("a", "x")).toBe(20);
	});

	test("keeps a bounded number of buckets, and gives a flood of names no fresh bucket each", () => {
		const { take } = setUp();
		let given = 0;
		for (let group = 0; group < 20 * MAX_BUCKETS; group++) given += take(`made-up-${group}`, "x", 1);
		// All of what is for all, then one of the reserve of each name that has a bucket, then those of one bucket.
		expect(given).toBeLessThanOrEqual(100 + MAX_BUCKETS + 20);
	});

	test("forgets the names that have all of theirs again", () => {
		const { state, take } = setUp();
		for (let group = 0; group < MAX_BUCKETS; group++) take(`made-up-${group}`, "x", 1);
		state.now += 60_000;
		expect(take("new", "x")).toBe(20);
		expect(take("newer", "x")).toBe(20);
	});
});
