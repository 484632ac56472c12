/** Owns the proof that what stands around the tenant files decides nothing, and that an interrupt leaves nothing there. */

import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cloudflareApi, configOf, every, project } from "./cloudflare-api.ts";
import { folder } from "./harness.ts";
import { listen, start } from "./processes.ts";

const TENANT = { hosts: ["a.com"], cors: { origins: ["https://a.example"] } };
const LOGIN = { CLOUDFLARE_API_TOKEN: "USERS-TOKEN", CLOUDFLARE_ACCOUNT_ID: "b".repeat(32) };
const OLD_NODE = "--no-experimental-strip-types";

/** wrangler takes its time on a machine with other work. */
const TIMEOUT_MILLISECONDS = 120_000;

/** Waits until something is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
	while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("the user's token", { timeout: TIMEOUT_MILLISECONDS }, () => {
	test("goes where the real environment says", async () => {
		const api = await cloudflareApi();
		// The nearest configuration upwards is the user's own.
		const cwd = join(project({ "below/this/a.json": TENANT }), "below/this");
		const { ran } = start(["origins", "list", "customers", "--remote"], cwd, api.environment);
		expect(await ran).toMatchObject({ code: 0, out: "" });
		expect(api.lines).toEqual(["GET /keys"]);
		expect(api.calls[0]?.authorization).toBe("Bearer USERS-TOKEN");
	});

	test("goes nowhere that a file beside the tenant files says", async () => {
		const thief = await listen((_, response) => void response.writeHead(500).end());
		// Everything else that is asked goes through a proxy that refuses it, so that no test asks the real API.
		const proxy = await listen((_, response) => void response.writeHead(502).end());
		const planted = `CLOUDFLARE_API_BASE_URL=${thief.url}\nCLOUDFLARE_COMPLIANCE_REGION=${thief.url}\n`;
		const names = [".env", ".env.local", ".env.production", ".env.production.local", ".dev.vars"];
		const marked = folder();
		const directory = folder({
			"a.json": TENANT,
			"wrangler.toml": configOf(),
			"node_modules/wrangler/bin/wrangler.js": `require("node:fs").writeFileSync("${join(marked, "ran")}", "")`,
			"node_modules/wrangler/package.json": { name: "wrangler", main: "bin/wrangler.js" },
			...Object.fromEntries(names.map((name) => [name, planted])),
			...Object.fromEntries(names.map((name) => [`tenants/${name}`, planted])),
			"tenants/a.json": TENANT,
		});
		const address = `http://127.0.0.1:${proxy.port}`;
		const environment = { ...LOGIN, HTTPS_PROXY: address, HTTP_PROXY: address, NO_PROXY: "127.0.0.1" };
		for (const [cwd, ...flags] of [[directory], [join(directory, "tenants")]] as const) {
			const { ran } = start(["push", ".", "--remote", "--yes", ...flags], cwd, environment);
			expect(await ran).toMatchObject({ code: 2 });
		}
		expect(readdirSync(marked)).toEqual([]);
		expect(thief.seen).toEqual([]);
		expect(proxy.seen.length).toBeGreaterThan(0);
		expect(proxy.seen.filter((line) => line.includes(String(thief.port)))).toEqual([]);
	});
});

describe("an interrupt", { timeout: TIMEOUT_MILLISECONDS }, () => {
	test.each([
		["SIGINT", 130, []],
		["SIGTERM", 143, []],
		["SIGHUP", 129, []],
		["SIGINT", 130, [OLD_NODE]],
		["SIGTERM", 143, [OLD_NODE]],
	] as const)(
		"%s ends with %i, leaves nothing behind, and says how far it came",
		async (signal, code, options) => {
			const api = await cloudflareApi({ fault: every("PUT", "/bulk", { kind: "hang" }) });
			const directory = project({ "tenants/a.json": TENANT });
			const temporary = join(directory, "tmp");
			mkdirSync(temporary);
			const environment = { ...api.environment, TMPDIR: temporary };
			const { child, ran } = start(["push", "tenants", "--remote", "--yes"], directory, environment, options);
			await until(() => api.lines.includes("PUT /bulk"));
			child.kill(signal);
			expect(await ran).toMatchObject({
				code,
				err: "cordon: interrupted. 0 of 1 written, and perhaps some of the next. The same push again goes on from there.\n",
			});
			expect(readdirSync(temporary)).toEqual([]);
			expect(existsSync(join(directory, "tenants/a.json"))).toBe(true);
		},
	);
});

test("an interrupt before anything was written says that", { timeout: TIMEOUT_MILLISECONDS }, async () => {
	const api = await cloudflareApi({ fault: every("POST", "/bulk/get", { kind: "hang" }) });
	const directory = project({ "tenants/a.json": TENANT });
	for (const [argv, words] of [
		[["push", "tenants", "--yes"], "Nothing was written."],
		[["pull", "tenants", "--yes"], "Nothing was written."],
		[["origins", "add", "customers", "https://a.example"], "Nothing was changed."],
	] as const) {
		const before = api.calls.length;
		const { child, ran } = start([...argv, "--remote"], directory, api.environment);
		await until(() => api.lines.slice(before).includes("POST /bulk/get"));
		child.kill("SIGINT");
		expect(await ran).toMatchObject({ code: 130, err: `cordon: interrupted. ${words}\n` });
	}
});

describe("wrangler's login", { timeout: TIMEOUT_MILLISECONDS }, () => {
	const TOKENLESS = { CLOUDFLARE_API_TOKEN: "" };

	test("is asked for where there is no token, in a folder without any .env", async () => {
		const api = await cloudflareApi();
		const cwd = project({ ".env": "CLOUDFLARE_API_TOKEN=PLANTED\n" });
		const { ran } = start(["origins", "list", "customers", "--remote"], cwd, {
			...{ ...api.environment, ...TOKENLESS, XDG_CONFIG_HOME: join(cwd, "config") },
		});
		const { code, err } = await ran;
		expect(code).toBe(2);
		expect(err).toContain("Nobody is logged in to Cloudflare here");
		expect(err).toContain('"npx wrangler login"');
		expect(err.trim().split("\n")).toHaveLength(2);
		expect(api.lines).toEqual([]);
	});

	test("a key and its address count as wrangler has it", async () => {
		const api = await cloudflareApi();
		const { ran } = start(["origins", "list", "customers", "--remote"], project(), {
			...{ ...api.environment, ...TOKENLESS, CLOUDFLARE_API_KEY: "KEY", CLOUDFLARE_EMAIL: "a@b.example" },
		});
		expect(await ran).toMatchObject({ code: 0 });
	});
});
