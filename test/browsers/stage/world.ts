/** Owns the world that probes run in: which origins the pages have, and where the gateway's tenants are. */

import type { EngineId } from "../cases/case.ts";

/** The pages: one that the policies allow, one that looks like it and is denied, one that is allowed and a site-mate. */
export const PAGES = ["allowed", "denied", "sibling"] as const;
export type PageName = (typeof PAGES)[number];

/** The hostnames of the gateway; each has a tenant document of its own. */
export const TENANTS = ["api", "other", "untouched", "rejecting", "down", "certified"] as const;
export type TenantName = (typeof TENANTS)[number];

/** What a case may need of a world and its browsers; `driven` is a browser that nobody looks at, and that opens no dialogs. */
export type Feature = "hosts" | "certificate" | "driven";

export interface World {
	features(engine: EngineId): ReadonlySet<Feature>;
	/** The pages' origins; a page that the world lacks is left out. */
	readonly pages: Readonly<Partial<Record<PageName, string>>>;
	/** The `origins` of the policies; with http to another machine only at the user's own risk. */
	readonly allowedOrigins: readonly string[];
	readonly insecure: boolean;
	/** The tenants' origins; a tenant that the world lacks is left out. */
	readonly tenants: Readonly<Partial<Record<TenantName, string>>>;
	/** Whether the gateway rewrites cookies for cross-site use: not where browsers take no `Secure` cookie. */
	readonly rewritesCookies: boolean;
}

const PAGE_HOSTS = { allowed: "app.alpha", denied: "evilalpha", sibling: "shop.alpha" } as const;
const SITE_PATTERN = "*.alpha";

/** Every hostname that a world of names has under a top-level domain. */
export function hostnames(tld: string): readonly string[] {
	return [...Object.values(PAGE_HOSTS), ...TENANTS.map((tenant) => `${tenant}.gate`)].map(
		(host) => `${host}.${tld}`,
	);
}

export interface NamedWorld {
	readonly scheme: "https" | "http";
	/** `test`, where browsers are told the addresses; `localhost`, which they all know. */
	readonly tld: "test" | "localhost";
	readonly port: number;
	/** The port that asks for a client certificate; left out where none does. */
	readonly certificatePort?: number;
	/** What cases can count on in an engine. */
	readonly features: World["features"];
}

/** A world of names: pages and API are different sites. */
export function namedWorld({ scheme, tld, port, certificatePort, features }: NamedWorld): World {
	const origin = (host: string, at = port) => `${scheme}://${host}.${tld}:${at}`;
	const { certified: _, ...tenants } = Object.fromEntries(
		TENANTS.map((tenant) => [tenant, origin(`${tenant}.gate`)]),
	);
	const certified =
		certificatePort === undefined ? {} : { certified: origin("certified.gate", certificatePort) };
	return {
		features,
		pages: {
			allowed: origin(PAGE_HOSTS.allowed),
			denied: origin(PAGE_HOSTS.denied),
			sibling: origin(PAGE_HOSTS.sibling),
		},
		allowedOrigins: [origin(SITE_PATTERN)],
		insecure: false,
		tenants: { ...tenants, ...certified },
		rewritesCookies: true,
	};
}

/** A world of one address, for devices that know no names of this machine: origins differ by port, the site is one. */
export function addressWorld(
	address: string,
	ports: { readonly allowed: number; readonly denied: number; readonly api: number },
): World {
	const origin = (port: number) => `http://${address}:${port}`;
	return {
		features: () => new Set(),
		pages: { allowed: origin(ports.allowed), denied: origin(ports.denied) },
		allowedOrigins: [origin(ports.allowed)],
		insecure: true,
		tenants: { api: origin(ports.api) },
		rewritesCookies: false,
	};
}
