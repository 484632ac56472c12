/** Owns the look-up of tenants by hostname and of origins in directories, from KV through the isolate's cache. */

import type { DirectoryQuestions, OriginVerdict } from "../cors/allowed-origins.ts";
import { createFairBudget } from "../isolate/fair-budget.ts";
import { type Lookup, UNAVAILABLE } from "../isolate/memory.ts";
import {
	type Background,
	createReadThroughCache,
	type ReadFailure,
	type ReadKeys,
	type ReadThroughCache,
} from "../isolate/read-through-cache.ts";
import type { SecondCopy } from "../isolate/second-copy.ts";
import { createDirectoryBudget, type DirectoryRead } from "./directory-budget.ts";
import {
	directoryOf,
	isLookedUp,
	ORIGIN_PREFIX,
	originName,
	TENANT_PREFIX,
	wildcardHost,
	withoutDot,
} from "./keys.ts";
import { type LoadedTenant, loadTenant } from "./tenant.ts";

/** What the isolate's memory may hold, as reckoned: together well below 64 MB. */
const MAX_TENANTS_BYTES = 32 * 1024 * 1024;
const MAX_UNKNOWN_HOSTS_BYTES = 4 * 1024 * 1024;
const MAX_DIRECTORY_HITS_BYTES = 8 * 1024 * 1024;
const MAX_DIRECTORY_MISSES_BYTES = 4 * 1024 * 1024;

/**
 * Second copies of absences that never were documents: of the hosts of a wildcard tenant, for an isolate that is new while KV
 * fails must know that they have none of their own; and of a wildcard, one for all hosts that it does not serve. Clients
 * choose the hosts, so that those of each wildcard have a bound, and all wildcards that are absent have one together.
 */
const WILDCARD_ABSENCES = { burst: 100, perSecond: 2 };
const ALL_ABSENCES = { burst: 400, perSecond: 8 };
const RESERVED_ABSENCES = { burst: 10, perSecond: 0.1 };
const ALL_WILDCARDS = "*";

/**
 * How long a look-up in a directory waits for a token that another one of its tenant may give back, and its first look; each
 * next one comes after twice the time. Many registered origins at once are as good as one after the other: to deny those that
 * come while all tokens are out would deny real pages. No promise of another request is awaited, which the runtime forbids.
 */
const MAX_TOKEN_WAIT_MILLISECONDS = 1000;
const FIRST_TOKEN_WAIT_MILLISECONDS = 4;

/**
 * Second copies of all other absences, against a slow read of what is deleted meanwhile. Clients make up parents too, so that
 * there is no reserve for each: a flood of those leaves a slow read that overlaps with a deletion as it would be without.
 */
const SPARE_ABSENCES = {
	member: { burst: 20, perSecond: 0.5 },
	group: { burst: 20, perSecond: 0.5 },
	all: { burst: 100, perSecond: 2 },
	reserve: { burst: 0, perSecond: 0 },
};

/** A compiled document, as KV had it. */
export type StoredTenant = (LoadedTenant & { readonly ok: true })["tenant"];

/** Everything that the store needs from outside. */
export interface StoreOptions {
	/** Reads keys from KV, all in one call. */
	readonly read: ReadKeys;
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
	findTenant(hostname: string, background: Background): Lookup<StoredTenant> | Promise<Lookup<StoredTenant>>;
	/**
	 * Asks directories for an origin, policy by policy; the first in their order that has it allows it. Where one cannot be
	 * read the origin is denied: to go on to the next policy would give it rights that an earlier one may withhold.
	 * @param hostname whose policies name them: reads that find nothing are on its tenant's account
	 */
	findOrigin(
		hostname: string,
		questions: Pick<DirectoryQuestions, "policies" | "otherwise">,
		origin: string,
		background: Background,
	): Promise<OriginVerdict>;
	/**
	 * On whose account is what a client causes at a hostname: its own where it has a document of its own, else that of all
	 * hosts under its parent, for clients make those up. Two tenants under one parent do not pay for each other.
	 */
	accountOf(hostname: string): string;
	/** The bytes held, as reckoned. */
	bytes(): number;
}

/** Makes the store of one isolate; nothing is read yet. */
export function createTenantStore(options: StoreOptions): TenantStore {
	const { now } = options;
	const absenceCopies = createFairBudget({
		member: WILDCARD_ABSENCES,
		group: WILDCARD_ABSENCES,
		all: ALL_ABSENCES,
		reserve: RESERVED_ABSENCES,
		now,
	});
	const spareAbsences = createFairBudget({ ...SPARE_ABSENCES, now });
	const sparesAbsence = (group: string) => spareAbsences.take(group, "") !== undefined;
	const tenants: ReadThroughCache<StoredTenant> = createReadThroughCache({
		...options,
		prefix: TENANT_PREFIX,
		compile: compileDocument,
		maxBytes: MAX_TENANTS_BYTES,
		maxAbsentBytes: MAX_UNKNOWN_HOSTS_BYTES,
		keepsAbsence(host, worth) {
			const wildcard = wildcardHost(host) ?? host;
			const group = wildcard === host ? ALL_WILDCARDS : wildcard;
			const isWanted = worth === "if-wanted" && (wildcard === host || isPresent(wildcard));
			return (isWanted && absenceCopies.take(group, "") !== undefined) || sparesAbsence(group);
		},
	});
	const origins: ReadThroughCache<true> = createReadThroughCache({
		...options,
		prefix: ORIGIN_PREFIX,
		// Only whether there is a value counts; none is kept, however large.
		read: async (keys) => {
			const values = await options.read(keys);
			return new Map(keys.map((key) => [key, (values.get(key) ?? null) === null ? null : ""]));
		},
		compile: () => ({ ok: true, value: true, bytes: 0 }),
		maxBytes: MAX_DIRECTORY_HITS_BYTES,
		maxAbsentBytes: MAX_DIRECTORY_MISSES_BYTES,
		keepsAbsence: (name) => sparesAbsence(directoryOf(name)),
	});
	const misses = createDirectoryBudget(now);

	function isPresent(host: string): boolean {
		return tenants.remembered(host)?.kind === "present";
	}

	function accountOf(name: string): string {
		const hostname = withoutDot(name);
		return isPresent(hostname) ? hostname : (wildcardHost(hostname) ?? hostname);
	}

	async function findWildcard(wildcard: string | undefined, background: Background) {
		if (wildcard === undefined) return ABSENT;
		return tenants.get(wildcard, background) ?? (await tenants.ask([wildcard], background)[0]) ?? ABSENT;
	}

	/**
	 * Asks for what the isolate does not know, in one read; where the host had a document of its own, for that alone.
	 * @param own what it knows of the hostname itself
	 * @param other what it knows of the wildcard
	 */
	async function findTenantLater(
		hostname: string,
		own: Lookup<StoredTenant> | undefined,
		wildcard: string | undefined,
		other: Lookup<StoredTenant> | undefined,
		background: Background,
	): Promise<Lookup<StoredTenant>> {
		const names = own === undefined ? [hostname] : [];
		const asksWildcard = other === undefined && !isPresent(hostname);
		if (wildcard !== undefined && asksWildcard) names.push(wildcard);
		const answers = tenants.ask(names, background);
		const ownLookup = own ?? (await answers[0]) ?? ABSENT;
		if (ownLookup.kind !== "absent") return ownLookup;
		return asksWildcard ? ((await answers.at(-1)) ?? ABSENT) : findWildcard(wildcard, background);
	}

	async function askDirectory(
		tenant: string,
		directory: string,
		origin: string,
		background: Background,
	): Promise<DirectoryAnswer> {
		const name = originName(directory, origin);
		let waited = 0;
		for (let pause = FIRST_TOKEN_WAIT_MILLISECONDS; ; pause *= 2) {
			const known = origins.get(name, background);
			if (known !== undefined) return { lookup: known };
			const before = origins.remembered(name);
			// What was there before is taken to be there still, and a read that finds something costs nothing.
			if (before?.kind === "present") return { lookup: await ask(name, background) };
			const read = misses.begin(tenant, directory, name);
			if (read !== undefined) return { lookup: await ask(name, background), read };
			if (waited >= MAX_TOKEN_WAIT_MILLISECONDS || !misses.isBusy(tenant))
				return { lookup: before ?? UNAVAILABLE.unreadable };
			await new Promise((resolve) => setTimeout(resolve, pause));
			waited += pause;
		}
	}

	async function ask(name: string, background: Background): Promise<Lookup<true>> {
		return (await origins.ask([name], background)[0]) ?? ABSENT;
	}

	return {
		findTenant(name, background) {
			if (!isLookedUp(name)) return ABSENT;
			const hostname = withoutDot(name);
			const own = tenants.get(hostname, background);
			if (own !== undefined && own.kind !== "absent") return own;
			const wildcard = wildcardHost(hostname);
			const other = wildcard === undefined ? ABSENT : tenants.get(wildcard, background);
			return own !== undefined && other !== undefined
				? other
				: findTenantLater(hostname, own, wildcard, other, background);
		},
		async findOrigin(hostname, { policies, otherwise }, origin, background) {
			const tenant = accountOf(hostname);
			const reads: DirectoryRead[] = [];
			const end = (verdict: OriginVerdict): OriginVerdict => {
				for (const read of reads) read.end(verdict.allowed && verdict.reason === "in-directory");
				return verdict;
			};
			for (const { policy, directories } of policies) {
				// Those of one policy all at once, so that a slow KV is waited for once.
				const answers = await Promise.all(
					directories.map((directory) => askDirectory(tenant, directory, origin, background)),
				);
				for (const { read } of answers) if (read !== undefined) reads.push(read);
				const first = answers.findIndex(({ lookup }) => lookup.kind === "present");
				if (first !== -1) {
					const entry = JSON.stringify({ directory: directories[first] });
					return end({ allowed: true, reason: "in-directory", entry, policy });
				}
				if (answers.some(({ lookup }) => lookup.kind === "unavailable")) {
					return end({ allowed: false, reason: "directory-unavailable" });
				}
			}
			return end(otherwise);
		},
		accountOf,
		bytes: () => tenants.bytes() + origins.bytes(),
	};
}

interface DirectoryAnswer {
	readonly lookup: Lookup<true>;
	/** Where one was paid for. */
	readonly read?: DirectoryRead;
}

const ABSENT = { kind: "absent" } as const;

/** V8 takes two bytes for a character where a text has any beyond Latin-1. */
const BYTES_PER_CHARACTER = 2;

/** Checks and compiles a document; what it weighs includes the text, which is kept to tell whether it has changed. */
function compileDocument(text: string) {
	const result = loadTenant(text);
	if (result.ok) {
		const bytes = result.tenant.weightBytes + BYTES_PER_CHARACTER * text.length;
		return { ok: true, value: result.tenant, bytes } as const;
	}
	const [first] = result.errors;
	return {
		ok: false,
		reason: `the document is not valid at "${first?.pointer}": ${first?.code} ("cordon validate" shows all that is wrong)`,
	} as const;
}
