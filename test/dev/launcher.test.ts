/** Owns the proof that nothing outlives who started it: not a command, not a test run, not the demo. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { freePorts } from "../../dev/ports.ts";
import { collectOutput, startGroup } from "../../dev/process-group.ts";
import { PROJECT } from "../../dev/wrangler.ts";
import { familyOf, leftOf } from "./processes.ts";

const RUNS = join(import.meta.dirname, "runs");
const KEPT = join(PROJECT, "dev/kept.sh");
const VITEST = join(PROJECT, "node_modules/vitest/vitest.mjs");
/** There a group is its command alone. */
const isWindows = process.platform === "win32";
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"] as const;
/** A command with a child and a grandchild. */
const FAMILY = "sleep 600 & sh -c 'sleep 600; true' & sleep 0.5; echo up; wait";
/** The same, and none of it can be ended politely. */
const DEAF_FAMILY = `trap '' HUP INT TERM; ${FAMILY}`;

const state = mkdtempSync(join(tmpdir(), "cordon-launcher-"));
afterAll(() => rmSync(state, { recursive: true, force: true, maxRetries: 5 }));

const started: ChildProcess[] = [];
afterEach(async () => {
	for (const child of started.splice(0)) {
		if (child.pid !== undefined) for (const { pid } of familyOf(child.pid)) kill(pid, "SIGKILL");
	}
});

/** Starts a command and waits until it says what it says when it is up. */
async function startAndWait(
	command: readonly string[],
	up: RegExp,
	env: Readonly<Record<string, string>> = {},
) {
	// In a session of its own, so that nothing of it is asked to stop with the tests themselves; and yet it ends with them.
	const child = spawn(KEPT, command, {
		cwd: PROJECT,
		detached: true,
		env: { ...process.env, ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
	started.push(child);
	let said = "";
	await new Promise<void>((resolve, reject) => {
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding("utf8").on("data", (text: string) => {
				said += text;
				if (up.test(said)) resolve();
			});
		}
		child.once("exit", () => reject(new Error(`${command.join(" ")} ended:\n${said}`)));
	});
	const pid = child.pid ?? 0;
	return { pid, family: familyOf(pid), said: () => said };
}

function kill(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch {
		// It has gone already.
	}
}

describe.skipIf(isWindows)("a group", () => {
	test("ends with the exit code of its command, and has its output", async () => {
		const group = startGroup(["sh", "-c", "echo out; echo err >&2; exit 7"]);
		const output = collectOutput(group);
		expect(await group.ended).toBe(7);
		expect(output().split("\n").sort()).toEqual(["", "err", "out"]);
	});

	test("that cannot be started says why", async () => {
		const group = startGroup(["true"], { cwd: join(state, "nowhere") });
		const output = collectOutput(group);
		expect(await group.ended).toBeNull();
		expect(output()).toContain("ENOENT");
	});

	test("takes with it what its command leaves behind", async () => {
		const group = startGroup(["sh", "-c", "sleep 600 & sleep 0.5; echo up; sleep 1"]);
		await once(group.child.stdout ?? process, "data");
		const family = familyOf(group.child.pid ?? 0);
		expect(family.length).toBeGreaterThan(3);
		expect(await group.ended).toBe(0);
		expect(await leftOf(family)).toEqual([]);
	});

	test.each([
		["politely", FAMILY],
		["by force, where it does not listen", DEAF_FAMILY],
	])("is ended %s", async (_, script) => {
		const group = startGroup(["sh", "-c", script]);
		await once(group.child.stdout ?? process, "data");
		const family = familyOf(group.child.pid ?? 0);
		expect(family.length).toBeGreaterThan(3);
		await group.stop();
		expect(await leftOf(family)).toEqual([]);
	});

	test("has the time to end on its own", async () => {
		const group = startGroup([
			"sh",
			"-c",
			"trap 'sleep 1; echo bye; exit 0' TERM; echo up; sleep 600 & wait",
		]);
		const output = collectOutput(group);
		await once(group.child.stdout ?? process, "data");
		await group.stop();
		expect(output()).toBe("up\nbye\n");
	});

	test.each(SIGNALS)("does not outlive its keeper, who gets %s", async (signal) => {
		const keeper = await startAndWait(
			[process.execPath, join(RUNS, "keeper.ts"), "sh", "-c", FAMILY],
			/^\d+$/m,
		);
		expect(keeper.family.length).toBeGreaterThan(6);
		kill(keeper.pid, signal);
		expect(await leftOf(keeper.family)).toEqual([]);
	});

	test("does not outlive its keeper either after it has been asked to end, and did not", async () => {
		const command = [process.execPath, join(RUNS, "keeper.ts"), "sh", "-c", DEAF_FAMILY];
		const keeper = await startAndWait(command, /^\d+$/m);
		const group = Number(/^\d+$/m.exec(keeper.said())?.[0]);
		process.kill(-group, "SIGTERM");
		await sleep(300);
		kill(keeper.pid, "SIGKILL");
		expect(await leftOf(keeper.family)).toEqual([]);
	});
});

describe.skipIf(isWindows)("a test run", () => {
	test.each([
		...SIGNALS.map((signal) => ["with a dev server", signal] as const),
		["inside workerd", "SIGKILL"] as const,
	])("%s leaves nobody behind when it gets %s", async (project, signal) => {
		const run = await startAndWait(
			[process.execPath, VITEST, "run", `--config=${join(RUNS, "vitest.config.ts")}`, `--project=${project}`],
			/The test is waiting\./,
			{ CORDON_STATE_DIRECTORY: state },
		);
		expect(run.family.length).toBeGreaterThan(2);
		kill(run.pid, signal);
		expect(await leftOf(run.family)).toEqual([]);
	});

	test("ends with npm, which is killed", async () => {
		const run = await startAndWait(
			[
				"npm",
				"run",
				"test:dev",
				"--",
				`--config=${join(RUNS, "vitest.config.ts")}`,
				"--project=with a dev server",
			],
			/The test is waiting\./,
			{ CORDON_STATE_DIRECTORY: state },
		);
		kill(run.pid, "SIGKILL");
		expect(await leftOf(run.family)).toEqual([]);
	});
});

describe.skipIf(isWindows)("npm start", () => {
	test.each([
		...SIGNALS.map((signal) => ["npm", signal] as const),
		["node", "SIGINT"] as const,
		["node", "SIGKILL"] as const,
	])("leaves nobody behind when %s gets %s", async (whom, signal) => {
		const [gateway, api, page, admin] = await freePorts(4);
		const env = { PORT: `${gateway}`, API_PORT: `${api}`, PAGE_PORT: `${page}`, ADMIN_PORT: `${admin}` };
		const demo = await startAndWait(["npm", "start"], /Cordon is running\./, env);
		expect(demo.family.length).toBeGreaterThan(5);
		const node = demo.family.find(({ command }) => /^\S*node demo\/start\.ts/.test(command));
		if (node === undefined) throw new Error("npm start has no demo below it.");
		kill(whom === "npm" ? demo.pid : node.pid, signal);
		expect(await leftOf(demo.family)).toEqual([]);
		rmSync(join(PROJECT, `.wrangler/demo/${gateway}`), { recursive: true, force: true, maxRetries: 5 });
	});
});
