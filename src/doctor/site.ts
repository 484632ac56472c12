/** Owns the question which origins belong to one site, as browsers see it. */

import { getDomain } from "tldts";
import { endsInNumber } from "../cors/origin-syntax.ts";

/**
 * The registrable domain of a host: what one owner has to buy.
 * @returns undefined of IP addresses, of single labels, and of public suffixes
 */
export function registrableDomain(host: string): string | undefined {
	if (host.startsWith("[") || endsInNumber(host)) return undefined;
	return getDomain(host, { allowPrivateDomains: true }) ?? undefined;
}

/**
 * Whether a page's origin and a URL are of one site, scheme included.
 * https://html.spec.whatwg.org/multipage/browsers.html#same-site
 */
export function isSameSite(origin: string, url: string): boolean {
	const page = origin === "null" ? null : URL.parse(origin);
	const api = new URL(url);
	if (page === null || page.protocol !== api.protocol) return false;
	const domain = registrableDomain(page.hostname);
	return (
		page.hostname === api.hostname || (domain !== undefined && domain === registrableDomain(api.hostname))
	);
}
