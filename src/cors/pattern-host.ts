/** Owns the host and the port of an origin pattern: what may stand there, wildcards included, and by which rule the rest is refused. */

import {
	canonicalIpv6,
	endsInNumber,
	hasOpaqueHost,
	isCanonicalIpv4,
	isDefaultPort,
	isExtensionScheme,
	isHostname,
	isLabel,
	isOriginHost,
	isPort,
	MAX_LABEL_BYTES,
	type OriginParts,
} from "./origin-syntax.ts";
import { type Faulty, invalid, prohibited } from "./pattern-fault.ts";

/** The hosts that a pattern stands for. */
export type HostPattern =
	| { readonly kind: "exact"; readonly host: string }
	/** `*.parent`: one or more labels under parent, never parent itself. */
	| { readonly kind: "subdomains"; readonly parent: string }
	/** `prefix*suffix.parent`: one label, the star being one or more of `a-z 0-9 -`. */
	| { readonly kind: "glob"; readonly prefix: string; readonly suffix: string; readonly parent: string }
	/** `*` alone: every origin of a scheme whose hosts are made anew on each machine. */
	| { readonly kind: "any" };

/** The name that a pattern is about: its host, or the parent of its wildcard; empty where it names none. */
export function nameOf(host: HostPattern): string {
	switch (host.kind) {
		case "exact":
			return host.host;
		case "subdomains":
		case "glob":
			return host.parent;
		case "any":
			return "";
	}
}

/** Checks a pattern's port, with its colon or empty; undefined where nothing is wrong with it. */
export function checkPort(scheme: string, port: string): Faulty | undefined {
	if (port === "" || port === ":*") return undefined;
	const digits = port.slice(1);
	if (digits.includes(":")) return invalid("ipv6");
	if (!isPort(digits)) return invalid("port");
	return isDefaultPort(scheme, digits) ? prohibited("default-port") : undefined;
}

/** Parses a pattern's host. */
export function parseHost(parts: OriginParts): HostPattern | Faulty {
	return parts.host.startsWith("[") ? parseIpv6(parts) : parseHostname(parts);
}

function parseIpv6({ host }: OriginParts): HostPattern | Faulty {
	if (host.includes("%")) return invalid("ipv6-zone");
	const canonical = canonicalIpv6(host);
	if (canonical === undefined) return invalid("ipv6");
	return canonical === host ? { kind: "exact", host } : prohibited("ipv6-not-canonical");
}

function parseHostname({ scheme, host, port }: OriginParts): HostPattern | Faulty {
	if (host === "") return invalid("no-host");
	const star = host.indexOf("*");
	const isOpaque = hasOpaqueHost(scheme);
	if (isOpaque && star === -1) return isOriginHost(scheme, host) ? { kind: "exact", host } : invalid("host");
	if (host === "*" && port === "" && isExtensionScheme(scheme)) return { kind: "any" };
	if (host.endsWith(".")) return invalid("trailing-dot");
	if (star === -1) {
		if (!isHostname(host)) return invalid("host");
		if (endsInNumber(host) && !isCanonicalIpv4(host)) return invalid("ipv4");
		return { kind: "exact", host };
	}
	return parseWildcard(host, star);
}

function parseWildcard(host: string, star: number): HostPattern | Faulty {
	const dot = host.indexOf(".");
	if (host.lastIndexOf("*") !== star || dot === -1 || star > dot) return invalid("wildcard");
	const parent = host.slice(dot + 1);
	if (parent.startsWith("[") || (endsInNumber(parent) && isCanonicalIpv4(parent)))
		return invalid("wildcard-ip");
	if (!isHostname(parent)) return invalid("host");
	if (endsInNumber(parent)) return invalid("ipv4");
	if (dot === 1) return { kind: "subdomains", parent };
	const prefix = host.slice(0, star);
	const suffix = host.slice(star + 1, dot);
	// The star stands for at least one character, so a label of N with its star has matches from N up.
	if (dot > MAX_LABEL_BYTES || !(prefix === "" || isLabel(prefix)) || !(suffix === "" || isLabel(suffix))) {
		return invalid("host");
	}
	return { kind: "glob", prefix, suffix, parent };
}
