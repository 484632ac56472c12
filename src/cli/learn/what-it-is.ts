/** Owns what an origin that knocked is: one's own, this machine, an extension, a stranger, or somebody who looks like oneself. */

import { distance } from "fastest-levenshtein";
import { getPublicSuffix } from "tldts";
import { isSerializedOrigin } from "../../cors/origin-set.ts";
import { isLoopback, splitOrigin } from "../../cors/origin-syntax.ts";
import { registrableDomain } from "../../doctor/site.ts";

/** What an origin is. */
export type OriginKind =
	| "own-subdomain"
	| "own-domain"
	| "localhost"
	| "extension"
	| "public-suffix-host"
	| "look-alike"
	| "null"
	| "malformed"
	| "other-site";

/** In words, for a list. */
export const KIND_WORDS: Readonly<Record<OriginKind, string>> = {
	"own-subdomain": "a subdomain of your own domain",
	"own-domain": "your own domain",
	localhost: "this machine, in development",
	extension: "a browser extension or an app",
	"public-suffix-host": "a host of a service where anybody can have one",
	"look-alike": "a LOOK-ALIKE: it resembles one of your domains, but belongs to somebody else",
	null: "a sandboxed frame or a local file; anybody can be that",
	malformed: "not an origin that a browser sends",
	"other-site": "another site",
};

/** Letters that two names may differ in and still look alike. */
const MAX_LOOK_ALIKE_EDITS = 2;
/** Shorter names resemble each other by chance. */
const MIN_LOOK_ALIKE_CHARACTERS = 5;
/** Own domains that a stranger's is held against, those of the hosts first: a file may have 100,000, and a log 20,000 strangers. */
const MAX_COMPARED_DOMAINS = 200;

/**
 * Tells what an origin is.
 * @param ownDomains registrable domains of the file's hosts and of its exact origins
 */
export function kindOf(origin: string, ownDomains: ReadonlySet<string>): OriginKind {
	if (origin === "null") return "null";
	const parts = splitOrigin(origin);
	if (parts === undefined || !isSerializedOrigin(origin)) return "malformed";
	const { scheme, host } = parts;
	if (scheme !== "http" && scheme !== "https") return "extension";
	if (isLoopback(host)) return "localhost";
	const domain = registrableDomain(host);
	if (domain !== undefined && ownDomains.has(domain)) return domain === host ? "own-domain" : "own-subdomain";
	if (isLookAlike(host, domain, ownDomains)) return "look-alike";
	const { suffix, isPrivate } = privateSuffix(host);
	return isPrivate && suffix !== undefined ? "public-suffix-host" : "other-site";
}

function privateSuffix(host: string) {
	const all = getPublicSuffix(host, { allowPrivateDomains: true }) ?? undefined;
	const icann = getPublicSuffix(host, { allowPrivateDomains: false }) ?? undefined;
	return { suffix: all, isPrivate: all !== icann };
}

/** `evilacme.com`, `acme.com.evil.example`, `acme-login.com`, `acrne.com`, `acme.co`. */
function isLookAlike(host: string, domain: string | undefined, ownDomains: ReadonlySet<string>): boolean {
	const theirs = (domain ?? host).split(".")[0] ?? "";
	// A suffix that many share makes nobody a look-alike: evil.example is none of example.com.
	const suffix = getPublicSuffix(host, { allowPrivateDomains: true }) ?? "";
	const beside = suffix === "" ? host : host.slice(0, -suffix.length - 1);
	let compared = 0;
	for (const own of ownDomains) {
		if (compared++ === MAX_COMPARED_DOMAINS) break;
		// Written as punycode, letters of other alphabets look like anything.
		if (host.includes(own) || beside.includes("xn--") || resembles(own, beside, theirs)) return true;
	}
	return false;
}

function resembles(own: string, beside: string, theirs: string): boolean {
	const name = own.slice(0, own.indexOf("."));
	if (name.length < MIN_LOOK_ALIKE_CHARACTERS) return theirs === name || theirs.split("-").includes(name);
	return beside.includes(name) || distance(theirs, name) <= MAX_LOOK_ALIKE_EDITS;
}

/** The registrable domains of hosts and origins, each once. */
export function domainsOf(hosts: readonly string[], origins: readonly string[]): ReadonlySet<string> {
	const names = [
		...hosts.map((host) => host.replace("*.", "")),
		...origins.flatMap((origin) => splitOrigin(origin)?.host.replace("*.", "") ?? []),
	];
	return new Set(names.flatMap((name) => registrableDomain(name) ?? []));
}
