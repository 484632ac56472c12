/** Owns the second place of the last good copy: the Cache API of the data centre. */

import { LAST_GOOD_SECONDS, type SecondCopy } from "./read-through-cache.ts";

const READ_AT = "x-read-at-milliseconds";

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
			return { text: await response.text(), readAtMilliseconds: Number(response.headers.get(READ_AT)) };
		},
		async write(key, text, readAtMilliseconds) {
			const cache = await open();
			const headers = {
				"cache-control": `max-age=${LAST_GOOD_SECONDS}`,
				[READ_AT]: String(readAtMilliseconds),
			};
			await cache.put(address(key), new Response(text, { headers }));
		},
		async remove(key) {
			const cache = await open();
			await cache.delete(address(key));
		},
	};
}

/** The Cache API knows URLs only; no request can have this one. */
function address(key: string): string {
	return `https://last-good.cordon.invalid/${encodeURIComponent(key)}`;
}
