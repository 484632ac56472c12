/** Owns the proof of what Cloudflare's API may answer: waits of every form, lists without an end, refusals by their code. */

import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { createApiFetch } from "../../src/cli/kv/api-fetch.ts";
import { createTerminal } from "../../src/cli/shell/terminal.ts";
import {
	ACCOUNT,
	type ApiFault,
	type ApiOptions,
	BACK_OFF_TIMEOUT_MILLISECONDS,
	cloudflareApi,
	every,
	first,
	inPlainEnvironment,
	NAMESPACE,
	project,
} from "./cloudflare-api.ts";
import { cordon, type Ran, streamsOf } from "./harness.ts";

const A = { cors: { origins: ["https://a.example"] } };

inPlainEnvironment();

/** A stand-in, and a project whose folder has one host. */
async function setup(options: ApiOptions) {
	const api = await cloudflareApi(options);
	for (const [name, value] of Object.entries(api.environment)) vi.stubEnv(name, value);
	const directory = project({ "tenants/a.json": { hosts: ["a.com"], ...A } });
	const run = (...argv: readonly string[]): Promise<Ran> =>
		cordon([...argv, join(directory, "tenants"), "--remote", "--config", join(directory, "wrangler.toml")], {
			real: true,
		});
	return { api, run };
}

const body = (value: unknown): ApiFault => ({ kind: "body", status: 200, body: JSON.stringify(value) });
const page = (names: readonly string[], cursor: string): ApiFault =>
	body({ success: true, errors: [], result: names.map((name) => ({ name })), result_info: { cursor } });

describe("Retry-After", { timeout: BACK_OFF_TIMEOUT_MILLISECONDS }, () => {
	const wait = (retryAfter: string): ApiFault => ({ kind: "status", status: 429, retryAfter });

	test("may be a date", async () => {
		const at = Date.now() + 3000;
		const { run } = await setup({ fault: first(1, "GET", "/keys", wait(new Date(at).toUTCString())) });
		expect((await run("push", "--yes")).code).toBe(0);
		// A date has no fractions of a second.
		expect(Date.now()).toBeGreaterThan(at - 1000);
	});

	test.each(["soon", "-5", "", "Wed, 21 Oct 2015 07:28:00 GMT"])(
		"that says nothing (%j) leaves it to the back-off",
		async (value) => {
			const { api, run } = await setup({ fault: first(1, "GET", "/keys", wait(value)) });
			const begun = performance.now();
			expect((await run("push", "--yes")).code).toBe(0);
			expect(performance.now() - begun).toBeGreaterThan(300);
			expect(api.lines.filter((line) => line === "GET /keys")).toHaveLength(2);
		},
	);

	test.each(["86400", "1e12", "Wed, 21 Oct 2099 07:28:00 GMT"])(
		"of too long a wait (%s) ends it at once, and is said",
		async (value) => {
			for (const status of [429, 503]) {
				const fault: ApiFault = { kind: "status", status, retryAfter: value };
				const { api, run } = await setup({ fault: every("PUT", "/bulk", fault) });
				const { code, err } = await run("push", "--yes");
				expect(code).toBe(2);
				expect(err).toContain("0 of 1 written");
				expect(err).toMatch(/asks to wait \d+ seconds/);
				expect(api.lines.filter((line) => line === "PUT /bulk")).toHaveLength(1);
			}
		},
	);
});

describe("a list of keys", () => {
	test("goes on behind an empty page", async () => {
		const { run } = await setup({
			values: new Map([["tenant:z.com", "{}"]]),
			fault: first(1, "GET", "/keys", page([], "0")),
		});
		expect((await run("diff")).out).toContain("only in KV z.com");
	});

	test("that leads in a circle is not followed for ever", async () => {
		const { api, run } = await setup({ fault: every("GET", "/keys", page(["tenant:z.com"], "again")) });
		const { code, err } = await run("push", "--yes", "--prune");
		expect(code).toBe(2);
		expect(err).toContain("the same cursor twice");
		expect(api.calls).toHaveLength(2);
	});
});

describe("an answer that does not say what is stored", { timeout: BACK_OFF_TIMEOUT_MILLISECONDS }, () => {
	test.each([
		["GET", "/keys", { success: true }],
		["GET", "/keys", { success: true, result: null }],
		["POST", "/bulk/get", { success: true, result: null }],
		["POST", "/bulk/get", { success: true, result: {} }],
	])("of %s %s is not taken for an empty KV: %j", async (method, path, value) => {
		const { api, run } = await setup({ fault: every(method, path, body(value)) });
		const { code, err } = await run("push", "--yes");
		expect(code).toBe(2);
		expect(err).toContain("nobody knows what is stored");
		expect(api.lines).not.toContain("PUT /bulk");
	});

	test.each(["", "{", "[]", "{}", "null"])("nor is %j", async (text) => {
		const fault: ApiFault = { kind: "body", status: 200, body: text };
		const { run } = await setup({ fault: every("GET", "/keys", fault) });
		const { code, err } = await run("diff");
		expect(code).toBe(2);
		expect(err).toContain("something that is not Cloudflare's JSON");
	});
});

test("keys that are left undone under names that were not sent are not taken for done", async () => {
	const result = { successful_key_count: 0, unsuccessful_keys: ["tenant%3Aa.com"] };
	const { run } = await setup({ fault: every("PUT", "/bulk", body({ success: true, result })) });
	const { code, out, err } = await run("push", "--yes");
	expect([code, out]).toEqual([2, expect.not.stringContaining("pushed")]);
	expect(err).toContain("tenant:a.com");
});

describe("a refusal is told by its code, whatever the status", () => {
	test.each<[number, number, string, string, string]>([
		[10_000, 403, "Authentication error", "GET /keys", "may not be read"],
		[10_000, 200, "Authentication error", "GET /keys", "may not be read"],
		[10_000, 403, "Authentication error", "PUT /bulk", "may be read, but not written"],
		[10_001, 401, "Unable to authenticate request", "GET /keys", "does not accept the token"],
		[9109, 403, "Invalid access token", "GET /keys", "does not accept the token"],
		[9109, 403, "Unauthorized to access requested resource", "GET /keys", "may not be read"],
		[7003, 404, "Could not route", "GET /keys", `${ACCOUNT} and the namespace ${NAMESPACE}`],
		[10_013, 404, "namespace not found", "GET /keys", `has no KV namespace ${NAMESPACE}`],
		[10_013, 200, "namespace not found", "PUT /bulk", `has no KV namespace ${NAMESPACE}`],
		[10_048, 429, "free usage limit", "PUT /bulk", "operations of this day are used up"],
		[10_099, 200, "something else", "PUT /bulk", "refused this (something else, code 10099)"],
	])("%i with %i: %s, of %s", async (code, status, message, line, words) => {
		const [method = "", path = ""] = line.split(" ");
		const fault: ApiFault = {
			kind: "body",
			status,
			body: JSON.stringify({ success: false, errors: [{ code, message }], messages: [], result: null }),
		};
		const { api, run } = await setup({ fault: every(method, path, fault) });
		const ran = await run("push", "--yes");
		expect(ran.code).toBe(2);
		expect(ran.err).toContain(words);
		expect(ran.err.split("\n").length).toBeLessThanOrEqual(4);
		expect(api.lines.filter((each) => each === line)).toHaveLength(1);
	});
});

describe("an answer that does not come in time", () => {
	/** What the SDK does: it breaks the request off, and says how often it has tried before. */
	async function ask(retries: number): Promise<Response> {
		const api = await cloudflareApi({ fault: every("GET", "/keys", { kind: "hang" }) });
		const send = await createApiFetch(createTerminal(streamsOf("").streams));
		const headers = { "x-stainless-retry-count": `${retries}` };
		const path = `${api.url}/accounts/${ACCOUNT}/storage/kv/namespaces/${NAMESPACE}/keys`;
		return send(path, { headers, signal: AbortSignal.timeout(100) });
	}

	test("is asked for a second time, and not a third: six waits would take minutes", async () => {
		await expect(ask(0)).rejects.toThrow();
		const given = await ask(1);
		expect([given.status, given.headers.get("x-should-retry")]).toEqual([408, "false"]);
	});

	test(
		"is said",
		async () => {
			const { run } = await setup({
				fault: every("GET", "/keys", { kind: "body", status: 408, body: "{}" }),
			});
			const { code, err } = await run("diff");
			expect(code).toBe(2);
			expect(err).toContain("did not answer in time");
			expect(err.split("\n")).toHaveLength(2);
		},
		BACK_OFF_TIMEOUT_MILLISECONDS,
	);
});
