/** Owns the apps as a program of Bun. */

import { fetch } from "./apps.ts";
import { TENANTS } from "./memory-namespace.ts";

declare const Bun: {
	serve(options: {
		readonly hostname: string;
		readonly port: number;
		readonly fetch: (request: Request) => Response | Promise<Response>;
	}): { readonly port: number };
};

const { port } = Bun.serve({
	hostname: "127.0.0.1",
	port: 0,
	fetch: (request) => fetch(request, { TENANTS }),
});
console.log(`listens on ${port}`);
