/** Owns the proof of the origin directories, their budgets, and the bounds of what the store holds. */

import { describe, expect, test } from "vitest";
import { ONE, setUp } from "./store-setup.ts";

describe("an origin directory", () => {
	test("keeps nothing of a value, however large: only that there is one", async () => {
		const { kv, copies, findOrigin, settle } = setUp();
		kv.set("origin:customers:https://one.example", "x".repeat(1_000_000));
		expect((await findOrigin(ONE, "customers")).allowed).toBe(true);
		await settle();
		expect(copies.get("origin:customers:https://one.example")?.text).toBe("");
	});

	test("says which of the directories has the origin, an empty value counting", async () => {
		const { kv, findOrigin } = setUp();
		kv.set("origin:second:https://shop.example", "");
		expect(await findOrigin("https://shop.example", "first", "second")).toEqual({
			allowed: true,
			reason: "in-directory",
			entry: '{"directory":"second"}',
			policy: 0,
		});
		expect(await findOrigin("https://evil.example", "first", "second")).toEqual({
			allowed: false,
			reason: "not-in-directory",
		});
	});

	test("is asked once in 30 s for one origin, hit or miss", async () => {
		const { kv, findOrigin, state } = setUp();
		kv.set("origin:d:https://shop.example", "");
		for (let i = 0; i < 5; i++) {
			await findOrigin("https://shop.example", "d");
			await findOrigin("https://evil.example", "d");
		}
		expect(state.reads.length).toBe(2);
	});

	test("that cannot be read denies, except what it allowed within the hour", async () => {
		const { kv, findOrigin, state, advance } = setUp();
		kv.set("origin:d:https://shop.example", "");
		await findOrigin("https://shop.example", "d");
		state.broken = true;
		advance(3000);
		expect((await findOrigin("https://shop.example", "d")).allowed).toBe(true);
		expect(await findOrigin("https://new.example", "d")).toEqual({
			allowed: false,
			reason: "directory-unavailable",
		});
	});

	test("flooded with made-up origins costs a bounded number of reads and bytes; known origins go on", async () => {
		const { kv, findOrigin, state, advance, store } = setUp();
		kv.set("origin:d:https://shop.example", "");
		await findOrigin("https://shop.example", "d");
		for (let i = 0; i < 100_000; i++) {
			if (i % 1000 === 0) advance(0.1);
			await findOrigin(`https://made-up-${i}.example`, "d");
		}
		// 200 at once and 10 a second for the 10 seconds that passed.
		expect(state.reads.length).toBeLessThanOrEqual(1 + 200 + 100);
		expect(store.bytes()).toBeLessThan(1_000_000);
		expect((await findOrigin("https://shop.example", "d")).allowed).toBe(true);
	});

	test("with many real origins is not held back: only reads that find nothing count", async () => {
		const { kv, findOrigin } = setUp();
		for (let i = 0; i < 2000; i++) kv.set(`origin:d:https://shop-${i}.example`, "");
		for (let i = 0; i < 2000; i++) {
			expect((await findOrigin(`https://shop-${i}.example`, "d")).allowed).toBe(true);
		}
	});
});

describe("a flood of made-up origins at one tenant", () => {
	const A = "a.example.com";
	const B = "b.example.com";

	/** Two tenants, each with 300 registered origins in a directory of its own. */
	function twoTenants() {
		const all = setUp();
		all.kv.set(`tenant:${A}`, '{"cors":{"origins":[{"directory":"as"}]}}');
		all.kv.set(`tenant:${B}`, '{"cors":{"origins":[{"directory":"bs"}]}}');
		for (const directory of ["as", "bs"]) {
			for (let i = 0; i < 300; i++) all.kv.set(`origin:${directory}:https://shop-${i}.example`, "");
		}
		let madeUp = 0;
		const flood = async (host: string, directory: string, times: number) => {
			for (let i = 0; i < times; i++) {
				await all.findOriginAt(host, `https://made-up-${madeUp++}.example`, directory);
			}
		};
		return { ...all, flood };
	}

	test("denies no registered origin of another tenant, however long it goes on", async () => {
		const { flood, findOriginAt, advance } = twoTenants();
		await flood(A, "as", 200);
		for (let i = 0; i < 300; i++) {
			await flood(A, "as", 11);
			advance(1);
			expect((await findOriginAt(B, `https://shop-${i}.example`, "bs")).allowed).toBe(true);
		}
	});

	test("by way of every directory that a policy may name uses up a quarter of what is for all", async () => {
		const { flood, findOriginAt, state } = twoTenants();
		for (let directory = 0; directory < 8; directory++) await flood(A, `d${directory}`, 1000);
		expect(state.calls).toBe(400);
		expect((await findOriginAt(B, "https://shop-1.example", "bs")).allowed).toBe(true);
	});

	test("and at 200 other tenants besides leaves another its registered origins", async () => {
		const { flood, findOriginAt } = twoTenants();
		for (let tenant = 0; tenant < 200; tenant++) await flood(`attacker-${tenant}.example`, "ds", 60);
		for (let i = 0; i < 300; i++) {
			expect((await findOriginAt(B, `https://shop-${i}.example`, "bs")).allowed).toBe(true);
		}
	});

	test("buys nothing more by making up hosts of a wildcard tenant", async () => {
		const { kv, find, findOriginAt, state } = setUp();
		kv.set("tenant:*.example.com", '{"cors":{"origins":[{"directory":"ds"}]}}');
		await find("first.example.com");
		state.calls = 0;
		for (let i = 0; i < 1000; i++) {
			await findOriginAt(`made-up-${i}.example.com`, `https://made-up-${i}.example`, "ds");
		}
		expect(state.calls).toBe(200);
	});

	test("in one directory leaves another of the same tenant its own", async () => {
		const { flood, findOriginAt, state } = twoTenants();
		await flood(A, "other", 1000);
		expect(state.calls).toBe(200);
		expect((await findOriginAt(A, "https://shop-1.example", "as")).allowed).toBe(true);
	});

	test("is denied at the 201st, and 10 a second after that", async () => {
		const { findOriginAt, state, advance } = twoTenants();
		const reasons = async (from: number, to: number) => {
			const seen = [];
			for (let i = from; i < to; i++) {
				seen.push((await findOriginAt(A, `https://made-up-${i}.example`, "as")).reason);
			}
			return seen;
		};
		expect(await reasons(0, 200)).toEqual(Array(200).fill("not-in-directory"));
		expect(await reasons(200, 201)).toEqual(["directory-unavailable"]);
		advance(1);
		expect(await reasons(201, 212)).toEqual([...Array(10).fill("not-in-directory"), "directory-unavailable"]);
		expect(state.calls).toBe(210);
	});
});

describe("a read of a directory", () => {
	test("that finds something costs nothing, whichever of 8 directories it is in", async () => {
		const { kv, findOrigin, advance } = setUp();
		const directories = Array.from({ length: 8 }, (_, i) => `d${i}`);
		for (let i = 0; i < 2000; i++) kv.set(`origin:d${i % 8}:https://shop-${i}.example`, "");
		for (let i = 0; i < 2000; i++) {
			expect((await findOrigin(`https://shop-${i}.example`, ...directories)).allowed).toBe(true);
		}
		advance(31);
		for (let i = 0; i < 2000; i++) {
			expect((await findOrigin(`https://shop-${i}.example`, ...directories)).allowed).toBe(true);
		}
	});

	test("costs one token, however many requests for the same origin wait at once", async () => {
		const { kv, findOrigin } = setUp();
		kv.set("origin:d:https://shop.example", "");
		for (const origin of ["https://shop.example", "https://made-up.example"]) {
			const answers = await Promise.all(Array.from({ length: 300 }, () => findOrigin(origin, "d")));
			expect(new Set(answers.map(({ reason }) => reason)).size).toBe(1);
		}
		// One token is gone, for the made-up one.
		const more = Array.from({ length: 200 }, (_, i) => findOrigin(`https://more-${i}.example`, "d"));
		const reasons = (await Promise.all(more)).map(({ reason }) => reason);
		expect(reasons).toEqual([...Array(199).fill("not-in-directory"), "directory-unavailable"]);
	});

	test("whose request is gone before it ends is forgotten after 10 s", async () => {
		const { findOrigin, state, advance } = setUp();
		state.delay = new Promise(() => {});
		state.copyDelay = state.delay;
		void findOrigin("https://shop.example", "d");
		state.delay = undefined;
		state.copyDelay = undefined;
		for (let i = 0; i < 199; i++) await findOrigin(`https://made-up-${i}.example`, "d");
		expect((await findOrigin("https://shop.example", "d")).reason).toBe("not-in-directory");
		advance(40);
		for (let i = 0; i < 200; i++) await findOrigin(`https://more-${i}.example`, "d");
		expect((await findOrigin("https://shop.example", "d")).reason).toBe("not-in-directory");
		expect(state.calls).toBe(401);
	});
});

describe("two documents of 100,000 origins beside a small one", () => {
	test("asked in turn are read and compiled once each", async () => {
		const { kv, find, state, store } = setUp();
		for (const host of ["one", "two"]) {
			const origins = Array.from({ length: 100_000 }, (_, i) => `https://shop-${i}.${host}.example`);
			kv.set(`tenant:${host}.example.com`, JSON.stringify({ cors: { origins } }));
		}
		kv.set("tenant:small.example.com", JSON.stringify({ cors: { origins: [ONE] } }));
		for (let turn = 0; turn < 5; turn++) {
			for (const host of ["one", "small", "two"]) {
				const { waited, found } = await find(`${host}.example.com`);
				expect([waited, found.kind]).toEqual([turn === 0, "present"]);
			}
		}
		expect(state.calls).toBe(3);
		expect(store.bytes()).toBeLessThan(32 * 1024 * 1024);
	});
});

test("for any number of tenants and made-up hostnames, the bytes held are bounded", async () => {
	const { kv, find, store } = setUp();
	const filler = Array.from({ length: 40 }, (_, i) => `https://origin-${i}.customer.example`);
	for (let i = 0; i < 8_000; i++) {
		kv.set(`tenant:t${i}.example`, JSON.stringify({ cors: { origins: filler } }));
		await find(`t${i}.example`);
		await find(`made-up-${i}.test`);
		kv.delete(`tenant:t${i}.example`);
	}
	expect(store.bytes()).toBeLessThan(37 * 1024 * 1024);
	expect(store.bytes()).toBeGreaterThan(10 * 1024 * 1024);
});
