/** Owns the log lines for what fails: reads of KV, and requests, at their upstream or by a fault of Cordon's own. */

import type { ReadFailure } from "../isolate/read-through-cache.ts";
import { hostOfKey } from "../tenants/keys.ts";
import { createBoundedLog, type LogEntry } from "./log-lines.ts";

/** While KV or an upstream fails, requests must not buy a log line each. */
const ALLOWANCES = {
	host: { burst: 20, perSecond: 2 },
	siblings: { burst: 40, perSecond: 4 },
	all: { burst: 160, perSecond: 16 },
	reserve: { burst: 10, perSecond: 0.5 },
};

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
export function createFailureLog(log: (entry: LogEntry) => void, now: () => number): FailureLog {
	const lines = createBoundedLog(ALLOWANCES, log, now);
	return {
		kvReadFailed(failure) {
			lines.write(hostOfKey(failure.key), () => ({ event: "kv-read-failed", ...failure }));
		},
		requestFailed(failure) {
			lines.write(failure.hostname, () => ({ ...failure }));
		},
	};
}
