/** Owns what a request's URL says: the site that is asked, parsed once for all requests to it, and the rest. */

import { createBoundedCache } from "../isolate/bounded-cache.ts";

/** The site that a request asks, as the URL parser gives it. */
export interface Site {
	/** Lower case, without the port. */
	readonly hostname: string;
	/** With the port, where it is not the scheme's own. */
	readonly host: string;
	/** `http` or `https`. */
	readonly scheme: string;
	readonly origin: string;
}

/** A request's URL, in two parts. */
export interface Address {
	readonly site: Site;
	/** Path and query; whoever makes a URL of it resolves dot segments and encodes what has to be encoded. */
	readonly target: string;
}

/** The path of an address, as it came: a query may hold what nobody else should see. */
export function pathOf({ target }: Address): string {
	const end = target.search(/[?#]/);
	return end === -1 ? target : target.slice(0, end);
}

/** What the sites of one isolate may take. */
const MAX_SITES_BYTES = 1024 * 1024;
/** What a site costs besides the characters of its strings. */
const SITE_BYTES = 512;

/** `http://` and one character: no path begins before. */
const SHORTEST_BASE_CHARACTERS = 8;

/**
 * Makes the reader of one isolate.
 * @returns a function that takes the absolute http or https URL of a request, as it came; it throws on an invalid one
 */
export function createAddressReader(): (url: string) => Address {
	const sites = createBoundedCache<Site>(MAX_SITES_BYTES);
	/** The site of the request before, with its slash: to compare is cheaper than to hash. */
	let latest: Site | undefined;
	let latestBase = "";

	return (url) => {
		if (latest !== undefined && url.startsWith(latestBase)) {
			return { site: latest, target: url.slice(latestBase.length - 1) };
		}
		const pathAt = url.indexOf("/", SHORTEST_BASE_CHARACTERS);
		const base = pathAt === -1 ? "" : url.slice(0, pathAt);
		let site = sites.get(base);
		if (site === undefined) {
			const parsed = new URL(url);
			site = siteOf(parsed);
			// Any other spelling may hide where the path begins ("a?b", "a\b"), so that its URLs are parsed one by one.
			if (base.toLowerCase() !== `${site.scheme}://${site.host}`) {
				return { site, target: parsed.pathname + parsed.search };
			}
			sites.set(base, site, SITE_BYTES + 8 * base.length);
		}
		latest = site;
		latestBase = `${base}/`;
		return { site, target: url.slice(pathAt) };
	};
}

function siteOf({ hostname, host, protocol, origin }: URL): Site {
	return { hostname, host, scheme: protocol.slice(0, -1), origin };
}
