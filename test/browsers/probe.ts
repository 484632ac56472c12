/** Owns `npm run probe`: the probe page for any browser that a user opens it in, and its results in the terminal. */

import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { parseArgs } from "node:util";
import pc from "picocolors";
import { onOrphaned } from "../../dev/orphan.ts";
import type { CaseOutcome, CaseVerdict, PageReport } from "./stage/runs.ts";
import { createStage, type StageOptions } from "./stage/stage.ts";
import { addressWorld, namedWorld, type World } from "./stage/world.ts";

const DEFAULT_PORT = 8790;
const LOOPBACK = "127.0.0.1";

const USAGE = `Serves a page that probes the browser it is opened in, against the gateway.

  npm run probe                              for browsers on this machine
  npm run probe -- --address 192.168.1.20    for other devices too, under this machine's address
  npm run probe -- --port 9000               the first port; with --address it takes three`;

const MARKS: Readonly<Record<CaseVerdict, string>> = {
	"as expected": pc.green("✓"),
	"but for cookies": pc.yellow("~"),
	"another way": pc.yellow("~"),
	unexpected: pc.red("✘"),
};

try {
	const options = readArguments();
	if (options === undefined) console.log(USAGE);
	else await serve(options.address, options.port);
} catch (error) {
	console.error(`${pc.red("✘")} ${error instanceof Error ? error.message : String(error)}`);
	process.exit(1);
}

/** Undefined where help is wanted. Throws an `Error` for the user. */
function readArguments(): { readonly address: string | undefined; readonly port: number } | undefined {
	const { values } = parseArgs({
		options: {
			address: { type: "string" },
			port: { type: "string", default: String(DEFAULT_PORT) },
			help: { type: "boolean", short: "h" },
		},
	});
	if (values.help) return undefined;
	const port = Number(values.port);
	if (!Number.isInteger(port) || port < 1 || port > 65_533) {
		throw new Error(`--port must be a port from 1 to 65533, not "${values.port}".`);
	}
	const { address } = values;
	if (address !== undefined && isIP(address) !== 4) {
		throw new Error(`--address must be an IPv4 address of this machine, not "${address}".${ownAddresses()}`);
	}
	return { address, port };
}

function ownAddresses(): string {
	const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
	const addresses = all.filter(({ family, internal }) => family === "IPv4" && !internal);
	return addresses.length === 0 ? "" : ` It has ${addresses.map(({ address }) => address).join(", ")}.`;
}

async function serve(address: string | undefined, port: number): Promise<void> {
	const stage = createStage(address === undefined ? forThisMachine(port) : forDevices(address, port));
	let stopping = false;
	const stop = async () => {
		if (stopping) return;
		stopping = true;
		console.log(pc.dim("\nStopping …"));
		await stage.stop();
		process.exit(0);
	};
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
	onOrphaned(stop);
	console.log(pc.dim("Starting the gateway, the API behind it and the page …"));
	try {
		const { pages } = await stage.start();
		console.log(welcome(pages, address === undefined ? "of this machine" : "that reaches this machine"));
	} catch (error) {
		if (stopping) return;
		await stage.stop();
		throw isTaken(error) ? new Error(`Port ${port} is taken. Choose another one with --port.`) : error;
	}
}

function isTaken(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

function welcome(pages: World["pages"], where: string): string {
	return `
${pc.green("●")} ${pc.bold("Open one of these in any browser")} ${where}:

    ${pc.cyan(`${pages.allowed}/`)}    an origin that the policies allow
    ${pc.cyan(`${pages.denied}/`)}    one that they do not

  What came out is shown on the page, and here. ${pc.dim("Ctrl-C stops everything.")}
`;
}

function forThisMachine(port: number): StageOptions {
	return {
		address: LOOPBACK,
		fronts: [{ port }],
		worldOf: () => namedWorld({ scheme: "http", tld: "localhost", port, features: () => new Set(["hosts"]) }),
		onReport: print,
		onFailure: complain,
	};
}

/** Other devices know no names of this machine: an origin is a port there. */
function forDevices(address: string, port: number): StageOptions {
	return {
		address,
		fronts: [{ port }, { port: port + 1 }, { port: port + 2 }],
		worldOf: () => addressWorld(address, { allowed: port, denied: port + 1, api: port + 2 }),
		onReport: print,
		onFailure: complain,
	};
}

function print({ page, userAgent, outcomes }: PageReport): void {
	const count = (verdict: CaseVerdict) => outcomes.filter((outcome) => outcome.verdict === verdict).length;
	console.log(`${pc.bold(`The ${page} page`)} ${pc.dim(userAgent)}`);
	const verdicts = Object.keys(MARKS) as CaseVerdict[];
	const counts = verdicts
		.filter((verdict) => count(verdict) > 0)
		.map((verdict) => `${count(verdict)} ${verdict}`);
	console.log(`  ${counts.join(", ")}`);
	// What a browser's rules for third parties change is much the same everywhere: one example tells it.
	const example = outcomes.find(({ verdict }) => verdict === "but for cookies");
	const others = outcomes.filter(({ verdict }) => verdict === "another way" || verdict === "unexpected");
	for (const outcome of example === undefined ? others : [example, ...others]) printOutcome(outcome);
	console.log("");
}

function complain(_: string, reason: string): void {
	console.error(`${pc.red("✘")} ${reason}`);
}

function printOutcome({ says, verdict, transcript, expected }: CaseOutcome): void {
	console.log(`  ${MARKS[verdict]} ${says}`);
	for (const part of ["page", "wire"] as const) {
		const [got, wanted] = [transcript[part].join(" | "), expected?.[part].join(" | ") ?? ""];
		if (got !== wanted)
			console.log(pc.dim(`      ${part}: ${got}\n      ${" ".repeat(part.length)}  expected: ${wanted}`));
	}
}
