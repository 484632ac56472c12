/** Owns what `"deniedRequests": "isolate"` refuses: what other sites embed or submit without an `Origin`. */

const FETCH_SITE = "sec-fetch-site";
const FETCH_MODE = "sec-fetch-mode";
const FETCH_DEST = "sec-fetch-dest";

/**
 * Tells whether another site is behind a request without `Origin`, by what the browser says in its Fetch Metadata, which no
 * page can set. https://www.w3.org/TR/fetch-metadata/
 *
 * Clients that send none are not browsers, or old ones: they pass. All else that is not plainly the user's own doing or this
 * origin's, a repeated header among it, counts as another site. To name the bad values in place of the good ones would let
 * the odd ones through. A user who follows a link is let in: the page that opens is this host's own.
 */
export function isFromElsewhere(method: string, headers: Headers): boolean {
	const site = headers.get(FETCH_SITE);
	if (site === null || site === "same-origin" || site === "none") return false;
	const isNavigation = headers.get(FETCH_MODE) === "navigate" && headers.get(FETCH_DEST) === "document";
	return !(isNavigation && (method === "GET" || method === "HEAD"));
}
