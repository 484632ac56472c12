/** Owns the proof of who may: tokens in every wrong form, scopes in every place, and Cloudflare Access. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ADMIN, createPlane, documentFor, empty, sha256, tokens } from "./plane.ts";

beforeEach(async () => {
	await empty();
	vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => void vi.restoreAllMocks());

const A = documentFor("https://a.example") as { readonly cors: object };
const NEW = { "if-none-match": "*" };

describe("nobody is let in", () => {
	const HEX = "0".repeat(64);
	const one = (changes: object) =>
		JSON.stringify([{ name: "admin", sha256: HEX, hosts: ["*"], access: "write", ...changes }]);
	const unconfigured: readonly (readonly [string, object])[] = [
		["nothing is configured", { ADMIN_TOKENS: undefined }],
		["the secret is empty", { ADMIN_TOKENS: "" }],
		["it is an empty list", { ADMIN_TOKENS: "[]" }],
		["it is not JSON", { ADMIN_TOKENS: "[{" }],
		["it is one token, not a list", { ADMIN_TOKENS: one({}).slice(1, -1) }],
		["it is null", { ADMIN_TOKENS: "null" }],
		["an entry is null", { ADMIN_TOKENS: "[null]" }],
		["a digest is short", { ADMIN_TOKENS: one({ sha256: "0".repeat(63) }) }],
		["a digest is long", { ADMIN_TOKENS: one({ sha256: "0".repeat(65) }) }],
		["a digest is not hexadecimal", { ADMIN_TOKENS: one({ sha256: "g".repeat(64) }) }],
		["a digest is missing", { ADMIN_TOKENS: one({ sha256: undefined }) }],
		["there is a key that nobody knows", { ADMIN_TOKENS: one({ admin: true }) }],
		["a key stands twice", { ADMIN_TOKENS: one({}).replace("[{", '[{"access":"read",') }],
		["the access is unknown", { ADMIN_TOKENS: one({ access: "admin" }) }],
		["the access is missing", { ADMIN_TOKENS: one({ access: undefined }) }],
		["the hosts are a text", { ADMIN_TOKENS: one({ hosts: "*" }) }],
		["the hosts are missing", { ADMIN_TOKENS: one({ hosts: undefined }) }],
		["a host is none", { ADMIN_TOKENS: one({ hosts: ["https://api.acme.com"] }) }],
		["a host is half a wildcard", { ADMIN_TOKENS: one({ hosts: ["api*.acme.com"] }) }],
		["a directory is none", { ADMIN_TOKENS: one({ directories: ["Customers"] }) }],
		["a name is empty", { ADMIN_TOKENS: one({ name: "" }) }],
		[
			"two have one name",
			{
				ADMIN_TOKENS: `[${one({}).slice(1, -1)},${one({ sha256: "1".repeat(64) }).slice(1, -1)}]`,
			},
		],
		["two have one secret", { ADMIN_TOKENS: `[${one({}).slice(1, -1)},${one({ name: "b" }).slice(1, -1)}]` }],
		["Access has no application", { ADMIN_TOKENS: undefined, ACCESS_TEAM: "acme" }],
		["Access has no team", { ADMIN_TOKENS: undefined, ACCESS_AUD: "aud" }],
		["Access has an empty application beside good tokens", { ACCESS_TEAM: "acme", ACCESS_AUD: "" }],
		["the team is an address", { ADMIN_TOKENS: undefined, ACCESS_TEAM: "acme.example/", ACCESS_AUD: "aud" }],
		["the registry is not bound", { REGISTRY: undefined }],
		["KV is not bound", { TENANTS: undefined }],
	];

	test.each(unconfigured)("where %s: 503 for everything", async (_, overrides) => {
		const plane = await createPlane(overrides);
		for (const path of ["/v1/tenants", "/v1/nothing", "/openapi.json", "/docs", "/"]) {
			for (const as of ["admin", null]) {
				const answer = await plane.ask(path, { as });
				expect([path, answer.status, answer.json.code]).toEqual([path, 503, "not-configured"]);
			}
		}
	});

	test.each([
		["no header", {}],
		["an empty one", { authorization: "" }],
		["the scheme alone", { authorization: "Bearer" }],
		["the scheme and a blank", { authorization: "Bearer " }],
		["another token", { authorization: "Bearer nobody" }],
		["another scheme", { authorization: "Basic YWRtaW46YWRtaW4tczNjcmV0" }],
		["no scheme", { authorization: "admin-s3cret" }],
		["the digest in its place", { authorization: `Bearer ${"DIGEST"}` }],
		["two tokens", { authorization: "Bearer admin-s3cret, Bearer admin-s3cret" }],
		["something behind it", { authorization: "Bearer admin-s3cret x" }],
		["it in a cookie", { cookie: "CF_Authorization=admin-s3cret; token=admin-s3cret" }],
		["a sign-on that is not asked for", { "cf-access-jwt-assertion": "a.b.c" }],
		["bytes beyond ASCII", { authorization: "Bearer admin-s3crét" }],
	])("with %s", async (_, headers) => {
		const plane = await createPlane();
		const digest = await sha256("admin-s3cret");
		const sent = Object.entries(headers).map(([name, value]) => [name, value.replace("DIGEST", digest)]);
		for (const path of ["/v1/tenants", "/v1/nothing"]) {
			const answer = await plane.ask(path, { as: null, headers: Object.fromEntries(sent) });
			expect(answer).toMatchObject({ status: 401, json: { code: "unauthenticated", status: 401 } });
			expect(answer.headers.get("www-authenticate")).toContain("Bearer");
		}
	});

	test("but with the token, its scheme and its digest in upper or lower case", async () => {
		const upper = (await tokens(ADMIN)).replace(
			/"sha256":"([^"]+)"/,
			(_, hex) => `"sha256":"${hex.toUpperCase()}"`,
		);
		const plane = await createPlane({ ADMIN_TOKENS: upper });
		expect(
			(await plane.ask("/v1/tenants", { as: null, headers: { authorization: "bearer admin-s3cret" } }))
				.status,
		).toBe(200);
	});
});

describe("a token", () => {
	const setUp = async () => {
		const plane = await createPlane({
			ADMIN_TOKENS: await tokens(
				ADMIN,
				{ name: "acme", hosts: ["acme.com", "*.acme.com"], access: "write" },
				{ name: "api", hosts: ["api.acme.com"], directories: ["customers"], access: "write" },
				{ name: "reader", hosts: ["*.acme.com"], access: "read" },
				{ name: "nobody", hosts: [], access: "write" },
				{ name: "everything", hosts: ["*"], directories: ["*"], access: "write" },
			),
		});
		for (const host of [
			"api.acme.com",
			"acme.com",
			"*.acme.com",
			"other.example",
			"x.api.acme.com",
			"evilacme.com",
		]) {
			expect((await plane.ask(`/v1/tenants/${host}`, { method: "PUT", headers: NEW, body: A })).status).toBe(
				201,
			);
		}
		return plane;
	};

	test("sees in lists what is in its scope, and the pages of it", async () => {
		const plane = await setUp();
		const seen = async (as: string, query = "") =>
			(await plane.ask(`/v1/tenants${query}`, { as })).json.tenants.map(({ host }: { host: string }) => host);
		expect(await seen("acme")).toEqual(["*.acme.com", "acme.com", "api.acme.com"]);
		expect(await seen("reader")).toEqual(["*.acme.com", "api.acme.com"]);
		expect(await seen("api")).toEqual(["api.acme.com"]);
		expect(await seen("nobody")).toEqual([]);
		expect(await seen("acme", "?prefix=other")).toEqual([]);
		expect(await seen("acme", `?cursor=${btoa("acme.com")}`)).toEqual(["api.acme.com"]);
	});

	test("touches nothing outside, and cannot tell whether it exists", async () => {
		const plane = await setUp();
		const requests = (host: string) => [
			plane.ask(`/v1/tenants/${host}`, { as: "acme" }),
			plane.ask(`/v1/tenants/${host}`, { as: "acme", method: "PUT", headers: NEW, body: A }),
			plane.ask(`/v1/tenants/${host}`, { as: "acme", method: "PUT", body: "{" }),
			plane.ask(`/v1/tenants/${host}`, { as: "acme", method: "DELETE", headers: { "if-match": "*" } }),
			plane.ask(`/v1/tenants/${host}`, { as: "acme", method: "DELETE" }),
			plane.ask(`/v1/tenants/${host}/versions`, { as: "acme" }),
			plane.ask(`/v1/tenants/${host}/versions/1`, { as: "acme" }),
			plane.ask(`/v1/tenants/${host}/rollback`, { as: "acme", method: "POST", body: { version: 1 } }),
			plane.ask("/v1/explain", { as: "acme", method: "POST", body: { host, origin: "https://a.example" } }),
			plane.ask("/v1/explain", {
				as: "acme",
				method: "POST",
				body: { host, document: A, origin: "https://a.example" },
			}),
		];
		const known = await Promise.all(requests("other.example"));
		const unknown = await Promise.all(requests("nothing.example"));
		expect(known.map(({ status }) => status)).toEqual(Array(known.length).fill(403));
		expect(known.map(({ text }) => text)).toEqual(unknown.map(({ text }) => text));
		for (const host of ["evilacme.com", "x.api.acme.com", "acme.com.", "com", "*", "*.com", "acme.com%00"]) {
			expect([host, (await plane.ask(`/v1/tenants/${host}`, { as: "acme" })).status]).toEqual([host, 403]);
		}
	});

	test("for one host does not read the wildcard's document, nor explain by it", async () => {
		const plane = await createPlane({
			ADMIN_TOKENS: await tokens(ADMIN, { name: "one", hosts: ["new.acme.com"], access: "write" }),
		});
		await plane.ask("/v1/tenants/*.acme.com", { method: "PUT", headers: NEW, body: A });
		expect((await plane.ask("/v1/tenants/*.acme.com", { as: "one" })).status).toBe(403);
		const body = { host: "new.acme.com", origin: "https://a.example", credentials: "omit" };
		expect((await plane.ask("/v1/explain", { as: "one", method: "POST", body })).status).toBe(404);
		expect((await plane.ask("/v1/explain", { method: "POST", body })).json).toMatchObject({
			allowed: true,
			tenant: "tenant:*.acme.com",
		});
	});

	test("to read does not write, not even as a dry run", async () => {
		const plane = await setUp();
		const as = "reader";
		const path = "/v1/tenants/api.acme.com";
		expect((await plane.ask(path, { as })).status).toBe(200);
		expect((await plane.ask(`${path}/versions`, { as })).status).toBe(200);
		const body = { host: "api.acme.com", origin: "https://a.example" };
		expect((await plane.ask("/v1/explain", { as, method: "POST", body })).status).toBe(200);
		const headers = { "if-match": "*" };
		for (const [method, place] of [
			["PUT", path],
			["PUT", `${path}?dryRun=true`],
			["DELETE", path],
			["POST", `${path}/rollback`],
		] as const) {
			const answer = await plane.ask(place, {
				as,
				method,
				headers,
				...(method === "DELETE" ? {} : { body: A }),
			});
			expect([method, answer.status, answer.json.code]).toEqual([method, 403, "forbidden"]);
		}
	});

	test("names only directories that it has, in documents, drafts and rollbacks", async () => {
		const plane = await setUp();
		const path = "/v1/tenants/api.acme.com";
		const naming = documentFor({ directory: "customers" });
		const inRoute = { ...A, routes: [{ path: "/x", cors: { origins: [{ directory: "customers" }] } }] };
		const put = (as: string, body: object) =>
			plane.ask(path, { as, method: "PUT", headers: { "if-match": "*" }, body });
		const inLaterPolicy = { cors: [A.cors, { origins: [{ directory: "customers" }] }] };
		for (const body of [naming, inRoute, inLaterPolicy]) {
			expect(await put("acme", body)).toMatchObject({ status: 403, json: { code: "forbidden" } });
			expect((await put("api", body)).status).toBe(200);
			const draft = { document: body, origin: "https://a.example" };
			expect((await plane.ask("/v1/explain", { as: "acme", method: "POST", body: draft })).status).toBe(403);
		}
		expect((await put("api", documentFor({ directory: "partners" }))).status).toBe(403);
		const version = (await plane.ask(`${path}/versions`)).json.versions[0].version;
		expect((await put("acme", A)).status).toBe(200);
		const back = { method: "POST", body: { version } };
		expect((await plane.ask(`${path}/rollback`, { as: "acme", ...back })).status).toBe(403);
		expect((await plane.ask(`${path}/rollback`, { as: "api", ...back })).status).toBe(200);
	});

	test("of all hosts has no directory by that, and one of all directories has all", async () => {
		const plane = await createPlane({
			ADMIN_TOKENS: await tokens(
				{ name: "hosts", hosts: ["*"], access: "write" },
				{ name: "both", hosts: ["*"], directories: ["*"], access: "write" },
			),
		});
		const path = "/v1/directories/customers/origins";
		expect((await plane.ask(path, { as: "hosts" })).status).toBe(403);
		expect((await plane.ask(path, { as: "both" })).status).toBe(200);
	});

	test("touches no directory that it does not have, and cannot tell whether it exists", async () => {
		const plane = await setUp();
		const body = { add: ["https://shop.example"] };
		await plane.ask("/v1/directories/customers/origins", { method: "POST", body });
		const requests = (name: string) => [
			plane.ask(`/v1/directories/${name}/origins`, { as: "acme" }),
			plane.ask(`/v1/directories/${name}/origins`, { as: "acme", method: "POST", body }),
			plane.ask(`/v1/directories/${name}/origins/https%3A%2F%2Fshop.example`, { as: "acme" }),
			plane.ask(`/v1/directories/${name}/origins/https%3A%2F%2Fshop.example`, { as: "acme", method: "PUT" }),
			plane.ask(`/v1/directories/${name}/origins/https%3A%2F%2Fshop.example`, {
				as: "acme",
				method: "DELETE",
			}),
		];
		const known = await Promise.all(requests("customers"));
		expect(known.map(({ status }) => status)).toEqual(Array(known.length).fill(403));
		expect(known.map(({ text }) => text)).toEqual(
			(await Promise.all(requests("nothing"))).map(({ text }) => text),
		);
	});

	test("that explains is not told what stands in a directory that it does not have", async () => {
		const plane = await setUp();
		await plane.ask("/v1/directories/customers/origins", {
			method: "POST",
			body: { add: ["https://shop.example"] },
		});
		const document = documentFor({ directory: "customers" });
		await plane.ask("/v1/tenants/api.acme.com", {
			method: "PUT",
			headers: { "if-match": "*" },
			body: document,
		});
		const explain = async (as: string, origin: string) => {
			const body = { host: "api.acme.com", origin, credentials: "omit" };
			return (await plane.ask("/v1/explain", { as, method: "POST", body })).json;
		};
		expect((await explain("api", "https://shop.example")).allowed).toBe(true);
		expect((await explain("api", "https://other.example")).allowed).toBe(false);
		const [member, other] = [
			await explain("reader", "https://shop.example"),
			await explain("reader", "https://nope.example"),
		];
		expect([member.allowed, other.allowed]).toEqual([null, null]);
		expect(member.origin).toEqual(other.origin);
	});
});

describe("Cloudflare Access", () => {
	const base64 = (value: object | ArrayBuffer) => {
		const bytes =
			value instanceof ArrayBuffer ? new Uint8Array(value) : new TextEncoder().encode(JSON.stringify(value));
		return btoa(String.fromCharCode(...bytes))
			.replaceAll("+", "-")
			.replaceAll("/", "_")
			.replaceAll("=", "");
	};
	const ALGORITHM = {
		name: "RSASSA-PKCS1-v1_5",
		hash: "SHA-256",
		modulusLength: 2048,
		publicExponent: new Uint8Array([1, 0, 1]),
	};

	/** A team of its own for each test: its keys are kept in the isolate. */
	async function setUp(team: string) {
		const keys = (await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as CryptoKeyPair;
		const jwk = { ...(await crypto.subtle.exportKey("jwk", keys.publicKey)), kid: "k1" };
		vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
			expect(String(input)).toBe(`https://${team}.cloudflareaccess.com/cdn-cgi/access/certs`);
			return Response.json({ keys: [jwk] });
		});
		const sign = async (claims: object, header: object = {}) => {
			const now = Math.floor(Date.now() / 1000);
			const payload = {
				aud: ["tag"],
				iss: `https://${team}.cloudflareaccess.com`,
				exp: now + 60,
				iat: now,
				email: "ada@acme.com",
				...claims,
			};
			const text = `${base64({ alg: "RS256", kid: "k1", ...header })}.${base64(payload)}`;
			const signature = await crypto.subtle.sign(ALGORITHM, keys.privateKey, new TextEncoder().encode(text));
			return `${text}.${base64(signature as ArrayBuffer)}`;
		};
		const plane = await createPlane({ ADMIN_TOKENS: undefined, ACCESS_TEAM: team, ACCESS_AUD: "tag" });
		return { plane, sign };
	}

	test("lets in whom it has signed on, and the history has the address", async () => {
		const { plane, sign } = await setUp("acme1");
		const headers = { "cf-access-jwt-assertion": await sign({}), ...NEW };
		const written = await plane.ask("/v1/tenants/api.acme.com", {
			as: null,
			method: "PUT",
			headers,
			body: A,
		});
		expect(written).toMatchObject({ status: 201, json: { by: "ada@acme.com", via: "access" } });
	});

	test("lets in a service by its name", async () => {
		const { plane, sign } = await setUp("acme2");
		const headers = {
			"cf-access-jwt-assertion": await sign({ email: undefined, common_name: "ci.access" }),
			...NEW,
		};
		const written = await plane.ask("/v1/tenants/api.acme.com", {
			as: null,
			method: "PUT",
			headers,
			body: A,
		});
		expect(written.json).toMatchObject({ by: "ci.access" });
	});

	test("lets in nobody else", async () => {
		const { plane, sign } = await setUp("acme3");
		const good = await sign({});
		const [header = "", payload = ""] = good.split(".");
		const past = Math.floor(Date.now() / 1000) - 100;
		for (const [what, assertion] of [
			["another application", await sign({ aud: ["other"] })],
			["another team", await sign({ iss: "https://evil.cloudflareaccess.com" })],
			["an old sign-on", await sign({ exp: past })],
			["one of tomorrow", await sign({ nbf: past + 100_000 })],
			["no name", await sign({ email: undefined })],
			["no signature", `${header}.${payload}.`],
			["another's signature", `${header}.${payload}.${base64(new ArrayBuffer(256))}`],
			["no algorithm", `${base64({ alg: "none" })}.${payload}.`],
			["a header that is null", `${btoa("null")}.${payload}.AAAA`],
			["no JWT", "nothing"],
			["nothing", ""],
		] as const) {
			const answer = await plane.ask("/v1/tenants", {
				as: null,
				headers: { "cf-access-jwt-assertion": assertion },
			});
			expect([what, answer.status]).toEqual([what, 401]);
		}
		const cookie = await plane.ask("/v1/tenants", {
			as: null,
			headers: { cookie: `CF_Authorization=${good}` },
		});
		expect(cookie.status).toBe(401);
		const both = { authorization: "Bearer nobody", "cf-access-jwt-assertion": good };
		expect((await plane.ask("/v1/tenants", { as: null, headers: both })).status).toBe(401);
	});

	test("lets no other site's page write with a person's sign-on", async () => {
		const { plane, sign } = await setUp("acme4");
		const assertion = { "cf-access-jwt-assertion": await sign({}) };
		const body = { host: "api.acme.com", origin: "https://a.example" };
		for (const headers of [
			{ "sec-fetch-site": "cross-site" },
			{ "sec-fetch-site": "same-site" },
			{ origin: "https://evil.example" },
			{ origin: "null" },
		]) {
			const answer = await plane.ask("/v1/explain", {
				as: null,
				method: "POST",
				headers: { ...assertion, ...headers } as never,
				body,
			});
			expect(answer.status).toBe(403);
		}
		const own = { ...assertion, "sec-fetch-site": "same-origin", origin: "https://admin.example" };
		expect((await plane.ask("/v1/explain", { as: null, method: "POST", headers: own, body })).status).toBe(
			404,
		);
	});

	test("whose keys cannot be had lets nobody in", async () => {
		const { plane, sign } = await setUp("acme5");
		const headers = { "cf-access-jwt-assertion": await sign({}) };
		vi.mocked(globalThis.fetch).mockImplementation(async () => new Response(null, { status: 500 }));
		expect((await plane.ask("/v1/tenants", { as: null, headers })).status).toBe(500);
	});
});
