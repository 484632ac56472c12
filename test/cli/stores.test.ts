/** Owns the suite that every KV of the command line passes: in memory, on this machine, behind Cloudflare's API. */

import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Kv, openKv } from "../../src/cli/kv/kv.ts";
import { createTerminal } from "../../src/cli/shell/terminal.ts";
import { cloudflareApi, project } from "./cloudflare-api.ts";
import { memoryKv, streamsOf } from "./harness.ts";

const terminal = createTerminal(streamsOf("").streams);

afterEach(() => {
	vi.unstubAllEnvs();
});

const STORES: Readonly<Record<string, () => Promise<Kv>>> = {
	"in memory": async () => memoryKv(new Map()),
	"on this machine": async () => {
		const directory = project();
		const config = join(directory, "wrangler.toml");
		const place = {
			kind: "local",
			directory: join(directory, "kv"),
			environment: undefined,
			config,
		} as const;
		return openKv(place, terminal);
	},
	"behind Cloudflare's API": async () => {
		const api = await cloudflareApi();
		for (const [name, value] of Object.entries(api.environment)) vi.stubEnv(name, value);
		const config = join(project(), "wrangler.toml");
		return openKv({ kind: "remote", environment: undefined, config }, terminal);
	},
};

/** Each write of Miniflare's waits for the disk. */
const MANY = { "on this machine": 205 } as Readonly<Record<string, number>>;

describe.each(Object.entries(STORES))("the KV %s", (name, open) => {
	async function opened(): Promise<Kv> {
		const kv = await open();
		onTestFinished(() => kv.close?.());
		return kv;
	}

	test("keeps every kind of value as it is, and answers for what it has alone", async () => {
		const kv = await opened();
		const entries = ["", "{", '\u0000\u{1F600}\\"\n', "null", "<html>", "1", '{"a":1}'].map(
			(value, index) => ({
				key: `tenant:${index}`,
				value,
			}),
		);
		await kv.put(entries);
		const values = await kv.get([...entries.map(({ key }) => key), "tenant:absent"]);
		expect(new Map([...values].toSorted())).toEqual(new Map(entries.map(({ key, value }) => [key, value])));
		expect((await kv.list("tenant:")).toSorted()).toEqual(entries.map(({ key }) => key));
		expect(await kv.list("origin:")).toEqual([]);
	});

	test("takes many keys at once, and says how far it has come", async () => {
		const kv = await opened();
		const count = MANY[name] ?? 2345;
		const keys = Array.from({ length: count }, (_, index) => `origin:a:https://${index}.example`);
		const done: number[] = [];
		await kv.put(
			keys.map((key) => ({ key, value: "" })),
			(so) => done.push(so),
		);
		expect(done.at(-1)).toBe(count);
		expect((await kv.list("origin:a:")).toSorted()).toEqual(keys.toSorted());
		const read: number[] = [];
		expect((await kv.get(keys, (so) => read.push(so))).size).toBe(count);
		expect(read.at(-1)).toBe(count);
		await kv.delete([...keys.slice(1), "origin:a:absent"]);
		expect(await kv.list("origin:")).toEqual(keys.slice(0, 1));
	});

	test("does nothing where nothing is asked", async () => {
		const kv = await opened();
		await kv.put([]);
		await kv.delete([]);
		expect([...(await kv.get([]))]).toEqual([]);
	});

	test("overwrites, and forgets what is deleted", async () => {
		const kv = await opened();
		await kv.put([{ key: "a", value: "1" }]);
		await kv.put([{ key: "a", value: "2" }]);
		expect([...(await kv.get(["a"]))]).toEqual([["a", "2"]]);
		await kv.delete(["a"]);
		expect([...(await kv.get(["a"]))]).toEqual([]);
	});
});
