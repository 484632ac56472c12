/** Owns the demo's gateway: the real Worker under `wrangler dev`, its local KV seeded first. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import pc from "picocolors";
import type { Ports } from "./ports.ts";
import { allowedOrigin, kvEntries } from "./tenants.ts";

const PROJECT = join(import.meta.dirname, "..");
const WRANGLER = "node_modules/wrangler/bin/wrangler.js";
const READY_TIMEOUT_SECONDS = 60;
const STOP_TIMEOUT_SECONDS = 5;
/** Wrangler spawns children of its own; a process group of its own lets one signal reach them all. Windows has none. */
const OWN_GROUP = process.platform !== "win32";

const QUIET = {
	WRANGLER_HIDE_BANNER: "true",
	WRANGLER_SEND_METRICS: "false",
	WRANGLER_WRITE_LOGS: "false",
	CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

export interface Gateway {
	/** Where this gateway's local KV lives, relative to the project. */
	readonly stateDirectory: string;
	/** Seeds, starts, and resolves when the gateway answers. Rejects with an `Error` for the user. */
	start(): Promise<void>;
	/** Resolves, after `start()`, when the gateway is gone, whoever ended it. */
	gone(): Promise<void>;
	/** Ends whatever runs, politely first. Safe at any time, and more than once. */
	stop(): Promise<void>;
	/** Ends whatever runs, at once: for `process.on('exit')`. */
	kill(): void;
}

export function createGateway(ports: Ports): Gateway {
	const stateDirectory = `.wrangler/demo/${ports.gateway}`;
	let child: ChildProcess | undefined;
	let gone: Promise<void> = Promise.resolve();
	let stopping = false;

	function wrangler(args: readonly string[]): ChildProcess {
		const started = spawn(process.execPath, [WRANGLER, ...args], {
			cwd: PROJECT,
			detached: OWN_GROUP,
			env: { ...process.env, ...QUIET, WRANGLER_REGISTRY_PATH: `${stateDirectory}/registry` },
			stdio: ["ignore", "pipe", "pipe"],
		});
		child = started;
		gone = once(started, "exit").then(() => undefined);
		return started;
	}

	async function seed(): Promise<void> {
		const file = `${stateDirectory}/tenants.json`;
		await rm(join(PROJECT, stateDirectory), { recursive: true, force: true });
		await mkdir(join(PROJECT, stateDirectory), { recursive: true });
		await writeFile(join(PROJECT, file), JSON.stringify(kvEntries(ports), null, 2));
		const put = wrangler([
			"kv",
			"bulk",
			"put",
			file,
			"--binding=TENANTS",
			"--local",
			`--persist-to=${stateDirectory}`,
		]);
		relay(put.stderr);
		put.stdout?.resume();
		await gone;
		if (put.exitCode !== 0) throw new Error("The tenants could not be written to the local KV.");
	}

	async function serve(): Promise<void> {
		const dev = wrangler([
			"dev",
			"--ip=127.0.0.1",
			`--port=${ports.gateway}`,
			"--inspector-port=0",
			"--show-interactive-dev-session=false",
			`--persist-to=${stateDirectory}`,
		]);
		let ready = false;
		relay(dev.stderr);
		// What wrangler says on standard output before the first answer is no news to anybody.
		relay(dev.stdout, () => ready);
		const deadline = Date.now() + READY_TIMEOUT_SECONDS * 1000;
		while (!(await answers())) {
			if (dev.exitCode !== null || dev.signalCode !== null) throw new Error("The gateway did not start.");
			if (Date.now() > deadline)
				throw new Error(`The gateway did not answer within ${READY_TIMEOUT_SECONDS} seconds.`);
			await sleep(100);
		}
		// The log line of the question itself comes a moment later, and is no news either.
		await sleep(200);
		ready = true;
	}

	async function answers(): Promise<boolean> {
		try {
			const response = await fetch(`http://127.0.0.1:${ports.gateway}/profile`, {
				headers: { Origin: allowedOrigin(ports) },
				signal: AbortSignal.timeout(5000),
			});
			await response.body?.cancel();
			return true;
		} catch {
			return false;
		}
	}

	function relay(stream: NodeJS.ReadableStream | null, wanted: () => boolean = () => true): void {
		if (!stream) return;
		createInterface({ input: stream }).on("line", (line) => {
			if (!stopping && wanted() && line.trim() !== "") console.log(`${pc.dim("gateway │")} ${line}`);
		});
	}

	/** Signals the child and everything it spawned; 0 only asks. False when nobody is left. */
	function signal(name: "SIGTERM" | "SIGKILL" | 0): boolean {
		if (child?.pid === undefined) return false;
		try {
			return OWN_GROUP ? process.kill(-child.pid, name) : child.kill(name);
		} catch {
			return false;
		}
	}

	return {
		stateDirectory,
		async start() {
			await seed();
			await serve();
		},
		gone: () => gone,
		async stop() {
			stopping = true;
			const deadline = Date.now() + STOP_TIMEOUT_SECONDS * 1000;
			signal("SIGTERM");
			while (signal(0) && Date.now() < deadline) await sleep(50);
			signal("SIGKILL");
		},
		kill: () => signal("SIGKILL"),
	};
}
