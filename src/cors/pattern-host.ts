/** Owns the host and the port of an origin pattern: what may stand there, wildcards included, and why the rest is refused. */

import { quote } from "../findings/finding.ts";
import {
	canonicalIpv6,
	endsInNumber,
	isCanonicalIpv4,
	isDefaultPort,
	isHostname,
	isLabel,
	isPort,
	MAX_LABEL_BYTES,
	type OriginParts,
} from "./origin-syntax.ts";
import { type Faulty, invalid, prohibited } from "./pattern-fault.ts";
import { parseUrl } from "./url.ts";

/** The hosts that a pattern stands for. */
export type HostPattern =
	| { readonly kind: "exact"; readonly host: string }
	/** `*.parent`: one or more labels under parent, never parent itself. */
	| { readonly kind: "subdomains"; readonly parent: string }
	/** `prefix*suffix.parent`: one label, the star being one or more of `a-z 0-9 -`. */
	| { readonly kind: "glob"; readonly prefix: string; readonly suffix: string; readonly parent: string };

/** Checks a pattern's port, with its colon or empty; undefined where nothing is wrong with it. */
export function checkPort(text: string, scheme: string, port: string): Faulty | undefined {
	if (port === "" || port === ":*") return undefined;
	const shown = quote(text);
	const digits = port.slice(1);
	const withoutPort = text.slice(0, text.length - port.length);
	if (digits.includes(":")) {
		return invalid(
			"ipv6",
			`${shown} has more than one colon after its scheme: an IPv6 address stands in brackets, as in http://[::1]:3000. Correct it.`,
			`${scheme}://[${text.slice(scheme.length + 3)}]`,
		);
	}
	if (!isPort(digits)) {
		return invalid(
			"port",
			`${shown} has no valid port: 1 to 65535 without leading zeros, or "*" for any. Correct it, or leave it out for the scheme's default port.`,
			digits === "" ? withoutPort : withoutLeadingZeros(withoutPort, digits),
		);
	}
	if (isDefaultPort(scheme, digits)) {
		return prohibited(
			"default-port",
			`${shown} writes out the default port of ${scheme}, which browsers never send: it would never match. Leave the port out.`,
			withoutPort,
		);
	}
	return undefined;
}

/** Parses a pattern's host. */
export function parseHost(text: string, parts: OriginParts): HostPattern | Faulty {
	return parts.host.startsWith("[") ? parseIpv6(text, parts) : parseHostname(text, parts);
}

function parseIpv6(text: string, { scheme, host, port }: OriginParts): HostPattern | Faulty {
	const shown = quote(text);
	if (host.includes("%")) {
		return invalid(
			"ipv6-zone",
			`${shown} has an IPv6 zone, which browsers never send. Remove it.`,
			`${scheme}://${host.slice(0, host.indexOf("%"))}]${port}`,
		);
	}
	const canonical = canonicalIpv6(host);
	if (canonical === undefined) {
		return invalid(
			"ipv6",
			`${shown} has no valid IPv6 address in brackets, as in http://[::1]:3000; a wildcard cannot stand there. Correct it.`,
		);
	}
	if (canonical !== host) {
		return prohibited(
			"ipv6-not-canonical",
			`${shown} writes its IPv6 address in a form that browsers never send: it would never match. Write ${canonical}.`,
			`${scheme}://${canonical}${port}`,
		);
	}
	return { kind: "exact", host };
}

function parseHostname(text: string, { scheme, host, port }: OriginParts): HostPattern | Faulty {
	const shown = quote(text);
	if (host === "") return invalid("no-host", `${shown} has no host after "://". Name one.`);
	if (host.endsWith(".")) {
		return invalid(
			"trailing-dot",
			`${shown} has a trailing dot, which makes it another origin than the one meant. Remove it.`,
			`${scheme}://${host.slice(0, -1)}${port}`,
		);
	}
	const star = host.indexOf("*");
	if (star === -1) {
		if (!isHostname(host)) return badHost(shown, host);
		if (endsInNumber(host) && !isCanonicalIpv4(host)) {
			return invalid(
				"ipv4",
				`${shown} ends in a number but is not an IPv4 address in the form that browsers send (four decimal numbers, 0 to 255). Correct it.`,
				canonicalIpv4(scheme, host, port),
			);
		}
		return { kind: "exact", host };
	}
	const dot = host.indexOf(".");
	if (host.lastIndexOf("*") !== star || dot === -1 || star > dot) {
		return invalid(
			"wildcard",
			`${shown} has its wildcard where none can be: one "*" stands for whole labels in front ("https://*.example.com"), for a part of the first label ("https://pr-*.example.com") or for the port (":*"). Name the domain that is yours.`,
		);
	}
	const parent = host.slice(dot + 1);
	if (parent.startsWith("[") || (endsInNumber(parent) && isCanonicalIpv4(parent))) {
		return invalid(
			"wildcard-ip",
			`${shown} has a wildcard before an IP address, which has no subdomains. Name the address itself.`,
			`${scheme}://${parent}${port}`,
		);
	}
	if (!isHostname(parent)) return badHost(shown, parent);
	if (endsInNumber(parent)) {
		return invalid("ipv4", `${shown} ends in a number, which no domain does. Correct the last label.`);
	}
	if (dot === 1) return { kind: "subdomains", parent };
	const prefix = host.slice(0, star);
	const suffix = host.slice(star + 1, dot);
	// The star stands for at least one character, so a label of N with its star has matches from N up.
	if (dot > MAX_LABEL_BYTES || !(prefix === "" || isLabel(prefix)) || !(suffix === "" || isLabel(suffix))) {
		return badHost(shown, host.slice(0, dot));
	}
	return { kind: "glob", prefix, suffix, parent };
}

function badHost(shown: string, host: string): Faulty {
	return invalid(
		"host",
		`${shown}: ${quote(host)} is not a host. A host is labels joined by single dots, each 1 to ${MAX_LABEL_BYTES} of a-z 0-9 - _. Correct it.`,
	);
}

function withoutLeadingZeros(withoutPort: string, digits: string): string | undefined {
	let start = 0;
	while (digits[start] === "0") start++;
	return start === 0 || start === digits.length ? undefined : `${withoutPort}:${digits.slice(start)}`;
}

function canonicalIpv4(scheme: string, host: string, port: string): string | undefined {
	const hostname = parseUrl(`http://${host}`)?.hostname;
	return hostname !== undefined && isCanonicalIpv4(hostname) ? `${scheme}://${hostname}${port}` : undefined;
}
