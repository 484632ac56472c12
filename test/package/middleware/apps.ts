/** Owns the apps of the table: the middleware first, behind it everything that an API may do wrong; they run anywhere. */

import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { stream } from "hono/streaming";
import {
	type CordonVariables,
	cordon,
	type MiddlewareDocument,
	type TenantsNamespace,
} from "../../../src/hono.ts";

/** The one origin that the apps know. */
export const APP = "https://app.example.com";
/** An origin that no app knows. */
export const EVIL = "https://evil.example";

interface Env {
	Bindings: { readonly TENANTS: TenantsNamespace };
	Variables: CordonVariables;
}

const POLICY = {
	cors: {
		origins: [APP],
		credentials: true,
		methods: ["PUT"],
		requestHeaders: ["Content-Type"],
		exposedHeaders: ["ETag"],
	},
	routes: [
		{ path: "/public/*", cors: { origins: "*" } },
		{ path: "/nobody/*", cors: { origins: [] } },
	],
} as const satisfies MiddlewareDocument;

/** What Workers KV holds for the host kv.test, and what for hosts that it must not serve. */
export const STORED: Readonly<Record<string, string>> = {
	"tenant:kv.test": JSON.stringify({
		upstream: "https://api.internal.example",
		originHeader: "strip",
		upstreamTimeoutSeconds: 5,
		cors: { origins: [APP, { directory: "customers" }], credentials: true, exposedHeaders: ["ETag"] },
	}),
	"tenant:*.wild.test": JSON.stringify({ cors: { origins: "*" } }),
	"tenant:closed.test": JSON.stringify({ closed: true }),
	"tenant:broken.test": "{",
	"tenant:certified.test": JSON.stringify({ clientCertificate: "require", cors: { origins: [APP] } }),
	"origin:customers:https://shop.example": "",
};

const quiet = { log: () => {} };

const APPS: Readonly<Record<string, Hono<Env>>> = {
	"enforce.test": api(cordon(POLICY, quiet)),
	"reject.test": api(cordon({ ...POLICY, deniedRequests: "reject" }, quiet)),
	"report.test": api(cordon({ ...POLICY, mode: "report" }, quiet)),
	"isolate.test": api(cordon({ ...POLICY, deniedRequests: "isolate" }, quiet)),
	"list.test": api(
		cordon(
			{
				cors: [POLICY.cors, { origins: "*" }],
				routes: [{ path: "/watched/*", mode: "report", cors: POLICY.cors }],
			},
			quiet,
		),
	),
	"cookies.test": api(cordon({ ...POLICY, cookies: { sameSite: "None", partitioned: true } }, quiet)),
};

const FROM_KV = api(cordon((c) => c.env.TENANTS, quiet));

/** Answers a request as the app of its host does. */
export function fetch(request: Request, env: Env["Bindings"], context?: ExecutionContext) {
	const app = APPS[new URL(request.url).hostname] ?? FROM_KV;
	return app.fetch(request, env, context);
}

/** An API that does not know of any CORS but its own. */
function api(middleware: ReturnType<typeof cordon>): Hono<Env> {
	const app = new Hono<Env>();
	app.use(middleware);
	const ok = (c: Context) => c.text(c.req.method, 200, { ETag: '"1"' });
	app.on(["GET", "PUT", "POST"], "/items", ok);
	app.get("/public/items", ok);
	app.get("/nobody/items", ok);
	app.get("/verdict", (c) => c.json(c.get("cordon")));
	app.get("/throws", () => {
		throw new Error("the API has a fault");
	});
	app.get("/on-error-throws", () => {
		throw new Error("so that onError throws");
	});
	app.get("/throws-text", () => {
		throw "no Error at all";
	});
	app.get("/forbidden", () => {
		throw new HTTPException(401, { message: "who are you?" });
	});
	app.get("/forbidden-shared", () => {
		throw new HTTPException(401, { res: reflecting(EVIL) });
	});
	app.get("/fetched", (c) => globalThis.fetch(c.req.query("from") ?? ""));
	app.get("/redirected", (c) => Response.redirect(new URL("/items", c.req.url).href, 302));
	app.get("/reflected", (c) => reflecting(c.req.header("origin") ?? "*"));
	app.get("/set-in-context", (c) => {
		c.header("Access-Control-Allow-Origin", EVIL);
		c.header("Access-Control-Allow-Credentials", "true");
		c.header("Vary", "origin, Accept");
		return c.text("set");
	});
	app.use("/hono-cors", cors({ origin: (origin) => origin, credentials: true, exposeHeaders: ["X-Own"] }));
	app.get("/hono-cors", ok);
	app.get("/cookies", (c) => {
		c.header("Set-Cookie", "a=1", { append: true });
		c.header("Set-Cookie", "b=2; SameSite=Lax", { append: true });
		return c.text("set");
	});
	app.get("/stream", (c) =>
		stream(c, async (body) => {
			await body.write("first ");
			await body.sleep(300);
			await body.write("second");
		}),
	);
	app.onError((error, c) => {
		if (error.message === "so that onError throws") throw error;
		if (error instanceof HTTPException) return error.getResponse();
		return c.json({ error: error.message }, 500);
	});
	return app;
}

function reflecting(origin: string): Response {
	return new Response("reflected", {
		status: 401,
		headers: {
			"Access-Control-Allow-Origin": origin,
			"Access-Control-Allow-Credentials": "true",
			"Access-Control-Allow-Private-Network": "true",
			"Access-Control-Expose-Headers": "*",
			Vary: "Origin",
		},
	});
}
