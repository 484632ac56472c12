/** Owns configurations that people report in public, as they wrote them: what `validate` says, what `--fix` makes of them, and what `explain` then says. */

import { expect, test } from "vitest";
import { readTenantFile } from "../../src/cli/files/tenant-file.ts";
import { explain } from "../../src/explain/explain.ts";
import type { Question } from "../../src/explain/question.ts";
import { applyPatches } from "../../src/findings/patch.ts";

const A = "https://app.acme.com";
const ME = "http://localhost:3000";
/** `cors` with credentials. */
const with_ = (origins: unknown, more: object = {}) => ({ cors: { origins, credentials: true, ...more } });
const open = (more: object = {}) => ({ cors: { origins: "*", ...more } });
const of = (cors: object) => ({ cors });
const omit = { credentials: "omit" } as const;

/** The errors, each the place and what is suggested; then whether the call is allowed, once --fix is through, or by which fixes. */
type Row = readonly [
	title: string,
	document: object,
	question: Question,
	errors: Readonly<Record<string, unknown>>,
	outcome: true | null | "invalid" | readonly string[],
];

const none = undefined;
const add = (name: string, list: string) => `add "${name}" to /cors/${list}`;

test.each<Row>([
	["honojs/hono 4814: * with credentials", with_("*"), { origin: A }, { "/cors/origins": none }, "invalid"],
	[
		"honojs/hono 3951: any header at all",
		with_([ME]),
		{ origin: ME, headers: ["X-User"] },
		{},
		[add("X-User", "requestHeaders")],
	],
	[
		"honojs/hono 3816: a host in place of an origin",
		with_(["example.com"]),
		{ origin: ME },
		{ "/cors/origins/0": "https://example.com" },
		[add(ME, "origins")],
	],
	[
		"honojs/hono 129: plain http with credentials",
		with_(["http://example.com"], {
			methods: ["POST", "GET", "OPTIONS"],
			requestHeaders: ["X-Custom-Header"],
		}),
		{ origin: "http://example.com", method: "POST", headers: ["X-Custom-Header"] },
		{ "/cors/origins/0": "https://example.com" },
		["serve the page over https: https://example.com is allowed already"],
	],
	[
		"tower-rs/tower-http 284: * in a list",
		of({ origins: ["*", A] }),
		{ origin: A, ...omit },
		{ "/cors/origins/0": none },
		"invalid",
	],
	[
		"chroma-core/chroma 4620: * alone in a list",
		of({ origins: ["*"] }),
		{ origin: A },
		{ "/cors/origins/0": none },
		"invalid",
	],
	["loco-rs/loco 965: any", of({ origins: ["any"] }), { origin: A }, { "/cors/origins/0": none }, "invalid"],
	[
		"alchemyplatform/rundler 927: a list with * in one text",
		of({ origins: `http://127.0.0.1:3000,${ME},*` }),
		{ origin: ME },
		{ "/cors/origins": none },
		"invalid",
	],
	[
		"dotnet/AspNetCore.Docs 36192: subdomains and the apex",
		with_(["https://*.example.com", "https://example.com"]),
		{ origin: "https://example.com" },
		{},
		true,
	],
	[
		"dotnet/AspNetCore.Docs 35990: the apex is no subdomain's",
		with_(["https://example.com"]),
		{ origin: "https://www.example.com" },
		{},
		[add("https://www.example.com", "origins")],
	],
	[
		"MicrosoftDocs/azure-docs 102574: subdomains with credentials",
		with_(["https://*.domain.com"]),
		{ origin: "https://x.domain.com" },
		{},
		true,
	],
	[
		"digiaonline/lumen-cors 33: no schemes",
		with_(["*.website.com", "localhost:8090"]),
		{ origin: "http://localhost:8090" },
		{ "/cors/origins/0": "https://*.website.com", "/cors/origins/1": "http://localhost:8090" },
		true,
	],
	[
		"cyu/rack-cors 232: a part of the port",
		with_(["http://localhost:300*"]),
		{ origin: "http://localhost:3001" },
		{ "/cors/origins/0": "http://localhost:*" },
		"invalid",
	],
	[
		"cyu/rack-cors 167: localhost alone",
		with_(["localhost"]),
		{ origin: "http://localhost:8080" },
		{ "/cors/origins/0": "http://localhost" },
		[add("http://localhost:8080", "origins")],
	],
	[
		"cyu/rack-cors 46: another port",
		with_(["http://localhost"]),
		{ origin: "http://localhost:63342" },
		{},
		[add("http://localhost:63342", "origins")],
	],
	[
		"SenseNet/sensenet 667: any port, and no scheme",
		with_(["localhost:*", "*.sensenet.com"]),
		{ origin: "http://localhost:4200" },
		{ "/cors/origins/0": "http://localhost:*", "/cors/origins/1": "https://*.sensenet.com" },
		true,
	],
	[
		"aio-libs/aiohttp-cors 237: digits as an expression",
		with_(["http://localhost:[0-9]*"]),
		{ origin: ME },
		{ "/cors/origins/0": "http://localhost:*" },
		"invalid",
	],
	[
		"kubernetes/ingress-nginx 8264: any port of localhost",
		with_(["http://localhost:*", "https://localhost:*"]),
		{ origin: "https://localhost:8443" },
		{},
		true,
	],
	[
		"Kong/kong 10581: *, TRACE and CONNECT",
		of({ origins: ["*", ME], requestHeaders: null, methods: ["GET", "TRACE", "CONNECT"] }),
		{ origin: ME, ...omit },
		{
			"/cors/origins/0": none,
			"/cors/requestHeaders": none,
			"/cors/methods/1": none,
			"/cors/methods/2": none,
		},
		"invalid",
	],
	[
		"Kong/kong 8978: a slash at the end, in the request too",
		with_(["https://something.example.com/"]),
		{ origin: "https://something.example.com/", headers: ["Some-Header"] },
		{ "/cors/origins/0": "https://something.example.com" },
		[
			"ask as browsers do, with the origin https://something.example.com",
			add("Some-Header", "requestHeaders"),
		],
	],
	[
		"Kong/kong 2027: every list in one text",
		with_(["api.com"], {
			methods: "GET, POST, PUT , DELETE",
			requestHeaders: "Accept, Content-Length, Content-Type, Date, X-Auth-Token",
			exposedHeaders: "X-Auth-Token",
		}),
		{ origin: "https://api.com", method: "DELETE", headers: ["X-Auth-Token"] },
		{
			"/cors/origins/0": "https://api.com",
			"/cors/methods": ["GET", "POST", "PUT", "DELETE"],
			"/cors/requestHeaders": ["Accept", "Content-Type", "X-Auth-Token"],
			"/cors/exposedHeaders": ["X-Auth-Token"],
		},
		true,
	],
	[
		"Kong/kong 3832: what only begins as the allowed one",
		of({ origins: ["http://my-site.com"] }),
		{ origin: "http://my-site.com.evil.example", ...omit },
		{},
		[add("http://my-site.com.evil.example", "origins")],
	],
	[
		"envoyproxy/envoy 31242: an escaped *",
		of({ origins: ["\\*"] }),
		{ origin: A },
		{ "/cors/origins/0": none },
		"invalid",
	],
	[
		"envoyproxy/gateway 2953: every host of https",
		of({ origins: ["http://*.example.com", "https://*"] }),
		{ origin: A },
		{ "/cors/origins/1": none },
		"invalid",
	],
	[
		"hasura/graphql-engine 8261: previews under a public suffix",
		with_(["https://*--my-awesome-frontend.netlify.app"]),
		{ origin: "https://x--my-awesome-frontend.netlify.app" },
		{ "/cors/origins/0": none },
		"invalid",
	],
	[
		"jitsucom/jitsu 362: variables that nobody replaces",
		with_(["*.{{APP_TLD}}", "{{APP_TLD}}"]),
		{ origin: A },
		{ "/cors/origins/0": none, "/cors/origins/1": none },
		"invalid",
	],
	[
		"expressjs/cors 261: patch in lower case",
		open({ methods: "GET,POST,PATCH,DELETE", requestHeaders: ["content-type"] }),
		{ origin: A, method: "patch", ...omit },
		{ "/cors/methods": ["GET", "POST", "PATCH", "DELETE"] },
		["write the method as PATCH in the page: browsers compare methods byte for byte"],
	],
	[
		"quarkusio/quarkus 3681, rs/cors 176, hapijs/hapi 3027: headers in another case",
		with_([A], { requestHeaders: ["Content-Type"] }),
		{ origin: A, method: "POST", headers: ["content-type: application/json"] },
		{},
		true,
	],
	[
		"adorsys/secure-token-service 163: slashes in a list of one text",
		of({ origins: `${ME}/,http://example.com/`, methods: "GET,POST,PUT,DELETE", requestHeaders: "*" }),
		{ origin: "http://example.com", method: "PUT", ...omit },
		{ "/cors/origins": [ME, "http://example.com"], "/cors/methods": ["GET", "POST", "PUT", "DELETE"] },
		true,
	],
	[
		"openfoodfacts/facets-knowledge-panels 90: an expression for everybody",
		with_(["https?://.*"]),
		{ origin: A },
		{ "/cors/origins/0": none },
		"invalid",
	],
	["Routstr/routstr-core 385: .*", with_([".*"]), { origin: A }, { "/cors/origins/0": none }, "invalid"],
	[
		"aspnet/CORS 76: a path among the origins",
		of({ origins: "http://localhost:64, http://mysite:100, http://mysite:100/sub", methods: "*" }),
		{ origin: "http://mysite:100", method: "PUT", ...omit },
		{ "/cors/origins": ["http://localhost:64", "http://mysite:100"] },
		true,
	],
	[
		"auth0/docs 8751: wildcards where none can be",
		with_(["https://*.*.example.com", "https://sub.*.example.com", "https://prefix-*-suffix.example.com"]),
		{ origin: "https://prefix-1-suffix.example.com" },
		{ "/cors/origins/0": none, "/cors/origins/1": none },
		"invalid",
	],
	[
		"summer-rs/summer-rs 97: another program's keys",
		of({
			enable: true,
			allow_origins: ["*"],
			allow_headers: ["Authentication"],
			allow_methods: ["GET"],
			max_age: 60,
		}),
		{ origin: A },
		{
			"/cors/origins": none,
			"/cors/enable": none,
			"/cors/allow_origins": "origins",
			"/cors/allow_headers": "requestHeaders",
			"/cors/allow_methods": "methods",
			"/cors/max_age": "preflightMaxAgeSeconds",
		},
		"invalid",
	],
	[
		"svix/svix-webhooks 552: a token in a header needs no credentials",
		open({ requestHeaders: ["Authorization"] }),
		{ origin: A, headers: ["Authorization"], ...omit },
		{},
		true,
	],
	[
		"getsentry/sentry-javascript 6077: one of two headers",
		with_([A], { requestHeaders: ["sentry-trace"] }),
		{ origin: A, headers: ["sentry-trace", "baggage"] },
		{},
		[add("baggage", "requestHeaders")],
	],
	[
		"PostHog/posthog 9639: both headers of tracing",
		open(),
		{ origin: A, method: "POST", headers: ["traceparent", "request-id"], ...omit },
		{},
		[add("traceparent", "requestHeaders"), add("request-id", "requestHeaders")],
	],
	[
		"getsentry/sentry 36639: from same-origin to include",
		of({ origins: ["https://*.sentry.io"], requestHeaders: ["sentry-trace", "baggage"] }),
		{ origin: "https://acme.sentry.io", headers: ["sentry-trace", "baggage"] },
		{},
		['set "credentials": true in /cors'],
	],
	[
		"gin-contrib/cors 135: tauri://localhost",
		with_(["tauri://localhost"]),
		{ origin: "tauri://localhost" },
		{},
		true,
	],
	[
		"capacitor-community/electron 71: a scheme without a host",
		with_(["capacitor-electron://"]),
		{ origin: "capacitor-electron://-" },
		{ "/cors/origins/0": none },
		"invalid",
	],
	[
		"hasura/graphql-engine 6345: an extension's WebSocket",
		with_(["chrome-extension://mdplmiioglkpgkgblfdilgebpppgdlm", "capacitor://localhost", "serve://dist"]),
		{ origin: "serve://dist", scheme: "wss" },
		{},
		true,
	],
	[
		"adamchainz/django-cors-headers 267: a slash that a redirect puts in",
		with_([A]),
		{ origin: A, path: "/api/profile/2", redirectTo: "301 /api/profile/2/" },
		{},
		true,
	],
	[
		"fruitcake/laravel-cors 196: http is redirected to https",
		with_([A], { methods: ["PUT"] }),
		{ origin: A, method: "PUT", scheme: "http" },
		{},
		["call the API over https"],
	],
	[
		"whatwg/fetch 204: a redirect of a call that was preflighted",
		with_([A], { requestHeaders: ["Authorization"] }),
		{ origin: A, headers: ["Authorization"], redirectTo: "302 https://other.acme.com/x" },
		{},
		null,
	],
	[
		"ninenines/cowboy 947: a redirect to a third host",
		open(),
		{ origin: "http://localhost:8000", redirectTo: "302 http://localhost:8003/ping", ...omit },
		{},
		null,
	],
	[
		"Empreiteiro/data-talks 237: this machine by any name, either scheme",
		with_(["https?://(localhost|127\\.0\\.0\\.1)(:\\d+)?"]),
		{ origin: "http://localhost:5173" },
		{ "/cors/origins/0": ["http://localhost:*", "http://127.0.0.1:*"] },
		"invalid",
	],
])("%s", async (_, document, question, wanted, outcome) => {
	const errorsOf = (value: unknown) =>
		readTenantFile("a.json", JSON.stringify(value)).errors.map(({ finding }) => finding);
	const errors = errorsOf(document);
	expect(Object.fromEntries(errors.map(({ pointer, suggestion }) => [pointer, suggestion]))).toEqual(wanted);
	let fixed: unknown = document;
	for (let fix = errors.find((one) => one.fix)?.fix; fix !== undefined; ) {
		fixed = applyPatches(fixed, [fix]);
		fix = errorsOf(fixed).find((one) => one.fix)?.fix;
	}
	const explained = await explain(fixed, "api.acme.com", question);
	if ("problem" in explained) {
		expect([explained.problem, outcome]).toEqual(["invalid-document", "invalid"]);
		return;
	}
	const { allowed, fixes } = explained;
	if (typeof outcome !== "object" || outcome === null) expect(allowed).toBe(outcome);
	else {
		expect(fixes.map(({ says }) => says)).toEqual(expect.arrayContaining([...outcome]));
		expect(fixes).toHaveLength(outcome.length);
	}
});
