/** Owns the child processes of a run: start, the port each one listens on, the CPU time it has used, and the end. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A running server. */
export interface ServerProcess {
	readonly pid: number;
	/** Where it listens, on 127.0.0.1. */
	readonly port: number;
	/** CPU time since its start, all threads; undefined where the system does not tell. */
	cpuNanoseconds(): bigint | undefined;
	stop(): Promise<void>;
}

/** How a server is started. */
export interface ServerOptions {
	readonly command: string;
	readonly args: readonly string[];
	readonly environment?: Readonly<Record<string, string>>;
	/** The port, where the caller has chosen it; left out: the process says it, in a line of JSON. */
	readonly port?: number;
	/** Which descriptor says the port: 1, or 3 for workerd's control channel. */
	readonly portDescriptor?: 1 | 3;
	/** Which processor it is bound to; see `bindings`. */
	readonly role: Role;
}

/** What is measured runs on one processor, everything else on another. */
export type Role = "measured" | "helper";

const START_TIMEOUT_MILLISECONDS = 20_000;

const running = new Set<ChildProcess>();

/** Ends every server that still runs. */
export function stopServers(): void {
	for (const child of running) child.kill("SIGKILL");
}

process.once("exit", stopServers);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

/** Starts a server and waits until it listens. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
	const descriptor = options.portDescriptor ?? 1;
	const child = spawn(options.command, options.args, {
		env: { ...process.env, ...options.environment },
		stdio: ["ignore", descriptor === 1 ? "pipe" : "ignore", "pipe", descriptor === 3 ? "pipe" : "ignore"],
	});
	running.add(child);
	let said = "";
	child.stderr?.setEncoding("utf8").on("data", (text: string) => {
		said = (said + text).slice(-4000);
	});
	const ended = new Promise<never>((_, reject) => {
		child.once("error", reject);
		child.once("exit", (code) => {
			running.delete(child);
			reject(new Error(`${options.command} ended (${code}): ${said}`));
		});
	});
	ended.catch(() => {});
	const late = new Promise<never>((_, reject) => {
		setTimeout(
			() => reject(new Error(`${options.command} does not answer: ${said}`)),
			START_TIMEOUT_MILLISECONDS,
		).unref();
	});
	late.catch(() => {});
	const told =
		options.port === undefined
			? portFrom(child.stdio[descriptor] as Readable)
			: untilOpen(options.port).then(() => options.port);
	const port = await Promise.race([told, ended, late]);
	const { pid } = child;
	if (pid === undefined || port === undefined) throw new Error(`${options.command} did not start.`);
	bind(pid, options.role);
	return {
		pid,
		port,
		cpuNanoseconds: () => cpuNanoseconds(pid),
		stop: () =>
			new Promise((resolve) => {
				if (child.exitCode !== null || child.signalCode !== null) return resolve();
				child.once("exit", () => resolve());
				child.kill("SIGKILL");
			}),
	};
}

/** Reads lines until one is JSON that names a port, then lets the rest of the stream run off. */
async function portFrom(stream: Readable): Promise<number> {
	const lines = createInterface(stream);
	for await (const line of lines) {
		const message: unknown = line.startsWith("{") ? JSON.parse(line) : undefined;
		if (typeof message !== "object" || message === null || !("port" in message)) continue;
		if (!("event" in message) || message.event === "listen") {
			stream.resume();
			return Number(message.port);
		}
	}
	throw new Error("The server ended without naming its port.");
}

async function untilOpen(port: number): Promise<void> {
	const { connect } = await import("node:net");
	while (true) {
		const open = await new Promise<boolean>((resolve) => {
			const socket = connect(port, "127.0.0.1", () => resolve(true));
			socket.once("error", () => resolve(false));
			socket.once("connect", () => socket.destroy());
		});
		if (open) return;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

/** The nanoseconds that all threads of a process have run: field 1 of each schedstat; `stat` itself has ticks of 10 ms. */
export function cpuNanoseconds(pid: number | "self"): bigint | undefined {
	try {
		let sum = 0n;
		for (const task of readdirSync(`/proc/${pid}/task`)) {
			const text = readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1");
			sum += BigInt(text.slice(0, text.indexOf(" ")));
		}
		return sum;
	} catch {
		return undefined;
	}
}

/** Halves the noise where there are two processors or more: the measured on one, the load and the upstream on the other. */
export function bind(pid: number, role: Role): void {
	if (process.platform !== "linux" || availableParallelism() < 2) return;
	try {
		execFileSync("taskset", ["-apc", role === "measured" ? "0" : "1", String(pid)], { stdio: "ignore" });
	} catch {
		// Without util-linux it is only noisier.
	}
}
