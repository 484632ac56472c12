/** Owns `npm run bench -- cli`: what the command line's start-up costs, beside a Node that does nothing. */

import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { PROJECT } from "../../dev/wrangler.ts";
import { once } from "../harness/once.ts";
import { median } from "../harness/statistics.ts";
import { alignTable } from "../harness/table.ts";

/** What a run may take beyond an empty Node. */
const MAX_SECONDS = 0.25;
const DEFAULT_ROUNDS = 20;

/** The command, its options and what it does. */
export const cliCommand = new Command("cli")
	.description("The command line's start-up, as it is packed")
	.option("--node <path>", "The Node that runs it; without it the machine's own", once)
	.option("--rounds <number>", "How often each is run", once)
	.action(benchCli);

interface Options {
	readonly node?: string;
	readonly rounds?: string;
}

interface Cost {
	readonly cpuSeconds: number;
	readonly wallSeconds: number;
}

/** Says at its end what processor time it took, user and system; that costs the empty one the same. */
const REPORTER = `process.on("exit", () => {
	const { user, system } = process.cpuUsage();
	require("node:fs").writeSync(3, String((user + system) / 1e6));
});`;

const TENANT = {
	hosts: ["api.acme.com"],
	cors: { origins: ["https://app.acme.com", "https://*.preview.acme.com"], credentials: true },
};

/** Builds, measures and prints; exit code 1 where the goal is missed. */
async function benchCli(options: Options): Promise<void> {
	const node = options.node ?? machinesNode();
	const rounds = Number(options.rounds ?? DEFAULT_ROUNDS);
	execFileSync("npm", ["run", "build", "--silent"], { cwd: PROJECT, stdio: "inherit" });
	const directory = mkdtempSync(join(tmpdir(), "cordon-cli-"));
	try {
		// As in the package, which has no source that would be run in its place.
		for (const part of ["bin", "dist/cli", "package.json", "template"]) {
			cpSync(join(PROJECT, part), join(directory, part), { recursive: true });
		}
		writeFileSync(join(directory, "acme.json"), JSON.stringify(TENANT));
		writeFileSync(join(directory, "empty.mjs"), "");
		writeFileSync(join(directory, "reporter.cjs"), REPORTER);
		const cordon = join(directory, "bin/cordon.js");
		const explain = ["explain", "acme.json", "--origin", "https://app.acme.com"];
		const contenders = new Map<string, readonly string[]>([
			["an empty node", ["empty.mjs"]],
			["cordon --version", [cordon, "--version"]],
			["cordon --help", [cordon, "--help"]],
			["cordon validate FILE", [cordon, "validate", "acme.json"]],
			["cordon explain FILE", [cordon, ...explain]],
			["cordon push --help", [cordon, "push", "--help"]],
		]);
		const costs = new Map<string, Cost[]>([...contenders.keys()].map((name) => [name, []]));
		for (let round = 0; round <= rounds; round++) {
			for (const [name, argv] of contenders) {
				const cost = run(node, argv, directory);
				// The first round fills the file cache.
				if (round > 0) costs.get(name)?.push(cost);
			}
		}
		print(costs);
	} finally {
		rmSync(directory, { recursive: true });
	}
}

function run(node: string, argv: readonly string[], directory: string): Cost {
	const begun = performance.now();
	const { output, status } = spawnSync(node, ["--require", "./reporter.cjs", ...argv], {
		cwd: directory,
		stdio: ["ignore", "pipe", "pipe", "pipe"],
		encoding: "utf8",
	});
	if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status}: ${output[2]}`);
	return { cpuSeconds: Number(output[3]), wallSeconds: (performance.now() - begun) / 1000 };
}

function print(costs: ReadonlyMap<string, readonly Cost[]>): void {
	const medians = [...costs].map(
		([name, list]) =>
			[
				name,
				median(list.map(({ cpuSeconds }) => cpuSeconds)),
				median(list.map(({ wallSeconds }) => wallSeconds)),
			] as const,
	);
	const [[, emptyCpu, emptyWall] = ["", 0, 0]] = medians;
	const rows = medians.map(([name, cpu, wall]) => [
		name,
		...[cpu, cpu - emptyCpu, wall, wall - emptyWall].map((seconds) => seconds.toFixed(3)),
	]);
	console.log(alignTable([["seconds, median", "CPU", "more", "elapsed", "more"], ...rows]));
	const slow = medians.filter(([, cpu, wall]) => Math.max(cpu - emptyCpu, wall - emptyWall) > MAX_SECONDS);
	console.log(`\n${slow.length === 0 ? "✔" : "✘"} each within ${MAX_SECONDS} s of an empty node`);
	if (slow.length > 0) process.exitCode = 1;
}

/** npm puts the project's own Node first. */
function machinesNode(): string {
	const folders = (process.env["PATH"] ?? "")
		.split(delimiter)
		.filter((path) => !path.includes("node_modules"));
	const found = folders
		.map((folder) => join(folder, "node"))
		.find((path) => {
			try {
				accessSync(path);
				return true;
			} catch {
				return false;
			}
		});
	return found ?? process.execPath;
}
