/** Owns the Worker's entry: bindings in, the Hono app out, and the last error boundary. */

import { Hono } from "hono/tiny";
import { createAddressReader } from "./gateway/address.ts";
import { type Bindings, gatewayOf, reportFault } from "./gateway/bindings.ts";
import { faultOf, rayOf } from "./gateway/fault-line.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { problem } from "./gateway/problem.ts";

/** Made with the first request, since only then are the bindings known. */
let gateway: Gateway | undefined;
let boundTo: Bindings | undefined;

/**
 * One handler and no middleware: what runs on each request is the gateway's own path, and Hono's Context adds its share to
 * that once. The path is the gateway's to read, so that Hono is given a constant one. The preset is the smallest: the others
 * were measured, and with one route none is faster than another beyond the noise.
 */
const app = new Hono<{ Bindings: Bindings }>({ getPath: () => "/" });

app.all("*", (c) => {
	if (gateway === undefined || boundTo !== c.env) {
		gateway = gatewayOf(c.env);
		boundTo = c.env;
	}
	return gateway(c.req.raw, (work) => c.executionCtx.waitUntil(work));
});

app.onError((error, c) => {
	const request = c.req.raw;
	reportFault(faultOf(request, createAddressReader()(request.url), "internal-error", error));
	return problem("internal-error", { ray: rayOf(request.headers) });
});

export default app;
