/** Owns the peer hono/cors with hono/proxy, as their documentation has them. */

import { Hono } from "hono";
import { cors } from "hono/cors";
import { proxy } from "hono/proxy";
import {
	ALLOWED_ORIGIN,
	EXPOSED_HEADERS,
	MAX_AGE_SECONDS,
	METHODS,
	REQUEST_HEADERS,
} from "../compare/policy.ts";

interface Bindings {
	readonly UPSTREAM: string;
}

const app = new Hono<{ Bindings: Bindings }>();

app.use(
	"*",
	cors({
		origin: [ALLOWED_ORIGIN],
		credentials: true,
		allowMethods: ["GET", "HEAD", "POST", ...METHODS],
		allowHeaders: REQUEST_HEADERS,
		exposeHeaders: EXPOSED_HEADERS,
		maxAge: MAX_AGE_SECONDS,
	}),
);
app.all("*", (context) =>
	proxy(context.env.UPSTREAM + context.req.url.slice(context.req.url.indexOf("/", 8)), {
		raw: context.req.raw,
	}),
);

export default app;
