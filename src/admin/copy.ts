/** Owns the copy to KV: what has changed in the registry is written there, right after and for as long as it takes. */

import { reasonOf } from "../findings/reason.ts";
import { LATE, within } from "../isolate/within.ts";
import { type Changes, type Claimed, claim, confirm, release, stillOpen, sweep } from "./registry/outbox.ts";
import { type ReadValue, readValues } from "./registry/values.ts";

/**
 * Keys that are taken at once. What one run of a Worker may ask of D1 and KV is limited, and a batch that is cut off in its
 * middle is written again: with these sizes each run gets on, the smallest plan's (50 requests) too.
 */
const FIRST_BATCH_KEYS = 32;
const BATCH_KEYS = 200;

/** Writes at once. A Worker has six connections, and the others wait for one. */
const PARALLEL_WRITES = 32;

/** A write that takes longer has failed, as far as anybody can tell; its key stays taken, should it arrive after all. */
const PUT_TIMEOUT_MILLISECONDS = 20_000;

/** No write is begun after so much of a lease: it has to end within it. */
const BATCH_MILLISECONDS = 30_000;

/** How long is waited for a key that is another's, or was written just now: each time twice as long, up to a second. */
const FIRST_POLL_MILLISECONDS = 100;
const MAX_POLL_MILLISECONDS = 1000;
const MAX_IDLE_POLLS = 12;

/** Rows that one sweep drops. */
const SWEPT_ROWS = 5000;

/** The two stores, and the clock. */
export interface Stores {
	readonly registry: D1Database;
	readonly kv: Pick<KVNamespace, "put" | "delete">;
	readonly now: () => number;
}

/** What came of a batch. */
interface Batch {
	readonly claimed: number;
	readonly written: number;
}

/**
 * Writes the given changes to KV, and waits until KV has them: where another request has one of the keys, or it was
 * written less than a second ago, until that is over. Never rejects: the changes are committed, and owed.
 * @returns those that KV does not have in time; the cron trigger sees to them
 */
export async function settle(stores: Stores, changes: Changes, milliseconds: number): Promise<Changes> {
	const deadline = stores.now() + milliseconds;
	const open = new Map(changes);
	try {
		for (let size = FIRST_BATCH_KEYS; open.size > 0; size = BATCH_KEYS) {
			const some = new Map([...open].slice(0, size));
			const left = await settleSome(stores, some, deadline);
			for (const key of some.keys()) if (!left.has(key)) open.delete(key);
			if (left.size > 0 || stores.now() >= deadline) break;
		}
	} catch (error) {
		logFault(error);
	}
	return open;
}

async function settleSome(stores: Stores, changes: Changes, deadline: number): Promise<Changes> {
	let open = changes;
	let idlePolls = 0;
	for (;;) {
		const { claimed, written } = await copyBatch(stores, open.size, [...open.keys()]);
		open = await stillOpen(stores.registry, open);
		const isRefused = claimed > 0 && written === 0;
		if (open.size === 0 || isRefused || stores.now() >= deadline || idlePolls > MAX_IDLE_POLLS) return open;
		if (claimed > 0) continue;
		const pause = Math.min(MAX_POLL_MILLISECONDS, FIRST_POLL_MILLISECONDS * 2 ** idlePolls++);
		await new Promise((resolve) => setTimeout(resolve, pause));
	}
}

/**
 * Writes to KV what is still open, the oldest change first, until nothing is left, time is up, or KV takes nothing.
 * @returns how many keys were written
 */
export async function drain(stores: Stores, milliseconds: number): Promise<number> {
	const deadline = stores.now() + milliseconds;
	let total = 0;
	try {
		for (let size = FIRST_BATCH_KEYS; ; size = BATCH_KEYS) {
			const { claimed, written } = await copyBatch(stores, size);
			total += written;
			if (claimed === 0 || written === 0 || stores.now() >= deadline) break;
		}
		await sweep(stores.registry, stores.now(), SWEPT_ROWS);
	} catch (error) {
		logFault(error);
	}
	return total;
}

/**
 * Takes keys and writes them. A key is one writer's at a time, and its value is read after it was taken: what is written
 * is never older than what is there. To write each change's own value would be to bring back old ones.
 */
async function copyBatch(
	{ registry, kv, now }: Stores,
	size: number,
	keys?: readonly string[],
): Promise<Batch> {
	const lease = crypto.randomUUID();
	const begun = now();
	const claimed = await claim(registry, lease, begun, size, keys);
	if (claimed.length === 0) return { claimed: 0, written: 0 };
	const read = await readValues(
		registry,
		claimed.map(({ key }) => key),
	);
	const written: Claimed[] = [];
	const left: string[] = [];
	const failures = new Map<string, string>();
	for (const group of byChange(claimed)) {
		await inParallel(group, async (row) => {
			const outcome =
				now() - begun > BATCH_MILLISECONDS ? "left" : await copyKey(kv, row.key, read, failures);
			if (outcome === "written") written.push(row);
			else if (outcome === "left") left.push(row.key);
		});
	}
	logFailures(failures);
	if (written.length > 0) await confirm(registry, lease, now(), written);
	if (left.length > 0) await release(registry, lease, now(), left);
	return { claimed: claimed.length, written: written.length };
}

/** "unknown" is a write that may arrive yet: its lease runs on, so that nobody writes the key before that is unlikely. */
type Outcome = "written" | "left" | "unknown";

async function copyKey(
	kv: Stores["kv"],
	key: string,
	read: ReadValue,
	failures: Map<string, string>,
): Promise<Outcome> {
	try {
		const value = await read(key);
		const work = value === null ? kv.delete(key) : kv.put(key, value);
		if ((await within(PUT_TIMEOUT_MILLISECONDS, work)) !== LATE) return "written";
		failures.set(key, `KV did not answer within ${PUT_TIMEOUT_MILLISECONDS / 1000} seconds`);
		return "unknown";
	} catch (error) {
		failures.set(key, reasonOf(error));
		return "left";
	}
}

/** Rows of one change are of one moment; those of a later one wait until they are done. */
function byChange(rows: readonly Claimed[]): readonly (readonly Claimed[])[] {
	const groups = new Map<number, Claimed[]>();
	for (const row of rows) {
		const group = groups.get(row.changedAt);
		if (group === undefined) groups.set(row.changedAt, [row]);
		else group.push(row);
	}
	return [...groups.values()];
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
	const rest = items.values();
	const worker = async () => {
		for (const item of rest) await work(item);
	};
	await Promise.all(Array.from({ length: PARALLEL_WRITES }, worker));
}

/** One line a batch: where KV is down, all of its keys say the same. */
function logFailures(failures: ReadonlyMap<string, string>): void {
	const [first] = failures;
	if (first === undefined) return;
	const [key, reason] = first;
	console.log(JSON.stringify({ event: "kv-write-failed", key, reason, keys: failures.size }));
}

function logFault(error: unknown): void {
	console.log(JSON.stringify({ event: "kv-copy-failed", reason: reasonOf(error) }));
}
