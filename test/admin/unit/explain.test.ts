/** Owns the proof of the route that explains, and of the API's description. */

import { beforeEach, describe, expect, test } from "vitest";
import { createPlane, documentFor, empty, type Plane } from "./plane.ts";

let plane: Plane;
beforeEach(async () => {
	await empty();
	plane = await createPlane();
});

const A = {
	cors: { origins: ["https://a.example"], credentials: true, methods: ["PUT"] },
	upstream: "https://up.example",
};
const explain = (body: unknown) => plane.ask("/v1/explain", { method: "POST", body });
const put = (host: string, body: unknown) =>
	plane.ask(`/v1/tenants/${host}`, { method: "PUT", headers: { "if-none-match": "*" }, body });

describe("an explanation", () => {
	test("is that of the stored document, as `cordon explain --json` has it", async () => {
		await put("api.acme.com", A);
		const { status, json } = await explain({
			host: "api.acme.com",
			origin: "https://a.example",
			method: "PUT",
			path: "/v1/x",
			headers: [],
		});
		expect(status).toBe(200);
		expect(json).toMatchObject({
			allowed: true,
			call: { origin: "https://a.example", method: "PUT", headers: [], url: "https://api.acme.com/v1/x" },
			tenant: "tenant:api.acme.com",
			mode: "enforce",
			origin: { reason: "listed", entry: "https://a.example", pointer: "/cors/origins/0" },
			requests: [
				{ kind: "preflight", status: 204 },
				{ kind: "actual", upstream: "https://up.example/v1/x" },
			],
		});
		expect(json.browser).toHaveLength(2);
		expect((await explain({ host: "api.acme.com", origin: "https://evil.example" })).json.allowed).toBe(
			false,
		);
	});

	test("follows the redirect that the API is taken to answer", async () => {
		const document = { ...A, routes: [{ path: "/closed", cors: { origins: [] } }] };
		const to = async (redirectTo: string) =>
			(await explain({ document, origin: "https://a.example", redirectTo })).json.allowed;
		expect([await to("308 /x"), await to("/closed"), await to("https://other.example/")]).toEqual([
			true,
			false,
			null,
		]);
		expect((await explain({ document, origin: "https://a.example", redirectTo: "200 /x" })).status).toBe(422);
	});

	test("is that of a draft, which is not stored by it", async () => {
		const document = { ...A, clientCertificate: "require" };
		expect((await explain({ document, origin: "https://a.example" })).json.allowed).toBe(true);
		expect(
			(await explain({ host: "api.acme.com", document, origin: "https://a.example" })).json.call.url,
		).toBe("https://api.acme.com/");
		expect((await plane.ask("/v1/tenants/api.acme.com")).status).toBe(404);
	});

	test("goes by the wildcard where the host has no document", async () => {
		await put("*.acme.com", A);
		expect((await explain({ host: "api.acme.com", origin: "https://a.example" })).json.tenant).toBe(
			"tenant:*.acme.com",
		);
	});

	test("asks the registry for directories", async () => {
		await put("api.acme.com", documentFor({ directory: "customers" }));
		const ask = async (origin: string) =>
			(await explain({ host: "api.acme.com", origin, credentials: "omit" })).json.allowed;
		expect(await ask("https://shop.example")).toBe(false);
		await plane.ask("/v1/directories/customers/origins", {
			method: "POST",
			body: { add: ["https://shop.example"] },
		});
		expect(await ask("https://shop.example")).toBe(true);
	});

	test("has the browser's half of one credentials mode, if that is asked for", async () => {
		const ask = async (credentials: unknown) =>
			(await explain({ document: A, origin: "https://a.example", credentials })).json.browser.map(
				(half: never) => half["credentials"],
			);
		expect(await ask("include")).toEqual(["include"]);
		expect(await ask(true)).toEqual(["include"]);
		expect(await ask(false)).toEqual(["omit"]);
	});

	test("says of a closed tenant that it is closed", async () => {
		expect((await explain({ document: { closed: true }, origin: "https://a.example" })).json).toMatchObject({
			allowed: false,
			problem: "tenant-closed",
		});
	});

	test("takes names of headers, or headers", async () => {
		const ask = async (headers: unknown) =>
			(await explain({ document: A, origin: "https://a.example", headers })).json.allowed;
		expect(await ask(["X-A"])).toBe(false);
		expect(await ask({ "X-A": "1" })).toBe(false);
		expect(await ask({ Accept: "x" })).toBe(true);
	});

	test("counts the values of headers where a browser looks at them", async () => {
		const requests = async (headers: unknown) => {
			const asked = { document: A, origin: "https://a.example", method: "POST", headers };
			const { json } = await explain(asked);
			return json.requests.map(({ kind }: { kind: string }) => kind);
		};
		expect(await requests({ "Content-Type": "text/plain" })).toEqual(["actual"]);
		expect(await requests(["Content-Type: text/plain"])).toEqual(["actual"]);
		expect(await requests({ "Content-Type": "application/json" })).toEqual(["preflight", "actual"]);
		expect(await requests(["Content-Type"])).toEqual(["preflight", "actual"]);
	});

	test.each([
		[
			"a value that no header can have",
			{ document: A, origin: "https://a.example", headers: { "X-A": "1\n2" } },
			422,
		],
		[
			"a line that no header can be",
			{ document: A, origin: "https://a.example", headers: ["X-A: 1\n2"] },
			422,
		],
		["a host without a document", { host: "no.example", origin: "https://a.example" }, 404],
		["neither host nor document", { origin: "https://a.example" }, 422],
		["no origin", { document: A }, 422],
		["an invalid document", { document: {}, origin: "https://a.example" }, 422],
		["no method", { document: A, origin: "https://a.example", method: "A B" }, 422],
		["a forbidden method", { document: A, origin: "https://a.example", method: "TRACE" }, 422],
		["a forbidden header", { document: A, origin: "https://a.example", headers: ["Cookie"] }, 422],
		["a path without a slash", { document: A, origin: "https://a.example", path: "x" }, 422],
		["an origin that no header can have", { document: A, origin: "https://a.example\n" }, 422],
		["a key that nobody knows", { document: A, origin: "https://a.example", url: "x" }, 422],
		["no JSON", "nothing", 422],
	])("is refused for %s", async (_, body, status) => {
		expect((await explain(body)).status).toBe(status);
	});
});

describe("the description", () => {
	test("is OpenAPI 3.1 and has every route, each with what it may be refused with", async () => {
		const { status, json } = await plane.ask("/openapi.json", { as: null });
		expect(status).toBe(200);
		expect(json.openapi).toMatch(/^3\.1\./);
		const routes = Object.entries(json.paths as Record<string, object>).flatMap(([path, methods]) =>
			Object.keys(methods).map((method) => `${method} ${path}`),
		);
		expect(routes.sort()).toEqual(
			[
				"get /v1/tenants",
				"get /v1/tenants/{host}",
				"put /v1/tenants/{host}",
				"delete /v1/tenants/{host}",
				"get /v1/tenants/{host}/versions",
				"get /v1/tenants/{host}/versions/{version}",
				"post /v1/tenants/{host}/rollback",
				"get /v1/directories/{directory}/origins",
				"post /v1/directories/{directory}/origins",
				"get /v1/directories/{directory}/origins/{origin}",
				"put /v1/directories/{directory}/origins/{origin}",
				"delete /v1/directories/{directory}/origins/{origin}",
				"post /v1/explain",
			].sort(),
		);
		const put = json.paths["/v1/tenants/{host}"].put;
		expect(Object.keys(put.responses)).toEqual([
			"200",
			"201",
			"400",
			"401",
			"403",
			"405",
			"412",
			"413",
			"422",
			"428",
			"500",
			"503",
		]);
		expect(put.responses[200].headers).toHaveProperty("ETag");
		expect(put.requestBody.content["application/json"].schema).toEqual({
			$ref: "#/components/schemas/TenantDocument",
		});
		expect(json.security).toEqual([{ token: [] }, { access: [] }]);
	});

	test("refers to nothing that is not in it", async () => {
		const { text, json } = await plane.ask("/openapi.json", { as: null });
		const refs = new Set([...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, ref]) => ref ?? ""));
		expect(refs.size).toBeGreaterThan(10);
		for (const ref of refs) {
			const found = ref
				.split("/")
				.reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], json);
			expect([ref, typeof found]).toEqual([ref, "object"]);
		}
	});

	test("has a page whose script is ours, and nothing of it is anybody else's", async () => {
		const { status, headers, text } = await plane.ask("/docs", { as: null });
		expect(status).toBe(200);
		const policy = headers.get("content-security-policy") ?? "";
		const [, nonce] = /'nonce-([^']+)'/.exec(policy) ?? [];
		expect(policy).not.toContain("http");
		for (const [tag] of text.matchAll(/<script[^>]*>/g)) expect(tag).toContain(`nonce="${nonce}"`);
		expect([...text.matchAll(/<script[^>]*src="([^"]+)"/g)].map(([, source]) => source)).toEqual([
			"/reference.js",
		]);
	});
});
