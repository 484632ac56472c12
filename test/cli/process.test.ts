/** Owns the proof of the command line as a process: any Node starts it, and wrangler's own local KV is what it works on. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openKv } from "../../src/cli/kv/kv.ts";
import { folder, type Ran } from "./harness.ts";

const BIN = join(import.meta.dirname, "../../bin/cordon.js");
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

	test("keeps every kind of value as it is, and says when it cannot be reached", async () => {
		const directory = folder({ kv: "a file where a folder has to be" });
		const kv = openKv({ kind: "local", directory: join(directory, "state"), environment: undefined });
		const entries = ["", "{", '\u0000\u{1F600}\\"\n', "null"].map((value, index) => ({
			key: `tenant:${index}`,
			value,
		}));
		const done: number[] = [];
		await kv.put(entries, (count) => done.push(count));
		expect(done).toEqual([4]);
		const values = await kv.get([...entries.map(({ key }) => key), "tenant:absent"]);
		expect([...values]).toEqual(entries.map(({ key, value }) => [key, value]));
		const unreachable = openKv({ kind: "local", directory: join(directory, "kv"), environment: undefined });
		await expect(unreachable.list("tenant:")).rejects.toMatchObject({
			code: "kv-unavailable",
			message: expect.stringContaining("The local KV did not answer; this is what wrangler says:"),
		});
	});
});
