/** Owns the origins that nobody would allow on purpose, made from one that may well be allowed. */

import { getDomain, parse } from "tldts";
import { isLoopback } from "../cors/origin-syntax.ts";
import { registrableDomain } from "./site.ts";

/** What a server lets in that shares with such an origin. */
export type TwinKind =
	/** Any origin at all. */
	| "other-host"
	/** `null`, which every sandboxed frame has. */
	| "null"
	/** Any host that begins as the allowed one. */
	| "suffix"
	/** Any host that ends as the allowed one's registrable domain. */
	| "prefix"
	/** The allowed host with another character in place of a dot: what an unescaped dot of a regular expression lets in. */
	| "dot"
	/** The same host over plain http. */
	| "http"
	/** Any host that ends as the allowed one; of the same owner, so it counts only if `sibling` is not shared with. */
	| "sibling-prefix"
	/** A sibling of the allowed host, letters only, which a wildcard may well allow: no fault in itself. */
	| "sibling";

export interface Twin {
	readonly kind: TwinKind;
	readonly origin: string;
}

/** The twins of a page's origin, the most telling first. */
export function twinsOf(pageOrigin: string): readonly Twin[] {
	// No domain under a reserved name is anybody's. RFC 2606
	const stranger = pageOrigin.includes(".invalid") ? "attacker.test" : "attacker.invalid";
	const anybody: readonly Twin[] = [
		{ kind: "other-host", origin: `https://${stranger}` },
		...(pageOrigin === "null" ? [] : [{ kind: "null", origin: "null" } as const]),
	];
	const page = URL.parse(pageOrigin);
	if (page === null || (page.protocol !== "https:" && page.protocol !== "http:")) return anybody;
	const { protocol, hostname } = page;
	const port = page.port === "" ? "" : `:${page.port}`;
	const twin = (kind: TwinKind, host: string, scheme = protocol): Twin => ({
		kind,
		origin: `${scheme}//${host}${port}`,
	});
	const domain = isLoopback(hostname) ? undefined : registrableDomain(hostname);
	const parent = hostname.slice(hostname.indexOf(".") + 1);
	return [
		...anybody,
		...(hostname.startsWith("[") ? [] : [twin("suffix", `${hostname}.${stranger}`)]),
		...(domain === undefined ? [] : [twin("prefix", `evil${domain}`)]),
		...dotTwin(hostname, domain).map((host) => twin("dot", host)),
		...(protocol === "https:" && !isLoopback(hostname) ? [twin("http", hostname, "http:")] : []),
		...(domain === undefined || domain === hostname
			? []
			: [twin("sibling-prefix", `evil${hostname}`), twin("sibling", `cordondoctor.${parent}`)]),
	];
}

/**
 * The host with its telling dot replaced: the one before the registrable domain, or the first one of the domain itself.
 * Only such a host counts as a twin as somebody else could register.
 */
function dotTwin(hostname: string, domain: string | undefined): readonly string[] {
	if (domain === undefined) return [];
	const dot = hostname === domain ? domain.indexOf(".") : hostname.length - domain.length - 1;
	const host = `${hostname.slice(0, dot)}x${hostname.slice(dot + 1)}`;
	const other = getDomain(host, { allowPrivateDomains: false });
	const { isIcann } = parse(host);
	return other !== null && isIcann === true && other !== domain ? [host] : [];
}
