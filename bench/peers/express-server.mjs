/** Owns the peer express with cors and http-proxy-middleware, as their documentation has them. */

import http from "node:http";
import cors from "cors";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import {
	ALLOWED_ORIGIN,
	EXPOSED_HEADERS,
	MAX_AGE_SECONDS,
	METHODS,
	REQUEST_HEADERS,
} from "../compare/policy.ts";

const app = express();
app.use(
	cors({
		origin: [ALLOWED_ORIGIN],
		credentials: true,
		methods: ["GET", "HEAD", "POST", ...METHODS],
		allowedHeaders: REQUEST_HEADERS,
		exposedHeaders: EXPOSED_HEADERS,
		maxAge: MAX_AGE_SECONDS,
	}),
);
app.use(
	createProxyMiddleware({
		target: process.env.UPSTREAM,
		changeOrigin: true,
		agent: new http.Agent({ keepAlive: true }),
	}),
);
const server = app.listen(0, "127.0.0.1", () => {
	server.keepAliveTimeout = 60_000;
	console.log(JSON.stringify({ port: server.address().port }));
});
