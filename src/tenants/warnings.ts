/** Owns what is legal in a tenant document but doubtful; the gateway never needs it, people do. */

import { findCovered } from "../cors/cover.ts";
import { checkMethod } from "../cors/names.ts";
import { type OriginPattern, parseOriginPattern } from "../cors/origin-pattern.ts";
import { isCanonicalIpv4, isLoopback } from "../cors/origin-syntax.ts";
import { nameOf } from "../cors/pattern-host.ts";
import { type CorsConfigs, placedPolicies } from "../cors/policies.ts";
import type { CorsConfig } from "../cors/policy.ts";
import { RUNTIME_METHODS } from "../cors/standard.ts";
import { parseUrl } from "../cors/url.ts";
import { createFindings, type Findings, type Thoroughness } from "../findings/collector.ts";
import { type Fault, pointerTo, quote } from "../findings/finding.ts";
import { warnOfPolicies } from "./policy-warnings.ts";
import { checkPath } from "./routes.ts";
import type { ClosedDocument, TenantDocument } from "./schema.ts";
import { warnSharedHosts } from "./shared-hosts.ts";

/** Above this only Firefox still keeps a preflight's answer: Chromium's cap is here, Safari's is 600. */
const COMMON_MAX_AGE_CAP_SECONDS = 7200;

/**
 * Finds everything doubtful in a document.
 * @param document or what is sound in one that has errors: to correct those must not bring warnings that nobody saw before
 */
export function findWarnings(
	document: TenantDocument | ClosedDocument,
	thoroughness: Thoroughness = "all",
): readonly Fault[] {
	if ("closed" in document) return [];
	const warnings = createFindings(thoroughness);
	if (typeof document.upstream === "string") warnUpstream(document.upstream, warnings);
	warnPolicies(document.cors, "/cors", warnings);
	document.routes?.forEach(({ path, cors }, index) => {
		const place = pointerTo("/routes", index);
		warnPath(path, pointerTo(place, "path"), warnings);
		warnPolicies(cors, pointerTo(place, "cors"), warnings);
	});
	warnOfPolicies(document, warnings);
	const { cookies } = document;
	if (cookies !== undefined && !cookies.sameSite && !cookies.partitioned && cookies.domain === undefined) {
		warnings.add({
			code: "cookies-without-effect",
			pointer: "/cookies",
			message: `"cookies" asks for nothing: no cookie is rewritten. Add "sameSite": "None", "partitioned": true or "domain", or remove it.`,
		});
	}
	return warnings.list();
}

function warnUpstream(upstream: string, warnings: Findings): void {
	const url = parseUrl(upstream);
	if (url === null || isLoopback(url.hostname)) return;
	const { protocol, hostname } = url;
	const pointer = "/upstream";
	if (protocol === "http:") {
		warnings.add({
			code: "insecure-upstream",
			pointer,
			message: `${quote(upstream)} is reached over plain http: cookies and tokens cross the network unprotected. Use https.`,
			suggestion: upstream.replace("http://", "https://"),
		});
	}
	if (hostname.startsWith("[") || isCanonicalIpv4(hostname)) {
		warnings.add({
			code: "ip-upstream",
			pointer,
			message: `${quote(upstream)} is an IP address, which deployed Workers do not fetch. Give it a hostname.`,
		});
	}
}

/** A path that the URL parser never gives can never be matched. */
function warnPath(path: string, pointer: string, warnings: Findings): void {
	if (checkPath(path) !== undefined) return;
	const prefix = path.endsWith("/*");
	const literal = prefix ? path.slice(0, -2) : path;
	if (literal === "") return;
	const { pathname } = new URL(`http://host${literal}`);
	if (pathname === literal) return;
	const reachable = prefix ? `${pathname.endsWith("/") ? pathname.slice(0, -1) : pathname}/*` : pathname;
	warnings.add({
		code: "unreachable-route",
		pointer,
		message: `${quote(path)} can never match: URL parsers write such a path as ${quote(reachable)}. Write it so.`,
		suggestion: reachable,
	});
}

function warnPolicies(cors: CorsConfigs, pointer: string, warnings: Findings): void {
	const policies = placedPolicies(cors, pointer);
	for (const each of policies) warnCors(each.cors, each.pointer, warnings);
}

function warnCors(cors: CorsConfig, pointer: string, warnings: Findings): void {
	if (cors.origins !== "*") {
		const place = pointerTo(pointer, "origins");
		warnOrigins(cors.origins, place, warnings);
		if (cors.credentials && !cors.dangerouslyAllowPublicSuffixSubdomains)
			warnSharedHosts(cors.origins, place, warnings);
	}
	for (const key of ["methods", "requestHeaders", "exposedHeaders"] as const) {
		const names = cors[key];
		if (names === undefined || names === "*") continue;
		const normalise = key === "methods" ? (name: string) => name : (name: string) => name.toLowerCase();
		warnRepeated(names.map(normalise), pointerTo(pointer, key), warnings);
		if (key !== "methods") warnAsterisks(names, pointerTo(pointer, key), warnings);
	}
	if (cors.methods !== undefined && cors.methods !== "*") {
		cors.methods.forEach((method, index) => {
			// What is refused has its own finding.
			if (RUNTIME_METHODS.has(method) || checkMethod(method) !== undefined) return;
			warnings.add({
				code: "unreachable-method",
				pointer: pointerTo(pointerTo(pointer, "methods"), index),
				message: `${quote(method)} can never arrive: the Workers runtime answers methods it does not know with 501, before Cordon sees them. Remove it.`,
			});
		});
	}
	const maxAge = cors.preflightMaxAgeSeconds;
	if (maxAge !== undefined && maxAge > COMMON_MAX_AGE_CAP_SECONDS) {
		warnings.add({
			code: "max-age-above-caps",
			pointer: pointerTo(pointer, "preflightMaxAgeSeconds"),
			message: `${maxAge} seconds are more than browsers keep: Chromium cuts it to 7200, Safari to 600, and only Firefox keeps up to 86400, during which a change of policy is not seen. 7200 gives nearly all of the gain.`,
			suggestion: String(COMMON_MAX_AGE_CAP_SECONDS),
		});
	}
}

function warnOrigins(
	origins: Exclude<CorsConfig["origins"], "*">,
	pointer: string,
	warnings: Findings,
): void {
	const texts = origins.map((entry) => (typeof entry === "string" ? entry : JSON.stringify(entry)));
	const repeated = warnRepeated(texts, pointer, warnings);
	const patterns: OriginPattern[] = [];
	const places: number[] = [];
	origins.forEach((entry, index) => {
		const parsed = typeof entry === "string" && !repeated.has(index) ? parseOriginPattern(entry) : undefined;
		if (!parsed?.ok) return;
		patterns.push(parsed.pattern);
		places.push(index);
		if (parsed.pattern.port !== ":*") return;
		const { host } = parsed.pattern;
		if (isLoopback(nameOf(host))) return;
		warnings.add({
			code: "any-port-on-public-host",
			pointer: pointerTo(pointer, index),
			message: `${quote(parsed.pattern.text)} lets in every port of a public host, and all that runs there. Name the ports that are meant; ":*" is for development machines.`,
		});
	});
	for (const [which, cover] of findCovered(patterns)) {
		warnings.add({
			code: "covered-origin",
			pointer: pointerTo(pointer, places[which] ?? 0),
			message: `${quote(patterns[which]?.text ?? "")} adds nothing: ${quote(cover)} covers it already. Remove one of the two.`,
		});
	}
}

/** `X-*` is a valid name, and no pattern: browsers compare it as it stands. */
function warnAsterisks(names: readonly string[], pointer: string, warnings: Findings): void {
	names.forEach((name, index) => {
		if (!name.includes("*") || name === "*") return;
		warnings.add({
			code: "asterisk-in-name",
			pointer: pointerTo(pointer, index),
			message: `${quote(name)} is not a pattern: browsers read the asterisk in it as a letter, so it stands for the one header of that very name. List the headers that are meant, each by its name.`,
		});
	});
}

/** @returns the indexes of the repetitions */
function warnRepeated(values: readonly string[], pointer: string, warnings: Findings): ReadonlySet<number> {
	const first = new Map<string, number>();
	const repeated = new Set<number>();
	values.forEach((value, index) => {
		const before = first.get(value);
		if (before === undefined) {
			first.set(value, index);
			return;
		}
		repeated.add(index);
		warnings.add({
			code: "repeated-entry",
			pointer: pointerTo(pointer, index),
			message: `${quote(value)} stands already at ${pointerTo(pointer, before)}. Remove one of the two.`,
		});
	});
	return repeated;
}
