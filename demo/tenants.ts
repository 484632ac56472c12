/** Owns the demo's policy: one tenant document, stored under both names that the browser calls the gateway by. */
import type { Ports } from "./ports.ts";

/** The page addresses the API by its own hostname, so that the session cookie is same-site and no browser holds it back. */
export const HOSTNAMES = ["localhost", "127.0.0.1"] as const;

/** The origin that the demo's policy allows; the same page on http://127.0.0.1 is another origin, and is not. */
export function allowedOrigin(ports: Ports): string {
	return `http://localhost:${ports.page}`;
}

export function refusedOrigin(ports: Ports): string {
	return `http://127.0.0.1:${ports.page}`;
}

export function demoDocument(ports: Ports) {
	return {
		upstream: `http://127.0.0.1:${ports.api}`,
		cors: {
			origins: [allowedOrigin(ports)],
			credentials: true,
			methods: ["PUT"],
			requestHeaders: ["Content-Type"],
			// Short, so that "Run again" really asks again. Leave it out in production: the default is two hours.
			preflightMaxAgeSeconds: 5,
		},
	};
}

/** What `wrangler kv bulk put` takes. */
export function kvEntries(ports: Ports): readonly { readonly key: string; readonly value: string }[] {
	const value = JSON.stringify(demoDocument(ports));
	return HOSTNAMES.map((hostname) => ({ key: `tenant:${hostname}`, value }));
}
