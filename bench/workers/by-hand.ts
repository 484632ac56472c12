/**
 * Owns the floor: what the contract does to the headers of one tenant, written out by hand, with no tenants, patterns, routes,
 * records or failures. What a gateway costs above this is its own; what this costs above the limit is the contract's.
 */

import { setForwardingHeaders } from "../../src/gateway/forwarding-headers.ts";
import { ALLOWED_ORIGIN, EXPOSED_HEADERS, HOSTNAME } from "../compare/policy.ts";

interface Bindings {
	readonly UPSTREAM: string;
}

const SITE = { hostname: HOSTNAME, host: HOSTNAME, scheme: "http", origin: `http://${HOSTNAME}` };
const ADDRESSES = ["location", "content-location", "link", "refresh"];
const EXPOSED = EXPOSED_HEADERS.join(", ");

export default {
	async fetch(request: Request, { UPSTREAM }: Bindings): Promise<Response> {
		const { url, method, headers, body } = request;
		const origin = headers.get("origin");
		if (headers.get("cdn-loop") !== null) return new Response(null, { status: 508 });
		const outgoing = new Headers(headers);
		outgoing.append("cdn-loop", "cordon");
		setForwardingHeaders(outgoing, SITE);
		const init = { method, headers: outgoing, body, redirect: "manual" } as const;
		const received = await fetch(UPSTREAM + url.slice(url.indexOf("/", 8)), init);
		const response = new Response(received.body, received);
		const { headers: changed } = response;
		for (const name of changed.keys()) if (name.startsWith("access-control-")) changed.delete(name);
		for (const name of ADDRESSES) if (changed.get(name)?.includes(UPSTREAM)) changed.delete(name);
		const vary = changed.get("vary");
		changed.set("vary", vary === null ? "Origin" : `${vary}, Origin`);
		if (origin !== ALLOWED_ORIGIN) return response;
		changed.set("access-control-allow-origin", origin);
		changed.set("access-control-allow-credentials", "true");
		changed.set("access-control-expose-headers", EXPOSED);
		return response;
	},
};
