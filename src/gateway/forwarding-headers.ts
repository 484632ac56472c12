/** Owns what the API is told of the request's way: the client never has a say in it. */

import type { Site } from "./address.ts";
import { CDN_LOOP } from "./loop.ts";

const FORWARDED_HOST = "x-forwarded-host";
const FORWARDED_PROTO = "x-forwarded-proto";

/**
 * By these, servers and frameworks take another host, scheme, port or path for the request's own. X-Forwarded-For and
 * CF-Connecting-IP are not here: the edge itself writes them.
 */
const FORWARDING_FAMILY: readonly string[] = [
	...["forwarded", FORWARDED_HOST, FORWARDED_PROTO, "x-forwarded-port", "x-forwarded-prefix"],
	...["x-forwarded-server", "x-original-url", "x-original-host", "x-rewrite-url"],
];

/**
 * A name in every spelling that CGI, WSGI, Rack or PHP take for it: they write `_` for `-`.
 * @param name in lower case; itself is the first
 */
export function spellingsOf(name: string): readonly string[] {
	return name
		.split("-")
		.reduce<readonly string[]>(
			(spellings, part) =>
				spellings.length === 0
					? [part]
					: ["-", "_"].flatMap((mark) => spellings.map((spelling) => spelling + mark + part)),
			[],
		);
}

/** Removed one by one, there or not: that is half the price of looking for a `_` in every name that a request has. */
const REMOVED: readonly string[] = [
	...FORWARDING_FAMILY.flatMap(spellingsOf).filter(
		(name) => name !== FORWARDED_HOST && name !== FORWARDED_PROTO,
	),
	...spellingsOf(CDN_LOOP).filter((name) => name !== CDN_LOOP),
];

/**
 * Replaces what the client says of the request's way by what is so.
 * @param headers of the request to the API; changed in place
 * @param site what the client asked
 */
export function setForwardingHeaders(headers: Headers, site: Site): void {
	for (const name of REMOVED) headers.delete(name);
	headers.set(FORWARDED_HOST, site.host);
	headers.set(FORWARDED_PROTO, site.scheme);
}
