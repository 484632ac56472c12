/** Owns the questions asked of the Public Suffix List: where can strangers register names? */

import { getPublicSuffix, parse } from "tldts";
import { SUFFIXES_BELOW } from "./suffixes-below.ts";

const OPTIONS = {
	allowPrivateDomains: true,
	extractHostname: false,
	validateHostname: false,
	detectIp: false,
} as const;

const ICANN_OPTIONS = { ...OPTIONS, allowPrivateDomains: false } as const;

/**
 * Tells whether `domain` is a public suffix of the list (its private section included), or a single label,
 * which counts as one where no list knows it. The parent of a wildcard rule (`*.kawasaki.jp`) is one too.
 * @param domain lower-case ASCII, no trailing dot, no IP address
 */
export function isPublicSuffix(domain: string): boolean {
	return !domain.includes(".") || getPublicSuffix(domain, OPTIONS) === domain;
}

/**
 * Tells whether `domain` is a public suffix of the list's ICANN section: one under which names are sold, `com` or `co.uk`.
 * @param domain as for `isPublicSuffix`
 */
export function isRegistrySuffix(domain: string): boolean {
	const { publicSuffix, isIcann } = parse(domain, ICANN_OPTIONS);
	return isIcann === true && publicSuffix === domain;
}

/**
 * A public suffix below a domain that is none itself, as `s3.amazonaws.com` is below `amazonaws.com`.
 * @param domain as for `isPublicSuffix`
 * @returns undefined where there is none
 */
export function suffixBelow(domain: string): string | undefined {
	examples ??= examplesByDomain();
	return examples.get(domain);
}

/** Made when first asked for: a Worker that starts has other things to do. */
let examples: ReadonlyMap<string, string> | undefined;

function examplesByDomain(): ReadonlyMap<string, string> {
	const byDomain = new Map<string, string>();
	for (const suffix of SUFFIXES_BELOW.trim().split(/\s/)) {
		let dot = suffix.indexOf(".");
		let domain = suffix.slice(dot + 1);
		while (!byDomain.has(domain) && !isPublicSuffix(domain)) {
			byDomain.set(domain, suffix);
			dot = domain.indexOf(".");
			domain = domain.slice(dot + 1);
		}
	}
	return byDomain;
}
