/** Owns what the tests of the launcher know of processes: who descends from whom, and who is left. */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** How long what was started may outlive who started it. */
const GONE_TIMEOUT_MILLISECONDS = 6000;
const POLL_MILLISECONDS = 100;

/** A process, as the system tells. */
export interface Process {
	readonly pid: number;
	readonly parent: number;
	readonly state: string;
	readonly command: string;
}

/** A process and everybody who descends from it, itself first. */
export function familyOf(pid: number): readonly Process[] {
	const all = processes();
	const family = all.filter((each) => each.pid === pid);
	for (const member of family) family.push(...all.filter(({ parent }) => parent === member.pid));
	return family;
}

/** Waits until these are gone, and gives the commands of those who are not, when they should be. */
export async function leftOf(family: readonly Process[]): Promise<readonly string[]> {
	const numbers = new Set(family.map(({ pid }) => pid));
	const deadline = Date.now() + GONE_TIMEOUT_MILLISECONDS;
	for (;;) {
		const left = processes().filter(({ pid, state }) => numbers.has(pid) && !state.startsWith("Z"));
		if (left.length === 0 || Date.now() > deadline) return left.map(({ command }) => command);
		await sleep(POLL_MILLISECONDS);
	}
}

function processes(): readonly Process[] {
	return process.platform === "linux" ? fromProc() : fromPs();
}

/** Small systems have no `ps`. */
function fromProc(): readonly Process[] {
	return readdirSync("/proc").flatMap((pid) => {
		if (!/^\d+$/.test(pid)) return [];
		try {
			// After the name, which stands in brackets: state, parent.
			const [, state = "", parent] = /\) (\S+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
			const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
			return [{ pid: Number(pid), parent: Number(parent), state, command }];
		} catch {
			// It has gone in the meantime.
			return [];
		}
	});
}

function fromPs(): readonly Process[] {
	const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
	return [...table.matchAll(/^ *(\d+) +(\d+) +(\S+) +(.*)$/gm)].map(
		([, pid, parent, state = "", command = ""]) => ({
			pid: Number(pid),
			parent: Number(parent),
			state,
			command,
		}),
	);
}
