/** Owns the match of an `Origin` value against a list of patterns, at a cost that does not grow with the list. */

import { CLOSURE_BYTES, mapBytes, objectBytes, stringBytes } from "../isolate/weight.ts";
import { createGlobIndex, type Glob, type GlobIndex } from "./glob-index.ts";
import type { OriginPattern } from "./origin-pattern.ts";
import {
	isHostname,
	isOriginHost,
	isScheme,
	isSerializedPort,
	MAX_ORIGIN_BYTES,
	splitOrigin,
} from "./origin-syntax.ts";

const ANY_PORT = ":*";

/** Stands for no policy, and comes after all. */
const NONE = Number.POSITIVE_INFINITY;

/** An entry of a list. */
export interface ListEntry {
	/** As it was written. */
	readonly text: string;
	/** Which policy it is in, from 0. */
	readonly policy: number;
}

/** An immutable set of the origins of one or more policies. */
export interface OriginSet {
	/**
	 * Finds the entry that allows `origin`, compared byte for byte, never normalised, bounded at 326 bytes.
	 * @returns of the first policy that has one; undefined where none has
	 */
	match(origin: string): ListEntry | undefined;
	/** As `match`, by the entries with a wildcard alone. */
	matchWildcards(origin: string): ListEntry | undefined;
	/** What it holds, as reckoned; the entries' texts are in it. */
	readonly weightBytes: number;
}

/** What is listed for the names under one domain. */
interface Zone {
	/** `*.domain`, for the scheme's default port. */
	subdomains: ListEntry | undefined;
	/** `*.domain:*` */
	subdomainsAnyPort: ListEntry | undefined;
	/** `*.domain:8443`, by the port. */
	subdomainsByPort: Map<string, ListEntry> | undefined;
	globs: GlobIndex | undefined;
}

/** The zones of one scheme. */
interface Zones {
	readonly byDomain: Map<string, Zone>;
	/** The length of the longest domain: longer ones need not be looked up. */
	longest: number;
}

/**
 * Compiles patterns into a set: exact origins by hash, wildcards by the domain that they stand under, for each scheme. All
 * policies are in one set, so that a match costs the same however many there are; a set for each would be asked in turn.
 * @param policies well-formed patterns of each policy, in the list's order; of two that are alike the first is reported
 */
export function createOriginSet(policies: readonly (readonly OriginPattern[])[]): OriginSet {
	const exact = new Map<string, number>();
	const anyPort = new Map<string, ListEntry>();
	const anyHost = new Map<string, ListEntry>();
	const zonesByScheme = new Map<string, Zones>();
	const globsByZone = new Map<Zone, Glob[]>();
	/** The first policy that has a wildcard: to an exact origin of it, or of one before it, no wildcard matters. */
	let firstWild = NONE;

	for (const [policy, patterns] of policies.entries()) {
		for (const { host, scheme, port, text } of patterns) {
			if (host.kind === "exact" && port !== ANY_PORT) {
				addFirst(exact, text, policy);
				continue;
			}
			firstWild = Math.min(firstWild, policy);
			if (host.kind === "exact") {
				addFirst(anyPort, text.slice(0, -port.length), { text, policy });
				continue;
			}
			if (host.kind === "any") {
				addFirst(anyHost, scheme, { text, policy });
				continue;
			}
			const zone = zoneOf(zonesByScheme, scheme, host.parent);
			if (host.kind === "subdomains") {
				addSubdomains(zone, port, { text, policy });
			} else {
				const globs = globsByZone.get(zone) ?? [];
				if (globs.length === 0) globsByZone.set(zone, globs);
				globs.push({ prefix: host.prefix, suffix: host.suffix, port, text, policy });
			}
		}
	}
	for (const [zone, globs] of globsByZone) zone.globs = createGlobIndex(globs);

	function matchWildcards(origin: string): ListEntry | undefined {
		if (origin.length > MAX_ORIGIN_BYTES) return undefined;
		const parts = splitOrigin(origin);
		if (parts === undefined || !isSerializedPort(parts.scheme, parts.port)) return undefined;
		const sameHost = anyPort.get(origin.slice(0, origin.length - parts.port.length));
		if (sameHost?.policy === firstWild) return sameHost;
		// Schemes with an entry for every host have no zones.
		const wholeScheme = anyHost.get(parts.scheme);
		if (wholeScheme !== undefined && isOriginHost(parts.scheme, parts.host)) {
			return sameHost === undefined || wholeScheme.policy < sameHost.policy ? wholeScheme : sameHost;
		}
		const zones = zonesByScheme.get(parts.scheme);
		return zones !== undefined && isHostname(parts.host)
			? matchZones(zones, parts.host, parts.port, sameHost, firstWild)
			: sameHost;
	}

	return {
		match(origin) {
			const policy = exact.get(origin) ?? NONE;
			const wild = firstWild < policy ? matchWildcards(origin) : undefined;
			if (wild !== undefined && wild.policy < policy) return wild;
			return policy === NONE ? undefined : { text: origin, policy };
		},
		matchWildcards,
		weightBytes:
			SET_BYTES +
			exactBytes(exact) +
			textMapBytes(anyPort) +
			textMapBytes(anyHost) +
			zonesBytes(zonesByScheme),
	};
}

/** The set itself, with its functions and what they close over. */
const SET_BYTES = objectBytes(3) + 3 * CLOSURE_BYTES;

function exactBytes(exact: ReadonlyMap<string, number>): number {
	let bytes = mapBytes(exact.size);
	for (const { length } of exact.keys()) bytes += stringBytes(length);
	return bytes;
}

function textMapBytes(map: ReadonlyMap<string, ListEntry>): number {
	let bytes = mapBytes(map.size);
	for (const [key, listed] of map) bytes += stringBytes(key.length) + listedBytes(listed);
	return bytes;
}

function listedBytes(listed: ListEntry | undefined): number {
	return listed === undefined ? 0 : objectBytes(2) + stringBytes(listed.text.length);
}

function zonesBytes(zonesByScheme: ReadonlyMap<string, Zones>): number {
	let bytes = mapBytes(zonesByScheme.size);
	for (const [scheme, { byDomain }] of zonesByScheme) {
		bytes += stringBytes(scheme.length) + objectBytes(2) + mapBytes(byDomain.size);
		for (const [domain, zone] of byDomain) {
			bytes += stringBytes(domain.length) + objectBytes(4) + (zone.globs?.weightBytes ?? 0);
			bytes += listedBytes(zone.subdomains) + listedBytes(zone.subdomainsAnyPort);
			if (zone.subdomainsByPort !== undefined) bytes += textMapBytes(zone.subdomainsByPort);
		}
	}
	return bytes;
}

/**
 * Tells whether `origin` could be a serialized origin at all: what is not is never looked up anywhere.
 * @param origin at most 326 bytes, else false; `null` is not a serialized tuple origin
 */
export function isSerializedOrigin(origin: string): boolean {
	if (origin.length > MAX_ORIGIN_BYTES) return false;
	const parts = splitOrigin(origin);
	return (
		parts !== undefined &&
		isScheme(parts.scheme) &&
		(isOriginHost(parts.scheme, parts.host) || isBracketed(parts.host)) &&
		isSerializedPort(parts.scheme, parts.port)
	);
}

function isBracketed(host: string): boolean {
	if (!host.startsWith("[") || !host.endsWith("]")) return false;
	for (let i = 1; i < host.length - 1; i++) {
		if (!"0123456789abcdef:".includes(host.charAt(i))) return false;
	}
	return host.length > 2;
}

/**
 * Asks the domains above `host`, from the right: of one policy the broadest pattern wins.
 * @param before what was found already
 * @param firstWild the policy that nothing can come before
 */
function matchZones(
	{ byDomain, longest }: Zones,
	host: string,
	port: string,
	before: ListEntry | undefined,
	firstWild: number,
): ListEntry | undefined {
	let found = before;
	const leftmost = Math.max(1, host.length - longest - 1);
	for (let dot = host.lastIndexOf("."); dot >= leftmost; dot = host.lastIndexOf(".", dot - 1)) {
		const zone = byDomain.get(host.slice(dot + 1));
		if (zone === undefined) continue;
		found = earlier(found, zone.subdomainsAnyPort);
		found = earlier(found, port === "" ? zone.subdomains : zone.subdomainsByPort?.get(port));
		if (found?.policy === firstWild) return found;
		// A star stands for no dot, so one label alone can match.
		if (zone.globs !== undefined && host.indexOf(".") === dot)
			return earlier(found, zone.globs.match(host.slice(0, dot), port));
	}
	return found;
}

/** The one of the earlier policy; of one policy the first. */
function earlier(one: ListEntry | undefined, other: ListEntry | undefined): ListEntry | undefined {
	return one === undefined || (other !== undefined && other.policy < one.policy) ? other : one;
}

function addSubdomains(zone: Zone, port: string, listed: ListEntry): void {
	if (port === "") zone.subdomains ??= listed;
	else if (port === ANY_PORT) zone.subdomainsAnyPort ??= listed;
	else {
		zone.subdomainsByPort ??= new Map();
		addFirst(zone.subdomainsByPort, port, listed);
	}
}

function addFirst<T>(map: Map<string, T>, key: string, value: T): void {
	if (!map.has(key)) map.set(key, value);
}

/** The zone of `domain`, made where it is not there yet. */
function zoneOf(zonesByScheme: Map<string, Zones>, scheme: string, domain: string): Zone {
	let zones = zonesByScheme.get(scheme);
	if (zones === undefined) {
		zones = { byDomain: new Map(), longest: 0 };
		zonesByScheme.set(scheme, zones);
	}
	zones.longest = Math.max(zones.longest, domain.length);
	let zone = zones.byDomain.get(domain);
	if (zone === undefined) {
		zone = {
			subdomains: undefined,
			subdomainsAnyPort: undefined,
			subdomainsByPort: undefined,
			globs: undefined,
		};
		zones.byDomain.set(domain, zone);
	}
	return zone;
}
