/** Owns the budget of directory reads: clients choose the origins, and made-up ones must not cost a read each for ever. */

import { createFairBudget, type Token } from "../isolate/fair-budget.ts";

/** Reads that find nothing: of one directory at one tenant, */
const MEMBER_READS = { burst: 200, perSecond: 10 };
/** of all directories of one tenant, */
const TENANT_READS = { burst: 400, perSecond: 20 };
/** and of all tenants of an isolate; a quarter of it is the most that one tenant can use. */
const ALL_READS = { burst: 1600, perSecond: 80 };
/** Of one tenant, when those of all are used up by many. */
const RESERVED_READS = { burst: 50, perSecond: 1 };

/** How long a read counts as under way, should nobody say that it ended: its request may be gone. */
const IN_FLIGHT_MILLISECONDS = 10_000;

/** The budget of one isolate. */
export interface DirectoryBudget {
	/**
	 * Asks whether an origin may be looked up in a directory.
	 * @param tenant whose policy names the directory
	 * @param name the origin's name in it
	 * @returns undefined where it may not; else what has to be told how it ended
	 */
	begin(tenant: string, directory: string, name: string): DirectoryRead | undefined;
	/** Whether reads of the tenant are under way, of which one may give its token back. */
	isBusy(tenant: string): boolean;
}

/** A read that may be made. */
export interface DirectoryRead {
	/** @param isFound whether the origin is in a directory of its policy: then nothing is paid */
	end(isFound: boolean): void;
}

interface InFlight {
	readonly token: Token;
	readonly tenant: string;
	readonly begunAtMilliseconds: number;
}

/** Those that come while a read of the same name is under way: it is paid already. */
const PAID: DirectoryRead = { end() {} };

/**
 * Makes the budget of one isolate. A token is taken for a name when its read begins and given back where it finds something,
 * so that no more reads can be under way at once than there are tokens.
 */
export function createDirectoryBudget(now: () => number): DirectoryBudget {
	const budget = createFairBudget({
		member: MEMBER_READS,
		group: TENANT_READS,
		all: ALL_READS,
		reserve: RESERVED_READS,
		now,
	});
	/** In the order in which they began; as many at most as there are tokens. */
	const inFlight = new Map<string, InFlight>();
	/** How many of them each tenant has; none is not kept. */
	const counts = new Map<string, number>();

	function count(tenant: string, more: 1 | -1): void {
		const sum = (counts.get(tenant) ?? 0) + more;
		if (sum === 0) counts.delete(tenant);
		else counts.set(tenant, sum);
	}

	function forget(name: string, { tenant }: InFlight): void {
		inFlight.delete(name);
		count(tenant, -1);
	}

	function forgetLost(at: number): void {
		for (const [name, read] of inFlight) {
			if (at - read.begunAtMilliseconds < IN_FLIGHT_MILLISECONDS) return;
			forget(name, read);
		}
	}

	return {
		begin(tenant, directory, name) {
			const at = now();
			forgetLost(at);
			if (inFlight.has(name)) return PAID;
			const token = budget.take(tenant, directory);
			if (token === undefined) return undefined;
			const read: InFlight = { token, tenant, begunAtMilliseconds: at };
			inFlight.set(name, read);
			count(tenant, 1);
			return {
				end(isFound) {
					if (inFlight.get(name) === read) forget(name, read);
					if (isFound) token.refund();
				},
			};
		},
		isBusy: (tenant) => counts.has(tenant),
	};
}
