/** Owns what is said of `cookies.domain`, and what was meant by it. */

import { parseUrl } from "../cors/url.ts";
import { quote } from "../findings/finding.ts";
import { checkCookieDomain, REMOVE_DOMAIN } from "./cookie-domain.ts";

/** What a code of `checkCookieDomain` says; undefined of any other code. */
export function cookieDomainMessage(code: string, domain: string): string | undefined {
	const shown = quote(domain);
	switch (code) {
		case "invalid-cookie-domain":
			return `${shown} is not a domain that a cookie can have: a lower-case ASCII name alone, such as "acme.com", without scheme, leading dot, port or path, and not an address. Write such a name, or "${REMOVE_DOMAIN}".`;
		case "prohibited-cookie-domain-public-suffix":
			return `${shown} is a public suffix, under which strangers have names: browsers drop cookies for it. Name the domain that is yours, or write "${REMOVE_DOMAIN}".`;
		default:
			return undefined;
	}
}

/** The name in what was written, as the URL parser reads it; undefined where it has none that a cookie can have. */
export function meantCookieDomain(domain: string): string | undefined {
	const text = domain.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
	const name = parseUrl(`http://${text.replace(/^(\*?\.)+/, "")}`)?.hostname ?? "";
	const meant = text.toLowerCase() === REMOVE_DOMAIN ? REMOVE_DOMAIN : name.replace(/\.$/, "");
	return meant !== domain && checkCookieDomain(meant) === undefined ? meant : undefined;
}
