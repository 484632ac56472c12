/** Owns the documents in D1: every version of every host, and the one that is in force. */

import { tenantKey } from "../../tenants/keys.ts";
import { type Caller, type HostScope, parentOf } from "../caller.ts";
import { PAGE_SIZE } from "../cursor.ts";
import type { Precondition } from "../preconditions.ts";

/** What was done to a document. */
export type Action = "put" | "delete" | "rollback";

/** One version of a host's document, without the document. */
export interface Version {
	readonly version: number;
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly by: string;
	readonly via: Caller["via"];
	readonly action: Action;
	/** Of a rollback: the version that it brought back. */
	readonly restores: number | null;
}

/** The same with its document; null where that version is a deletion. */
export interface StoredVersion extends Version {
	readonly document: string | null;
}

/** A host in a list. */
export interface ListedHost extends Pick<Version, "version" | "at" | "by"> {
	readonly host: string;
}

/** A write. */
export interface Write {
	readonly host: string;
	readonly action: Action;
	readonly document: string | null;
	readonly restores?: number;
	readonly caller: Caller;
	readonly at: number;
}

/** A write that happened. */
export interface TenantWrite {
	readonly version: number;
	/** How often the key has changed: what KV must have reached. */
	readonly change: number;
}

const COLUMNS = "version, at, by, via, action, restores";

/** Of the write of this transaction; nothing where its first statement wrote nothing. */
const WRITTEN =
	"FROM versions WHERE host = ?1 AND version = (SELECT max(version) FROM versions WHERE host = ?1) AND mutation = ?2";

/**
 * Writes a version and notes the key for KV, in one transaction. Whether it may is decided by the statement that
 * writes: of twenty writers with one tag, one finds the version that it names.
 * @returns undefined where the precondition does not hold
 */
export async function writeVersion(
	db: D1Database,
	write: Write,
	precondition: Precondition,
): Promise<TenantWrite | undefined> {
	const { host, action, document, restores = null, caller, at } = write;
	const mutation = crypto.randomUUID();
	const { alive, versions } = precondition;
	const [inserted, , noted] = await db.batch<{ version?: number; change?: number }>([
		db
			.prepare(
				`INSERT INTO versions (host, version, at, by, via, action, restores, document, mutation)
				SELECT ?1, now.version + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?2
				FROM (SELECT coalesce(max(version), 0) AS version, coalesce(max(alive), 0) AS alive FROM tenants WHERE host = ?1) AS now
				WHERE now.alive = ?9 AND (?10 = 1 OR now.version IN (SELECT value FROM json_each(?11)))
				RETURNING version`,
			)
			.bind(
				host,
				mutation,
				at,
				caller.name,
				caller.via,
				action,
				restores,
				document,
				Number(alive),
				Number(versions === "any"),
				JSON.stringify(versions === "any" ? [] : versions),
			),
		db
			.prepare(
				`INSERT INTO tenants (host, parent, version, alive)
				SELECT host, ?3, version, document IS NOT NULL ${WRITTEN}
				ON CONFLICT (host) DO UPDATE SET version = excluded.version, alive = excluded.alive`,
			)
			.bind(host, mutation, parentOf(host)),
		db
			.prepare(
				`INSERT INTO outbox (key, change, written, changed_at, leased_until)
				SELECT ?3, 1, 0, at, 0 ${WRITTEN}
				ON CONFLICT (key) DO UPDATE SET change = change + 1, changed_at = excluded.changed_at
				RETURNING change`,
			)
			.bind(host, mutation, tenantKey(host)),
	]);
	const version = inserted?.results[0]?.version;
	const change = noted?.results[0]?.change;
	return version === undefined || change === undefined ? undefined : { version, change };
}

/** The newest version of a host's document; undefined where there never was one. */
export async function currentVersion(db: D1Database, host: string): Promise<StoredVersion | undefined> {
	const row = await db
		.prepare(`SELECT ${COLUMNS}, document FROM versions WHERE host = ?1 ORDER BY version DESC LIMIT 1`)
		.bind(host)
		.first<StoredVersion>();
	return row ?? undefined;
}

/** One version of a host's document. */
export async function oneVersion(
	db: D1Database,
	host: string,
	version: number,
): Promise<StoredVersion | undefined> {
	const row = await db
		.prepare(`SELECT ${COLUMNS}, document FROM versions WHERE host = ?1 AND version = ?2`)
		.bind(host, version)
		.first<StoredVersion>();
	return row ?? undefined;
}

/** A page of a host's versions and one more, newest first. @param before the version that the page comes after */
export async function listVersions(
	db: D1Database,
	host: string,
	before: number,
): Promise<readonly Version[]> {
	const { results } = await db
		.prepare(
			`SELECT ${COLUMNS} FROM versions WHERE host = ?1 AND version < ?2 ORDER BY version DESC LIMIT ?3`,
		)
		.bind(host, before, PAGE_SIZE + 1)
		.all<Version>();
	return results;
}

/** A page of the hosts that are in scope and begin with `prefix`, and one more, in their order. */
export async function listTenants(
	db: D1Database,
	scope: HostScope,
	prefix: string,
	after: string,
): Promise<readonly ListedHost[]> {
	const isInScope = scope.all
		? "1"
		: "(host IN (SELECT value FROM json_each(?4)) OR parent IN (SELECT value FROM json_each(?5)))";
	const { results } = await db
		.prepare(
			// No host has a character above "~".
			`SELECT t.host, t.version, v.at, v.by FROM tenants AS t JOIN versions AS v USING (host, version)
			WHERE alive = 1 AND host > ?1 AND host >= ?2 AND host < ?2 || '~' AND ${isInScope}
			ORDER BY host LIMIT ?3`,
		)
		.bind(
			after,
			prefix,
			PAGE_SIZE + 1,
			...(scope.all ? [] : [JSON.stringify(scope.hosts), JSON.stringify(scope.parents)]),
		)
		.all<ListedHost>();
	return results;
}
