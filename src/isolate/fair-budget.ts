/** Owns budgets that many share: whoever floods starves itself first, and nobody starves another. */

import { type Allowance, createTokenBucket, type TokenBucket } from "./token-bucket.ts";

/** How a budget is divided; each part is well below the next, so that none alone can use that up. */
export interface FairBudgetOptions {
	/** Of each member of a group. */
	readonly member: Allowance;
	/** Of each group. */
	readonly group: Allowance;
	/** Of all groups together. */
	readonly all: Allowance;
	/** What each group has besides, for when many groups have used up what is for all. */
	readonly reserve: Allowance;
	/** The clock, in milliseconds. */
	readonly now: () => number;
}

/** A budget that groups share, and members within them. */
export interface FairBudget {
	/** Takes a token for a member of a group; undefined where none is left, and then it must not happen. */
	take(group: string, member: string): Token | undefined;
}

/** A token that was taken. */
export interface Token {
	/** Gives it back: it was not needed after all. */
	refund(): void;
}

/** Most buckets of one kind; only those are kept of which something is missing. */
export const MAX_BUCKETS = 1000;
/** How long a look for buckets that are full again holds off the next one. */
const SWEEP_MILLISECONDS = 1000;

/** Makes a budget of which nothing is used. */
export function createFairBudget({ member, group, all, reserve, now }: FairBudgetOptions): FairBudget {
	const members = createBuckets(member, now);
	const groups = createBuckets(group, now);
	const reserves = createBuckets(reserve, now);
	const whole = createTokenBucket(all, now);
	return {
		take(groupName, memberName) {
			const own = [members(`${groupName}\n${memberName}`), groups(groupName)];
			return takeAll([...own, whole]) ?? takeAll([...own, reserves(groupName)]);
		},
	};
}

/** A token of each bucket, or none of any. */
function takeAll(buckets: readonly TokenBucket[]): Token | undefined {
	const taken: TokenBucket[] = [];
	const refund = () => {
		for (const bucket of taken) bucket.refund();
	};
	for (const bucket of buckets) {
		if (!bucket.take()) {
			refund();
			return undefined;
		}
		taken.push(bucket);
	}
	return { refund };
}

/**
 * Makes buckets as they are asked for. None is dropped while something is missing in it, for a new one in its place would
 * be full: above `MAX_BUCKETS` the names that come share one bucket.
 */
function createBuckets(allowance: Allowance, now: () => number): (name: string) => TokenBucket {
	const buckets = new Map<string, TokenBucket>();
	const shared = createTokenBucket(allowance, now);
	let sweptAt = Number.NEGATIVE_INFINITY;

	function sweep(): void {
		const at = now();
		if (at - sweptAt < SWEEP_MILLISECONDS) return;
		sweptAt = at;
		for (const [name, bucket] of buckets) {
			if (bucket.isFull()) buckets.delete(name);
		}
	}

	return (name) => {
		const known = buckets.get(name);
		if (known !== undefined) return known;
		if (buckets.size >= MAX_BUCKETS) sweep();
		if (buckets.size >= MAX_BUCKETS) return shared;
		const bucket = createTokenBucket(allowance, now);
		buckets.set(name, bucket);
		return bucket;
	};
}
