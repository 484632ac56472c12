/** Owns what was meant by an entry of `cors.origins` that is refused: it is mended until it is accepted, or given up. */

import { expandExpression } from "./expression.ts";
import { parseOriginPattern, splitList } from "./origin-pattern.ts";
import {
	canonicalIpv6,
	isCanonicalIpv4,
	isLoopback,
	schemeWithoutPages,
	splitOrigin,
} from "./origin-syntax.ts";
import { hasVariable, notAHost, originMessage, PAGE_SCHEMES, STRICTEST } from "./origin-words.ts";
import type { OriginCode } from "./pattern-fault.ts";
import { judgeOriginPattern, type PatternSafety, strangersOf } from "./pattern-safety.ts";
import { parseUrl } from "./url.ts";

/** How often an entry is mended again before it is given up. */
const MAX_MENDS = 8;
/** Origins in one text that are taken apart; more are not suggested but left to whoever wrote them. */
const MAX_PARTS = 1000;

/** What was meant by an entry. */
export interface MendedOrigin {
	/** One or more, each once. */
	readonly patterns: readonly string[];
	/** Whether they let in nobody but those who were named: which names a wildcard lets in is a decision. */
	readonly isPlain: boolean;
}

/**
 * What to write in place of an entry.
 * @returns patterns that are accepted in a policy with that `safety`; undefined where it cannot be told what was meant
 */
export function mendOrigin(text: string, safety: PatternSafety): MendedOrigin | undefined {
	if (hasVariable(text)) return undefined;
	const whole = mendOne(text, safety);
	if (whole !== undefined) return whole;
	const parsed = parseOriginPattern(text);
	const code = parsed.ok ? undefined : parsed.refusal.code;
	const isExpression = code === "invalid-origin-regular-expression";
	// "https://app. example.com" is one origin with a blank too many.
	if (code === "invalid-origin-white-space" && /[.:/]\s|\s[.:/]/.test(text)) return undefined;
	const parts = isExpression ? expandExpression(text) : splitList(text);
	if (parts === undefined || parts.length < 2 || parts.length > MAX_PARTS) return undefined;
	const patterns = new Set<string>();
	let isPlain = true;
	for (const part of parts) {
		const mended = mendOne(part, safety);
		if (mended === undefined) return undefined;
		for (const pattern of mended.patterns) patterns.add(pattern);
		isPlain &&= mended.isPlain && !(isExpression && part.includes("*"));
	}
	return { patterns: [...patterns], isPlain };
}

/**
 * Why no page has `text` as its origin: the very words that it would get in a list.
 * @returns undefined where a page may have it
 */
export function refusePageless(text: string): string | undefined {
	if (schemeWithoutPages(text) === undefined) return undefined;
	const [meant] = mendOrigin(text, { ...STRICTEST, credentials: false })?.patterns ?? [];
	const words = originMessage("invalid-origin-scheme-without-pages", text);
	return meant === undefined ? words : `${words} Here: ${meant}.`;
}

/** After these the wildcard is another than the one that was written. */
const DECISIONS: ReadonlySet<string> = new Set([
	"invalid-origin-wildcard-ip",
	"prohibited-origin-public-suffix",
]);

function mendOne(text: string, safety: PatternSafety): MendedOrigin | undefined {
	let candidate = text;
	let isPlain = true;
	for (let i = 0; i <= MAX_MENDS; i++) {
		const result = parseOriginPattern(candidate);
		const refusal = result.ok ? judgeOriginPattern(result.pattern, safety) : result.refusal;
		if (refusal === undefined) return { patterns: [candidate], isPlain };
		const next = MENDS[refusal.code]?.(candidate, safety);
		if (next === undefined || next === candidate) return undefined;
		const isExpression = refusal.code === "invalid-origin-regular-expression";
		const isWider =
			next.includes("*") && (!candidate.includes("*") || isAnyPort(next) !== isAnyPort(candidate));
		// Over plain http a wildcard meant other pages than it does over https.
		const isOfOthers = refusal.code === "prohibited-origin-insecure" && candidate.includes("*");
		isPlain &&=
			!DECISIONS.has(refusal.code) && !isWider && !isOfOthers && !(isExpression && next.includes("*"));
		candidate = next;
	}
	return undefined;
}

function isAnyPort(text: string): boolean {
	return text.endsWith(":*");
}

/** One step closer to what was meant; undefined where there is none. */
type Mend = (text: string, safety: PatternSafety) => string | undefined;

/** Undefined where it would be a guess, or a decision, who was meant. */
const MENDS: Readonly<Record<OriginCode, Mend | undefined>> = {
	"invalid-origin-any-in-list": undefined,
	"invalid-origin-fragment": untilPath,
	"invalid-origin-host": undefined,
	"invalid-origin-host-too-long": undefined,
	"invalid-origin-ipv4": (text) => withHost(text, (host) => canonicalIpv4(host)),
	"invalid-origin-ipv6": (text) => {
		const start = hostStart(text);
		return text.startsWith("[", start) ? undefined : `${text.slice(0, start)}[${text.slice(start)}]`;
	},
	"invalid-origin-ipv6-zone": (text) => withHost(text, (host) => `${host.slice(0, host.indexOf("%"))}]`),
	"invalid-origin-no-host": undefined,
	"invalid-origin-no-scheme": withScheme,
	"invalid-origin-not-ascii": punycode,
	"invalid-origin-path": untilPath,
	"invalid-origin-port": (text) => {
		const { port = "" } = splitOrigin(text) ?? {};
		const withoutPort = text.slice(0, text.length - port.length);
		// Several ports of this machine: "300*", "3000-3010", "{3000,3001}".
		const areSeveral = /^:[\d.,{}[\]*-]+$/.test(port) && /[-*,.]/.test(port);
		if (areSeveral && isLoopback(splitOrigin(text)?.host ?? "")) return `${withoutPort}:*`;
		if (port === ":") return withoutPort;
		const digits = port.slice(1).replace(/^0+/, "");
		return digits === "" ? undefined : `${withoutPort}:${digits}`;
	},
	"invalid-origin-query": untilPath,
	"invalid-origin-regular-expression": (text) => {
		// A word that may stand anywhere, as in /acme/, is not a host.
		if (!/[.:]/.test(text)) return undefined;
		const [only, ...others] = expandExpression(text) ?? [];
		return others.length === 0 ? only : undefined;
	},
	"invalid-origin-scheme": (text) => text.replace(/^(["'`]|<)(.*?)(["'`]|>)$/, "$2"),
	"invalid-origin-scheme-without-pages": (text) => {
		const scheme = schemeWithoutPages(text) ?? "";
		const rest = text.slice(scheme.length + 1);
		const meant = PAGE_SCHEMES.get(scheme);
		if (meant !== undefined) return `${meant}:${rest}`;
		// blob:https://app.example.com/0a1b… has the origin of the page that made it.
		return /^https?:\/\//i.test(rest) ? rest : undefined;
	},
	"invalid-origin-trailing-dot": (text) => withHost(text, (host) => host.slice(0, -1)),
	"invalid-origin-trailing-slash": untilPath,
	"invalid-origin-upper-case": (text) => text.toLowerCase(),
	"invalid-origin-user-info": (text) =>
		text.slice(0, hostStart(text)) + text.slice(text.lastIndexOf("@") + 1),
	"invalid-origin-several": (text) => {
		const [only, ...others] = splitList(text);
		return others.length === 0 ? only : undefined;
	},
	"invalid-origin-white-space": (text) => (text.trim() === "" ? undefined : text.trim()),
	"invalid-origin-wildcard": undefined,
	"invalid-origin-wildcard-ip": (text) => withHost(text, (host) => host.slice(host.indexOf(".") + 1)),
	"prohibited-origin-any-extension": undefined,
	"prohibited-origin-default-port": (text) => text.slice(0, text.lastIndexOf(":")),
	"prohibited-origin-file": undefined,
	"prohibited-origin-insecure": (text) => `https${text.slice("http".length)}`,
	"prohibited-origin-ipv6-not-canonical": (text) => withHost(text, canonicalIpv6),
	"prohibited-origin-null": undefined,
	"prohibited-origin-public-suffix": subdomainsMeant,
};

function hostStart(text: string): number {
	return text.indexOf("://") + 3;
}

function withHost(text: string, change: (host: string) => string | undefined): string | undefined {
	const parts = splitOrigin(text);
	const host = parts && change(parts.host);
	return parts && host ? `${parts.scheme}://${host}${parts.port}` : undefined;
}

function untilPath(text: string): string {
	const start = hostStart(text);
	const end = text.slice(start).search(/[/\\?#]/);
	return end === -1 ? text : text.slice(0, start + end);
}

/** Without a scheme, this machine's own hosts are meant with http, which development servers speak; all others with https. */
function withScheme(text: string): string | undefined {
	const slashed = /^(https?)(?::\/?|\/\/?)(?!\/)(.+)$/i.exec(text);
	if (slashed !== null) return `${slashed[1]}://${slashed[2]}`;
	if (notAHost(text) !== undefined) return undefined;
	if (/^\.[^./]/.test(text)) return `https://*${text}`;
	const rest = text.startsWith("//") ? text.slice(2) : text;
	// What has a colon without a number, or a star, behind it begins with a scheme that is not known.
	if (rest === "" || rest.startsWith("/") || /^[^[/]*:(?!\d|\*(?:\/|$))/.test(rest)) return undefined;
	const host = splitOrigin(`http://${rest}`)?.host.replace(/[/?#].*$/, "") ?? "";
	return `${isLoopback(host.replace(/^\*\./, "")) ? "http" : "https"}://${rest}`;
}

function canonicalIpv4(host: string): string | undefined {
	const hostname = parseUrl(`http://${host}`)?.hostname;
	return hostname !== undefined && isCanonicalIpv4(hostname) ? hostname : undefined;
}

/** The same text with its host in punycode; a wildcard label in front is kept as it is. */
function punycode(text: string): string | undefined {
	const start = hostStart(text);
	const wild = text.startsWith("*.", start) ? 2 : 0;
	const anyPort = text.endsWith(":*");
	const rest = anyPort ? text.slice(start + wild, -2) : text.slice(start + wild);
	const parsed = parseUrl(`https://${rest}`);
	if (!parsed || rest.includes("*")) return undefined;
	return `${text.slice(0, start)}${wild ? "*." : ""}${parsed.host}${anyPort ? ":*" : ""}`;
}

/** `https://*example.com` is often meant to be `https://*.example.com`. */
function subdomainsMeant(text: string, safety: PatternSafety): string | undefined {
	const result = parseOriginPattern(text);
	if (!result.ok || result.pattern.host.kind !== "glob") return undefined;
	if (strangersOf(result.pattern, safety)?.kind !== "look-alikes") return undefined;
	const { scheme, host, port } = result.pattern;
	if (host.prefix !== "") return undefined;
	const label = host.suffix.startsWith("-") ? host.suffix.slice(1) : host.suffix;
	return label === "" ? undefined : `${scheme}://*.${label}.${host.parent}${port}`;
}
