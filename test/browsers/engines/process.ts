/** Owns processes of browsers: each in a group of its own, so that one signal ends all that it spawned. */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { OpenBrowser } from "./engine.ts";

const STOP_TIMEOUT_MILLISECONDS = 4000;

/**
 * Runs a command, and kills its whole group once this process is gone, however it went: then the standard input ends.
 * A worker of vitest that is interrupted runs no exit handlers, and a group of its own would outlive it.
 */
const SUPERVISE =
	'exec 4<&0; (read -r _ <&4; kill -s KILL 0) & "$@" </dev/null 4<&-; code=$?; kill $!; exit $code';

export const run = promisify(execFile);

/** A home of its own: nothing of the user's is read, nothing is left behind. */
export function freshHome(directory: string): NodeJS.ProcessEnv {
	const { DISPLAY: _, WAYLAND_DISPLAY: __, DBUS_SESSION_BUS_ADDRESS: ___, ...env } = process.env;
	return {
		...env,
		HOME: directory,
		XDG_CONFIG_HOME: join(directory, "config"),
		XDG_CACHE_HOME: join(directory, "cache"),
		XDG_DATA_HOME: join(directory, "data"),
		XDG_STATE_HOME: join(directory, "state"),
		XDG_RUNTIME_DIR: join(directory, "runtime"),
		LC_ALL: "C.UTF-8",
	};
}

/** Starts a command as the head of a process group. */
export function startGroup(
	command: readonly string[],
	env: NodeJS.ProcessEnv,
	extraPipe = false,
): OpenBrowser & { readonly child: ChildProcess } {
	const child = spawn("sh", ["-c", SUPERVISE, "sh", ...command], {
		env,
		detached: true,
		stdio: ["pipe", "pipe", "pipe", ...(extraPipe ? (["pipe"] as const) : [])],
	});
	let output = "";
	child.on("error", (error) => {
		output += error.message;
	});
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding("utf8").on("data", (text: string) => {
			output += text;
		});
	}

	/** Signals the whole group; 0 only asks. False when nobody is left. */
	function signal(name: "SIGTERM" | "SIGKILL" | 0): boolean {
		if (child.pid === undefined) return false;
		try {
			return process.kill(-child.pid, name);
		} catch {
			return false;
		}
	}

	return {
		child,
		ended: new Promise((resolve) => child.once("exit", resolve)),
		output: () => output,
		async stop() {
			const deadline = Date.now() + STOP_TIMEOUT_MILLISECONDS;
			signal("SIGTERM");
			while (signal(0) && Date.now() < deadline) await sleep(50);
			signal("SIGKILL");
		},
	};
}

/** Whether a mount namespace can be had, as root or in a user namespace. */
export async function canUnshare(): Promise<boolean> {
	if (process.platform !== "linux") return false;
	try {
		const [program = "", ...args] = withFiles([["/etc/hosts", "/etc/hosts"]], ["true"]);
		await run(program, args);
		return true;
	} catch {
		return false;
	}
}

/**
 * A command that sees other files in the place of some; nobody else does.
 * @param files what it sees, and where
 */
export function withFiles(
	files: readonly (readonly [source: string, target: string])[],
	command: readonly string[],
): readonly string[] {
	const mounts = files.map((_, index) => `mount --bind "$${2 * index + 1}" "$${2 * index + 2}"`);
	const script = `${mounts.join(" && ")} && shift ${2 * files.length} && exec "$@"`;
	const asUser = process.getuid?.() === 0 ? [] : ["--map-root-user"];
	return ["unshare", ...asUser, "--mount", "sh", "-c", script, "sh", ...files.flat(), ...command];
}
