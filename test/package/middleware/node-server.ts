/** Owns the apps as a program of Node. */

import { serve } from "@hono/node-server";
import { fetch } from "./apps.ts";
import { TENANTS } from "./memory-namespace.ts";

serve({ fetch: (request) => fetch(request, { TENANTS }), hostname: "127.0.0.1", port: 0 }, ({ port }) => {
	console.log(`listens on ${port}`);
});
