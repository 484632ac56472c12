/** Owns what makes a well-formed origin pattern unsafe: plain http, and names that strangers can have. */

import { quote, type Refusal } from "../findings/finding.ts";
import { type OriginPattern, parseOriginPattern, suggestPattern } from "./origin-pattern.ts";
import { isLoopback } from "./origin-syntax.ts";
import { isPublicSuffix, isRegistrySuffix, suffixBelow } from "./public-suffix.ts";

/** What makes an otherwise good pattern safe or unsafe. */
export interface PatternSafety {
	readonly credentials: boolean;
	readonly dangerouslyAllowInsecureOrigins: boolean;
	readonly dangerouslyAllowPublicSuffixSubdomains: boolean;
}

/**
 * Judges a well-formed pattern by what it lets in.
 * @returns undefined where it is safe, else a refusal whose code begins with `prohibited-`
 */
export function judgeOriginPattern(pattern: OriginPattern, safety: PatternSafety): Refusal | undefined {
	return (
		judgeScheme(pattern, safety) ??
		(safety.dangerouslyAllowPublicSuffixSubdomains ? undefined : judgeWildcard(pattern, safety))
	);
}

function judgeScheme({ text, scheme, host }: OriginPattern, safety: PatternSafety): Refusal | undefined {
	if (!safety.credentials || safety.dangerouslyAllowInsecureOrigins || scheme !== "http") return undefined;
	if (isLoopback(host.kind === "exact" ? host.host : host.parent)) return undefined;
	return {
		code: "prohibited-origin-insecure",
		message: `${quote(text)} allows credentials over plain http: whoever sits on the network between can speak for that origin and read the API with the user's cookies. Serve the page over https, or set "dangerouslyAllowInsecureOrigins": true in cors.`,
		...suggestPattern(`https${text.slice("http".length)}`),
	};
}

/**
 * A glob takes one label. Of a public suffix below its parent (`s*.amazonaws.com`, `s3.amazonaws.com`) it can match the
 * suffix itself, a host of whoever runs it, and no name that strangers have under it: only its own parent counts.
 */
function judgeWildcard(
	{ text, host, ...pattern }: OriginPattern,
	safety: PatternSafety,
): Refusal | undefined {
	if (host.kind === "exact" || isLoopback(host.parent)) return undefined;
	const { parent } = host;
	const code = "prohibited-origin-public-suffix";
	const hatch = `set "dangerouslyAllowPublicSuffixSubdomains": true in cors`;
	if (host.kind === "glob" && isRegistrySuffix(parent)) {
		const meant = subdomainsMeant({ text, host, ...pattern });
		const isSafe = meant !== undefined && judgeOriginPattern(meant, safety) === undefined;
		return {
			code,
			message: `${quote(text)} allows look-alikes: every name under ${quote(parent)} that is written so, which anybody can register. A domain's own subdomains are written "https://*.example.com". Name the domain that is yours, or ${hatch}.`,
			...(isSafe ? { suggestion: meant.text } : {}),
		};
	}
	if (!safety.credentials) return undefined;
	if (isPublicSuffix(parent)) {
		return {
			code,
			message: `${quote(text)} allows names directly under the public suffix ${quote(parent)}, where anybody can register one and read the API with the user's cookies. Name the domain that is yours, or ${hatch}.`,
		};
	}
	const below = host.kind === "subdomains" ? suffixBelow(parent) : undefined;
	if (below === undefined) return undefined;
	return {
		code,
		message: `${quote(text)} allows names under public suffixes below ${quote(parent)}, such as ${quote(below)}, where anybody can get one and read the API with the user's cookies: "*." stands for several labels. Name the domain that is yours, or ${hatch}.`,
	};
}

/** `https://*example.com` is often meant to be `https://*.example.com`. */
function subdomainsMeant({ scheme, host, port }: OriginPattern): OriginPattern | undefined {
	if (host.kind !== "glob" || host.prefix !== "") return undefined;
	const label = host.suffix.startsWith("-") ? host.suffix.slice(1) : host.suffix;
	const result = parseOriginPattern(`${scheme}://*.${label}.${host.parent}${port}`);
	return result.ok ? result.pattern : undefined;
}
