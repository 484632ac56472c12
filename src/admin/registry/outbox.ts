/** Owns the outbox in D1: which keys KV does not have as they are here, and whose they are to write. */

/** How long a key is somebody's to write: longer than any write lasts. */
export const LEASE_MILLISECONDS = 60_000;

/** KV takes one write of a key in a second. */
export const KEY_PAUSE_MILLISECONDS = 1000;

/** How long what is done is kept: only that the pause holds. */
const KEPT_MILLISECONDS = 60_000;

/** A row that is the holder's to write. */
export interface Claimed {
	readonly key: string;
	/** The change that the write will have caught up with. */
	readonly change: number;
	readonly changedAt: number;
}

/** Keys, and how often each must have changed in KV. */
export type Changes = ReadonlyMap<string, number>;

const CLAIM = "UPDATE outbox SET lease = ?1, leased_until = ?2";
const RETURNING = "RETURNING key, change, changed_at AS changedAt";

/**
 * Takes keys that are open and nobody's, oldest change first.
 * @param keys those that are asked for; undefined for whichever there are
 */
export async function claim(
	db: D1Database,
	lease: string,
	now: number,
	limit: number,
	keys?: readonly string[],
): Promise<readonly Claimed[]> {
	const which = keys === undefined ? "" : "AND key IN (SELECT value FROM json_each(?5))";
	const { results } = await db
		.prepare(
			`${CLAIM} WHERE key IN (
				SELECT key FROM outbox WHERE written < change AND leased_until <= ?3 ${which} ORDER BY changed_at, key LIMIT ?4
			) ${RETURNING}`,
		)
		.bind(lease, now + LEASE_MILLISECONDS, now, limit, ...(keys === undefined ? [] : [JSON.stringify(keys)]))
		.all<Claimed>();
	return results.toSorted((a, b) => a.changedAt - b.changedAt);
}

/** Notes what KV has now. Who has lost the lease meanwhile notes nothing. */
export async function confirm(
	db: D1Database,
	lease: string,
	now: number,
	written: readonly Claimed[],
): Promise<void> {
	const rows = JSON.stringify(written.map(({ key, change }) => [key, change]));
	await db
		.prepare(
			`UPDATE outbox SET written = done.change, lease = NULL, leased_until = ?2
			FROM (SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS change FROM json_each(?3)) AS done
			WHERE outbox.key = done.key AND outbox.lease = ?1`,
		)
		.bind(lease, now + KEY_PAUSE_MILLISECONDS, rows)
		.run();
}

/** Gives up keys that could not be written: they stay open, for whoever comes next. */
export async function release(
	db: D1Database,
	lease: string,
	now: number,
	keys: readonly string[],
): Promise<void> {
	await db
		.prepare(
			"UPDATE outbox SET lease = NULL, leased_until = ?2 WHERE lease = ?1 AND key IN (SELECT value FROM json_each(?3))",
		)
		.bind(lease, now + KEY_PAUSE_MILLISECONDS, JSON.stringify(keys))
		.run();
}

/** Those of the keys that KV does not have yet. */
export async function stillOpen(db: D1Database, changes: Changes): Promise<Changes> {
	const { results } = await db
		.prepare(
			`SELECT outbox.key, asked.change FROM
			(SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS change FROM json_each(?1)) AS asked
			JOIN outbox ON outbox.key = asked.key WHERE outbox.written < asked.change`,
		)
		.bind(JSON.stringify([...changes]))
		.all<{ key: string; change: number }>();
	return new Map(results.map(({ key, change }) => [key, change]));
}

/** Drops what is done. */
export async function sweep(db: D1Database, now: number, limit: number): Promise<void> {
	await db
		.prepare(
			"DELETE FROM outbox WHERE key IN (SELECT key FROM outbox WHERE written = change AND leased_until < ?1 LIMIT ?2)",
		)
		.bind(now - KEPT_MILLISECONDS, limit)
		.run();
}
