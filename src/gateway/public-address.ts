/** Owns the addresses in a response's headers: what points at the upstream is made to point at the public host. */

import { parseUrl } from "../cors/url.ts";
import type { Site } from "./address.ts";
import { endOfQuotes } from "./quoted-strings.ts";

/** Where the addresses lead from and to. */
interface Move {
	/** The upstream's origin; undefined where the upstream is asked by the public one itself. */
	readonly upstream: string | undefined;
	/** What the client asked. */
	readonly site: Site;
}

/**
 * Rewrites every http and https address on the upstream's own origin in `Location`, `Content-Location`, `Link` and
 * `Refresh` to the public one, and `http://` before the public host to the request's own https. All else stays.
 * @param headers changed in place
 */
export function rewriteAddresses(headers: Headers, upstream: string | undefined, site: Site): void {
	const move = { upstream: upstream === site.origin ? undefined : upstream, site };
	for (const [name, rewrite] of REWRITES) {
		const value = headers.get(name);
		if (value === null) continue;
		const rewritten = rewrite(value, move);
		if (rewritten !== value) headers.set(name, rewritten);
	}
}

type Rewrite = (value: string, move: Move) => string;

const REWRITES: readonly (readonly [name: string, rewrite: Rewrite])[] = [
	["location", publicAddress],
	["content-location", publicAddress],
	["link", publicLinks],
	["refresh", publicRefresh],
];

/** An address without a scheme or a host of its own is relative, and right as it is. */
function publicAddress(address: string, { upstream, site }: Move): string {
	const target = isSchemeRelative(address) ? parseUrl(address, upstream) : parseUrl(address);
	// blob: has its creator's origin too, and is not an address of any server.
	if (target === null || (target.protocol !== "https:" && target.protocol !== "http:")) return address;
	const rest = target.pathname + target.search + target.hash;
	if (target.origin === upstream) return site.origin + rest;
	const isDowngrade = site.scheme === "https" && target.protocol === "http:" && target.host === site.host;
	return isDowngrade && !isSchemeRelative(address) ? site.origin + rest : address;
}

function isSchemeRelative(address: string): boolean {
	return /^\s*[/\\]{2}/.test(address);
}

/** `<address>; rel="next", <address>`: what stands between angle brackets, outside of quotes. RFC 8288, section 3 */
function publicLinks(value: string, move: Move): string {
	let rewritten = "";
	let copied = 0;
	let at = 0;
	while (at < value.length) {
		const character = value.charAt(at);
		const end =
			character === '"' ? endOfQuotes(value, at) : character === "<" ? value.indexOf(">", at) : at + 1;
		if (end === -1) break;
		if (character === "<") {
			rewritten += value.slice(copied, at + 1) + publicAddress(value.slice(at + 1, end), move);
			copied = end;
		}
		at = end;
	}
	return rewritten + value.slice(copied);
}

/** `5; url=address`. https://html.spec.whatwg.org/multipage/semantics.html#shared-declarative-refresh-steps */
function publicRefresh(value: string, move: Move): string {
	const [, before = "", quote = "", rest = ""] =
		/^(\s*[\d.]*\s*[;,]?\s*(?:url\s*=\s*)?)(["']?)(.*)$/is.exec(value) ?? [];
	const end = quote === "" ? -1 : rest.indexOf(quote);
	const address = end === -1 ? rest : rest.slice(0, end);
	return before + quote + publicAddress(address, move) + rest.slice(address.length);
}
