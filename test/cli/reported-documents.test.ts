/** Owns the documents that people write wrongly, as other middlewares and reports in public have it: what `validate` suggests. */

import { expect, test } from "vitest";
import { readTenantFile } from "../../src/cli/files/tenant-file.ts";

const A = "https://app.acme.com";
const cors = (more: object) => ({ cors: { origins: [A], ...more } });

test.each<[title: string, document: unknown, pointer: string, suggestion: unknown]>([
	["one origin (express cors)", cors({ origins: A }), "/cors/origins", [A]],
	[
		"origins in one text (environment variables)",
		cors({ origins: "https://a.com, https://b.com" }),
		"/cors/origins",
		["https://a.com", "https://b.com"],
	],
	[
		"* in a list, with credentials",
		cors({ origins: ["*"], credentials: true }),
		"/cors/origins/0",
		undefined,
	],
	["* with credentials (Starlette)", cors({ origins: "*", credentials: true }), "/cors/origins", undefined],
	["origin (express)", { cors: { origin: [A] } }, "/cors/origin", "origins"],
	["allowedOrigins (Spring)", { cors: { allowedOrigins: [A] } }, "/cors/allowedOrigins", "origins"],
	["allow_origins (FastAPI)", { cors: { allow_origins: [A] } }, "/cors/allow_origins", "origins"],
	["methods in one text", cors({ methods: "GET,PUT" }), "/cors/methods", ["GET", "PUT"]],
	["patch in lower case", cors({ methods: ["patch"] }), "/cors/methods/0", "PATCH"],
	["headers", cors({ headers: ["X-A"] }), "/cors/headers", "requestHeaders"],
	["allowedHeaders (express)", cors({ allowedHeaders: ["X-A"] }), "/cors/allowedHeaders", "requestHeaders"],
	[
		"headers in one text",
		cors({ requestHeaders: "Content-Type, Authorization" }),
		"/cors/requestHeaders",
		["Content-Type", "Authorization"],
	],
	[
		"headers in one entry",
		cors({ requestHeaders: ["Content-Type, Authorization"] }),
		"/cors/requestHeaders/0",
		["Content-Type", "Authorization"],
	],
	["one exposed header", cors({ exposedHeaders: "ETag" }), "/cors/exposedHeaders", ["ETag"]],
	["credentials as a text", cors({ credentials: "true" }), "/cors/credentials", true],
	["maxAge (express)", cors({ maxAge: 600 }), "/cors/maxAge", "preflightMaxAgeSeconds"],
	["an age as a text", cors({ preflightMaxAgeSeconds: "600" }), "/cors/preflightMaxAgeSeconds", 600],
	[
		"an age in milliseconds",
		cors({ preflightMaxAgeSeconds: 86_400_000 }),
		"/cors/preflightMaxAgeSeconds",
		86_400,
	],
	["a slash at the end", cors({ origins: [`${A}/`] }), "/cors/origins/0", A],
	["no scheme", cors({ origins: ["app.acme.com"] }), "/cors/origins/0", A],
	["no scheme, any subdomain", cors({ origins: ["*.acme.com"] }), "/cors/origins/0", "https://*.acme.com"],
	[
		"no dot behind the star",
		cors({ origins: ["https://*acme.com"] }),
		"/cors/origins/0",
		"https://*.acme.com",
	],
	["a star as the path", cors({ origins: ["https://acme.com/*"] }), "/cors/origins/0", "https://acme.com"],
	["the default port", cors({ origins: [`${A}:443`] }), "/cors/origins/0", A],
	[
		"localhost without a scheme",
		cors({ origins: ["localhost:3000"] }),
		"/cors/origins/0",
		"http://localhost:3000",
	],
	["null", cors({ origins: ["null"] }), "/cors/origins/0", undefined],
	["file://", cors({ origins: ["file://"] }), "/cors/origins/0", undefined],
	[
		"a regular expression (rack-cors)",
		cors({ origins: ["https://.*\\.acme\\.com"] }),
		"/cors/origins/0",
		"https://*.acme.com",
	],
	[
		"everybody's previews, with credentials",
		cors({ origins: ["https://*.vercel.app"], credentials: true }),
		"/cors/origins/0",
		undefined,
	],
	[
		"plain http with credentials",
		cors({ origins: ["http://*.acme.com"], credentials: true }),
		"/cors/origins/0",
		"https://*.acme.com",
	],
	[
		"an upstream with a path",
		{ ...cors({}), upstream: "https://api.internal/v1" },
		"/upstream",
		"https://api.internal",
	],
	[
		"an upstream without a scheme",
		{ ...cors({}), upstream: "api.internal" },
		"/upstream",
		"https://api.internal",
	],
	[
		"a path without a slash",
		{ ...cors({}), routes: [{ path: "v1/*", cors: { origins: [] } }] },
		"/routes/0/path",
		"/v1/*",
	],
	[
		"a path with a bare star",
		{ ...cors({}), routes: [{ path: "/v1*", cors: { origins: [] } }] },
		"/routes/0/path",
		"/v1/*",
	],
	["SameSite in lower case", { ...cors({}), cookies: { sameSite: "none" } }, "/cookies/sameSite", "None"],
])("%s", (_, document, pointer, suggestion) => {
	const { errors } = readTenantFile("a.json", JSON.stringify(document));
	const found = errors.map(({ finding }) => finding).find((finding) => finding.pointer === pointer);
	expect(found, JSON.stringify(errors)).toBeDefined();
	expect(found?.suggestion).toEqual(suggestion);
});
