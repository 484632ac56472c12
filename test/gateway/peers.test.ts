/** Owns the proof of what the README says of hono/cors in front of an API that reflects every origin. */

import { Hono } from "hono";
import { cors } from "hono/cors";
import { expect, test } from "vitest";

test("hono/cors lets the upstream's reflection through to an origin that it does not know", async () => {
	const app = new Hono();
	app.use(cors({ origin: ["https://app.example.com"], credentials: true }));
	app.all("*", (context) => {
		const origin = context.req.header("origin") ?? "*";
		return new Response("secret", {
			headers: { "access-control-allow-origin": origin, "access-control-allow-credentials": "true" },
		});
	});
	const response = await app.request("/", { headers: { origin: "https://evil.example" } });
	expect(response.headers.get("access-control-allow-origin")).toBe("https://evil.example");
	expect(response.headers.get("access-control-allow-credentials")).toBe("true");
});
