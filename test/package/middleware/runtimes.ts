/** Owns the runtimes that the apps are served on: each bundles them, starts, says where, and is stopped. */

import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { startGroup } from "../../../dev/process-group.ts";
import { seedLocalKv, startDevServer } from "../../../dev/wrangler.ts";
import { findProgram } from "../machine.ts";
import { STORED } from "./apps.ts";

/** The apps, served. */
export interface Served {
	readonly port: number;
	stop(): Promise<void>;
}

/** A runtime to serve them on. */
export interface Runtime {
	readonly name: string;
	/** Whether it is on this machine. */
	readonly present: boolean;
	serve(directory: string): Promise<Served>;
}

/** Bun and Deno are used where the PATH, or CORDON_TEST_BUN and CORDON_TEST_DENO, lead to them: each has 100 MB. */
export const RUNTIMES: readonly Runtime[] = [
	program("node", findProgram("node"), []),
	{ name: "workerd", present: true, serve: serveWorkerd },
	program("bun", process.env["CORDON_TEST_BUN"] ?? findProgram("bun"), []),
	program("deno", process.env["CORDON_TEST_DENO"] ?? findProgram("deno"), ["run", "--allow-net"]),
];

function program(name: "node" | "bun" | "deno", path: string | undefined, args: readonly string[]): Runtime {
	return {
		name,
		present: path !== undefined,
		async serve(directory) {
			const file = await bundle(`${name}-server.ts`, join(directory, `${name}.mjs`));
			const group = startGroup([path ?? name, ...args, file]);
			let errors = "";
			group.child.stderr?.on("data", (chunk: Buffer) => {
				errors += chunk;
			});
			const ended = group.ended.then((code) => {
				throw new Error(`${name} ended with ${code}:\n${errors}`);
			});
			ended.catch(() => {});
			let output = "";
			for (;;) {
				const port = /listens on (\d+)/.exec(output)?.[1];
				if (port !== undefined) return { port: Number(port), stop: () => group.stop() };
				const [chunk] = (await Promise.race([once(group.child.stdout ?? process, "data"), ended])) as [
					Buffer,
				];
				output += chunk;
			}
		},
	};
}

async function serveWorkerd(directory: string): Promise<Served> {
	const bundled = await bundle("middleware-worker.ts", join(directory, "worker/index.mjs"));
	const stateDirectory = join(directory, "state");
	await mkdir(stateDirectory);
	await seedLocalKv(
		Object.entries(STORED).map(([key, value]) => ({ key, value })),
		stateDirectory,
	);
	const { port, group } = await startDevServer({ stateDirectory, port: 0, bundle: bundled });
	return { port, stop: () => group.stop() };
}

async function bundle(entry: string, outfile: string): Promise<string> {
	await build({
		entryPoints: [join(import.meta.dirname, entry)],
		outfile,
		bundle: true,
		format: "esm",
		platform: entry.startsWith("middleware") ? "neutral" : "node",
		mainFields: ["module", "main"],
		target: "es2022",
		logLevel: "error",
	});
	return outfile;
}
