/** Owns process groups: a command and all that it spawns, ended by one signal, and gone once this process is gone. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const STOP_TIMEOUT_MILLISECONDS = 5000;
const POLL_MILLISECONDS = 50;

/** Windows has neither groups nor a shell for this: there only the command itself is ended. */
const HAS_GROUPS = process.platform !== "win32";

/**
 * Runs a command, and kills its whole group once this process is gone, however it went: then the standard input ends.
 * Exit handlers would not do: a process that is killed, or a worker of vitest that is interrupted, runs none. The shell
 * itself outlives a polite signal, so that somebody keeps watch until the command has ended.
 */
const SUPERVISE = `exec 4<&0
trap : HUP INT TERM
(trap '' HUP INT TERM; read -r _ <&4; kill -s KILL 0) &
"$@" </dev/null 4<&-
code=$?
kill -s KILL $! 2>/dev/null
exit $code`;

/** How a group is started. */
export interface GroupOptions {
	readonly cwd?: string;
	readonly env?: NodeJS.ProcessEnv;
	/** Whether the command gets a descriptor 3 to write to; it is `child.stdio[3]` then. */
	readonly extraPipe?: boolean;
}

/** A running command and everything that it has spawned. */
export interface ProcessGroup {
	/** The head of the group; its `pid` is the group's number, its standard output and error are pipes. */
	readonly child: ChildProcess;
	/** Resolves once the command is gone, whoever ended it: with its exit code; null where it has none. Never rejects. */
	readonly ended: Promise<number | null>;
	/** Ends the group, politely first. Safe at any time, and more than once. */
	stop(): Promise<void>;
}

/** Starts a command as the head of a process group. What it leaves behind when it ends is killed. */
export function startGroup(command: readonly string[], options: GroupOptions = {}): ProcessGroup {
	const { cwd, env = process.env, extraPipe = false } = options;
	const [program = "", ...args] = HAS_GROUPS ? ["sh", "-c", SUPERVISE, "sh", ...command] : command;
	const child = spawn(program, args, {
		cwd,
		env,
		detached: HAS_GROUPS,
		stdio: [HAS_GROUPS ? "pipe" : "ignore", "pipe", "pipe", ...(extraPipe ? (["pipe"] as const) : [])],
	});

	/** Signals the whole group; 0 only asks. False when nobody is left. */
	function signal(name: "SIGTERM" | "SIGKILL" | 0): boolean {
		if (child.pid === undefined) return false;
		try {
			return HAS_GROUPS ? process.kill(-child.pid, name) : child.kill(name);
		} catch {
			return false;
		}
	}

	const kill = () => signal("SIGKILL");
	process.once("exit", kill);
	const ended = once(child, "exit").then(
		([code]) => code as number | null,
		() => null,
	);
	ended.then(() => {
		kill();
		process.removeListener("exit", kill);
	});

	return {
		child,
		ended,
		async stop() {
			const deadline = Date.now() + STOP_TIMEOUT_MILLISECONDS;
			signal("SIGTERM");
			while (signal(0) && Date.now() < deadline) await sleep(POLL_MILLISECONDS);
			kill();
			await ended;
		},
	};
}

/** Collects what a command writes to its standard output and error from now on, or why it could not be started. */
export function collectOutput({ child }: ProcessGroup): () => string {
	let output = "";
	child.on("error", ({ message }) => {
		output += message;
	});
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding("utf8").on("data", (text: string) => {
			output += text;
		});
	}
	return () => output;
}
