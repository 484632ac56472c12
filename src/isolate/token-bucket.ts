/** Owns token buckets: what clients can cause, such as KV reads or log lines, stays bounded. */

/** A bound on how often something may happen. */
export interface TokenBucket {
	/** Takes a token; false where none is left, and then it must not happen. */
	take(): boolean;
	/** Gives a token back. */
	refund(): void;
}

/**
 * Makes a full bucket.
 * @param burst how many tokens it holds
 * @param perSecond how many come back each second
 * @param now the clock, in milliseconds
 */
export function createTokenBucket(burst: number, perSecond: number, now: () => number): TokenBucket {
	let tokens = burst;
	let filledAt = now();
	return {
		take() {
			const at = now();
			tokens = Math.min(burst, tokens + (Math.max(0, at - filledAt) / 1000) * perSecond);
			filledAt = at;
			if (tokens < 1) return false;
			tokens -= 1;
			return true;
		},
		refund() {
			tokens = Math.min(burst, tokens + 1);
		},
	};
}
