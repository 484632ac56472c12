/** Owns what makes a well-formed origin pattern unsafe: plain http, every extension, and names that strangers can have. */

import type { OriginPattern } from "./origin-pattern.ts";
import { isLoopback } from "./origin-syntax.ts";
import type { OriginRefusal } from "./pattern-fault.ts";
import { nameOf } from "./pattern-host.ts";
import { isPublicSuffix, isRegistrySuffix, suffixBelow } from "./public-suffix.ts";

/** What makes an otherwise good pattern safe or unsafe. */
export interface PatternSafety {
	readonly credentials: boolean;
	readonly dangerouslyAllowAnyExtension: boolean;
	readonly dangerouslyAllowInsecureOrigins: boolean;
	readonly dangerouslyAllowPublicSuffixSubdomains: boolean;
}

/**
 * Judges a well-formed pattern by what it lets in.
 * @returns undefined where it is safe, else a code that begins with `prohibited-`
 */
export function judgeOriginPattern(pattern: OriginPattern, safety: PatternSafety): OriginRefusal | undefined {
	if (isInsecure(pattern, safety)) return { code: "prohibited-origin-insecure" };
	if (pattern.host.kind === "any") {
		const isAllowed = !safety.credentials || safety.dangerouslyAllowAnyExtension;
		return isAllowed ? undefined : { code: "prohibited-origin-any-extension" };
	}
	return strangersOf(pattern, safety) === undefined ? undefined : { code: "prohibited-origin-public-suffix" };
}

function isInsecure({ scheme, host }: OriginPattern, safety: PatternSafety): boolean {
	if (!safety.credentials || safety.dangerouslyAllowInsecureOrigins || scheme !== "http") return false;
	return !isLoopback(nameOf(host));
}

/** Which strangers a wildcard lets in, and by which suffix. */
export interface Strangers {
	/** Look-alikes under a registry's suffix; names right under a public one; names under one that lies below. */
	readonly kind: "look-alikes" | "under-suffix" | "above-suffix";
	readonly suffix: string;
}

/**
 * The strangers that a wildcard lets in.
 * A glob takes one label. Of a public suffix below its parent (`s*.amazonaws.com`, `s3.amazonaws.com`) it can match the
 * suffix itself, a host of whoever runs it, and no name that strangers have under it: only its own parent counts.
 * Nothing allows look-alikes: of `https://*example.com` no name is anybody's but a stranger's, so no hatch is needed.
 */
export function strangersOf({ host }: OriginPattern, safety: PatternSafety): Strangers | undefined {
	if (host.kind === "exact" || host.kind === "any" || isLoopback(host.parent)) return undefined;
	const { parent } = host;
	if (host.kind === "glob" && isRegistrySuffix(parent)) return { kind: "look-alikes", suffix: parent };
	if (!safety.credentials || safety.dangerouslyAllowPublicSuffixSubdomains) return undefined;
	if (isPublicSuffix(parent)) return { kind: "under-suffix", suffix: parent };
	const below = host.kind === "subdomains" ? suffixBelow(parent) : undefined;
	return below === undefined ? undefined : { kind: "above-suffix", suffix: below };
}
