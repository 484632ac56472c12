/** Owns the proof that keys are read from the runtime's own KV, several in one read. */

import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createKvReader } from "../../src/tenants/kv-reader.ts";

test("gives one key or several, an absence as null and an empty text as one", async () => {
	await env.TENANTS.put("tenant:a.example.com", "{}");
	await env.TENANTS.put("origin:d:https://one.example", "");
	const read = createKvReader(env.TENANTS);
	expect([...(await read(["tenant:a.example.com"]))]).toEqual([["tenant:a.example.com", "{}"]]);
	expect([...(await read(["tenant:b.example.com"]))]).toEqual([["tenant:b.example.com", null]]);
	expect([...(await read(["origin:d:https://one.example"]))]).toEqual([["origin:d:https://one.example", ""]]);
	expect([...(await read(["tenant:a.example.com", "tenant:*.example.com"]))]).toEqual([
		["tenant:a.example.com", "{}"],
		["tenant:*.example.com", null],
	]);
});

test("asks KV once for several keys", async () => {
	const calls: unknown[][] = [];
	const get = (...parameters: unknown[]) => {
		calls.push(parameters);
		return Promise.resolve(new Map());
	};
	await createKvReader({ get } as unknown as KVNamespace)(["a", "b"]);
	expect(calls).toEqual([[["a", "b"], { type: "text", cacheTtl: 30 }]]);
});
