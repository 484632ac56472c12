/** Owns the proof of the control plane as anybody runs it: wrangler's migrations, `wrangler dev`, and KV read by wrangler. */

import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	ADMIN_CONFIG,
	type DevServer,
	migrateRegistry,
	PROJECT,
	runWrangler,
	startDevServer,
} from "../../../dev/wrangler.ts";
import { documented } from "../../documented.ts";
import { findProgram, run } from "../../package/machine.ts";

const SECRET = "s3cret";
const sha256 = createHash("sha256").update(SECRET).digest("hex");
const TOKENS = [{ name: "ci", sha256, hosts: ["*"], directories: ["customers"], access: "write" }];

let state: string;
let server: DevServer;

beforeAll(async () => {
	state = await mkdtemp(join(tmpdir(), "cordon-admin-"));
	await migrateRegistry(state);
	server = await startDevServer({
		stateDirectory: state,
		port: 0,
		config: ADMIN_CONFIG,
		variables: { ADMIN_TOKENS: JSON.stringify(TOKENS) },
	});
});

afterAll(async () => {
	await server?.group.stop();
	await rm(state, { recursive: true, force: true, maxRetries: 5 });
});

const ask = (path: string, init: RequestInit = {}) =>
	fetch(`http://127.0.0.1:${server.port}${path}`, {
		...init,
		headers: { authorization: `Bearer ${SECRET}`, ...init.headers },
	});

const put = (path: string, body: string, headers: Record<string, string> = {}) =>
	ask(path, { method: "PUT", body, headers });

const kv = (key: string) =>
	runWrangler(
		[
			"kv",
			"key",
			"get",
			key,
			"--binding=TENANTS",
			"--local",
			`--persist-to=${state}`,
			`--config=${join(PROJECT, "wrangler.toml")}`,
		],
		state,
	);

const DOCUMENT = JSON.stringify({ cors: { origins: ["https://app.acme.com"], credentials: true } });
const NEW = { "if-none-match": "*" };

test("what is written is read by wrangler from the gateway's KV", async () => {
	const written = await put("/v1/tenants/api.acme.com", DOCUMENT, NEW);
	expect(written.status).toBe(201);
	expect((await kv("tenant:api.acme.com")).trim()).toBe(DOCUMENT);
	expect(
		(await ask("/v1/directories/customers/origins/https%3A%2F%2Fshop.example", { method: "PUT" })).status,
	).toBe(201);
	expect(
		await (await ask("/v1/directories/customers/origins/https%3A%2F%2Fshop.example")).json(),
	).toMatchObject({
		origin: "https://shop.example",
	});
	expect((await ask("/v1/directories/customers/origins")).status).toBe(200);
});

test.skipIf(findProgram("curl") === undefined)(
	"what docs/control-plane.md says to type writes a document, shows it in KV, and runs the cron trigger",
	async () => {
		const here = (words: readonly string[]) =>
			words.map((word) =>
				word
					.replace("localhost:8790", `127.0.0.1:${server.port}`)
					.replace("my-secret", SECRET)
					.replace("api.acme.com", "typed.acme.com")
					.replace(".wrangler/state", state),
			);
		const type = async (text: string) => {
			const [program = "", ...args] = here(await documented("docs/control-plane.md", text));
			return run(PROJECT, program, ...args);
		};
		expect((await type("http://localhost:8790/v1/tenants/api.acme.com")).output).toContain("201 Created");
		const [, , ...wrangler] = here(await documented("docs/control-plane.md", "tenant:api.acme.com"));
		expect(
			JSON.parse(await runWrangler([...wrangler, `--config=${join(PROJECT, "wrangler.toml")}`], state)),
		).toEqual(JSON.parse(DOCUMENT));
		expect((await type("http://localhost:8790/cdn-cgi/handler/scheduled")).code).toBe(0);
	},
);

test("one of twenty writers with one ETag wins, and KV has what it wrote", async () => {
	const path = "/v1/tenants/twenty.acme.com";
	expect((await put(path, DOCUMENT, NEW)).status).toBe(201);
	const bodies = Array.from({ length: 20 }, (_, index) => DOCUMENT.replace("app.", `w${index}.`));
	const statuses = (await Promise.all(bodies.map((body) => put(path, body, { "if-match": '"1"' })))).map(
		({ status }) => status,
	);
	expect(statuses.filter((status) => status === 200)).toHaveLength(1);
	expect(statuses.filter((status) => status === 412)).toHaveLength(19);
	expect((await kv("tenant:twenty.acme.com")).trim()).toBe(bodies[statuses.indexOf(200)]);
});

test("a body of 5 MB is refused, told with its length or not", async () => {
	const large = `{"cors":{"origins":[]},"x":"${"x".repeat(5_000_000)}"}`;
	const refused = await put("/v1/tenants/large.acme.com", large, NEW);
	expect([refused.status, await refused.json()]).toMatchObject([413, { code: "too-large" }]);
	const streamed = await ask("/v1/tenants/large.acme.com", {
		method: "PUT",
		headers: NEW,
		body: new Blob([large]).stream(),
		duplex: "half",
	} as RequestInit);
	expect([streamed.status, await streamed.json()]).toMatchObject([413, { code: "too-large" }]);
	expect((await ask("/v1/tenants/large.acme.com")).status).toBe(404);
});

test("a large body without a token is refused by who sent it, not by its size", async () => {
	const refused = await ask("/v1/tenants/large.acme.com", {
		method: "PUT",
		body: "x".repeat(5_000_000),
		headers: { authorization: "" },
	});
	expect(refused.status).toBe(401);
});

test("the page, its reference and the reference's script are served, nothing from elsewhere", async () => {
	const page = await fetch(`http://127.0.0.1:${server.port}/`);
	expect([page.status, page.headers.get("content-type")]).toEqual([
		200,
		expect.stringContaining("text/html"),
	]);
	const policy = page.headers.get("content-security-policy") ?? "";
	expect(policy).toContain("default-src 'none'");
	expect(policy).not.toContain("unsafe");
	expect(page.headers.get("x-content-type-options")).toBe("nosniff");
	expect((await fetch(`http://127.0.0.1:${server.port}/docs`)).status).toBe(200);
	const script = await fetch(`http://127.0.0.1:${server.port}/reference.js`);
	expect([script.status, script.headers.get("content-type")]).toEqual([
		200,
		expect.stringContaining("javascript"),
	]);
	await script.body?.cancel();
	const missing = await fetch(`http://127.0.0.1:${server.port}/nothing.js`);
	expect([missing.status, await missing.json()]).toMatchObject([404, { code: "not-found" }]);
});

test("the cron trigger runs", async () => {
	const run = await fetch(`http://127.0.0.1:${server.port}/cdn-cgi/handler/scheduled`);
	expect(run.status).toBe(200);
});

test("a client that breaks off in the middle of its body harms nobody", async () => {
	const socket = connect(server.port, "127.0.0.1");
	socket.write(
		`PUT /v1/tenants/broken.acme.com HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${SECRET}\r\nIf-None-Match: *\r\nContent-Length: 1000\r\n\r\n{"cors"`,
	);
	await new Promise((resolve) => setTimeout(resolve, 200));
	socket.destroy();
	expect((await ask("/v1/tenants/broken.acme.com")).status).toBe(404);
});
