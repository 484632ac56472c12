/** Owns the one question asked of the Public Suffix List: can strangers register names directly under this domain? */

import { getPublicSuffix } from "tldts";

const OPTIONS = {
	allowPrivateDomains: true,
	extractHostname: false,
	validateHostname: false,
	detectIp: false,
} as const;

/**
 * Tells whether `domain` is a public suffix of the list (its private section included), or a single label,
 * which counts as one where no list knows it. The parent of a wildcard rule (`*.kawasaki.jp`) is one too.
 * @param domain lower-case ASCII, no trailing dot, no IP address
 */
export function isPublicSuffix(domain: string): boolean {
	return !domain.includes(".") || getPublicSuffix(domain, OPTIONS) === domain;
}
