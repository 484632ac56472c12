/** Owns the proof of how wrangler is asked: in which batches, with which flags, and how its answers are read. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type KvPlace, openKv } from "../../src/cli/kv/kv.ts";
import { Fault } from "../../src/cli/shell/fault.ts";

const REMOTE: KvPlace = { kind: "remote", environment: undefined };
const LOCAL: KvPlace = { kind: "local", directory: undefined, environment: undefined };

/** A wrangler that remembers how it was called, and answers by the file that it is given. */
function wranglerOf(answer: (content: readonly unknown[], args: readonly string[]) => string) {
	const calls: { readonly args: readonly string[]; readonly content: readonly unknown[] }[] = [];
	const run = async (args: readonly string[]) => {
		const [, group, , file = ""] = args;
		const content: readonly unknown[] = group === "bulk" ? JSON.parse(readFileSync(file, "utf8")) : [];
		calls.push({ args, content });
		return answer(content, args);
	};
	return { calls, run };
}

function keys(count: number): readonly string[] {
	return Array.from({ length: count }, (_, index) => `tenant:${index}`);
}

/** As Cloudflare's API answers. */
const remoteValues = (content: readonly unknown[]) =>
	JSON.stringify(Object.fromEntries(content.map((key) => [key, `value of ${key}`])), null, 2);

describe("reading", () => {
	test.each([
		[REMOTE, 100, [100]],
		[REMOTE, 101, [100, 1]],
		[LOCAL, 1000, [1000]],
		[LOCAL, 1001, [1000, 1]],
		[REMOTE, 0, []],
	])("%o: %i keys are asked for in batches of %o", async (place, count, sizes) => {
		const { calls, run } = wranglerOf(remoteValues);
		const done: number[] = [];
		const values = await openKv(place, run).get(keys(count), (so) => done.push(so));
		// Batches are asked for side by side, so their order is nobody's promise.
		expect(calls.map(({ content }) => content.length).toSorted((a, b) => b - a)).toEqual(sizes);
		expect(values.size).toBe(count);
		expect(values.get(`tenant:${count - 1}`)).toBe(count === 0 ? undefined : `value of tenant:${count - 1}`);
		expect(done.at(-1)).toBe(count === 0 ? undefined : count);
	});

	test("understands both forms of the answer, an empty value, an absent key, a notice before it", async () => {
		for (const answer of [
			{ a: "x", b: "", c: null },
			{ a: { value: "x" }, b: { value: "" }, c: { value: null } },
		]) {
			const { run } = wranglerOf(() => `Using profile work\n\n${JSON.stringify(answer, null, 2)}\n`);
			expect([...(await openKv(REMOTE, run).get(["a", "b", "c"]))]).toEqual([
				["a", "x"],
				["b", ""],
			]);
		}
	});

	test("halves a batch whose values are too large together", async () => {
		const { calls, run } = wranglerOf((content) => {
			if (content.length > 30) throw new Fault("kv-unavailable", "A request to the API failed: 413");
			return remoteValues(content);
		});
		const values = await openKv(REMOTE, run).get(keys(100));
		expect([...values.keys()]).toEqual(keys(100));
		expect(calls.map(({ content }) => content.length)).toEqual([100, 50, 25, 25, 50, 25, 25]);
	});

	test("fails at once where anything else is wrong", async () => {
		const { calls, run } = wranglerOf(() => {
			throw new Fault("kv-unavailable", "not logged in");
		});
		await expect(openKv(REMOTE, run).get(keys(2))).rejects.toThrow("not logged in");
		expect(calls).toHaveLength(1);
		const unread = wranglerOf(() => "what is this?");
		await expect(openKv(REMOTE, unread.run).list("tenant:")).rejects.toMatchObject({
			code: "kv-unavailable",
		});
	});
});

describe("writing", () => {
	test("goes in batches of 1,000 keys", async () => {
		const { calls, run } = wranglerOf(() => "Success!");
		const done: number[] = [];
		const entries = keys(2001).map((key) => ({ key, value: "" }));
		await openKv(REMOTE, run).put(entries, (so) => done.push(so));
		expect(calls.flatMap(({ content }) => content)).toEqual(entries);
		expect(done).toEqual([1000, 2000, 2001]);
		await openKv(REMOTE, run).delete(keys(1001), (so) => done.push(so));
		expect(done).toEqual([1000, 2000, 2001, 1000, 1001]);
		expect(calls.at(-1)?.args.slice(0, 3)).toEqual(["kv", "bulk", "delete"]);
		expect(calls.at(-1)?.args).toContain("--force");
	});

	test("keeps a batch below 50 MB, whatever the number of keys", async () => {
		const { calls, run } = wranglerOf(() => "Success!");
		const value = "x".repeat(20_000_000);
		await openKv(REMOTE, run).put(["a", "b", "c"].map((key) => ({ key, value })));
		expect(calls.map(({ content }) => content.length)).toEqual([2, 1]);
	});
});

describe("every call", () => {
	test("names the binding, the place, and never the preview namespace", async () => {
		const { calls, run } = wranglerOf(() => "[]");
		await openKv(REMOTE, run).list("tenant:");
		await openKv({ kind: "local", directory: "/kv", environment: "staging" }, run).list("tenant:");
		const config = expect.stringMatching("^--config=/.*/wrangler.toml$");
		expect(calls.map(({ args }) => args)).toEqual([
			["kv", "key", "list", "--prefix=tenant:", config, "--binding=TENANTS", "--preview=false", "--remote"],
			[
				...["kv", "key", "list", "--prefix=tenant:", config, "--binding=TENANTS", "--preview=false"],
				...["--env=staging", "--local", "--persist-to=/kv"],
			],
		]);
	});
});
