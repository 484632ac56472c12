/** Owns the traffic of many tenants: who is asked for, by Zipf's law, and what each request looks like. */

import { ALLOWED_ORIGIN } from "../compare/policy.ts";
import { BROWSER_HEADERS, preflightRequest } from "../compare/work.ts";
import type { Wire } from "../harness/client.ts";
import { createRandom, createZipf } from "../harness/statistics.ts";

const HEADERS = Object.entries({ ...BROWSER_HEADERS, Origin: ALLOWED_ORIGIN })
	.map(([name, value]) => `${name}: ${value}\r\n`)
	.join("");

/** The hostname of a tenant that the stand-in for KV knows. */
export function tenantHost(rank: number): string {
	return `t${rank}.example`;
}

/** An allowed actual request to a tenant. */
export function tenantRequest(rank: number): Wire {
	return Buffer.from(`GET /data?page=2 HTTP/1.1\r\nHost: ${tenantHost(rank)}\r\n${HEADERS}\r\n`, "latin1");
}

/** A preflight to a tenant: it needs no upstream. */
export function tenantPreflight(rank: number): Wire {
	return preflightRequest(ALLOWED_ORIGIN, tenantHost(rank));
}

/** Requests of many tenants, popular by Zipf's law with exponent 1. */
export function zipfRequests(tenants: number, seed: number): () => Wire {
	const draw = createZipf(tenants, createRandom(seed));
	return () => tenantRequest(draw());
}
