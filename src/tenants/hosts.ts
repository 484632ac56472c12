/** Owns the check of a tenant file's `hosts`: the names that its document is stored under. */

import { splitList } from "../cors/origin-pattern.ts";
import { endsInNumber, isHostname } from "../cors/origin-syntax.ts";
import { parseUrl } from "../cors/url.ts";
import type { Findings } from "../findings/collector.ts";
import { pointerTo, quote, type Refused } from "../findings/finding.ts";
import type { Meant } from "../findings/meant.ts";
import { withoutDot } from "./keys.ts";

const WILDCARD = "*.";

/**
 * Tells whether a tenant can be stored under `host`: a lower-case ASCII hostname as the URL parser gives it, without
 * port or trailing dot; an IP address; or `*.parent`.
 */
export function isTenantHost(host: string): boolean {
	const wild = host.startsWith(WILDCARD);
	const name = wild ? host.slice(WILDCARD.length) : host;
	if (wild && (!isHostname(name) || endsInNumber(name))) return false;
	if (!name.startsWith("[") && !isHostname(name)) return false;
	// The gateway looks up what the URL parser gives: only that can ever be found.
	return parseUrl(`http://${name}/`)?.hostname === name;
}

/**
 * Checks `hosts`.
 * @param findings takes every finding
 * @returns the hosts that are sound, each with its pointer
 */
export function checkHosts(value: unknown, findings: Findings): ReadonlyMap<string, string> {
	const pointer = "/hosts";
	if (!Array.isArray(value)) {
		findings.add({
			code: "invalid-type",
			pointer,
			message: `"hosts" must be a list of the hostnames that this document is for, such as ["api.acme.com"]. Change it.`,
			meant: meantHosts(value),
		});
		return new Map();
	}
	if (value.length === 0) {
		findings.add({
			code: "empty-hosts",
			pointer,
			message: `"hosts" names nobody, so this document would be stored nowhere. Name a host, or leave "hosts" out of a document that is not pushed.`,
		});
	}
	const seen = new Map<string, string>();
	value.forEach((host: unknown, index) => {
		const place = pointerTo(pointer, index);
		if (typeof host !== "string") {
			findings.add({
				code: "invalid-type",
				pointer: place,
				message: `A host is a string, such as "api.acme.com". Change it.`,
			});
			return;
		}
		if (!isTenantHost(host)) {
			findings.add({ ...invalidHost(host), pointer: place });
			return;
		}
		const before = seen.get(host);
		if (before !== undefined) {
			findings.add({
				code: "repeated-host",
				pointer: place,
				message: `${quote(host)} stands already at ${before}. Remove one of the two.`,
				meant: { kind: "nothing" },
			});
			return;
		}
		seen.set(host, place);
	});
	return seen;
}

function invalidHost(host: string): Refused {
	const values = hostsIn(host);
	return {
		code: "invalid-host",
		message: `${quote(host)} is not a host that a request could have: a lower-case ASCII hostname without scheme, port, path or trailing dot ("api.acme.com"), or one "*." before a domain ("*.acme.com"). Under any other name this document would never be found.`,
		meant: values && { kind: "entries", values, isPlain: true, isOnceOnly: true },
	};
}

/** One text where a list is meant. */
function meantHosts(value: unknown): Meant | undefined {
	const hosts = typeof value === "string" ? hostsIn(value) : undefined;
	return hosts && { kind: "value", value: hosts, isPlain: true };
}

/** The hosts in a text; undefined where one of them cannot be told, or there is none. */
function hostsIn(text: string): readonly string[] | undefined {
	const hosts = splitList(text).map(meantHost);
	const known = hosts.filter((host) => host !== undefined);
	return known.length === 0 || known.length < hosts.length ? undefined : [...new Set(known)];
}

/** The host in what was written: without scheme, port and path, in the form that the URL parser gives it. */
function meantHost(host: string): string | undefined {
	const text = host.trim();
	const schemeEnd = text.indexOf("://");
	const bare = schemeEnd === -1 ? text : text.slice(schemeEnd + 3);
	const wild = bare.startsWith(WILDCARD);
	const parsed = parseUrl(`http://${wild ? bare.slice(WILDCARD.length) : bare}`)?.hostname ?? "";
	const name = withoutDot(parsed);
	const meant = wild ? WILDCARD + name : name;
	return isTenantHost(meant) ? meant : undefined;
}
