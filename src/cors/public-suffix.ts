/** Owns the one question asked of the Public Suffix List: can strangers register names directly under this domain? */

import { getPublicSuffix } from "tldts";

const OPTIONS = {
	allowPrivateDomains: true,
	extractHostname: false,
	validateHostname: false,
	detectIp: false,
} as const;

/** Stands for any label a stranger might register; no exception rule of the list has it. */
const STRANGER = "cordon-stranger";

/**
 * Tells whether `domain` is a public suffix of the list (its private section included), is a single label that
 * no list knows, or has public suffixes for children (`compute.amazonaws.com`, by the rule `*.compute…`).
 * @param domain lower-case ASCII, no trailing dot, no IP address
 */
export function isPublicSuffix(domain: string): boolean {
	if (!domain.includes(".")) return true;
	if (getPublicSuffix(domain, OPTIONS) === domain) return true;
	const child = `${STRANGER}.${domain}`;
	return getPublicSuffix(child, OPTIONS) === child;
}
