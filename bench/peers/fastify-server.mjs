/** Owns the peer fastify with @fastify/cors and @fastify/http-proxy, as their documentation has them. */

import cors from "@fastify/cors";
import httpProxy from "@fastify/http-proxy";
import Fastify from "fastify";
import {
	ALLOWED_ORIGIN,
	EXPOSED_HEADERS,
	MAX_AGE_SECONDS,
	METHODS,
	REQUEST_HEADERS,
} from "../compare/policy.ts";

const app = Fastify({ bodyLimit: 8 * 1024 * 1024, keepAliveTimeout: 60_000 });
await app.register(cors, {
	origin: [ALLOWED_ORIGIN],
	credentials: true,
	methods: ["GET", "HEAD", "POST", ...METHODS],
	allowedHeaders: REQUEST_HEADERS,
	exposedHeaders: EXPOSED_HEADERS,
	maxAge: MAX_AGE_SECONDS,
});
// OPTIONS is the cors plugin's.
await app.register(httpProxy, {
	upstream: process.env.UPSTREAM,
	httpMethods: ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"],
});
await app.listen({ port: 0, host: "127.0.0.1" });
console.log(JSON.stringify({ port: app.server.address().port }));
