/** Owns the match of an `Origin` value against a list of patterns, at a cost that does not grow with the list. */

import { CLOSURE_BYTES, mapBytes, objectBytes, setBytes, stringBytes } from "../isolate/weight.ts";
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

/** An immutable set of origins. */
export interface OriginSet {
	/**
	 * Finds the entry that allows `origin`, compared byte for byte, never normalised, bounded at 326 bytes.
	 * @returns the entry as it was written, or undefined where none matches
	 */
	match(origin: string): string | undefined;
	/** As `match`, by the entries with a wildcard alone. */
	matchWildcards(origin: string): string | undefined;
	/** What it holds, as reckoned; the entries' texts are in it. */
	readonly weightBytes: number;
}

/** What is listed for the names under one domain. */
interface Zone {
	/** `*.domain`, for the scheme's default port. */
	subdomains: string | undefined;
	/** `*.domain:*` */
	subdomainsAnyPort: string | undefined;
	/** `*.domain:8443`, by the port. */
	subdomainsByPort: Map<string, string> | undefined;
	globs: GlobIndex | undefined;
}

/** The zones of one scheme. */
interface Zones {
	readonly byDomain: Map<string, Zone>;
	/** The length of the longest domain: longer ones need not be looked up. */
	longest: number;
}

/**
 * Compiles patterns into a set: exact origins by hash, wildcards by the domain that they stand under, for each scheme.
 * @param patterns well-formed patterns, in the list's order; of two that are alike the first is reported
 */
export function createOriginSet(patterns: readonly OriginPattern[]): OriginSet {
	const exact = new Set<string>();
	const anyPort = new Map<string, string>();
	const anyHost = new Map<string, string>();
	const zonesByScheme = new Map<string, Zones>();
	const globsByZone = new Map<Zone, Glob[]>();

	for (const { host, scheme, port, text } of patterns) {
		if (host.kind === "exact") {
			if (port !== ANY_PORT) exact.add(text);
			else addFirst(anyPort, text.slice(0, -port.length), text);
			continue;
		}
		if (host.kind === "any") {
			addFirst(anyHost, scheme, text);
			continue;
		}
		const zone = zoneOf(zonesByScheme, scheme, host.parent);
		if (host.kind === "subdomains") {
			addSubdomains(zone, port, text);
		} else {
			const globs = globsByZone.get(zone) ?? [];
			if (globs.length === 0) globsByZone.set(zone, globs);
			globs.push({ prefix: host.prefix, suffix: host.suffix, port, text });
		}
	}
	for (const [zone, globs] of globsByZone) zone.globs = createGlobIndex(globs);

	const hasWildcards = anyPort.size > 0 || anyHost.size > 0 || zonesByScheme.size > 0;

	function matchWildcards(origin: string): string | undefined {
		if (origin.length > MAX_ORIGIN_BYTES) return undefined;
		const parts = splitOrigin(origin);
		if (parts === undefined || !isSerializedPort(parts.scheme, parts.port)) return undefined;
		const sameHost = anyPort.get(origin.slice(0, origin.length - parts.port.length));
		if (sameHost !== undefined) return sameHost;
		const wholeScheme = anyHost.get(parts.scheme);
		if (wholeScheme !== undefined && isOriginHost(parts.scheme, parts.host)) return wholeScheme;
		const zones = zonesByScheme.get(parts.scheme);
		return zones !== undefined && isHostname(parts.host)
			? matchZones(zones, parts.host, parts.port)
			: undefined;
	}

	return {
		match(origin) {
			if (exact.has(origin)) return origin;
			return hasWildcards ? matchWildcards(origin) : undefined;
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

function exactBytes(exact: ReadonlySet<string>): number {
	let bytes = setBytes(exact.size);
	for (const { length } of exact) bytes += stringBytes(length);
	return bytes;
}

function textMapBytes(map: ReadonlyMap<string, string>): number {
	let bytes = mapBytes(map.size);
	for (const [key, text] of map) bytes += stringBytes(key.length) + stringBytes(text.length);
	return bytes;
}

function zonesBytes(zonesByScheme: ReadonlyMap<string, Zones>): number {
	let bytes = mapBytes(zonesByScheme.size);
	for (const [scheme, { byDomain }] of zonesByScheme) {
		bytes += stringBytes(scheme.length) + objectBytes(2) + mapBytes(byDomain.size);
		for (const [domain, zone] of byDomain) {
			bytes += stringBytes(domain.length) + objectBytes(4) + (zone.globs?.weightBytes ?? 0);
			if (zone.subdomains !== undefined) bytes += stringBytes(zone.subdomains.length);
			if (zone.subdomainsAnyPort !== undefined) bytes += stringBytes(zone.subdomainsAnyPort.length);
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

/** Asks the domains above `host`, from the right: the broadest pattern wins. */
function matchZones({ byDomain, longest }: Zones, host: string, port: string): string | undefined {
	const leftmost = Math.max(1, host.length - longest - 1);
	for (let dot = host.lastIndexOf("."); dot >= leftmost; dot = host.lastIndexOf(".", dot - 1)) {
		const zone = byDomain.get(host.slice(dot + 1));
		if (zone === undefined) continue;
		const found = matchSubdomains(zone, port);
		if (found !== undefined) return found;
		// A star stands for no dot, so one label alone can match.
		if (zone.globs !== undefined && host.indexOf(".") === dot)
			return zone.globs.match(host.slice(0, dot), port);
	}
	return undefined;
}

function matchSubdomains(zone: Zone, port: string): string | undefined {
	return zone.subdomainsAnyPort ?? (port === "" ? zone.subdomains : zone.subdomainsByPort?.get(port));
}

function addSubdomains(zone: Zone, port: string, text: string): void {
	if (port === "") zone.subdomains ??= text;
	else if (port === ANY_PORT) zone.subdomainsAnyPort ??= text;
	else {
		zone.subdomainsByPort ??= new Map();
		addFirst(zone.subdomainsByPort, port, text);
	}
}

function addFirst(map: Map<string, string>, key: string, text: string): void {
	if (!map.has(key)) map.set(key, text);
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
