/** Owns token buckets: what clients can cause, such as KV reads or log lines, stays bounded. */

/** How much may happen. */
export interface Allowance {
	/** At once. */
	readonly burst: number;
	/** And how much more each second. */
	readonly perSecond: number;
}

/** A bound on how often something may happen. */
export interface TokenBucket {
	/** Takes a token; false where none is left, and then it must not happen. */
	take(): boolean;
	/** Gives a token back. */
	refund(): void;
	/** Whether nothing is missing: then a new bucket would be the same. */
	isFull(): boolean;
}

/**
 * Makes a full bucket.
 * @param now the clock, in milliseconds
 */
export function createTokenBucket({ burst, perSecond }: Allowance, now: () => number): TokenBucket {
	let tokens = burst;
	let filledAt = now();

	function fill(): number {
		const at = now();
		tokens = Math.min(burst, tokens + (Math.max(0, at - filledAt) / 1000) * perSecond);
		filledAt = at;
		return tokens;
	}

	return {
		take() {
			if (fill() < 1) return false;
			tokens -= 1;
			return true;
		},
		refund() {
			tokens = Math.min(burst, tokens + 1);
		},
		isFull: () => fill() === burst,
	};
}
