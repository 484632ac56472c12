/** Owns what becomes of a cookie that a response sets: the storage model of RFC 6265bis, and where the engines leave it. */

import { isCanonicalIpv4, isLoopback } from "../cors/origin-syntax.ts";
import { isPublicSuffix } from "../cors/public-suffix.ts";
import type { Engine, PerEngine } from "./engines.ts";
import { cookieBytes, isExpired, MAX_COOKIE_BYTES, type ParsedCookie } from "./set-cookie.ts";

/** What decides about a cookie; the first that applies, in the order of the storage model. */
export type CookieFate =
	/** Section 5.6: name and value have more than 4096 bytes. */
	| "too-large"
	/** Section 5.7, step 9: the Domain has a character that no host has. */
	| "domain-not-a-host"
	/** Step 10: the Domain is a public suffix, and not the host itself. */
	| "domain-public-suffix"
	/** Step 11: the Domain does not cover the host; an address covers itself alone. */
	| "domain-not-covering"
	/** Step 14: Secure, set over plain http. */
	| "secure-over-http"
	/** Step 17 and 18: SameSite lets no page of another site set or send it. */
	| "same-site"
	/** The same, by what engines take a cookie without SameSite for. */
	| "same-site-unset"
	/** Step 19: SameSite=None without Secure. */
	| "none-not-secure"
	/** Partitioned without Secure. https://www.ietf.org/archive/id/draft-cutler-httpbis-partitioned-cookies-01.html */
	| "partitioned-not-secure"
	/** Step 20 and 21: the name's prefix promises what the attributes do not keep. */
	| "prefix-secure"
	| "prefix-host"
	/** Section 5.7, step 22: a cookie without a name whose value looks like such a prefix. */
	| "prefix-nameless"
	/** It is stored, for third-party calls only where those cookies are let in. */
	| "unpartitioned"
	/** It is stored, in a jar of this top-level site's own. */
	| "partitioned"
	/** It is stored, and page and API are of one site. */
	| "first-party"
	/** It is over, which removes one of that name. */
	| "removal";

/** From where a cookie was set. */
export interface CookieSetting {
	/** The URL that set it. */
	readonly url: string;
	/** Whether the page is of another site than the URL. */
	readonly isCrossSite: boolean;
	/** In milliseconds since 1970. */
	readonly now: number;
}

/** What becomes of a cookie. https://www.ietf.org/archive/id/draft-ietf-httpbis-rfc6265bis-22.html#section-5.7 */
export function fateOf(cookie: ParsedCookie, { url, isCrossSite, now }: CookieSetting): CookieFate {
	const { protocol, hostname } = new URL(url);
	const isTrustworthy = protocol === "https:" || isLoopback(hostname);
	if (cookieBytes(cookie) > MAX_COOKIE_BYTES) return "too-large";
	const domainFault = domainFaultOf(cookie.domain, hostname);
	if (domainFault !== undefined) return domainFault;
	if (cookie.secure && !isTrustworthy) return "secure-over-http";
	const prefixFault = prefixFaultOf(cookie);
	if (prefixFault !== undefined) return prefixFault;
	if (isExpired(cookie, now)) return "removal";
	if (cookie.partitioned && !cookie.secure) return "partitioned-not-secure";
	if (isCrossSite) {
		if (cookie.sameSite === "lax" || cookie.sameSite === "strict") return "same-site";
		if (cookie.sameSite === "default") return "same-site-unset";
	}
	if (cookie.sameSite === "none" && !cookie.secure) return "none-not-secure";
	if (!isCrossSite) return "first-party";
	return cookie.partitioned ? "partitioned" : "unpartitioned";
}

function domainFaultOf(domain: string | undefined, host: string): CookieFate | undefined {
	if (domain === undefined || domain === host) return undefined;
	if (!/^[a-z0-9._-]+$/.test(domain) && !/^\[[0-9a-f:.]+\]$/.test(domain)) return "domain-not-a-host";
	const isAddress = isCanonicalIpv4(domain) || domain.startsWith("[");
	if (!isAddress && isPublicSuffix(domain)) return "domain-public-suffix";
	const isHostAddress = isCanonicalIpv4(host) || host.startsWith("[");
	return !isHostAddress && host.endsWith(`.${domain}`) ? undefined : "domain-not-covering";
}

function prefixFaultOf({ name, value, secure, domain, path }: ParsedCookie): CookieFate | undefined {
	const isPrefixed = (text: string, prefix: string) => text.toLowerCase().startsWith(prefix);
	if (name === "" && (isPrefixed(value, "__secure-") || isPrefixed(value, "__host-")))
		return "prefix-nameless";
	if (isPrefixed(name, "__secure-") && !secure) return "prefix-secure";
	if (isPrefixed(name, "__host-") && (!secure || domain !== undefined || path !== "/")) return "prefix-host";
	return undefined;
}

const REFUSED = "refused";
const NO_HOST = "refused: its Domain is not a host";
const FIRST_PARTY = "kept, and sent along";
const BLOCKED = "blocked, as every third-party cookie is: page and API would have to be of one site";

const all = (words: string): PerEngine<string> => ({ chromium: words, firefox: words, webkit: words });

/**
 * What each engine does, out of the box. Measured for third-party cookies and SameSite; else RFC 6265bis, which all three
 * implement, and the engines' own announcements.
 */
export const FATE_WORDS: Readonly<Record<CookieFate, PerEngine<string>>> = {
	"too-large": all(`${REFUSED}: its name and value have more than ${MAX_COOKIE_BYTES} bytes`),
	"domain-not-a-host": all(NO_HOST),
	"domain-public-suffix": all(`${REFUSED}: its Domain is a public suffix`),
	"domain-not-covering": all(`${REFUSED}: its Domain does not cover the host`),
	"secure-over-http": all(`${REFUSED}: Secure, but set over plain http`),
	"prefix-secure": all(`${REFUSED}: __Secure- without Secure`),
	"prefix-host": all(`${REFUSED}: __Host- without Secure and Path=/, or with Domain`),
	"prefix-nameless": all(`${REFUSED}: no name, and a value that begins with a prefix`),
	"same-site": all("dropped: its SameSite keeps it from pages of other sites"),
	"same-site-unset": {
		chromium: "dropped, as Lax is",
		firefox: "kept, for this site's pages alone",
		webkit: BLOCKED,
	},
	"none-not-secure": {
		chromium: "dropped: SameSite=None without Secure",
		firefox: "kept or dropped, by version",
		webkit: "kept from pages of the same site, else blocked as every third-party cookie is",
	},
	"partitioned-not-secure": {
		chromium: "dropped: Partitioned without Secure",
		firefox: "dropped or kept without Partitioned, by version",
		webkit: "Partitioned counts for nothing",
	},
	unpartitioned: {
		chromium: "kept where the user's settings let third-party cookies in, else blocked",
		firefox: "kept, for this site's pages alone",
		webkit: BLOCKED,
	},
	partitioned: {
		chromium: "kept, for this site's pages alone",
		firefox: "kept, for this site's pages alone",
		webkit: BLOCKED,
	},
	"first-party": all(FIRST_PARTY),
	removal: all("removes the one that is there"),
};

/** What one engine does where the general words do not hold: a Secure cookie over http on this machine. */
export function fateWords(cookie: ParsedCookie, fate: CookieFate, url: string): PerEngine<string> {
	const { protocol, hostname } = new URL(url);
	const isLocalHttp = protocol === "http:" && isLoopback(hostname);
	if (!cookie.secure || !isLocalHttp || (fate !== "first-party" && fate !== "removal"))
		return FATE_WORDS[fate];
	return { ...FATE_WORDS[fate], webkit: "refused: Secure, but set over plain http" } satisfies Readonly<
		Record<Engine, string>
	>;
}

/**
 * Whether a stored cookie goes along to a URL's path. https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4
 * @param path the Path attribute; undefined, or one that does not begin with a slash: the directory of the URL
 */
export function coversPath(path: string | undefined, url: string): boolean {
	if (path === undefined || !path.startsWith("/")) return true;
	const { pathname } = new URL(url);
	return pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
}
