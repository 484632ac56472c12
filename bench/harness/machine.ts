/** Owns the description of the machine that a result comes from. */

import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { WORKERD_VERSION } from "../../dev/workerd.ts";

/** Where and when a result was made. */
export interface Machine {
	/** YYYY-MM-DD */
	readonly date: string;
	readonly processor: string;
	readonly processors: number;
	readonly memoryGibibytes: number;
	readonly system: string;
	readonly node: string;
	readonly workerd: string;
	/** Of the last minute, at the end of the run. */
	readonly load: number;
}

export function describeMachine(): Machine {
	return {
		date: new Date().toISOString().slice(0, 10),
		processor: cpus()[0]?.model.trim() ?? "unknown",
		processors: cpus().length,
		memoryGibibytes: Math.round(totalmem() / 1024 ** 3),
		system: `${systemName()} ${arch()}, kernel ${release()}`,
		node: process.version,
		workerd: WORKERD_VERSION,
		load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
	};
}

/** One line for a page of results. */
export function machineLine(machine: Machine): string {
	return `${machine.date}, ${machine.processor} (${machine.processors} processors, ${machine.memoryGibibytes} GiB), ${machine.system}, Node ${machine.node.slice(1)}, workerd ${machine.workerd}.`;
}

function systemName(): string {
	try {
		return /PRETTY_NAME="(.+)"/.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? platform();
	} catch {
		return platform();
	}
}
