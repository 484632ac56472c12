/** Owns what a key of KV is by the registry, at the moment that it is asked. */

import { ORIGIN_PREFIX, TENANT_PREFIX } from "../../tenants/keys.ts";

/** What stands under an origin's key: that the key is there is all that counts. */
const PRESENT = "";

/** Tells what must stand under a key; null where nothing must. */
export type ReadValue = (key: string) => Promise<string | null>;

/**
 * Reads what keys are now. Origins are asked all at once; documents one by one when they are needed, since a hundred of
 * the largest would be an isolate's memory.
 */
export async function readValues(db: D1Database, keys: readonly string[]): Promise<ReadValue> {
	const origins = keys.filter((key) => key.startsWith(ORIGIN_PREFIX));
	const present = new Set(origins.length === 0 ? [] : await presentOrigins(db, origins));
	return async (key) => {
		if (!key.startsWith(TENANT_PREFIX)) return present.has(key) ? PRESENT : null;
		const row = await db
			.prepare(
				"SELECT v.document FROM tenants AS t JOIN versions AS v USING (host, version) WHERE t.host = ?1 AND t.alive = 1",
			)
			.bind(key.slice(TENANT_PREFIX.length))
			.first<{ document: string | null }>();
		return row?.document ?? null;
	};
}

async function presentOrigins(db: D1Database, keys: readonly string[]): Promise<readonly string[]> {
	const names = keys.map((key) => {
		const name = key.slice(ORIGIN_PREFIX.length);
		const colon = name.indexOf(":");
		return [key, name.slice(0, colon), name.slice(colon + 1)];
	});
	const { results } = await db
		.prepare(
			`SELECT asked.key FROM
			(SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS directory, json_extract(value, '$[2]') AS origin FROM json_each(?1)) AS asked
			JOIN directory_origins AS held ON held.directory = asked.directory AND held.origin = asked.origin`,
		)
		.bind(JSON.stringify(names))
		.all<{ key: string }>();
	return results.map(({ key }) => key);
}
