/** Owns the proof of the command line as a process: any Node starts it, and wrangler's own local KV is what it works on. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configOf } from "./cloudflare-api.ts";
import { folder, type Ran } from "./harness.ts";

const PROJECT = join(import.meta.dirname, "../..");
const BIN = join(PROJECT, "bin/cordon.js");
/** As a Node without TypeScript behaves: the pinned one has to be found. */
const OLD_NODE = "--no-experimental-strip-types";

function start(argv: readonly string[], nodeOptions: readonly string[] = []) {
	return spawn(process.execPath, [...nodeOptions, BIN, ...argv], {
		stdio: ["pipe", "pipe", "pipe"],
		env: { ...process.env, FORCE_COLOR: "1", CI: "1" },
	});
}

async function cordon(argv: readonly string[], nodeOptions?: readonly string[]): Promise<Ran> {
	const child = start(argv, nodeOptions);
	child.stdin.end();
	return ended(child);
}

async function run(script: string, argv: readonly string[]): Promise<Ran> {
	const environment = { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "1" };
	return ended(spawn(process.execPath, [script, ...argv], { stdio: "pipe", env: environment }));
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ran> {
	let out = "";
	let err = "";
	child.stdout.on("data", (chunk) => {
		out += chunk;
	});
	child.stderr.on("data", (chunk) => {
		err += chunk;
	});
	const [code] = await once(child, "close");
	return { code, out, err };
}

describe("the process", () => {
	test.each([
		["a Node that runs TypeScript", []],
		["one that does not", [OLD_NODE]],
	])("runs on %s, and passes its exit code on", async (_, nodeOptions) => {
		const directory = folder({ "good.json": { cors: { origins: [] } }, "bad.json": "{" });
		const good = await cordon(["validate", join(directory, "good.json")], nodeOptions);
		expect(good).toEqual({ code: 0, out: `valid: ${directory}/good.json\n`, err: "" });
		expect(await cordon(["validate", join(directory, "bad.json")], nodeOptions)).toMatchObject({ code: 1 });
		expect(await cordon(["nope"], nodeOptions)).toMatchObject({ code: 2, out: "" });
	});

	test("passes a signal on to the Node that it has started", async () => {
		const child = start(["validate", "-"], [OLD_NODE]);
		// It is up once it has read standard input's first bytes, which cannot be seen: give it its time.
		await new Promise((resolve) => setTimeout(resolve, 1500));
		child.kill("SIGTERM");
		const [code] = await once(child, "close");
		expect(code).toBe(143);
	});

	test("has no colours in a pipe, even where CI asks for them", async () => {
		const { out } = await cordon(["--help"]);
		expect(out).not.toContain("\u001b");
	});
});

/** Each call of wrangler takes a second or two, and more on a machine with other work. */
const TIMEOUT_MILLISECONDS = 180_000;

describe("wrangler's local KV", { timeout: TIMEOUT_MILLISECONDS }, () => {
	const ACME = {
		cors: { origins: ["https://app.example.com", { directory: "customers" }], credentials: true },
	};

	test("is pushed to, compared with, explained and pulled from", async () => {
		const directory = folder({ "tenants/acme.json": { hosts: ["api.acme.com", "*.acme.com"], ...ACME } });
		const tenants = join(directory, "tenants");
		const local = ["--local", "--persist-to", join(directory, "kv")];
		writeFileSync(join(directory, "wrangler.toml"), configOf());
		local.push("--config", join(directory, "wrangler.toml"));

		const pushed = await cordon(["push", tenants, ...local, "--yes"]);
		expect(pushed).toMatchObject({ code: 0, out: expect.stringContaining("pushed: 2 added.") });
		expect(pushed.err).toBe("Writing local KV: 2 of 2 changes\n");

		const file = join(directory, "origins.txt");
		writeFileSync(file, Array.from({ length: 20 }, (_, index) => `https://shop${index}.example`).join("\n"));
		expect(await cordon(["origins", "add", "customers", "--file", file, ...local])).toMatchObject({
			code: 0,
			out: "added: 20 new origins in customers\n",
		});
		const explained = await cordon([
			"explain",
			"x.acme.com",
			"--origin",
			"https://shop7.example",
			"--json",
			...local,
		]);
		expect(explained.code).toBe(0);
		expect(JSON.parse(explained.out)).toMatchObject({
			tenant: "tenant:*.acme.com",
			origin: { reason: "in-directory" },
		});
		expect(await cordon(["origins", "remove", "customers", "--file", file, ...local])).toMatchObject({
			code: 0,
			out: "removed: 20 origins of customers\n",
		});

		const pulled = join(directory, "pulled");
		expect(await cordon(["pull", pulled, ...local])).toMatchObject({ code: 0 });
		const name = join(pulled, "_wildcard.acme.com.json");
		expect(JSON.parse(readFileSync(name, "utf8"))).toEqual({
			hosts: ["*.acme.com", "api.acme.com"],
			...ACME,
		});
		expect(await cordon(["push", pulled, ...local])).toMatchObject({
			code: 0,
			out: "nothing to do: local KV holds what the folder says.\n",
		});
	});

	test("sees what wrangler wrote, and wrangler sees what it writes", async () => {
		const directory = folder({
			"wrangler.toml": configOf(),
			"bulk.json": [{ key: "tenant:by.wrangler", value: JSON.stringify(ACME) }],
			"tenants/a.json": { hosts: ["by.cordon"], ...ACME },
		});
		const config = ["--config", join(directory, "wrangler.toml")];
		const local = ["--local", "--persist-to", join(directory, "kv")];
		const wrangler = (...argv: readonly string[]) =>
			run(join(PROJECT, "node_modules/wrangler/bin/wrangler.js"), [...argv, ...config, ...local]);
		const binding = ["--binding", "TENANTS"];
		expect(await wrangler("kv", "bulk", "put", join(directory, "bulk.json"), ...binding)).toMatchObject({
			code: 0,
		});
		const diff = await cordon(["diff", join(directory, "tenants"), "--json", ...config, ...local]);
		expect(JSON.parse(diff.out)).toMatchObject({
			added: [{ host: "by.cordon" }],
			removed: [{ host: "by.wrangler", before: ACME }],
		});
		expect(await cordon(["push", join(directory, "tenants"), "--yes", ...config, ...local])).toMatchObject({
			code: 0,
		});
		const got = await wrangler("kv", "key", "get", "tenant:by.cordon", "--text", ...binding);
		expect(JSON.parse(got.out.slice(got.out.indexOf("{")))).toEqual(ACME);
	});

	test("says so where it cannot be kept", async () => {
		const directory = folder({ "wrangler.toml": configOf(), kv: "a file where a folder has to be" });
		const { code, err } = await cordon([
			...["origins", "list", "customers", "--local", "--persist-to", join(directory, "kv")],
			...["--config", join(directory, "wrangler.toml")],
		]);
		expect(code).toBe(2);
		expect(err).toMatch(/^cordon: The local KV in .*kv cannot be used: .*\n.*--persist-to DIR\.\n$/);
	});
});
