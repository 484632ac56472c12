/** Owns the layout of the keys in KV: `tenant:<hostname>` and `origin:<directory>:<serialized origin>`. */

import { MAX_HOST_BYTES } from "../cors/origin-syntax.ts";

/** What a tenant's key begins with; the hostname, or `*.<parent>`, follows. */
export const TENANT_PREFIX = "tenant:";

/** What an origin's key begins with; its name in the directories follows. */
export const ORIGIN_PREFIX = "origin:";

/** The key of the document of a host: a hostname, or `*.<parent>`. */
export function tenantKey(host: string): string {
	return TENANT_PREFIX + host;
}

/** A hostname as tenants are stored under it: a fully qualified name has one dot at its end, which is dropped. */
export function withoutDot(hostname: string): string {
	return hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
}

/** Tells whether a document is looked up for a hostname; for the others there can be none. */
export function isLookedUp(hostname: string): boolean {
	const { length } = withoutDot(hostname);
	return length > 0 && length <= MAX_HOST_BYTES;
}

/**
 * The wildcard host that serves `hostname` where it has no document of its own: `*.example.com` for `a.example.com`.
 * @returns undefined for a single label
 */
export function wildcardHost(hostname: string): string | undefined {
	const dot = hostname.indexOf(".");
	return dot === -1 ? undefined : `*${hostname.slice(dot)}`;
}

/** An origin's name among those of all directories; its key without `ORIGIN_PREFIX`. */
export function originName(directory: string, origin: string): string {
	return `${directory}:${origin}`;
}

/** What the keys of all origins of a directory begin with. */
export function directoryPrefix(directory: string): string {
	return ORIGIN_PREFIX + originName(directory, "");
}

/** The key of an origin in a directory. */
export function originKey(directory: string, origin: string): string {
	return ORIGIN_PREFIX + originName(directory, origin);
}

/** On whose account a key is: its host, or the name of its directory. */
export function hostOfKey(key: string): string {
	if (key.startsWith(TENANT_PREFIX)) return key.slice(TENANT_PREFIX.length);
	return directoryOf(key.slice(ORIGIN_PREFIX.length));
}

/** The directory of an origin's name among those of all. */
export function directoryOf(name: string): string {
	return name.slice(0, name.indexOf(":"));
}
