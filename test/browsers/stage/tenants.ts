/** Owns the tenant documents of the gateway that browsers are let loose on. */

import type { World } from "./world.ts";

export interface TenantPorts {
	/** Where the API listens, on 127.0.0.1. */
	readonly api: number;
	/** A port on which nobody listens. */
	readonly closed: number;
}

/**
 * What a preflight's answer is kept for. Longer than the five seconds for which browsers keep an answer that says
 * nothing, shorter than any cap of theirs.
 */
const PREFLIGHT_MAX_AGE_SECONDS = 300;
const UPSTREAM_TIMEOUT_SECONDS = 2;

/** The documents by hostname. The paths of the routes are the policies that the cases name. */
export function tenantDocuments(world: World, ports: TenantPorts): ReadonlyMap<string, object> {
	const origins = world.allowedOrigins;
	const insecure = world.insecure ? { dangerouslyAllowInsecureOrigins: true } : {};
	const credentialed = {
		origins,
		credentials: true,
		methods: ["PUT", "PATCH", "DELETE"],
		requestHeaders: ["Content-Type", "Authorization", "X-Requested-With"],
		exposedHeaders: ["ETag", "X-Total"],
		preflightMaxAgeSeconds: PREFLIGHT_MAX_AGE_SECONDS,
		timingAllowOrigin: true,
		...insecure,
	};
	const anything = { methods: "*", requestHeaders: "*", exposedHeaders: "*" };
	const untouched = {
		upstream: `http://127.0.0.1:${ports.api}`,
		cors: credentialed,
		routes: [
			{ path: "/listed/*", cors: { ...credentialed, credentials: false } },
			{ path: "/public/*", cors: { origins: "*", ...anything } },
			{ path: "/anything/*", cors: { origins, credentials: true, ...anything, ...insecure } },
			{ path: "/forgetful/*", cors: { ...credentialed, preflightMaxAgeSeconds: 0 } },
		],
		upstreamTimeoutSeconds: UPSTREAM_TIMEOUT_SECONDS,
	};
	const cookies = { sameSite: "None", partitioned: true };
	const tenant = world.rewritesCookies ? { ...untouched, cookies } : untouched;
	const documents = {
		api: tenant,
		other: tenant,
		untouched,
		rejecting: { ...tenant, deniedRequests: "reject" },
		down: { ...tenant, upstream: `http://127.0.0.1:${ports.closed}` },
		certified: { ...tenant, clientCertificate: "require" },
	};
	return new Map(
		Object.entries(world.tenants).map(([name, origin]) => [
			new URL(origin).hostname,
			documents[name as keyof typeof documents],
		]),
	);
}
