/** Owns the world of the simulation: its clock, the central KV, each place's caches, and when KV is out. */

import { LAST_GOOD_SECONDS } from "../../src/isolate/freshness.ts";
import type { SecondCopy } from "../../src/isolate/second-copy.ts";

/** KV keeps what it has read in each place for so long; the least that it accepts, and what Cordon asks for. */
export const KV_CACHE_TTL_SECONDS = 30;

/** Tenants that change while the simulation runs, by their rank in popularity. */
export const CHANGING_RANKS: readonly number[] = [0, 1, 3, 10, 30, 100, 300, 1000];
/** A prime, so that changes do not keep step with anything. */
const CHANGE_INTERVAL_SECONDS = 97;
/** `upstreamTimeoutSeconds`, which carries the version through the compiled tenant, goes from 1 to so many. */
const VERSIONS = 300;

/** The clock of everything in the simulation. */
export interface World {
	/** Seconds since the beginning. */
	seconds: number;
	/** Whether every read of KV fails. */
	kvIsOut: boolean;
}

/** What one data centre keeps for all its isolates. */
export interface Place {
	/** Reads `tenant:t<rank>.example` and the like as the isolates of this place do. */
	read(keys: readonly string[]): Promise<ReadonlyMap<string, string | null>>;
	readonly secondCopy: SecondCopy;
	/** Whether there is a second copy of the tenant of this rank, and it is not too old. */
	hasSecondCopy(rank: number): boolean;
	/** Billed, whether or not the place's cache had the answer. */
	reads(): number;
}

/** The hostname of a tenant by its rank. */
export function hostOf(rank: number): string {
	return `t${rank}.example`;
}

/** Which version of a tenant is in force at a time; versions begin at 0. */
export function versionAt(rank: number, seconds: number): number {
	return CHANGING_RANKS.includes(rank) ? Math.floor(seconds / CHANGE_INTERVAL_SECONDS) : 0;
}

/** When a version was replaced by the next one. */
export function replacedAt(version: number): number {
	return (version + 1) * CHANGE_INTERVAL_SECONDS;
}

/** The version that a compiled tenant has; the inverse of what its document says. */
export function versionOf(upstreamTimeoutMilliseconds: number | undefined): number {
	return (upstreamTimeoutMilliseconds ?? 1000) / 1000 - 1;
}

/** Makes one data centre. What never changes is made anew rather than kept: a million texts would fill the memory. */
export function createPlace(world: World, tenants: number): Place {
	const kvCache = new Map<number, { readonly version: number; readonly readAtSeconds: number }>();
	const copies = new Map<number, number>();
	let reads = 0;
	const freshCopy = (rank: number) => {
		const readAtSeconds = copies.get(rank);
		const isFresh = readAtSeconds !== undefined && world.seconds - readAtSeconds < LAST_GOOD_SECONDS;
		return isFresh ? readAtSeconds : undefined;
	};
	const textOf = (key: string) => {
		const rank = rankOf(key);
		if (!(rank < tenants)) return null;
		if (!CHANGING_RANKS.includes(rank)) return documentOf(rank, 0);
		const cached = kvCache.get(rank);
		if (cached !== undefined && world.seconds - cached.readAtSeconds < KV_CACHE_TTL_SECONDS)
			return documentOf(rank, cached.version);
		const version = versionAt(rank, world.seconds);
		kvCache.set(rank, { version, readAtSeconds: world.seconds });
		return documentOf(rank, version);
	};
	return {
		async read(keys) {
			reads += keys.length;
			if (world.kvIsOut) throw new Error("KV is out");
			return new Map(keys.map((key) => [key, textOf(key)]));
		},
		secondCopy: {
			async read(key) {
				const readAtSeconds = freshCopy(rankOf(key));
				if (readAtSeconds === undefined) return undefined;
				const text = documentOf(rankOf(key), versionAt(rankOf(key), readAtSeconds));
				return { text, readAtMilliseconds: readAtSeconds * 1000 };
			},
			async write(key, { text, readAtMilliseconds }) {
				if (text !== null) copies.set(rankOf(key), readAtMilliseconds / 1000);
			},
		},
		hasSecondCopy: (rank) => freshCopy(rank) !== undefined,
		reads: () => reads,
	};
}

function rankOf(key: string): number {
	return Number(/^tenant:t(\d+)\.example$/.exec(key)?.[1] ?? Number.NaN);
}

function documentOf(rank: number, version: number): string {
	return JSON.stringify({
		upstream: "https://api.internal.example",
		upstreamTimeoutSeconds: 1 + (version % VERSIONS),
		cors: {
			origins: [
				"https://app.example.com",
				`https://app-${rank}.example.com`,
				`https://*.pr-${rank}.example.com`,
			],
			credentials: true,
			methods: ["PUT", "PATCH", "DELETE"],
			requestHeaders: ["Content-Type", "Authorization", "X-Requested-With"],
			exposedHeaders: ["ETag", "X-Request-Id"],
		},
	});
}
