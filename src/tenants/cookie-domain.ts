/** Owns `cookies.domain`: which domains a cookie can have, and which hosts they cover. */

import { endsInNumber, isHostname } from "../cors/origin-syntax.ts";
import { isPublicSuffix } from "../cors/public-suffix.ts";
import { quote, type Refusal } from "../findings/finding.ts";

/** In place of a domain: every `Domain` is taken out. */
export const REMOVE_DOMAIN = "remove";

/** Checks `cookies.domain`; undefined where nothing is wrong with it. */
export function checkCookieDomain(domain: string): Refusal | undefined {
	if (domain === REMOVE_DOMAIN) return undefined;
	const shown = quote(domain);
	if (!isHostname(domain) || endsInNumber(domain)) {
		return {
			code: "invalid-cookie-domain",
			message: `${shown} is not a domain that a cookie can have: a lower-case ASCII name alone, such as "acme.com", without scheme, leading dot, port or path, and not an address. Write such a name, or "${REMOVE_DOMAIN}".`,
			...suggestDomain(domain),
		};
	}
	if (!isPublicSuffix(domain)) return undefined;
	return {
		code: "prohibited-cookie-domain-public-suffix",
		message: `${shown} is a public suffix, under which strangers have names: browsers drop cookies for it. Name the domain that is yours, or write "${REMOVE_DOMAIN}".`,
	};
}

/** Whether browsers take a cookie for `domain` from every host that `host` stands for. https://httpwg.org/specs/rfc6265.html#cookie-domain */
export function coversHost(domain: string, host: string): boolean {
	return host === domain || host.endsWith(`.${domain}`);
}

/** The name in what was written, as the URL parser reads it. */
function suggestDomain(domain: string): { readonly suggestion?: string } {
	const text = domain.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
	const name = URL.parse(`http://${text.replace(/^(\*?\.)+/, "")}`)?.hostname ?? "";
	const meant = text.toLowerCase() === REMOVE_DOMAIN ? REMOVE_DOMAIN : name.replace(/\.$/, "");
	return meant !== domain && checkCookieDomain(meant) === undefined ? { suggestion: meant } : {};
}
