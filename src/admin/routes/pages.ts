/** Owns what people open: the API's description, its reference page, and the console's static assets. */

import { Scalar } from "@scalar/hono-api-reference";
import { type Context, Hono } from "hono";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { generateSpecs } from "hono-openapi";
import { takesOnly } from "../answers.ts";
import type { AdminEnv } from "../bindings.ts";
import { components } from "../describe.ts";
import { adminProblem } from "../problem.ts";

/** The script of the reference page, among the assets. */
const REFERENCE_SCRIPT = "/reference.js";

/** The script's validator tries whether it may make code of text, which its policy refuses and reports: it is told before. */
const NO_EVAL = "<script>globalThis.__zod_globalConfig = { jitless: true };</script>";

/** The script knows it; the types of its package do not yet. */
const NO_MCP: object = { mcp: { disabled: true } };

/** Pages of ours, and nobody else's, at run time; and in nobody's frame. */
const OWN_ONLY = {
	defaultSrc: ["'none'"],
	connectSrc: ["'self'"],
	imgSrc: ["'self'", "data:"],
	fontSrc: ["'self'"],
	baseUri: ["'none'"],
	formAction: ["'none'"],
	frameAncestors: ["'none'"],
};

const COMMON = {
	xFrameOptions: "DENY",
	referrerPolicy: "no-referrer",
	strictTransportSecurity: false,
} as const;

/** Nothing that the API answers is a page. */
export const apiHeaders = secureHeaders({
	...COMMON,
	contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
});

const consoleHeaders = secureHeaders({
	...COMMON,
	contentSecurityPolicy: { ...OWN_ONLY, scriptSrc: ["'self'"], styleSrc: ["'self'"] },
});

/** The reference page sets styles of its own as it runs. */
const referenceHeaders = secureHeaders({
	...COMMON,
	contentSecurityPolicy: {
		...OWN_ONLY,
		scriptSrc: ["'self'", NONCE],
		styleSrc: ["'self'", "'unsafe-inline'"],
	},
});

/** The pages. @param api the routes that the description is of */
export function createPages(api: Hono<AdminEnv>): Hono<AdminEnv> {
	const pages = new Hono<AdminEnv>();
	let description: object | undefined;

	pages.get("/openapi.json", apiHeaders, async (c) => {
		description ??= await describeApi(api);
		return c.json(description);
	});

	pages.get("/docs", referenceHeaders, async (c, next) => {
		const page = await Scalar<AdminEnv>({
			url: "/openapi.json",
			cdn: REFERENCE_SCRIPT,
			pageTitle: "Cordon: the control plane's API",
			withDefaultFonts: false,
			telemetry: false,
			hideClientButton: true,
			// Its makers' services, which would be sent the description.
			agent: { disabled: true },
			...NO_MCP,
			showDeveloperTools: "never",
		})(c, next);
		const html = page === undefined ? "" : await page.text();
		return c.html(
			html
				.replace("<script", `${NO_EVAL}<script`)
				.replaceAll("<script", `<script nonce="${c.get("secureHeadersNonce")}"`),
		);
	});

	takesOnly(pages, "/openapi.json", "GET");
	takesOnly(pages, "/docs", "GET");

	pages.get("*", consoleHeaders, async (c) => asset(c));
	// Whichever files there are, they are read only.
	takesOnly(pages, "*", "GET");
	return pages;
}

async function asset(c: Context<AdminEnv>): Promise<Response> {
	const response = await c.env.ASSETS?.fetch(c.req.raw);
	if (response === undefined || response.status === 404) return adminProblem("not-found");
	return new Response(response.body, response);
}

function describeApi(api: Hono<AdminEnv>): Promise<object> {
	return generateSpecs(api, {
		excludeStaticFile: false,
		documentation: {
			info: {
				title: "Cordon: the control plane",
				version: "1",
				description:
					"Tenant documents, their history and origin directories, with lost updates refused. Errors are problem details (RFC 9457) with a stable code.",
			},
			servers: [{ url: "/" }],
			security: [{ token: [] }, { access: [] }],
			tags: [{ name: "Tenants" }, { name: "History" }, { name: "Directories" }, { name: "Explain" }],
			components: components() as never,
		},
	});
}
