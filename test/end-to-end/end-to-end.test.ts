/** Owns the end-to-end run: the built Worker under one `wrangler dev`, between real sockets, for every part. */

import { afterAll, beforeAll } from "vitest";
import { forwardingGateway, gateway, upstream } from "./harness/stage.ts";
import "./certificates.ts";
import "./cookies.ts";
import "./exposing.ts";
import "./forwarding.ts";
import "./hostile-input.ts";
import "./memory.ts";
import "./modes.ts";
import "./origins.ts";
import "./policies.ts";
import "./preflight.ts";
import "./problems.ts";
import "./redirects.ts";
import "./request-bodies.ts";
import "./response-bodies.ts";
import "./routes.ts";
import "./sharing.ts";
import "./verdicts.ts";
import "./websocket.ts";

beforeAll(async () => {
	await Promise.all([gateway.start(), forwardingGateway.start()]);
});

afterAll(async () => {
	await Promise.all([gateway.stop(), forwardingGateway.stop(), upstream.stop()]);
});
