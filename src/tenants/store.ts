/** Owns the look-up of tenants by hostname and of origins in directories, from KV through the isolate's cache. */

import type { OriginVerdict } from "../cors/allowed-origins.ts";
import { MAX_HOST_BYTES } from "../cors/origin-syntax.ts";
import {
	type Background,
	createReadThroughCache,
	type Found,
	type ReadFailure,
	type ReadThroughCache,
	type SecondCopy,
} from "../isolate/read-through-cache.ts";
import { createTokenBucket } from "../isolate/token-bucket.ts";
import { ORIGIN_PREFIX, originName, TENANT_PREFIX, wildcardHost } from "./keys.ts";
import { parseTenant, type TenantResult } from "./tenant.ts";

/** What the isolate's memory may hold, as reckoned; see `TENANT_BYTES_PER_CHARACTER`. */
const MAX_TENANTS_BYTES = 24 * 1024 * 1024;
const MAX_UNKNOWN_HOSTS_BYTES = 4 * 1024 * 1024;
const MAX_DIRECTORY_HITS_BYTES = 8 * 1024 * 1024;
const MAX_DIRECTORY_MISSES_BYTES = 4 * 1024 * 1024;

/** What a compiled tenant costs: a base, and for each character of its document the text, and the strings and sets made of it. */
const TENANT_BASE_BYTES = 2048;
const TENANT_BYTES_PER_CHARACTER = 4;

/** How many directory reads that find nothing an isolate pays for at once, and how many more each second. */
const MISS_BURST_READS = 200;
const MISS_READS_PER_SECOND = 10;

/** A compiled document, as KV had it. */
export type StoredTenant = (TenantResult & { readonly ok: true })["tenant"];

/** Everything that the store needs from outside. */
export interface StoreOptions {
	/** Reads a key from KV; null where it is absent; may throw. */
	readonly read: (key: string) => Promise<string | null>;
	/** The clock, in milliseconds. */
	readonly now: () => number;
	readonly onFailure: (failure: ReadFailure) => void;
	/** Where the last good copy is kept besides; left out: nowhere. */
	readonly secondCopy?: SecondCopy;
}

/** The tenants and origin directories as one isolate knows them. */
export interface TenantStore {
	/**
	 * Finds the tenant of a hostname: its own document, else that of `*.<parent>`.
	 * @param hostname as the URL parser gives it
	 * @returns no promise wherever the isolate knows the answer
	 */
	findTenant(hostname: string, background: Background): Found<StoredTenant> | Promise<Found<StoredTenant>>;
	/** Asks directories for an origin; the first in their order that has it allows it. */
	findOrigin(directories: readonly string[], origin: string, background: Background): Promise<OriginVerdict>;
	/** The bytes held, as reckoned. */
	bytes(): number;
}

/** Makes the store of one isolate; nothing is read yet. */
export function createTenantStore(options: StoreOptions): TenantStore {
	const { now } = options;
	const tenants: ReadThroughCache<StoredTenant> = createReadThroughCache({
		...options,
		prefix: TENANT_PREFIX,
		compile: compileDocument,
		maxBytes: MAX_TENANTS_BYTES,
		maxAbsentBytes: MAX_UNKNOWN_HOSTS_BYTES,
	});
	const origins: ReadThroughCache<true> = createReadThroughCache({
		...options,
		prefix: ORIGIN_PREFIX,
		// Only whether there is a value counts; none is kept, however large.
		read: async (key) => ((await options.read(key)) === null ? null : ""),
		compile: () => ({ ok: true, value: true, bytes: 0 }),
		maxBytes: MAX_DIRECTORY_HITS_BYTES,
		maxAbsentBytes: MAX_DIRECTORY_MISSES_BYTES,
		missBudget: createTokenBucket(MISS_BURST_READS, MISS_READS_PER_SECOND, now),
	});

	function findWildcard(
		hostname: string,
		background: Background,
	): Found<StoredTenant> | Promise<Found<StoredTenant>> {
		const wildcard = wildcardHost(hostname);
		return wildcard === undefined ? { kind: "absent" } : tenants.get(wildcard, background);
	}

	return {
		findTenant(name, background) {
			const hostname = name.endsWith(".") ? name.slice(0, -1) : name;
			if (hostname.length === 0 || hostname.length > MAX_HOST_BYTES) return { kind: "absent" };
			const own = tenants.get(hostname, background);
			if (own instanceof Promise) {
				return own.then((found) => (found.kind === "absent" ? findWildcard(hostname, background) : found));
			}
			return own.kind === "absent" ? findWildcard(hostname, background) : own;
		},
		async findOrigin(directories, origin, background) {
			// All at once, so that a slow KV is waited for once.
			const answers = await Promise.all(
				directories.map((directory) => origins.get(originName(directory, origin), background)),
			);
			const first = answers.findIndex(({ kind }) => kind === "present");
			if (first !== -1) {
				return {
					allowed: true,
					reason: "in-directory",
					entry: JSON.stringify({ directory: directories[first] }),
				};
			}
			const unavailable = answers.some(({ kind }) => kind === "unavailable");
			return { allowed: false, reason: unavailable ? "directory-unavailable" : "not-in-directory" };
		},
		bytes: () => tenants.bytes() + origins.bytes(),
	};
}

function compileDocument(text: string) {
	const result = parseTenant(text);
	if (result.ok) {
		return {
			ok: true,
			value: result.tenant,
			bytes: TENANT_BASE_BYTES + TENANT_BYTES_PER_CHARACTER * text.length,
		} as const;
	}
	const [first] = result.errors;
	const more =
		result.errors.length > 1
			? ` (and ${result.errors.length - 1} more; "cordon validate" shows them all)`
			: "";
	return {
		ok: false,
		reason: `the document is invalid at "${first?.pointer}": ${first?.message}${more}`,
	} as const;
}
