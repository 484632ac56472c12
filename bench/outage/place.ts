/**
 * Owns one data centre in which KV goes wrong under load: a warm isolate, then a cold one, and what their clients see; of
 * what was deleted before that and while it lasts, too.
 */

import { Agent, request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { STALE_SECONDS } from "../../src/isolate/freshness.ts";
import { ALLOWED_ORIGIN, DENIED_ORIGIN } from "../compare/policy.ts";
import { startKv } from "../harness/kv.ts";
import { type KvMode, REGISTERED_ORIGIN } from "../harness/kv-modes.ts";
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
	/** Requests for what was deleted before KV went wrong, in the cold isolate, and in the warm one once that has to ask. */
	readonly deleted: Deleted;
	/** Requests for the tenant that was deleted when KV was wrong already: nobody can know. */
	readonly deletedSince: Tally;
}

/** What was seen of a tenant, and an origin of a directory, that one isolate had held and another one read as gone. */
export interface Deleted {
	requests: number;
	/** The tenant's document was in force. */
	tenantCameBack: number;
	/** The response was shared with the origin. */
	originCameBack: number;
}

const SEEN_TENANTS = 40;
const UNSEEN_TENANTS = 4;
/** The last of those that are seen. */
const DELETED_SINCE = SEEN_TENANTS - 1;
/** Beside them. */
const DELETED_BEFORE = SEEN_TENANTS + UNSEEN_TENANTS;
const DIRECTORY_HOST = "directory.example";
/** Of each of those that are deleted. */
const DELETED_REQUESTS_PER_SECOND = 2;
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
		{ tenants: DELETED_BEFORE + 1, upstream: session.upstreamOrigin, keepsCache: true },
		session.directory,
	);
	const start = () => startWorker({ bundle, kvPort: kv.port, variables: { UNKNOWN_HOSTS: "refuse" } });
	const warmWorker = await start();
	for (let tenant = 0; tenant < SEEN_TENANTS; tenant++) await askTenant(warmWorker.port, tenant, true);
	await askDeleted(warmWorker.port);
	// The second copies are written behind the answers.
	await sleep(500);
	await kv.delete(`tenant:${tenantHost(DELETED_BEFORE)}`);
	await kv.delete(`origin:customers:${REGISTERED_ORIGIN}`);
	const readerWorker = await start();
	await askDeleted(readerWorker.port);
	await sleep(500);
	await kv.be(mode);
	await kv.delete(`tenant:${tenantHost(DELETED_SINCE)}`);
	const isSeen = () => Math.floor(Math.random() * DELETED_SINCE);
	const isUnseen = () => SEEN_TENANTS + Math.floor(Math.random() * UNSEEN_TENANTS);
	const deleted: Deleted = { requests: 0, tenantCameBack: 0, originCameBack: 0 };
	const warmLoad = load(warmWorker, seconds, REQUESTS_PER_SECOND, isSeen);
	// A minute after it read them the warm isolate has to ask; the machine gets a second.
	const warmMilliseconds = Math.min(seconds, STALE_SECONDS + 1) * 1000;
	const warmDeleted = sleep(warmMilliseconds).then(() =>
		countDeleted(deleted, warmWorker, seconds - warmMilliseconds / 1000),
	);
	await sleep(SECONDS_BEFORE_COLD_START * 1000);
	const coldWorker = await start();
	const left = seconds - SECONDS_BEFORE_COLD_START;
	const [warm, cold, unseen, deletedSince] = await Promise.all([
		warmLoad,
		load(coldWorker, left, REQUESTS_PER_SECOND, isSeen),
		load(coldWorker, left, UNSEEN_REQUESTS_PER_SECOND, isUnseen),
		load(coldWorker, left, DELETED_REQUESTS_PER_SECOND, () => DELETED_SINCE),
		countDeleted(deleted, coldWorker, left),
		warmDeleted,
	]);
	await Promise.all([kv, warmWorker, readerWorker, coldWorker].map((server) => server.stop()));
	return { mode, warm, cold, unseen, deleted, deletedSince };
}

/** Asks for what was deleted before KV went wrong, again and again. */
async function countDeleted(deleted: Deleted, worker: ServerProcess, seconds: number): Promise<void> {
	const begun = performance.now();
	while (performance.now() - begun < seconds * 1000) {
		const { tenant, origin } = await askDeleted(worker.port);
		deleted.requests += 2;
		if (tenant.status === 200 || tenant.sharedWith !== undefined) deleted.tenantCameBack++;
		if (origin.sharedWith !== undefined) deleted.originCameBack++;
		await sleep(1000 / DELETED_REQUESTS_PER_SECOND);
	}
}

async function askDeleted(port: number) {
	const [tenant, origin] = await Promise.all([
		askTenant(port, DELETED_BEFORE, true),
		ask(port, DIRECTORY_HOST, REGISTERED_ORIGIN),
	]);
	return { tenant, origin };
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
	const { status, sharedWith } = await askTenant(port, tenant, allowed);
	const milliseconds = performance.now() - begun;
	tally.slowest = Math.max(tally.slowest, milliseconds);
	if (milliseconds > 1000) tally.waited++;
	if (status !== 200) tally.failed++;
	if (sharedWith !== (allowed && status === 200 ? ALLOWED_ORIGIN : undefined)) tally.wronglyShared++;
}

const agent = new Agent({ keepAlive: true });

interface Answer {
	readonly status: number;
	readonly sharedWith: string | undefined;
}

function askTenant(port: number, tenant: number, allowed: boolean): Promise<Answer> {
	return ask(port, tenantHost(tenant), allowed ? ALLOWED_ORIGIN : DENIED_ORIGIN);
}

function ask(port: number, host: string, origin: string): Promise<Answer> {
	return new Promise((resolve) => {
		const headers = { Host: host, Origin: origin };
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
