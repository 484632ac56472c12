/** Owns the whole stage: pages, fronts, the built gateway under `wrangler dev`, and the hostile API behind it. */

import { freePort } from "../../../dev/ports.ts";
import { createGatewayUnderTest, type GatewayUnderTest } from "../../end-to-end/harness/gateway.ts";
import { type Api, startApi } from "./api.ts";
import { type Destination, type Front, type FrontOptions, startFront } from "./front.ts";
import { createLedger } from "./ledger.ts";
import { type Pages, startPages } from "./pages.ts";
import { createRuns, type PageReport } from "./runs.ts";
import { tenantDocuments } from "./tenants.ts";
import type { World } from "./world.ts";

export interface Stage {
	/** Starts everything; resolves when the gateway answers. */
	start(): Promise<World>;
	/** Ends everything that was started. */
	stop(): Promise<void>;
}

export interface StageOptions {
	/** The address to listen on. */
	readonly address: string;
	/** Where the fronts listen: a port each, 0 for any. A world of names has one, and one more for certificates. */
	readonly fronts: readonly Pick<FrontOptions, "port" | "tls">[];
	/** Makes the world, once the fronts' ports are known. */
	readonly worldOf: (ports: readonly number[]) => World;
	readonly onReport: (report: PageReport) => void;
	/** Called when a page of a run cannot go on. */
	readonly onFailure: (run: string, reason: string) => void;
}

export function createStage(options: StageOptions): Stage {
	const { address, fronts, worldOf, onReport, onFailure } = options;
	const running: { stop(): Promise<void> }[] = [];
	const started = <T extends Api | Pages | Front | GatewayUnderTest>(each: T): T => {
		running.push(each);
		return each;
	};

	return {
		async start() {
			const ledger = createLedger();
			const destinations = new Map<string, Destination>();
			const api = started(await startApi(ledger.reach));
			const ports: number[] = [];
			for (const front of fronts) {
				const destinationOf = (authority: string) => destinations.get(authority);
				ports.push(started(await startFront({ address, ...front, destinationOf })).port);
			}
			const world = worldOf(ports);
			const upstream = `http://127.0.0.1:${api.port}`;
			const runs = createRuns({ world, upstream, ledger, onReport });
			const pages = started(await startPages({ world, runs, onFailure, acknowledge: api.acknowledge }));
			const gateway = started(createGatewayUnderTest());
			for (const [host, document] of tenantDocuments(world, { api: api.port, closed: await freePort() })) {
				gateway.tenant(host, document);
			}
			await gateway.start();
			for (const origin of Object.values(world.pages)) {
				destinations.set(new URL(origin).host, { port: pages.port });
			}
			for (const origin of Object.values(world.tenants)) {
				destinations.set(new URL(origin).host, { port: gateway.port(), see: ledger.see });
			}
			return world;
		},
		async stop() {
			await Promise.all(running.splice(0).map((each) => each.stop()));
		},
	};
}
