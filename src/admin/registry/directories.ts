/** Owns the origin directories in D1: which origins stand in them, and who put them there or took them out. */

import { directoryPrefix } from "../../tenants/keys.ts";
import type { Caller } from "../caller.ts";
import { PAGE_SIZE } from "../cursor.ts";
import type { Changes } from "./outbox.ts";

/** Origins of one statement: a parameter has 2 MB at most, and 1,000 origins have a third of that. */
const STATEMENT_ORIGINS = 1000;

/** An origin in a directory. */
export interface Member {
	readonly origin: string;
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly by: string;
}

/** What is to be done to a directory. */
export interface DirectoryChange {
	readonly directory: string;
	readonly add: readonly string[];
	readonly remove: readonly string[];
	readonly caller: Caller;
	readonly at: number;
}

/** What was done. */
export interface DirectoryChanged {
	/** Those that were not there before, and those that were. */
	readonly added: number;
	readonly removed: number;
	readonly changes: Changes;
}

interface Noted {
	readonly key: string;
	readonly change: number;
}

/** Adds and removes origins in one transaction: all of them, or none. What is so already does not count as a change. */
export async function changeDirectory(db: D1Database, change: DirectoryChange): Promise<DirectoryChanged> {
	const { directory, caller, at } = change;
	const statements: D1PreparedStatement[] = [];
	const removals = chunksOf(change.remove);
	const additions = chunksOf(change.add);
	const journal = (origins: string, action: "add" | "remove") => {
		const isMember = "EXISTS (SELECT 1 FROM directory_origins WHERE directory = ?1 AND origin = value)";
		const isChange = action === "add" ? `NOT ${isMember}` : isMember;
		return [
			db
				.prepare(
					`INSERT INTO directory_changes (directory, origin, action, at, by, via)
					SELECT ?1, value, ?3, ?4, ?5, ?6 FROM json_each(?2) WHERE ${isChange}`,
				)
				.bind(directory, origins, action, at, caller.name, caller.via),
			db
				.prepare(
					`INSERT INTO outbox (key, change, written, changed_at, leased_until)
					SELECT ?3 || value, 1, 0, ?4, 0 FROM json_each(?2) WHERE ${isChange}
					ON CONFLICT (key) DO UPDATE SET change = change + 1, changed_at = excluded.changed_at
					RETURNING key, change`,
				)
				.bind(directory, origins, directoryPrefix(directory), at),
		];
	};
	for (const origins of removals) {
		statements.push(
			...journal(origins, "remove"),
			db
				.prepare(
					"DELETE FROM directory_origins WHERE directory = ?1 AND origin IN (SELECT value FROM json_each(?2))",
				)
				.bind(directory, origins),
		);
	}
	for (const origins of additions) {
		statements.push(
			...journal(origins, "add"),
			db
				.prepare(
					`INSERT INTO directory_origins (directory, origin, at, by, via)
					SELECT ?1, value, ?3, ?4, ?5 FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING`,
				)
				.bind(directory, origins, at, caller.name, caller.via),
		);
	}
	if (statements.length === 0) return { added: 0, removed: 0, changes: new Map() };
	const results = await db.batch<Noted>(statements);
	// Each chunk is three statements, of which the second one gives what it noted.
	const noted = results.filter((_, index) => index % 3 === 1).map(({ results: rows }) => rows);
	const count = (lists: readonly (readonly Noted[])[]) => lists.reduce((sum, { length }) => sum + length, 0);
	return {
		removed: count(noted.slice(0, removals.length)),
		added: count(noted.slice(removals.length)),
		changes: new Map(noted.flat().map(({ key, change }) => [key, change])),
	};
}

function chunksOf(origins: readonly string[]): readonly string[] {
	const unique = [...new Set(origins)];
	return Array.from({ length: Math.ceil(unique.length / STATEMENT_ORIGINS) }, (_, index) =>
		JSON.stringify(unique.slice(index * STATEMENT_ORIGINS, (index + 1) * STATEMENT_ORIGINS)),
	);
}

/** An origin of a directory; undefined where it is not in it. */
export async function findMember(
	db: D1Database,
	directory: string,
	origin: string,
): Promise<Member | undefined> {
	const row = await db
		.prepare("SELECT origin, at, by FROM directory_origins WHERE directory = ?1 AND origin = ?2")
		.bind(directory, origin)
		.first<Member>();
	return row ?? undefined;
}

/** A page of a directory's origins and one more, in their order: the key is where it goes on, so all pages cost the same. */
export async function listMembers(
	db: D1Database,
	directory: string,
	after: string,
): Promise<readonly Member[]> {
	const { results } = await db
		.prepare(
			"SELECT origin, at, by FROM directory_origins WHERE directory = ?1 AND origin > ?2 ORDER BY origin LIMIT ?3",
		)
		.bind(directory, after, PAGE_SIZE + 1)
		.all<Member>();
	return results;
}
