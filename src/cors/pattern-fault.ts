/** Owns the codes by which origin patterns are refused; the words for them are in origin-words.ts. */

/** What is malformed, */
type InvalidOrigin =
	| "any-in-list"
	| "fragment"
	| "host"
	| "host-too-long"
	| "ipv4"
	| "ipv6"
	| "ipv6-zone"
	| "no-host"
	| "no-scheme"
	| "not-ascii"
	| "path"
	| "port"
	| "query"
	| "regular-expression"
	| "scheme"
	| "scheme-without-pages"
	| "several"
	| "trailing-dot"
	| "trailing-slash"
	| "upper-case"
	| "user-info"
	| "white-space"
	| "wildcard"
	| "wildcard-ip";

/** and what is well-formed, but unsafe or without any effect. */
type ProhibitedOrigin =
	| "any-extension"
	| "default-port"
	| "file"
	| "insecure"
	| "ipv6-not-canonical"
	| "null"
	| "public-suffix";

/** Why an entry of `cors.origins` is refused. */
export type OriginCode = `invalid-origin-${InvalidOrigin}` | `prohibited-origin-${ProhibitedOrigin}`;

/** An entry's refusal; what is refused is the entry itself. */
export interface OriginRefusal {
	readonly code: OriginCode;
}

/** A refusal while an entry is taken apart. */
export interface Faulty {
	readonly ok: false;
	readonly refusal: OriginRefusal;
}

/** Refuses what is malformed. */
export function invalid(code: InvalidOrigin): Faulty {
	return { ok: false, refusal: { code: `invalid-origin-${code}` } };
}

/** Refuses what is well-formed, but unsafe or without any effect. */
export function prohibited(code: ProhibitedOrigin): Faulty {
	return { ok: false, refusal: { code: `prohibited-origin-${code}` } };
}
