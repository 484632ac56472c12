/** Owns the demo's gateway: the real Worker under `wrangler dev`, its local KV seeded first. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import pc from "picocolors";
import type { ProcessGroup } from "../dev/process-group.ts";
import { PROJECT, seedLocalKv, startDevServer } from "../dev/wrangler.ts";
import type { Ports } from "./ports.ts";
import { kvEntries } from "./tenants.ts";

export interface Gateway {
	/** Where this gateway's local KV lives, relative to the project. */
	readonly stateDirectory: string;
	/** Seeds, starts, and resolves when the gateway answers. Rejects with an `Error` for the user. */
	start(): Promise<void>;
	/** Resolves, after `start()`, when the gateway is gone, whoever ended it. */
	gone(): Promise<unknown>;
	/** Ends what `start()` has started, politely first. Safe at any time, and more than once. */
	stop(): Promise<void>;
}

export function createGateway(ports: Ports): Gateway {
	const stateDirectory = `.wrangler/demo/${ports.gateway}`;
	let running: ProcessGroup | undefined;
	let ready = false;
	let stopping = false;

	function relay(stream: NodeJS.ReadableStream | null, wanted: () => boolean = () => true): void {
		if (!stream) return;
		createInterface({ input: stream }).on("line", (line) => {
			if (!stopping && wanted() && line.trim() !== "") console.log(`${pc.dim("gateway │")} ${line}`);
		});
	}

	return {
		stateDirectory,
		async start() {
			const directory = join(PROJECT, stateDirectory);
			await rm(directory, { recursive: true, force: true });
			await mkdir(directory, { recursive: true });
			await seedLocalKv(kvEntries(ports), directory);
			await startDevServer({
				stateDirectory: directory,
				port: ports.gateway,
				onStart(group) {
					running = group;
					relay(group.child.stderr);
					// What wrangler says on standard output before the first answer is no news to anybody.
					relay(group.child.stdout, () => ready);
				},
			});
			// The log line of the question itself comes a moment later, and is no news either.
			await sleep(200);
			ready = true;
		},
		gone: async () => running?.ended,
		async stop() {
			stopping = true;
			await running?.stop();
		},
	};
}
