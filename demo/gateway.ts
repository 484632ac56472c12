/** Owns the demo's gateway: the real Worker under `wrangler dev`, on local KV that was seeded before. */
import type { ProcessGroup } from "../dev/process-group.ts";
import { startDevServer } from "../dev/wrangler.ts";
import type { Ports } from "./ports.ts";
import { createRelay } from "./relay.ts";

/** A Worker of the demo. */
export interface DemoGateway {
	/** Starts, and resolves when it answers. Rejects with an `Error` for the user. */
	start(): Promise<void>;
	/** Resolves, after `start()`, when it is gone, whoever ended it. */
	gone(): Promise<unknown>;
	/** Ends what `start()` has started, politely first. Safe at any time, and more than once. */
	stop(): Promise<void>;
}

export function createDemoGateway(ports: Ports, stateDirectory: string): DemoGateway {
	const relay = createRelay("gateway");
	let running: ProcessGroup | undefined;

	return {
		async start() {
			await startDevServer({
				stateDirectory,
				port: ports.gateway,
				onStart(group) {
					running = group;
					relay.follow(group);
				},
			});
			await relay.ready();
		},
		gone: async () => running?.ended,
		async stop() {
			relay.silence();
			await running?.stop();
		},
	};
}
