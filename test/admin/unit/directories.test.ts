/** Owns the proof of the directories' routes: one origin, thousands, a million, and who did what. */

import { beforeEach, describe, expect, test } from "vitest";
import { bound, createPlane, empty, type Plane } from "./plane.ts";

let plane: Plane;
beforeEach(async () => {
	await empty();
	plane = await createPlane();
});

const LIST = "/v1/directories/customers/origins";
const one = (origin: string) => `${LIST}/${encodeURIComponent(origin)}`;
const SHOP = "https://shop.example";
const change = (body: unknown) => plane.ask(LIST, { method: "POST", body });

describe("an origin", () => {
	test("is put in, read, listed and taken out, and KV has it as long", async () => {
		expect((await plane.ask(one(SHOP))).status).toBe(404);
		expect(await plane.ask(one(SHOP), { method: "PUT" })).toMatchObject({
			status: 201,
			json: { added: 1, copied: true },
		});
		expect(await plane.ask(one(SHOP), { method: "PUT" })).toMatchObject({ status: 200, json: { added: 0 } });
		expect((await plane.ask(one(SHOP))).json).toMatchObject({
			directory: "customers",
			origin: SHOP,
			by: "admin",
		});
		expect((await plane.ask(LIST)).json).toEqual({ directory: "customers", origins: [SHOP], cursor: null });
		expect(await bound.TENANTS.get(`origin:customers:${SHOP}`)).toBe("");
		expect((await plane.ask(one(SHOP), { method: "DELETE" })).status).toBe(204);
		expect((await plane.ask(one(SHOP), { method: "DELETE" })).status).toBe(404);
		expect((await plane.ask(one(SHOP))).status).toBe(404);
		expect(await bound.TENANTS.get(`origin:customers:${SHOP}`)).toBeNull();
	});

	test("may stand in the path as it is, where a client does not encode it", async () => {
		expect((await plane.ask(`${LIST}/https://shop.example:8443`, { method: "PUT" })).status).toBe(201);
		expect((await plane.ask(one("https://shop.example:8443"))).status).toBe(200);
	});

	test.each([
		"https://shop.example/",
		"https://Shop.example",
		"https://*.example",
		"https://shop.example:443",
		"null",
		"shop.example",
		"file:///x",
		`https://${"a".repeat(400)}.example`,
	])("that is %s is refused as `origins add` does", async (origin) => {
		const answer = await plane.ask(one(origin), { method: "PUT" });
		expect(answer).toMatchObject({
			status: 422,
			json: { code: "invalid-document", findings: [{ pointer: "" }] },
		});
	});

	test("of plain http is taken with a warning", async () => {
		const answer = await plane.ask(one("http://shop.example"), { method: "PUT" });
		expect(answer).toMatchObject({ status: 201, json: { warnings: [{ code: "insecure-origin" }] } });
	});
});

describe("many origins", () => {
	const many = (count: number) =>
		Array.from({ length: count }, (_, index) => `https://c${String(index).padStart(5, "0")}.example`);

	test("are added and removed at once, those that are so already left out of the count and the journal", async () => {
		expect(
			(await change({ add: ["https://a.example", "https://b.example", "https://a.example"] })).json,
		).toMatchObject({ added: 2, removed: 0, copied: true });
		expect(
			(
				await change({
					add: ["https://b.example", "https://c.example"],
					remove: ["https://a.example", "https://x.example"],
				})
			).json,
		).toMatchObject({ added: 1, removed: 1 });
		expect((await plane.ask(LIST)).json.origins).toEqual(["https://b.example", "https://c.example"]);
		const { results } = await bound.REGISTRY.prepare(
			"SELECT origin, action, by, via FROM directory_changes ORDER BY id",
		).all();
		expect(results).toEqual([
			{ origin: "https://a.example", action: "add", by: "admin", via: "token" },
			{ origin: "https://b.example", action: "add", by: "admin", via: "token" },
			{ origin: "https://a.example", action: "remove", by: "admin", via: "token" },
			{ origin: "https://c.example", action: "add", by: "admin", via: "token" },
		]);
		const { keys } = await bound.TENANTS.list({ prefix: "origin:" });
		expect(keys.map(({ name }) => name)).toEqual([
			"origin:customers:https://b.example",
			"origin:customers:https://c.example",
		]);
	});

	test("are 10,000 at most, and all of them reach KV", async () => {
		const written = new Set<string>();
		plane = await createPlane({ TENANTS: { put: async (key: string) => void written.add(key) } });
		const origins = many(10_000);
		const answer = await change({ add: origins });
		expect(answer).toMatchObject({ status: 200, json: { added: 10_000 } });
		expect(written.size).toBe(10_000);
		const refused = await change({ add: origins, remove: ["https://x.example"] });
		expect(refused).toMatchObject({ status: 413, json: { code: "too-large" } });
	});

	test("are all written or none", async () => {
		const refused = await change({ add: ["https://a.example", "https://b.example/", "null"], remove: [] });
		expect(refused.status).toBe(422);
		expect(refused.json.findings.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
			"/add/1",
			"/add/2",
		]);
		expect((await plane.ask(LIST)).json.origins).toEqual([]);
	});

	test.each([
		["a list", []],
		["a text in place of a list", { add: "https://a.example" }],
		["a number in it", { add: [1] }],
		["a key that nobody knows", { adds: [] }],
		["one origin both ways", { add: [SHOP], remove: [SHOP] }],
		["no JSON", "{"],
		["a repeated key", '{"add":[],"add":[]}'],
	])("are refused as %s", async (_, body) => {
		expect(await change(body)).toMatchObject({
			status: 422,
			json: { findings: [{ message: expect.any(String) }] },
		});
	});

	test("may be none", async () => {
		expect((await change({})).json).toMatchObject({ added: 0, removed: 0, copied: true });
	});

	test("have 1 MiB at most", async () => {
		expect((await change({ add: [`https://${"a".repeat(1024 * 1024)}`] })).status).toBe(413);
	});

	test("are listed in pages, each once", async () => {
		await change({ add: many(250) });
		const pages: string[][] = [];
		let cursor: string | null = null;
		do {
			const { json }: { json: { origins: string[]; cursor: string | null } } = await plane.ask(
				cursor === null ? LIST : `${LIST}?cursor=${cursor}`,
			);
			pages.push(json.origins);
			cursor = json.cursor;
		} while (cursor !== null);
		expect(pages.map(({ length }) => length)).toEqual([100, 100, 50]);
		expect(pages.flat()).toEqual(many(250));
	});

	test("of another directory stay there", async () => {
		await change({ add: [SHOP] });
		await bound.REGISTRY.prepare(
			"INSERT INTO directory_origins VALUES ('customers-2', 'https://other.example', 0, 'x', 'token')",
		).run();
		expect((await plane.ask(LIST)).json.origins).toEqual([SHOP]);
	});
});

test("a page of a large directory is read by its key: no row is passed over", async () => {
	const { results } = await bound.REGISTRY.prepare(
		"EXPLAIN QUERY PLAN SELECT origin, at, by FROM directory_origins WHERE directory = ?1 AND origin > ?2 ORDER BY origin LIMIT ?3",
	)
		.bind("customers", "https://m", 101)
		.all<{ detail: string }>();
	expect(results.map(({ detail }) => detail)).toEqual([
		"SEARCH directory_origins USING PRIMARY KEY (directory=? AND origin>?)",
	]);
});
