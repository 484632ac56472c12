/** Owns one data centre in which KV goes wrong under load: a warm isolate, then a cold one, and what their clients see. */

import { Agent, request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ALLOWED_ORIGIN, DENIED_ORIGIN } from "../compare/policy.ts";
import { startKv } from "../harness/kv.ts";
import type { KvMode } from "../harness/kv-modes.ts";
import type { ServerProcess } from "../harness/process.ts";
import type { Session } from "../harness/session.ts";
import { startWorker } from "../harness/workerd.ts";
import { tenantHost } from "../tenants/traffic.ts";

/** What the clients of one isolate saw. */
export interface Tally {
	requests: number;
	/** Answers other than 200 for tenants that this place had seen. */
	failed: number;
	/** Answers that were shared with a denied origin, or not with an allowed one. */
	wronglyShared: number;
	/** Of all answers, in milliseconds. */
	slowest: number;
	/** Answers that took longer than a second. */
	waited: number;
}

/** What was seen in one place, by isolate. */
export interface Outage {
	readonly mode: KvMode;
	/** It had every policy when KV went wrong. */
	readonly warm: Tally;
	/** It began when KV was wrong already. */
	readonly cold: Tally;
	/** Requests for tenants that nobody in this place had asked for before. */
	readonly unseen: Tally;
}

const SEEN_TENANTS = 40;
const UNSEEN_TENANTS = 4;
/** Of each isolate. */
const REQUESTS_PER_SECOND = 40;
/** Of the tenants that nobody has seen. */
const UNSEEN_REQUESTS_PER_SECOND = 1;
/** The warm isolate's policies grow old meanwhile. */
const SECONDS_BEFORE_COLD_START = 10;

/** Lets KV go wrong in one way for so long. */
export async function runOutage(
	session: Session,
	bundle: string,
	mode: KvMode,
	seconds: number,
): Promise<Outage> {
	const kv = await startKv(
		{ tenants: SEEN_TENANTS + UNSEEN_TENANTS, upstream: session.upstreamOrigin, keepsCache: true },
		session.directory,
	);
	const start = () => startWorker({ bundle, kvPort: kv.port, variables: { UNKNOWN_HOSTS: "refuse" } });
	const warmWorker = await start();
	for (let tenant = 0; tenant < SEEN_TENANTS; tenant++) await ask(warmWorker.port, tenant, true);
	// The second copies are written behind the answers.
	await sleep(500);
	await kv.be(mode);
	const isSeen = () => Math.floor(Math.random() * SEEN_TENANTS);
	const isUnseen = () => SEEN_TENANTS + Math.floor(Math.random() * UNSEEN_TENANTS);
	const warmLoad = load(warmWorker, seconds, REQUESTS_PER_SECOND, isSeen);
	await sleep(SECONDS_BEFORE_COLD_START * 1000);
	const coldWorker = await start();
	const left = seconds - SECONDS_BEFORE_COLD_START;
	const [warm, cold, unseen] = await Promise.all([
		warmLoad,
		load(coldWorker, left, REQUESTS_PER_SECOND, isSeen),
		load(coldWorker, left, UNSEEN_REQUESTS_PER_SECOND, isUnseen),
	]);
	await Promise.all([kv, warmWorker, coldWorker].map((server) => server.stop()));
	return { mode, warm, cold, unseen };
}

/** Requests in open loop: a slow answer holds no other one up. */
async function load(
	worker: ServerProcess,
	seconds: number,
	requestsPerSecond: number,
	nextTenant: () => number,
): Promise<Tally> {
	const tally: Tally = { requests: 0, failed: 0, wronglyShared: 0, slowest: 0, waited: 0 };
	const under: Promise<void>[] = [];
	const begun = performance.now();
	while (performance.now() - begun < seconds * 1000) {
		const due = ((performance.now() - begun) / 1000) * requestsPerSecond;
		while (tally.requests < due) {
			const allowed = tally.requests++ % 2 === 0;
			under.push(count(tally, worker.port, nextTenant(), allowed));
		}
		await sleep(1000 / requestsPerSecond);
	}
	await Promise.all(under);
	return tally;
}

async function count(tally: Tally, port: number, tenant: number, allowed: boolean): Promise<void> {
	const begun = performance.now();
	const { status, sharedWith } = await ask(port, tenant, allowed);
	const milliseconds = performance.now() - begun;
	tally.slowest = Math.max(tally.slowest, milliseconds);
	if (milliseconds > 1000) tally.waited++;
	if (status !== 200) tally.failed++;
	if (sharedWith !== (allowed && status === 200 ? ALLOWED_ORIGIN : undefined)) tally.wronglyShared++;
}

const agent = new Agent({ keepAlive: true });

function ask(
	port: number,
	tenant: number,
	allowed: boolean,
): Promise<{ readonly status: number; readonly sharedWith: string | undefined }> {
	return new Promise((resolve) => {
		const headers = { Host: tenantHost(tenant), Origin: allowed ? ALLOWED_ORIGIN : DENIED_ORIGIN };
		const request = httpRequest({ host: "127.0.0.1", port, path: "/data", agent, headers }, (response) => {
			response.resume();
			response.once("end", () =>
				resolve({
					status: response.statusCode ?? 0,
					sharedWith: response.headers["access-control-allow-origin"],
				}),
			);
		});
		request.once("error", () => resolve({ status: 0, sharedWith: undefined }));
		request.end();
	});
}
