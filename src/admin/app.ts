/** Owns the control plane as a Hono app: who is let in, the routes, and the last error boundary. */

import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { reasonOf } from "../findings/reason.ts";
import { authenticate, demandConfiguration } from "./authenticate.ts";
import type { AdminEnv } from "./bindings.ts";
import { adminProblem } from "./problem.ts";
import { directoryRoutes } from "./routes/directories.ts";
import { explainRoutes } from "./routes/explain.ts";
import { historyRoutes } from "./routes/history.ts";
import { apiHeaders, createPages } from "./routes/pages.ts";
import { tenantRoutes } from "./routes/tenants.ts";

/** What D1 says of a table that no migration has made. */
const NO_TABLE = /no such table/;

/** Nothing of the API is kept by anybody on the way. */
const neverStored = createMiddleware<AdminEnv>(async (c, next) => {
	await next();
	c.res.headers.set("cache-control", "no-store");
});

const app = new Hono<AdminEnv>();
app.use(demandConfiguration);
app.use("/v1/*", neverStored, apiHeaders, authenticate);
app.route("/v1/tenants", tenantRoutes);
app.route("/v1/tenants", historyRoutes);
app.route("/v1/directories", directoryRoutes);
app.route("/v1/explain", explainRoutes);
app.all("/v1/*", () => adminProblem("not-found"));
app.route("/", createPages(app));

app.notFound(() => adminProblem("not-found"));

app.onError((error, c) => {
	if (error instanceof HTTPException) return error.getResponse();
	const reason = reasonOf(error);
	console.log(JSON.stringify({ event: "internal-error", method: c.req.method, path: c.req.path, reason }));
	if (NO_TABLE.test(reason)) {
		return adminProblem("not-configured", {
			detail: "The registry has no tables yet: wrangler d1 migrations apply REGISTRY makes them.",
		});
	}
	return adminProblem("internal-error");
});

export { app };
