/** Owns the measurement of one hot tenant: how many KV reads a thousand requests a second cause. */

import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "../harness/client.ts";
import { startKv } from "../harness/kv.ts";
import type { Session } from "../harness/session.ts";
import { startWorker } from "../harness/workerd.ts";
import { tenantPreflight } from "./traffic.ts";

/** What a hot tenant caused. */
export interface HotTenant {
	readonly requests: number;
	readonly requestsPerSecond: number;
	readonly seconds: number;
	readonly kvReads: number;
}

const REQUESTS_PER_SECOND = 1000;
const TICK_MILLISECONDS = 10;
const CONNECTIONS = 8;

/** Asks one tenant for so long; preflights, which cost the least and find the policy as all requests do. */
export async function measureHotTenant(
	session: Session,
	bundle: string,
	seconds: number,
): Promise<HotTenant> {
	const kv = await startKv({ tenants: 1, upstream: session.upstreamOrigin }, session.directory);
	const worker = await startWorker({ bundle, kvPort: kv.port, variables: { UNKNOWN_HOSTS: "refuse" } });
	const client = createClient(worker.port, CONNECTIONS);
	const request = tenantPreflight(0);
	const begun = performance.now();
	const elapsed = () => performance.now() - begun;
	let requests = 0;
	while (elapsed() < seconds * 1000) {
		const due = Math.floor((elapsed() / 1000) * REQUESTS_PER_SECOND) - requests;
		if (due > 0) {
			await client.turn(() => request, due);
			requests += due;
		}
		session.progress.say(`one hot tenant, ${requests} requests`, elapsed() / seconds / 1000);
		await sleep(TICK_MILLISECONDS);
	}
	const lasted = elapsed() / 1000;
	const { reads } = await kv.counters();
	client.close();
	await Promise.all([worker.stop(), kv.stop()]);
	return { requests, requestsPerSecond: requests / lasted, seconds: lasted, kvReads: reads };
}
