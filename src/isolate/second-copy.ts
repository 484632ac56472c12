/** Owns the second place of the last good copy: the Cache API of the data centre. */

import { type Copy, LAST_GOOD_SECONDS } from "./freshness.ts";

/** A place outside the isolate for the last good copy, so that a cold isolate can start while KV is down. */
export interface SecondCopy {
	/** Gives what was written last, or undefined where there is nothing; may reject. */
	read(key: string): Promise<Copy | undefined>;
	/** Keeps what KV said, unless a newer copy is there: a slow read must not bring back what was deleted meanwhile. */
	write(key: string, copy: Copy): Promise<void>;
}

const READ_AT = "x-read-at-milliseconds";
/** Says that the key was absent; an empty text is a value. */
const ABSENT = "x-absent";

/**
 * Makes the second place; a copy outlives the isolate by an hour at most.
 * @param open opens the cache; called within a request only
 */
export function createSecondCopy(open: () => Promise<Cache>): SecondCopy {
	return {
		async read(key) {
			const cache = await open();
			const response = await cache.match(address(key));
			if (response === undefined) return undefined;
			const text = await response.text();
			return { text: response.headers.has(ABSENT) ? null : text, readAtMilliseconds: readAt(response) };
		},
		async write(key, { text, readAtMilliseconds }) {
			const cache = await open();
			const kept = await cache.match(address(key));
			await kept?.body?.cancel();
			if (kept !== undefined && readAt(kept) > readAtMilliseconds) return;
			const headers = new Headers({
				"cache-control": `max-age=${LAST_GOOD_SECONDS}`,
				[READ_AT]: String(readAtMilliseconds),
			});
			if (text === null) headers.set(ABSENT, "");
			await cache.put(address(key), new Response(text, { headers }));
		},
	};
}

function readAt(response: Response): number {
	return Number(response.headers.get(READ_AT));
}

/** The Cache API knows URLs only; no request can have this one. */
function address(key: string): string {
	return `https://last-good.cordon.invalid/${encodeURIComponent(key)}`;
}
