/** Owns how long what was read from KV counts, and what to do at each age: pure, the time is an argument. */

/** Younger than this, a value is served as it is. */
export const FRESH_SECONDS = 30;
/** Younger than this, a value is served while one background read refreshes it; older, the request waits for KV. */
export const STALE_SECONDS = 60;
/** Younger than this, the last good copy is served where KV fails or holds something invalid. */
export const LAST_GOOD_SECONDS = 3600;
/** How long KV is left alone after a failure while a last good copy serves. */
const RETRY_SECONDS = 5;
/** How long after a failure KV counts as failing: the last good copy serves, and reads are tried behind it. */
export const FAILING_SECONDS = 60;
/** How long a failure without any last good copy is remembered. */
export const UNAVAILABLE_SECONDS = 1;
/** How long a second copy of something that does not change stays as it is: to write it costs more than to read KV. */
export const COPY_SECONDS = 300;
/** How long one read may hold off the next. */
export const REFRESH_SECONDS = 10;
/** The longest that a request waits for KV where there is no good copy. */
export const MAX_KV_WAIT_MILLISECONDS = 3000;
/** The longest that it waits for KV with a good copy in hand. */
export const MAX_KV_WAIT_WITH_COPY_MILLISECONDS = 1000;
/** The longest that it waits for the second copy, which is asked at the same time as KV. */
export const MAX_SECOND_COPY_WAIT_MILLISECONDS = 500;

/** What is known of a key, and since when. */
export interface Known {
	readonly kind: "present" | "absent" | "unavailable";
	/** When the read began that gave it, so that its age is never told too low. */
	readonly readAtMilliseconds: number;
	/** Whether it was read by another isolate, and came by way of the second copy. */
	readonly isFromCopy: boolean;
	/** Until then a read is taken to be under way. */
	readonly refreshingUntilMilliseconds: number;
	/** When KV last failed to give a newer one; minus infinity for never. */
	readonly failedAtMilliseconds: number;
}

/** What a request does with what is known: serve it, serve it and refresh it behind, or ask KV and the second copy. */
export type UseOfKnown = "serve" | "refresh" | "ask";

/** Decides what a request does with what its isolate knows. */
export function useOf(known: Known, at: number): UseOfKnown {
	const age = at - known.readAtMilliseconds;
	const isRefreshing = at < known.refreshingUntilMilliseconds;
	if (known.kind === "unavailable") {
		return age < UNAVAILABLE_SECONDS * 1000 || isRefreshing ? "serve" : "ask";
	}
	if (age < FRESH_SECONDS * 1000) return "serve";
	const isDue = !isRefreshing && at - known.failedAtMilliseconds >= RETRY_SECONDS * 1000;
	if (known.kind === "present" && age < STALE_SECONDS * 1000) return isDue ? "refresh" : "serve";
	// While KV fails one request in five seconds asks, so that the second copy is seen too; it does not wait for KV.
	if (isFailing(known, at) && isLastGood(known, at) && !isDue) return "serve";
	return "ask";
}

/** Whether this may be served where KV cannot say: an absence as well as a value. */
export function isLastGood(
	{ kind, readAtMilliseconds }: Pick<Known, "kind" | "readAtMilliseconds">,
	at: number,
): boolean {
	return kind !== "unavailable" && at - readAtMilliseconds < LAST_GOOD_SECONDS * 1000;
}

/** Whether this is the newest that there can be, so that a request in doubt need not wait for KV. */
export function needsNoWait(known: Known, at: number): boolean {
	if (known.kind === "unavailable") return false;
	const seconds = known.kind === "present" || known.isFromCopy ? STALE_SECONDS : FRESH_SECONDS;
	return at - known.readAtMilliseconds < seconds * 1000;
}

/** How long a request with this good copy in hand waits for KV, in milliseconds. */
export function patienceWith(known: Known, at: number): number {
	return isFailing(known, at) ? 0 : MAX_KV_WAIT_WITH_COPY_MILLISECONDS;
}

function isFailing({ failedAtMilliseconds }: Known, at: number): boolean {
	return at - failedAtMilliseconds < FAILING_SECONDS * 1000;
}

/** What KV said of a key: a text, or null for its absence. */
export interface Copy {
	readonly text: string | null;
	/** When the read of KV began that gave it. */
	readonly readAtMilliseconds: number;
}

/** What the second copy is known to hold of a key, beside what the isolate holds. */
export interface CopyNote {
	/** Whether both hold the same text, or both its absence. */
	readonly isSame: boolean;
	/** When the read of KV began that the second copy is from. */
	readonly readAtMilliseconds: number;
}

/**
 * Whether the second copy has to be written with what KV has just said; "if-wanted" and "if-spare" where only the owner of
 * the names knows, for nobody shall pay a write for each name that somebody makes up.
 *
 * An absence that the second copy does not contradict is worth one all the same ("if-spare"): a slower read that began
 * before it may be about to write a value that has been deleted since, and gives way to a newer copy only. To have the
 * writer of a value read KV once more was rejected: it doubles the reads of every host that is asked for rarely, leaves
 * what was read right before an outage without a second copy, and tells nothing to an isolate that holds the value.
 * @param note undefined where nothing is known of the second copy
 */
export function copyIsDue(
	{ kind, readAtMilliseconds }: Pick<Known, "kind" | "readAtMilliseconds">,
	note: CopyNote | undefined,
): boolean | AbsenceWorth {
	if (note !== undefined) {
		const age = readAtMilliseconds - note.readAtMilliseconds;
		// What is as new as the copy is what it was written with, or was read from it.
		if (age < 0) return false;
		// An absence that differs from the second copy differs from a value, which must not come back.
		if (!note.isSame) return true;
		if (age < COPY_SECONDS * 1000) return kind === "present" || age === 0 ? false : "if-spare";
	}
	return kind === "present" ? true : "if-wanted";
}

/** Where an absence has no second copy that is young enough, and where it has. */
export type AbsenceWorth = "if-wanted" | "if-spare";
