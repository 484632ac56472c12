/** Owns how many log lines each host may cause: an attacker must not buy one a request, nor silence the log of others. */

import { createBoundedCache } from "../isolate/bounded-cache.ts";
import { createFairBudget } from "../isolate/fair-budget.ts";
import type { Allowance } from "../isolate/token-bucket.ts";
import { wildcardHost } from "../tenants/keys.ts";

/** One line of the log. */
export type LogEntry = { readonly event: string } & Readonly<Record<string, unknown>>;

/** How many lines there may be. */
export interface LogAllowances {
	/** Of one host. */
	readonly host: Allowance;
	/** Of all hosts on one account: clients make up hosts under a wildcard. */
	readonly account: Allowance;
	/** Of all hosts of an isolate. */
	readonly all: Allowance;
	/** Of the hosts on one account, when those of all are used up by many. */
	readonly reserve: Allowance;
}

/** On whose account the lines of a host are. Called only where a line is to be written. */
export type AccountOf = (host: string) => string;

/** Where nothing is known of a host: that of all hosts under its parent. */
export const accountOfParent: AccountOf = (host) => wildcardHost(host) ?? host;

/** A log whose lines are bounded. */
export interface BoundedLog {
	/**
	 * Writes a line, or counts it as left out.
	 * @param line made only where it is written
	 * @returns whether it was written; then `suppressedBefore` says how many of this host were left out since the last
	 */
	write(host: string, line: () => LogEntry): boolean;
	/** Counts a line of this host as left out. */
	leaveOut(host: string): void;
}

/** What the counts of lines left out may take: about a thousand hosts. */
const MAX_COUNTS_BYTES = 256 * 1024;
const COUNT_BYTES = 128;

/** Makes the log of one isolate. */
export function createBoundedLog(
	{ host, account, all, reserve }: LogAllowances,
	log: (entry: LogEntry) => void,
	now: () => number,
	accountOf: AccountOf,
): BoundedLog {
	const budget = createFairBudget({ member: host, group: account, all, reserve, now });
	const counts = createBoundedCache<number>(MAX_COUNTS_BYTES);

	function leaveOut(hostname: string): void {
		counts.set(hostname, (counts.get(hostname) ?? 0) + 1, COUNT_BYTES + 2 * hostname.length);
	}

	return {
		write(hostname, line) {
			if (budget.take(accountOf(hostname), hostname) === undefined) {
				leaveOut(hostname);
				return false;
			}
			const suppressedBefore = counts.get(hostname);
			log(suppressedBefore === undefined ? line() : { ...line(), suppressedBefore });
			counts.delete(hostname);
			return true;
		},
		leaveOut,
	};
}
