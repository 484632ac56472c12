/** Owns the preparation of the engines: finds them, installs what lacks where it may, else says the command that does. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { ENGINES, type EngineId } from "../cases/case.ts";
import { chromium } from "./chromium.ts";
import type { Engine } from "./engine.ts";
import {
	findPackageManager,
	findProgram,
	NEEDS,
	type PackageManager,
	type ProgramName,
	packageOf,
} from "./find.ts";
import { firefox } from "./firefox.ts";
import { webkit } from "./webkit.ts";

/** An engine that can be driven, or why it cannot. */
export type Prepared =
	| { readonly id: EngineId; readonly engine: Engine }
	| { readonly id: EngineId; readonly engine?: undefined; readonly missing: string };

const MAKERS = { chromium, firefox, webkit } as const;
const LOCK_TIMEOUT_SECONDS = 120;

const INSTALL: Readonly<Record<PackageManager, string>> = {
	"apt-get": "apt-get install",
	dnf: "dnf install",
	pacman: "pacman -S",
	zypper: "zypper install",
};

/** Prepares every engine. On Debian and its kin, as root, it installs what is missing. */
export async function prepareEngines(): Promise<readonly Prepared[]> {
	const needed = [...new Set(ENGINES.flatMap((id) => NEEDS[id]))];
	let found = await findAll(needed);
	const manager = await findPackageManager();
	const lacking = needed.filter((name) => !found.has(name));
	if (lacking.length > 0 && manager === "apt-get" && process.getuid?.() === 0) {
		await install(lacking.map((name) => packageOf(name, manager)));
		found = await findAll(needed);
	}
	return ENGINES.map((id) => {
		const missing = NEEDS[id].filter((name) => !found.has(name));
		const binary = found.get(NEEDS[id][0]);
		if (missing.length === 0 && binary !== undefined) return { id, engine: MAKERS[id](binary) };
		return { id, missing: describeMissing(missing, manager) };
	});
}

async function findAll(names: readonly ProgramName[]): Promise<ReadonlyMap<ProgramName, string>> {
	const paths = await Promise.all(names.map(findProgram));
	return new Map(
		names.flatMap((name, index) => {
			const path = paths[index];
			return path === undefined ? [] : [[name, path] as const];
		}),
	);
}

function describeMissing(missing: readonly ProgramName[], manager: PackageManager | undefined): string {
	const lacking = `no ${missing.join(", no ")} here`;
	if (process.platform !== "linux")
		return `${lacking}; browsers are driven on Linux only, npm run probe is for others`;
	if (manager === undefined) return lacking;
	const packages = missing.map((name) => packageOf(name, manager)).join(" ");
	return `${lacking}; this installs it: sudo ${INSTALL[manager]} ${packages}`;
}

/** One package at a time where all together fail: what a system does not have must not keep the others away. */
async function install(packages: readonly string[]): Promise<void> {
	console.error(`Installing for the browser tests: ${packages.join(" ")} …`);
	await aptGet("update");
	if (await aptGet("install", ...packages)) return;
	for (const each of packages) await aptGet("install", each);
}

/** False where it fails; it says itself why. */
async function aptGet(command: string, ...packages: readonly string[]): Promise<boolean> {
	const options = [
		"-qq",
		"-y",
		"--no-install-recommends",
		"-o",
		`DPkg::Lock::Timeout=${LOCK_TIMEOUT_SECONDS}`,
	];
	const child = spawn("apt-get", [command, ...options, "-o", "Dpkg::Use-Pty=0", ...packages], {
		env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
		stdio: ["ignore", "ignore", "inherit"],
	});
	const [code] = (await once(child, "close")) as [number | null];
	return code === 0;
}
