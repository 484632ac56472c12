/** Owns the apps as a program of Deno. */

import { fetch } from "./apps.ts";
import { TENANTS } from "./memory-namespace.ts";

declare const Deno: {
	serve(
		options: { readonly hostname: string; readonly port: number; onListen(address: { port: number }): void },
		handler: (request: Request) => Response | Promise<Response>,
	): unknown;
};

Deno.serve(
	{ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(`listens on ${port}`) },
	(request) => fetch(request, { TENANTS }),
);
