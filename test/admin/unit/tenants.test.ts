/** Owns the proof of the tenants' routes: documents, versions, and that no update is lost. */

import { beforeEach, describe, expect, test } from "vitest";
import { bound, createPlane, documentFor, empty, type Plane } from "./plane.ts";

let plane: Plane;
beforeEach(async () => {
	await empty();
	plane = await createPlane();
});

const HOST = "/v1/tenants/api.acme.com";
const NEW = { "if-none-match": "*" };
const A = documentFor("https://a.example");
const B = documentFor("https://b.example");

const put = (body: unknown, headers: Readonly<Record<string, string>>, path = HOST) =>
	plane.ask(path, { method: "PUT", headers, body });

describe("a document", () => {
	test("is written as version 1, read with its ETag, and stands in KV", async () => {
		const written = await put(A, NEW);
		expect(written.status).toBe(201);
		expect(written.headers.get("etag")).toBe('"1"');
		expect(written.json).toMatchObject({
			host: "api.acme.com",
			version: 1,
			by: "admin",
			via: "token",
			action: "put",
			copied: true,
			warnings: [],
		});
		const read = await plane.ask(HOST);
		expect([read.status, read.headers.get("etag"), read.json]).toEqual([200, '"1"', A]);
		expect(await bound.TENANTS.get("tenant:api.acme.com")).toBe(JSON.stringify(A));
	});

	test("is replaced by the ETag that it has, and KV has the new one", async () => {
		await put(A, NEW);
		const written = await put(B, { "if-match": '"1"' });
		expect([written.status, written.headers.get("etag")]).toEqual([200, '"2"']);
		expect(await bound.TENANTS.get("tenant:api.acme.com")).toBe(JSON.stringify(B));
	});

	test("is not written without a precondition, nor is it deleted", async () => {
		expect(await put(A, {})).toMatchObject({ status: 428, json: { code: "precondition-required" } });
		await put(A, NEW);
		expect(await put(B, {})).toMatchObject({ status: 428 });
		expect(await plane.ask(HOST, { method: "DELETE" })).toMatchObject({ status: 428 });
		expect((await plane.ask(HOST)).json).toEqual(A);
	});

	test.each([
		["an old tag", { "if-match": '"7"' }],
		["a weak tag", { "if-match": 'W/"1"' }],
		["a tag without quotation marks", { "if-match": "1" }],
		["a list without it", { "if-match": '"2", "3"' }],
		["If-None-Match: *", NEW],
		["both at once", { "if-match": '"1"', "if-none-match": "*" }],
	])("is not replaced over %s, and the answer says whose there is", async (_, headers) => {
		await put(A, NEW);
		const refused = await put(B, headers);
		expect(refused.status).toBe(412);
		expect(refused.headers.get("etag")).toBe('"1"');
		expect(refused.json).toMatchObject({ code: "changed-meanwhile", current: { version: 1, by: "admin" } });
		expect((await plane.ask(HOST)).json).toEqual(A);
	});

	test.each([
		["*", { "if-match": "*" }],
		["a list with its tag", { "if-match": 'W/"1", "1" , "9"' }],
	])("is replaced over %s", async (_, headers) => {
		await put(A, NEW);
		expect(await put(B, headers)).toMatchObject({ status: 200, json: { version: 2 } });
	});

	test("that is not there yet is not replaced", async () => {
		expect(await put(A, { "if-match": "*" })).toMatchObject({ status: 412, json: { current: null } });
		expect(await put(A, { "if-match": '"1"' })).toMatchObject({ status: 412 });
	});

	test("is one of twenty that are written at once with one ETag", async () => {
		await put(A, NEW);
		const writers = Array.from({ length: 20 }, (_, index) =>
			put(documentFor(`https://w${index}.example`), { "if-match": '"1"' }),
		);
		const answers = await Promise.all(writers);
		expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
		expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
		const winner = answers.findIndex(({ status }) => status === 200);
		const document = JSON.stringify(documentFor(`https://w${winner}.example`));
		expect(await bound.TENANTS.get("tenant:api.acme.com")).toBe(document);
		expect((await plane.ask(`${HOST}/versions`)).json.versions).toHaveLength(2);
	});

	test("is one of twenty that are the first at once", async () => {
		const answers = await Promise.all(Array.from({ length: 20 }, () => put(A, NEW)));
		expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(412)]);
	});

	test("that has errors is refused with all findings, and nothing is written", async () => {
		const bad = { cors: { origins: ["https://a.example/", "null"], credentials: "yes" } };
		const refused = await put(bad, NEW);
		expect(refused.status).toBe(422);
		expect(refused.json.code).toBe("invalid-document");
		expect(refused.json.findings.length).toBeGreaterThan(0);
		for (const finding of refused.json.findings) {
			expect(finding).toMatchObject({
				code: expect.any(String),
				pointer: expect.any(String),
				message: expect.any(String),
			});
		}
		expect((await plane.ask(HOST)).status).toBe(404);
		expect(await bound.TENANTS.get("tenant:api.acme.com")).toBeNull();
	});

	test.each([
		["no JSON", "{", "invalid-json"],
		["nothing", "", "invalid-json"],
		["a repeated key", '{"cors":{"origins":[]},"cors":{"origins":"*"}}', "repeated-key"],
		["an unknown key", '{"cors":{"origins":[]},"hosts":["a.example"]}', "unknown-key"],
		["__proto__", '{"cors":{"origins":[]},"__proto__":{}}', "unknown-key"],
	])("that is %s is refused", async (_, body, code) => {
		expect(await put(body, NEW)).toMatchObject({
			status: 422,
			json: { code: "invalid-document", findings: [{ code }] },
		});
	});

	test("is not stored under a host that no request has", async () => {
		for (const host of ["API.acme.com", "api.acme.com.", "api.acme.com:443", "a%20b", "%2A", "a.*.com"]) {
			const refused = await put(A, NEW, `/v1/tenants/${host}`);
			expect([host, refused.status]).toEqual([host, 422]);
		}
	});

	test("may be that of a wildcard, or close its tenant", async () => {
		expect((await put(A, NEW, "/v1/tenants/*.acme.com")).status).toBe(201);
		expect((await put({ closed: true }, NEW, "/v1/tenants/%5B::1%5D")).status).toBe(201);
		expect(await bound.TENANTS.get("tenant:*.acme.com")).toBe(JSON.stringify(A));
		expect((await plane.ask("/v1/tenants/%2A.acme.com")).json).toEqual(A);
	});

	test("has 1 MiB at most", async () => {
		const padded = (bytes: number) => {
			const text = JSON.stringify(A);
			return text + " ".repeat(bytes - text.length);
		};
		expect((await put(padded(1024 * 1024), NEW)).status).toBe(201);
		const refused = await put(padded(1024 * 1024 + 1), { "if-match": '"1"' });
		expect(refused).toMatchObject({ status: 413, json: { code: "too-large" } });
	});

	test("of the largest size is stored and comes back", async () => {
		const origins = Array.from({ length: 30_000 }, (_, index) => `https://customer-${index}.example`);
		const large = documentFor(...origins);
		expect((await put(large, NEW)).status).toBe(201);
		expect((await plane.ask(HOST)).json).toEqual(large);
	});
});

describe("a dry run", () => {
	test("says what a write would, and writes nothing", async () => {
		const run = `${HOST}?dryRun=true`;
		expect(await put(A, NEW, run)).toMatchObject({ status: 200, json: { dryRun: true, warnings: [] } });
		expect(await put({}, NEW, run)).toMatchObject({ status: 422 });
		expect(await put(A, {}, run)).toMatchObject({ status: 428 });
		expect(await put(A, { "if-match": '"1"' }, run)).toMatchObject({ status: 412 });
		expect((await plane.ask(HOST)).status).toBe(404);
		expect((await plane.ask(`${HOST}/versions`)).status).toBe(404);
	});

	test("is true or false", async () => {
		expect(await put(A, NEW, `${HOST}?dryRun=1`)).toMatchObject({
			status: 400,
			json: { code: "invalid-request" },
		});
		expect((await put(A, NEW, `${HOST}?dryRun=false`)).status).toBe(201);
	});
});

describe("the history", () => {
	const remove = (headers: Readonly<Record<string, string>>) =>
		plane.ask(HOST, { method: "DELETE", headers });

	test("outlives the tenant, and goes on with its numbers", async () => {
		await put(A, NEW);
		expect((await remove({ "if-match": '"1"' })).status).toBe(204);
		expect(await plane.ask(HOST)).toMatchObject({ status: 404, json: { code: "not-found" } });
		expect(await bound.TENANTS.get("tenant:api.acme.com")).toBeNull();
		expect((await remove({ "if-match": "*" })).status).toBe(404);
		expect(await put(B, { "if-match": '"2"' })).toMatchObject({ status: 412 });
		expect(await put(B, NEW)).toMatchObject({ status: 201, json: { version: 3 } });
		const { json } = await plane.ask(`${HOST}/versions`);
		expect(json.versions.map(({ version, action, by }: never) => [version, action, by])).toEqual([
			[3, "put", "admin"],
			[2, "delete", "admin"],
			[1, "put", "admin"],
		]);
		expect(json.versions[0].at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
		expect((await plane.ask(`${HOST}/versions/1`)).json).toMatchObject({ version: 1, document: A });
		expect((await plane.ask(`${HOST}/versions/2`)).json).toMatchObject({ action: "delete", document: null });
	});

	test.each(["0", "4", "x", "1.5", "-1", "99999999999999999999"])("has no version %s", async (version) => {
		await put(A, NEW);
		expect((await plane.ask(`${HOST}/versions/${version}`)).status).toBe(404);
	});

	test("is brought back as a new version", async () => {
		await put(A, NEW);
		await put(B, { "if-match": '"1"' });
		const back = await plane.ask(`${HOST}/rollback`, { method: "POST", body: { version: 1 } });
		expect(back.status).toBe(200);
		expect(back.headers.get("etag")).toBe('"3"');
		expect(back.json).toMatchObject({ version: 3, action: "rollback", restores: 1 });
		expect((await plane.ask(HOST)).json).toEqual(A);
		expect(await bound.TENANTS.get("tenant:api.acme.com")).toBe(JSON.stringify(A));
	});

	test("is brought back after a deletion too", async () => {
		await put(A, NEW);
		await remove({ "if-match": '"1"' });
		const back = await plane.ask(`${HOST}/rollback`, { method: "POST", body: { version: 1 } });
		expect(back).toMatchObject({ status: 201, json: { version: 3 } });
	});

	test("is not brought back over what its caller has not seen", async () => {
		await put(A, NEW);
		await put(B, { "if-match": '"1"' });
		const headers = { "if-match": '"1"' };
		const back = await plane.ask(`${HOST}/rollback`, { method: "POST", body: { version: 1 }, headers });
		expect(back).toMatchObject({ status: 412, json: { current: { version: 2 } } });
	});

	test.each([
		["no such version", { version: 9 }, 404],
		["a text", { version: "1" }, 422],
		["nothing", {}, 422],
		["no JSON", "{", 422],
		["more than it takes", { version: 1, force: true }, 422],
	])("is not brought back by %s", async (_, body, status) => {
		await put(A, NEW);
		expect((await plane.ask(`${HOST}/rollback`, { method: "POST", body })).status).toBe(status);
	});
});

describe("the list", () => {
	const hostOf = (index: number) => `t${String(index).padStart(3, "0")}.acme.com`;

	test("has 250 tenants in three pages, each once, in order", async () => {
		for (let index = 0; index < 250; index++) await put(A, NEW, `/v1/tenants/${hostOf(index)}`);
		const pages: string[][] = [];
		let cursor: string | null = null;
		do {
			const path: string =
				cursor === null ? "/v1/tenants" : `/v1/tenants?cursor=${encodeURIComponent(cursor)}`;
			const { json } = await plane.ask(path);
			pages.push(json.tenants.map(({ host }: { host: string }) => host));
			cursor = json.cursor;
		} while (cursor !== null);
		expect(pages.map(({ length }) => length)).toEqual([100, 100, 50]);
		expect(pages.flat()).toEqual(Array.from({ length: 250 }, (_, index) => hostOf(index)));
		const filtered = await plane.ask("/v1/tenants?prefix=t10");
		expect(filtered.json.tenants).toHaveLength(10);
		expect(filtered.json.cursor).toBeNull();
	});

	test("has no wildcards in its prefix, and leaves out the deleted", async () => {
		await put(A, NEW);
		await put(A, NEW, "/v1/tenants/old.acme.com");
		await plane.ask("/v1/tenants/old.acme.com", { method: "DELETE", headers: { "if-match": "*" } });
		expect((await plane.ask("/v1/tenants")).json.tenants.map(({ host }: { host: string }) => host)).toEqual([
			"api.acme.com",
		]);
		for (const prefix of ["%25", "_pi", "a*", "x", "'"]) {
			expect((await plane.ask(`/v1/tenants?prefix=${prefix}`)).json.tenants).toEqual([]);
		}
	});

	test.each(["%%%", "a", "=", "bm90aGluZw==x"])("refuses the cursor %s", async (cursor) => {
		const { status } = await plane.ask(`/v1/tenants?cursor=${encodeURIComponent(cursor)}`);
		expect(status).toBe(400);
	});
});

describe("what is not there", () => {
	test.each([
		["GET", "/v1/nothing", 404],
		["GET", "/v1", 404],
		["GET", "/nothing", 404],
		["POST", "/", 405],
		["POST", "/openapi.json", 405],
		["DELETE", "/docs", 405],
		["PATCH", HOST, 405],
		["POST", HOST, 405],
		["DELETE", "/v1/tenants", 405],
		["OPTIONS", HOST, 405],
		["GET", "/v1/explain", 405],
		["DELETE", `${HOST}/versions`, 405],
	])("%s %s is a problem", async (method, path, status) => {
		const answer = await plane.ask(path, { method });
		expect(answer.status).toBe(status);
		expect(answer.headers.get("content-type")).toBe("application/problem+json");
		expect(answer.json).toMatchObject({ status, code: status === 404 ? "not-found" : "method-not-allowed" });
		if (status === 405) expect(answer.headers.get("allow")).toMatch(/[A-Z]/);
	});

	test("is CORS, for anybody", async () => {
		const headers = { origin: "https://evil.example", "access-control-request-method": "PUT" };
		for (const method of ["OPTIONS", "GET"]) {
			for (const path of [HOST, "/v1/tenants", "/", "/openapi.json"]) {
				const answer = await plane.ask(path, { method, headers });
				expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
			}
		}
	});
});
