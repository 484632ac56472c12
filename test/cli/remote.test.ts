/** Owns the proof of `--remote`: what goes wrong for a moment is tried again, and what did not happen is never called done. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import {
	ACCOUNT,
	type ApiFault,
	type ApiOptions,
	BACK_OFF_TIMEOUT_MILLISECONDS,
	type CloudflareApi,
	cloudflareApi,
	configOf,
	every,
	first,
	inPlainEnvironment,
	NAMESPACE,
	project,
	TOKEN,
} from "./cloudflare-api.ts";
import { cordon, type Ran } from "./harness.ts";

const A = { cors: { origins: ["https://a.example"] } };
const B = { cors: { origins: ["https://b.example"] } };
const HOSTS = ["a.com", "b.com", "c.com"];
const AT_ONCE = "0.001";

inPlainEnvironment();

/** A stand-in, a project whose folder has three hosts, and what a command led to. */
async function setup(
	options: ApiOptions = {},
	environment: Readonly<Record<string, string | undefined>> = {},
) {
	const api = await cloudflareApi(options);
	const variables = { ...api.environment, ...environment };
	for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
	const directory = project({ "tenants/a.json": { hosts: HOSTS, ...A } });
	const config = join(directory, "wrangler.toml");
	const run = (...argv: readonly string[]): Promise<Ran> =>
		cordon([...argv, "--remote", "--config", config], { real: true });
	const push = (...flags: readonly string[]) => run("push", join(directory, "tenants"), "--yes", ...flags);
	return { api, directory, run, push };
}

function stored(...hosts: readonly string[]): ReadonlyMap<string, string> {
	return new Map(hosts.map((host) => [`tenant:${host}`, JSON.stringify(A)]));
}

function hostsOf({ values }: CloudflareApi): readonly string[] {
	return [...values.keys()].toSorted().map((key) => key.replace("tenant:", ""));
}

describe("what fails for a moment is tried again", { timeout: BACK_OFF_TIMEOUT_MILLISECONDS }, () => {
	const calls = [
		["GET", "/keys"],
		["POST", "/bulk/get"],
		["PUT", "/bulk"],
	] as const;
	const faults: Readonly<Record<string, readonly [ApiFault, times: number]>> = {
		"a rate limit": [{ kind: "status", status: 429, retryAfter: AT_ONCE }, 4],
		"a rate limit that says nothing": [{ kind: "status", status: 429 }, 1],
		"a burst of 500": [{ kind: "status", status: 500, retryAfter: AT_ONCE }, 4],
		"503": [{ kind: "status", status: 503 }, 1],
		"a dropped connection": [{ kind: "drop" }, 2],
		"an answer that breaks off": [{ kind: "drop", midway: true }, 1],
		"a page of HTML instead of an answer": [{ kind: "html", status: 200 }, 1],
		"a page of HTML with 502": [{ kind: "html", status: 502 }, 1],
	};
	const rows = Object.entries(faults).flatMap(([name, [fault, times]]) =>
		calls.map(([method, path]) => ({ name, method, path, fault, times })),
	);

	test.each(rows)("$name, of $method $path", async ({ method, path, fault, times }) => {
		const { api, push } = await setup({ fault: first(times, method, path, fault) });
		expect(await push()).toMatchObject({ code: 0, out: expect.stringContaining("pushed: 3 added.") });
		expect(hostsOf(api)).toEqual(HOSTS);
		expect(api.lines.filter((line) => line === `${method} ${path}`).length).toBeGreaterThan(times);
	});

	test("after as long as Retry-After says", async () => {
		const { api, push } = await setup({
			fault: first(1, "GET", "/keys", { kind: "status", status: 429, retryAfter: "2" }),
		});
		const start = performance.now();
		expect((await push()).code).toBe(0);
		expect(performance.now() - start).toBeGreaterThan(2000);
		expect(api.lines.slice(0, 2)).toEqual(["GET /keys", "GET /keys"]);
	});
});

describe("what goes on failing ends with 2 and a few lines", {
	timeout: BACK_OFF_TIMEOUT_MILLISECONDS,
}, () => {
	test.each<[string, ApiFault, string, readonly string[]]>([
		["500", { kind: "status", status: 500, retryAfter: AT_ONCE }, "PUT /bulk", ["0 of 3 written", "500"]],
		[
			"a rate limit",
			{ kind: "status", status: 429, retryAfter: AT_ONCE },
			"PUT /bulk",
			["0 of 3 written", "limits the rate", "Wait"],
		],
		[
			"a rate limit of an hour",
			{ kind: "status", status: 429, retryAfter: "3600" },
			"GET /keys",
			["asks to wait 3600 seconds"],
		],
		[
			"dropped connections",
			{ kind: "drop" },
			"PUT /bulk",
			["0 of 3 written", "could not be reached", "Check the network"],
		],
		["a proxy's page", { kind: "html", status: 200 }, "GET /keys", ["a page of HTML", "proxy"]],
		["a proxy's refusal", { kind: "html", status: 403 }, "GET /keys", ["a page of HTML", "proxy"]],
		[
			"a token that may only read",
			{ kind: "status", status: 403 },
			"PUT /bulk",
			["0 of 3 written", "may be read, but not written", "Workers KV Storage: Edit"],
		],
		[
			"a token without rights",
			{ kind: "status", status: 403 },
			"GET /keys",
			["may not be read", "Workers KV Storage: Read", ACCOUNT],
		],
		[
			"a wrong token",
			{ kind: "status", status: 401 },
			"GET /keys",
			["does not accept the token in CLOUDFLARE_API_TOKEN", "make a new one"],
		],
		[
			"a malformed token",
			{ kind: "status", status: 400, code: 6003 },
			"GET /keys",
			["does not accept the token in CLOUDFLARE_API_TOKEN"],
		],
		[
			"a missing namespace",
			{ kind: "status", status: 404, code: 10_013 },
			"GET /keys",
			["has no KV namespace", NAMESPACE, "wrangler.toml", "Correct the id"],
		],
		[
			"a refusal of any other kind",
			{ kind: "status", status: 400, code: 10_033 },
			"PUT /bulk",
			["refused this (the stand-in says so, code 10033)"],
		],
	])("%s", async (_, fault, line, words) => {
		const [method = "", path = ""] = line.split(" ");
		const { api, push } = await setup({ fault: every(method, path, fault) });
		const { code, out, err } = await push();
		expect(code).toBe(2);
		expect(out).not.toContain("pushed");
		for (const word of words) expect(err).toContain(word);
		expect(err.split("\n").length).toBeLessThanOrEqual(4);
		expect(err).not.toMatch(/\n\s+at |node_modules|USERS-TOKEN/);
		expect(hostsOf(api)).toEqual([]);
		const json = await push("--json");
		expect(JSON.parse(json.out)).toEqual({
			error: { code: expect.any(String), message: expect.any(String) },
		});
	});

	test("an API that is not there", async () => {
		const { push } = await setup({}, { CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:9/client/v4" });
		const { code, err } = await push();
		expect(code).toBe(2);
		expect(err).toContain("127.0.0.1:9 could not be reached");
	});

	test("and the next push finishes", async () => {
		let isBroken = true;
		const broken: ApiFault = { kind: "status", status: 500, retryAfter: AT_ONCE };
		const { api, push } = await setup({
			fault: (call) => (isBroken && call.path === "/bulk/delete" ? broken : undefined),
			values: stored("old.com"),
		});
		const { code, err } = await push("--prune");
		expect(code).toBe(2);
		expect(err).toContain("3 of 4 written");
		isBroken = false;
		expect(await push("--prune")).toMatchObject({
			code: 0,
			out: expect.stringContaining("pushed: 1 deleted."),
		});
		expect(hostsOf(api)).toEqual(HOSTS);
	});
});

describe("keys that the API leaves undone", { timeout: BACK_OFF_TIMEOUT_MILLISECONDS }, () => {
	const undone = (...keys: readonly string[]): ApiFault => ({ kind: "undone", keys });

	test("are tried again", async () => {
		const { api, push } = await setup({ fault: first(2, "PUT", "/bulk", undone("tenant:b.com")) });
		expect(await push()).toMatchObject({ code: 0, out: expect.stringContaining("pushed: 3 added.") });
		const written = api.calls.filter(({ method }) => method === "PUT");
		expect(written.map(({ body }) => (body as unknown[]).length)).toEqual([3, 1, 1]);
	});

	test.each<[string, readonly string[], string, readonly string[]]>([
		["push", ["push", "tenants", "--yes"], "PUT /bulk", ["tenant:b.com", "2 of 3 written"]],
		[
			"push --prune",
			["push", "tenants", "--yes", "--prune"],
			"POST /bulk/delete",
			["tenant:old.com", "3 of 4 written"],
		],
		[
			"origins add",
			["origins", "add", "customers", "https://x.example"],
			"PUT /bulk",
			["origin:customers:https://x.example", "0 of 1 written"],
		],
		[
			"origins remove",
			["origins", "remove", "customers", "https://y.example"],
			"POST /bulk/delete",
			["origin:customers:https://y.example", "0 of 1 removed"],
		],
	])("by %s are named in the end, with 2", async (_, argv, line, words) => {
		const [method = "", path = ""] = line.split(" ");
		const keys = ["tenant:b.com", "tenant:old.com", "origin:customers:https://x.example"];
		const { directory, run } = await setup({
			values: new Map([...stored("old.com"), ["origin:customers:https://y.example", ""]]),
			fault: every(method, path, undone(...keys, "origin:customers:https://y.example")),
		});
		const named = argv.map((word) => (word === "tenants" ? join(directory, word) : word));
		const { code, out, err } = await run(...named);
		expect(code).toBe(2);
		expect(out).not.toMatch(/pushed|added:|removed:/);
		for (const word of words) expect(err).toContain(word);
	});
});

describe("which account and namespace", () => {
	const two = [
		{ id: "1".repeat(32), name: "Acme" },
		{ id: "2".repeat(32), name: "Other" },
	];
	const nameless = { CLOUDFLARE_ACCOUNT_ID: undefined };

	test("the only account needs no name", async () => {
		const { api, push } = await setup({}, nameless);
		expect((await push()).code).toBe(0);
		expect(hostsOf(api)).toEqual(HOSTS);
	});

	test("two accounts and none named are listed", async () => {
		const { api, push } = await setup({ accounts: two }, nameless);
		const { code, err } = await push();
		expect(code).toBe(2);
		for (const { id, name } of two) expect(err).toContain(`${id}  ${name}`);
		expect(err).toContain("Set CLOUDFLARE_ACCOUNT_ID");
		expect(api.lines).toEqual(["GET /accounts"]);
	});

	test("of very many the first are named, and how many others there are", async () => {
		const accounts = Array.from({ length: 45 }, (_, index) => ({ id: `${index}`, name: `n${index}` }));
		const { push } = await setup({ accounts }, nameless);
		const { err } = await push();
		expect(err).toContain("is for 45 accounts");
		expect(err).toContain("  19  n19\n  and 25 others\n");
	});

	test("no account at all is said", async () => {
		const { push } = await setup({ accounts: [] }, nameless);
		expect((await push()).err).toContain("shows no account");
	});

	test("the configuration may name the account", async () => {
		const { api, directory } = await setup({ accounts: two }, nameless);
		const named = project({ "wrangler.toml": `account_id = "${ACCOUNT}"\n${configOf()}` });
		const argv = ["push", join(directory, "tenants"), "--yes", "--remote"];
		expect((await cordon([...argv, "--config", join(named, "wrangler.toml")], { real: true })).code).toBe(0);
		expect(api.lines).not.toContain("GET /accounts");
	});

	test("without an id the deployed Worker says the namespace", async () => {
		const { api, directory } = await setup();
		const config = join(project({}, ""), "wrangler.toml");
		const argv = ["push", join(directory, "tenants"), "--yes", "--remote", "--config", config];
		expect((await cordon(argv, { real: true })).code).toBe(0);
		expect(api.lines[0]).toBe(`GET /accounts/${ACCOUNT}/workers/scripts/gateway/settings`);
		expect(hostsOf(api)).toEqual(HOSTS);
	});

	test("a Worker that was never deployed is told of", async () => {
		const path = `/accounts/${ACCOUNT}/workers/scripts/gateway/settings`;
		const { directory } = await setup({
			fault: every("GET", path, { kind: "status", status: 404, code: 10_007 }),
		});
		const config = join(project({}, ""), "wrangler.toml");
		const { code, err } = await cordon(
			["push", join(directory, "tenants"), "--yes", "--remote", "--config", config],
			{ real: true },
		);
		expect(code).toBe(2);
		expect(err).toContain("no Worker gateway to ask for it");
		expect(err).toContain("Deploy once");
	});
});

describe("a token with characters that no token has", () => {
	test.each(["SECRET\nTOKEN", "SECRET TOKEN", "S\u00e9CRET"])(
		"%j is said at once, and never shown",
		async (token) => {
			const { api, push } = await setup({}, { CLOUDFLARE_API_TOKEN: token });
			const { code, out, err } = await push();
			expect([code, out]).toEqual([2, ""]);
			expect(err).toContain("CLOUDFLARE_API_TOKEN holds");
			expect(err).not.toMatch(/S.CRET/);
			expect(api.lines).toEqual([]);
		},
	);

	test("nor is the control plane's", async () => {
		vi.stubEnv("CORDON_TOKEN", "SECRET\nTOKEN");
		const { code, err } = await cordon(["origins", "list", "x", "--api", "https://x.invalid"], {
			real: true,
		});
		expect(code).toBe(2);
		expect(err).toContain("CORDON_TOKEN holds");
		expect(err).not.toContain("SECRET");
	});

	test("is not one with a line's end behind it", async () => {
		const { api, push } = await setup({}, { CLOUDFLARE_API_TOKEN: ` ${TOKEN}\n` });
		expect((await push()).code).toBe(0);
		expect(api.calls[0]?.authorization).toBe(`Bearer ${TOKEN}`);
	});
});

describe("what others do meanwhile", () => {
	test("stops the push before it writes", async () => {
		let reads = 0;
		const { api, push } = await setup({
			values: new Map([["tenant:a.com", JSON.stringify(B)]]),
			onCall({ path }, values) {
				if (path === "/bulk/get" && ++reads === 2) values.set("tenant:a.com", "{}");
			},
		});
		const { code, out } = await push();
		expect(code).toBe(1);
		expect(out).toContain("changed meanwhile: a.com");
		expect(api.lines).not.toContain("PUT /bulk");
	});

	test("and a list that lags behind, change nothing", async () => {
		const { api, push } = await setup({ values: stored(...HOSTS), listed: ["tenant:gone.com"] });
		expect(await push("--prune")).toMatchObject({
			code: 0,
			out: "nothing to do: remote KV holds what the folder says.",
		});
		expect(api.lines).not.toContain("PUT /bulk");
	});
});

describe("large numbers", { timeout: BACK_OFF_TIMEOUT_MILLISECONDS }, () => {
	const origins = Array.from({ length: 25_000 }, (_, index) => `https://shop${index}.example`);

	test("25,000 origins are added in under 20 calls", async () => {
		const { api, directory, run } = await setup();
		const file = project({ "origins.txt": origins.join("\n") });
		const list = join(file, "origins.txt");
		expect(await run("origins", "add", "customers", "--file", list)).toMatchObject({
			code: 0,
			out: "added: 25,000 new origins in customers",
		});
		expect(api.calls.length).toBeLessThan(20);
		expect(api.values.size).toBe(25_000);
		expect(readdirSync(directory)).toContain("tenants");
		const removed = await run("origins", "remove", "customers", "--file", list);
		expect(removed).toMatchObject({ code: 0, out: "removed: 25,000 origins of customers" });
		expect(api.values.size).toBe(0);
	});

	test("origins that a list does not show yet are removed, and those that it still shows are added", async () => {
		const some = origins.slice(0, 1500);
		const key = (origin: string) => `origin:customers:${origin}`;
		const file = join(project({ "origins.txt": some.join("\n") }), "origins.txt");
		const unlisted = await setup({ values: new Map(some.map((origin) => [key(origin), ""])), listed: [] });
		expect((await unlisted.run("origins", "remove", "customers", "--file", file)).code).toBe(0);
		expect(unlisted.api.values.size).toBe(0);
		const listed = await setup({ listed: some.map(key) });
		expect((await listed.run("origins", "add", "customers", "--file", file)).code).toBe(0);
		expect(listed.api.values.size).toBe(1500);
	});

	test("2,500 tenants take a handful of calls, a hundred values each", async () => {
		const hosts = Array.from({ length: 2500 }, (_, index) => `a${index}.example`);
		const { api, run } = await setup({ values: stored(...hosts) });
		const directory = project({ "tenants/a.json": { hosts, ...A } });
		expect((await run("diff", join(directory, "tenants"))).code).toBe(0);
		expect(api.calls.length).toBe(3 + 25);
		for (const { authorization } of api.calls) expect(authorization).toBe(`Bearer ${TOKEN}`);
	});
});
