/** Owns `cookies.domain`: which domains a cookie can have, and which hosts they cover. */

import { endsInNumber, isHostname } from "../cors/origin-syntax.ts";
import { isPublicSuffix } from "../cors/public-suffix.ts";
import type { Refused } from "../findings/finding.ts";

/** In place of a domain: every `Domain` is taken out. */
export const REMOVE_DOMAIN = "remove";

/** Checks `cookies.domain`; undefined where nothing is wrong with it. */
export function checkCookieDomain(domain: string): Refused | undefined {
	if (domain === REMOVE_DOMAIN) return undefined;
	if (!isHostname(domain) || endsInNumber(domain)) return { code: "invalid-cookie-domain" };
	return isPublicSuffix(domain) ? { code: "prohibited-cookie-domain-public-suffix" } : undefined;
}

/** Whether browsers take a cookie for `domain` from every host that `host` stands for. https://httpwg.org/specs/rfc6265.html#cookie-domain */
export function coversHost(domain: string, host: string): boolean {
	return host === domain || host.endsWith(`.${domain}`);
}
