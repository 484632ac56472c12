/** Owns the preparation of the engines: finds them, installs what lacks where it may, else says the command that does. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { ENGINES, type EngineId } from "../cases/case.ts";
import { type Choice, readChoice, VARIABLE } from "./choice.ts";
import { chromium } from "./chromium.ts";
import type { DrivenEngine } from "./engine.ts";
import {
	DRIVEN_BY_KEYS,
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
	| { readonly id: EngineId; readonly engine: DrivenEngine }
	| { readonly id: EngineId; readonly engine?: undefined; readonly missing: string };

const MAKERS = { chromium, firefox, webkit } as const;
const LOCK_TIMEOUT_SECONDS = 120;

const INSTALL: Readonly<Record<PackageManager, string>> = {
	"apt-get": "apt-get install",
	dnf: "dnf install",
	pacman: "pacman -S",
	zypper: "zypper install",
};

/** Programs by engine. */
type Needs = Readonly<Record<EngineId, readonly ProgramName[]>>;

/** What is needed, what of it was found, and what would be installed. */
interface Inventory {
	readonly found: ReadonlyMap<ProgramName, string>;
	readonly manager: PackageManager | undefined;
	/** Packages that this run may install, on Debian and its kin, as root. */
	readonly installable: readonly string[];
}

/** The line that says what will be installed, and how to leave it; undefined where nothing will. */
export async function announcement(): Promise<string | undefined> {
	const { installable } = await takeInventory(readChoice(process.env), NEEDS, DRIVEN_BY_KEYS);
	return installable.length === 0 ? undefined : announceInstall(installable);
}

/** Says what will be installed, with which command, and how to leave it. */
export function announceInstall(packages: readonly string[]): string {
	const command = ["apt-get", "install", "-y", "--no-install-recommends", ...packages].join(" ");
	return `The browser tests will install what is missing here, as root: ${command} (${VARIABLE}=installed uses what is there, ${VARIABLE}=skip leaves browsers out)`;
}

/** Prepares every engine, in the way that CORDON_TEST_BROWSERS says. */
export async function prepareEngines(choice: Choice): Promise<readonly Prepared[]> {
	return (await providePrograms(choice, NEEDS)).map(({ id, found, missing }) => {
		const binary = found.get(NEEDS[id][0]);
		return missing === undefined && binary !== undefined
			? { id, engine: MAKERS[id](binary) }
			: { id, missing: missing ?? "" };
	});
}

/** What an engine takes, as far as it is here. */
export interface Provided {
	readonly id: EngineId;
	readonly found: ReadonlyMap<ProgramName, string>;
	/** What is not here, and how to have it; undefined where all of it is. */
	readonly missing: string | undefined;
}

/** Finds what engines take, and installs what lacks where that may be. */
export async function providePrograms(choice: Choice, needs: Needs): Promise<readonly Provided[]> {
	if (choice === "skip") {
		return ENGINES.map((id) => ({ id, found: new Map(), missing: `left out by ${VARIABLE}=skip` }));
	}
	let inventory = await takeInventory(choice, needs);
	if (inventory.installable.length > 0) {
		await install(inventory.installable);
		inventory = await takeInventory(choice, needs);
	}
	const { found, manager } = inventory;
	return ENGINES.map((id) => {
		const missing = needs[id].filter((name) => !found.has(name));
		return { id, found, missing: missing.length === 0 ? undefined : describeMissing(missing, manager) };
	});
}

async function takeInventory(choice: Choice, ...needs: readonly Needs[]): Promise<Inventory> {
	if (choice === "skip") return { found: new Map(), manager: undefined, installable: [] };
	const needed = [...new Set(needs.flatMap((each) => ENGINES.flatMap((id) => each[id])))];
	const [found, manager] = await Promise.all([findAll(needed), findPackageManager()]);
	const mayInstall = choice === "install" && manager === "apt-get" && process.getuid?.() === 0;
	const lacking = mayInstall ? needed.filter((name) => !found.has(name)) : [];
	return { found, manager, installable: lacking.map((name) => packageOf(name, "apt-get")) };
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
	console.error(`Installing ${packages.join(" ")} …`);
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
