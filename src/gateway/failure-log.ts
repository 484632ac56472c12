/** Owns the log lines for what fails: reads of KV, and requests, at their upstream or by a fault of Cordon's own. */

import type { ReadFailure } from "../isolate/read-through-cache.ts";
import { hostOfKey } from "../tenants/keys.ts";
import { type AccountOf, accountOfParent, createBoundedLog, type LogEntry } from "./log-lines.ts";

/** While KV or an upstream fails, requests must not buy a log line each. */
const ALLOWANCES = {
	host: { burst: 20, perSecond: 2 },
	account: { burst: 40, perSecond: 4 },
	all: { burst: 160, perSecond: 16 },
	reserve: { burst: 10, perSecond: 0.5 },
};

/** Longest reason that is logged, in characters: a document may have a key of megabytes, and its place is told. */
const MAX_REASON_CHARACTERS = 500;

/** The log of failures. */
export interface FailureLog {
	kvReadFailed(failure: ReadFailure): void;
	/** @param failure as it is logged; its bound is that of its host */
	requestFailed(failure: { readonly event: string; readonly hostname: string }): void;
}

/**
 * Makes the log of one isolate.
 * @param now the clock, in milliseconds
 */
export function createFailureLog(
	log: (entry: LogEntry) => void,
	now: () => number,
	accountOf: AccountOf = accountOfParent,
): FailureLog {
	const lines = createBoundedLog(ALLOWANCES, log, now, accountOf);
	return {
		kvReadFailed({ key, reason, served }) {
			lines.write(hostOfKey(key), () => {
				return { event: "kv-read-failed", key, reason: reason.slice(0, MAX_REASON_CHARACTERS), served };
			});
		},
		requestFailed(failure) {
			lines.write(failure.hostname, () => ({ ...failure }));
		},
	};
}
