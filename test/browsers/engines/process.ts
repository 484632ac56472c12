/** Owns processes of browsers: the home, the files and the group that each one gets. */

import { type ChildProcess, execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { collectOutput, startGroup } from "../../../dev/process-group.ts";
import type { OpenBrowser } from "./engine.ts";

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

/** Starts a browser, or what one needs, as a process group. */
export function openProcess(
	command: readonly string[],
	env: NodeJS.ProcessEnv,
	extraPipe = false,
): OpenBrowser & { readonly child: ChildProcess } {
	const group = startGroup(command, { env, extraPipe });
	return { ...group, output: collectOutput(group) };
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
