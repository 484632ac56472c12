/** Owns the route that explains a call. */

import { Hono } from "hono";
import { takesOnly } from "../answers.ts";
import type { AdminEnv } from "../bindings.ts";
import { boundedBody, readBody } from "../body.ts";
import { describeApiRoute } from "../describe.ts";
import { explainFor } from "../explain.ts";
import { explainSchema } from "../shapes.ts";

/** The route that explains a call. */
export const explainRoutes = new Hono<AdminEnv>();

explainRoutes.post(
	"/",
	describeApiRoute({
		id: "explain",
		tag: "Explain",
		summary: "Say what Cordon decides on a page's call, and by which entry",
		description:
			"Lets the gateway's own code answer the requests that the call leads to, with the stored document of host, or with the document that is given. Directories that are not the caller's are not asked.",
		body: explainSchema,
		answers: {
			200: {
				description: "The verdict, as `cordon explain --json` prints it.",
				body: {
					type: "object",
					required: ["allowed"],
					properties: {
						allowed: {
							type: ["boolean", "null"],
							description:
								"Whether the page may read the response; null if an origin directory decides that was not asked.",
						},
						requests: { type: "array", items: { type: "object" } },
						browser: { type: "array", items: { type: "object" } },
					},
				},
			},
		},
		problems: ["not-found", "too-large", "invalid-document"],
	}),
	boundedBody,
	async (c) => c.json(await explainFor(c.env.REGISTRY, c.get("caller"), await readBody(c, explainSchema))),
);
takesOnly(explainRoutes, "/", "POST");
