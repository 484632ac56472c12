/** Owns the question whether a response is a redirect by which a browser loses its origin. */

import { parseUrl } from "../cors/url.ts";

/** https://fetch.spec.whatwg.org/#redirect-status */
const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Tells whether a browser that follows this response to a cross-origin request loses its origin: a redirect from one
 * foreign origin to another makes it `null`. https://fetch.spec.whatwg.org/#concept-request-tainted-origin
 * @param response its `Location` already public
 */
export function redirectsToForeignOrigin(response: Response, publicOrigin: string): boolean {
	if (!REDIRECT_STATUSES.has(response.status)) return false;
	const location = response.headers.get("location");
	const target = location === null ? null : parseUrl(location, publicOrigin);
	return target !== null && target.origin !== publicOrigin;
}
