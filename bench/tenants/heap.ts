/** Owns the measurement of an isolate's heap after more tenants, origins and hostnames than it may keep. */

import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../dev/ports.ts";
import { preflightRequest } from "../compare/work.ts";
import { type Client, createClient, type Wire } from "../harness/client.ts";
import { usedHeapBytes } from "../harness/inspector.ts";
import { startKv } from "../harness/kv.ts";
import { LARGE_KINDS, largeHost } from "../harness/large-documents.ts";
import type { Session } from "../harness/session.ts";
import { startWorker } from "../harness/workerd.ts";
import { tenantHost, tenantPreflight } from "./traffic.ts";

/** The heap after a stage, collected, in mebibytes. */
export interface HeapStage {
	readonly after: string;
	readonly mebibytes: number;
}

/** How much is asked for. */
export interface HeapLoad {
	readonly tenants: number;
	/** Of a tenant with a list, and as many again of one with a directory. */
	readonly origins: number;
	readonly hostnames: number;
	/** Of each kind that there is. */
	readonly largeDocuments: number;
}

const CONNECTIONS = 16;
const BATCH = 2000;
/** How often each of the large documents is asked for, in turn. */
const LARGE_TURNS = 3;
/**
 * Reads of KV that came late and second copies that are still being written hold their texts until they end. They are no
 * part of what the isolate keeps, which is what is claimed here; a look at once shows several times as much.
 */
const SETTLE_MILLISECONDS = 5000;

/** Sends all of it to one isolate, and looks at its heap after each stage. */
export async function measureHeap(
	session: Session,
	bundle: string,
	load: HeapLoad,
): Promise<readonly HeapStage[]> {
	const kv = await startKv({ tenants: load.tenants, upstream: session.upstreamOrigin }, session.directory);
	const inspectorPort = await freePort();
	const worker = await startWorker({
		bundle,
		kvPort: kv.port,
		inspectorPort,
		variables: { UNKNOWN_HOSTS: "refuse" },
	});
	const client = createClient(worker.port, CONNECTIONS);
	const stages: HeapStage[] = [];
	const look = async (after: string) => {
		session.progress.say(`collecting, after ${after}`);
		await sleep(SETTLE_MILLISECONDS);
		const bytes = await usedHeapBytes(inspectorPort, () => client.turn(() => tenantPreflight(0), 10));
		stages.push({ after, mebibytes: bytes / 1024 ** 2 });
	};
	const stage = async (count: number, what: string, next: (index: number) => Wire) => {
		await sendAll(session, client, count, what, next);
		await look(`${count.toLocaleString("en")} ${what}`);
	};
	await client.turn(() => tenantPreflight(0), 100);
	await look("one tenant");
	await stage(load.tenants, "tenants", tenantPreflight);
	await stage(load.origins, "made-up origins", (index) =>
		preflightRequest(`https://made-up-${index}.example`, tenantHost(index % 10)),
	);
	await stage(load.origins, "made-up origins that a directory is asked for", (index) =>
		preflightRequest(`https://made-up-${index}.example`, "directory.example"),
	);
	await stage(load.hostnames, "made-up hostnames", (index) =>
		preflightRequest("https://app.example.com", `made-up-${index}.example.com`),
	);
	// In turn is one at a time; several at once share one processor, and are answered 503 as soon as KV seems late.
	const patient = createClient(worker.port, 1);
	for (const kind of LARGE_KINDS) {
		for (let turn = 0; turn < LARGE_TURNS; turn++) {
			await sendAll(session, patient, load.largeDocuments, `documents of many ${kind}`, (index) =>
				preflightRequest("https://app.example.com", largeHost(kind, index)),
			);
		}
		await look(`${load.largeDocuments} documents of many ${kind}, in turn`);
	}
	client.close();
	patient.close();
	await Promise.all([worker.stop(), kv.stop()]);
	return stages;
}

async function sendAll(
	{ progress }: Session,
	client: Client,
	count: number,
	what: string,
	next: (index: number) => Wire,
): Promise<void> {
	for (let sent = 0; sent < count; sent += BATCH) {
		progress.say(`${what}: ${sent.toLocaleString("en")}`, sent / count);
		await client.turn((index) => next(sent + index), Math.min(BATCH, count - sent));
	}
}
