/** Owns the proof of the doctor on real servers: of sound ones nothing is said, of each faulty one just its fault. */

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { RequestHandler } from "express";
import { cors } from "hono/cors";
import { describe, expect, test } from "vitest";
import { cordon } from "../cli/harness.ts";
import {
	expressServer,
	fastifyServer,
	honoServer,
	NGINX,
	nginxServer,
	nodeServer,
	type Start,
} from "./servers.ts";

const PAGE = "https://app.example.com";
const ALLOWED: readonly string[] = [PAGE, "https://admin.example.com"];
const OMIT = ["--credentials", "omit"];
const PUT = [
	...["--method", "PUT", "--header", "Content-Type: application/json"],
	...["--header", "Authorization: Bearer 1", "--data", "{}"],
];
const LISTS = {
	"access-control-allow-methods": "GET, PUT, PATCH, DELETE",
	"access-control-allow-headers": "authorization, content-type",
	"access-control-max-age": "600",
};

type Set = (name: string, value: string) => unknown;

/** The headers that a right answer has, for origins that a rule lets in. */
function share(
	isAllowed: (origin: string) => boolean,
	{ method, headers: { origin } }: IncomingMessage,
	set: Set,
) {
	set("vary", "Origin");
	if (origin === undefined || !isAllowed(origin)) return;
	set("access-control-allow-origin", origin);
	set("access-control-allow-credentials", "true");
	if (method === "OPTIONS") for (const [name, value] of Object.entries(LISTS)) set(name, value);
}

const isListed = (origin: string) => ALLOWED.includes(origin);

/** What people write for Express by hand. */
const shared =
	(isAllowed: (origin: string) => boolean): RequestHandler =>
	(request, response, next) => {
		share(isAllowed, request, (name, value) => response.set(name, value));
		if (request.method === "OPTIONS") response.sendStatus(204);
		else next();
	};
const asterisk: RequestHandler = (request, response, next) => {
	response.set({ ...LISTS, "access-control-allow-origin": "*" });
	if (request.method === "OPTIONS") response.sendStatus(204);
	else next();
};
const wantsSession: RequestHandler = (_, response) => void response.sendStatus(401);
const leadsToLogin: RequestHandler = (_, response) => void response.redirect("https://sso.example.net/login");

/** An API that shares as it should, and one that knows nothing of CORS. */
const sharing: RequestListener = (request, response) => {
	share(isListed, request, (name, value) => response.setHeader(name, value));
	answer(request, response);
};
const bare: RequestListener = (request, response) => answer(request, response);

function answer({ url = "", method }: IncomingMessage, response: ServerResponse): void {
	const isThere = url.startsWith("/items");
	response.statusCode = method === "OPTIONS" ? 204 : isThere ? 200 : 404;
	response.end(method === "OPTIONS" ? undefined : "{}");
}

interface Row {
	readonly server: string;
	readonly is: string;
	readonly start: Start;
	readonly argv?: readonly string[];
	/** 0 where it is left out. */
	readonly exit?: number;
	readonly findings?: readonly string[];
	readonly explanation?: string;
	/** Part of the fix in the product's own words. */
	readonly fix?: RegExp;
}

const ROWS: readonly Row[] = [
	...[[], OMIT, PUT].map((argv) => ({
		server: "Express",
		is: "a list",
		start: expressServer(shared(isListed)),
		argv,
	})),
	{
		server: "Express",
		is: "the asterisk, asked without credentials",
		start: expressServer(asterisk),
		argv: OMIT,
	},
	{
		server: "Express",
		is: "the asterisk and a PUT without credentials",
		start: expressServer(asterisk),
		argv: [...PUT, ...OMIT],
	},
	{
		server: "Express",
		is: "the asterisk, asked with credentials",
		start: expressServer(asterisk),
		exit: 1,
		fix: /origin: \[…\], credentials: true/,
	},
	{ server: "Express", is: "without CORS", start: expressServer(), exit: 1, fix: /app\.use\(cors\(/ },
	{
		server: "Express",
		is: "for everybody",
		start: expressServer(shared(() => true)),
		findings: ["reflects-any-origin"],
		fix: /origin: true/,
	},
	{
		server: "Express",
		is: "with an unescaped dot",
		start: expressServer(shared((origin) => /^https:\/\/app.example\.com$/.test(origin))),
		findings: ["allows-origin-dot-twin"],
	},
	{
		server: "Express",
		is: "for the words of one label",
		start: expressServer(shared((origin) => /^https:\/\/\w+\.example\.com$/.test(origin))),
	},
	{
		server: "Express",
		is: "with authentication first",
		start: expressServer(wantsSession, shared(isListed)),
		argv: PUT,
		exit: 1,
		fix: /before authentication/,
	},
	{
		server: "Express",
		is: "with a redirect to sign in first",
		start: expressServer(leadsToLogin, shared(isListed)),
		exit: 1,
		explanation: "sign-in-redirect",
		fix: /answer 401/,
	},
	{
		server: "Fastify",
		is: "a list",
		start: fastifyServer((app) => {
			app.addHook("onRequest", async ({ raw }, reply) => {
				share(isListed, raw, (name, value) => reply.header(name, value));
				if (raw.method === "OPTIONS") return reply.code(204).send();
			});
		}),
		argv: PUT,
	},
	{
		server: "Fastify",
		is: "without CORS",
		start: fastifyServer(() => {}),
		argv: PUT,
		exit: 1,
		fix: /@fastify\/cors/,
	},
	{
		server: "Hono",
		is: "a list",
		start: honoServer(cors({ origin: [...ALLOWED], credentials: true, allowMethods: ["PUT"], maxAge: 600 })),
		argv: PUT,
	},
	{ server: "Hono", is: "the asterisk", start: honoServer(cors()), argv: OMIT },
	{
		server: "Hono",
		is: "without the method",
		start: honoServer(cors({ origin: [...ALLOWED], credentials: true, allowMethods: ["GET"] })),
		argv: PUT,
		exit: 1,
	},
	{ server: "Node", is: "by IPv6 alone", start: nodeServer(sharing, "::1") },
	{
		server: "Node",
		is: "with a redirect of the slash, before CORS",
		start: nodeServer((request, response) => {
			if (request.url === "/items") response.writeHead(301, { location: "/items/" }).end();
			else sharing(request, response);
		}),
		exit: 1,
		explanation: "redirect-without-headers",
	},
	{
		server: "Node",
		is: "that leaves every header out where the method is not on its list",
		start: nodeServer((request, response) => {
			const asked = request.headers["access-control-request-method"];
			if (asked === "PUT") response.writeHead(204, { vary: "Origin" }).end();
			else sharing(request, response);
		}),
		argv: PUT,
		exit: 1,
		explanation: "preflight-refuses-part",
	},
	{
		server: "Node",
		is: "that says 400 to a header that is not on its list",
		start: nodeServer((request, response) => {
			if (/authorization/.test(request.headers["access-control-request-headers"] ?? "")) {
				response.writeHead(400, {
					"access-control-allow-origin": PAGE,
					"access-control-allow-credentials": "true",
				});
				response.end("Disallowed CORS headers");
			} else sharing(request, response);
		}),
		argv: PUT,
		exit: 1,
		explanation: "preflight-refuses-part",
		fix: /allow_headers/,
	},
	{
		server: "Node",
		is: "that fails",
		start: nodeServer((_, response) => response.writeHead(502).end()),
		exit: 1,
		explanation: "server-error",
	},
];

const MAP = `map $http_origin $cors { default ""; "${PAGE}" $http_origin; "https://admin.example.com" $http_origin; } map $cors $credentials { default "true"; "" ""; }`;
const HEADERS =
	"add_header Access-Control-Allow-Origin $cors always; add_header Access-Control-Allow-Credentials $credentials always; add_header Vary Origin always;";
const PREFLIGHT = `if ($request_method = OPTIONS) { ${HEADERS} add_header Access-Control-Allow-Methods "GET, PUT" always; add_header Access-Control-Allow-Headers "Authorization, Content-Type" always; add_header Access-Control-Max-Age 600 always; return 204; }`;
const nginx = (server: string, upstream: RequestListener | undefined = bare, http = MAP) =>
	nginxServer({ http, server, ...(upstream === undefined ? {} : { upstream }) });
const CACHE = "proxy_cache_path DIR/cache keys_zone=kept:1m;";
const withoutVary: RequestListener = (request, response) => {
	share(isListed, request, (name, value) => name === "vary" || response.setHeader(name, value));
	answer(request, response);
};
const reflecting: RequestListener = (request, response) => {
	share(
		() => true,
		request,
		(name, value) => name === "vary" || response.setHeader(name, value),
	);
	answer(request, response);
};

const NGINX_ROWS: readonly Row[] = [
	...[[], OMIT, PUT].map((argv) => ({
		server: "nginx",
		is: "a list",
		start: nginx(`location / { ${PREFLIGHT} ${HEADERS} proxy_pass UPSTREAM; }`),
		argv,
	})),
	{
		server: "nginx",
		is: "in front of an API that shares",
		start: nginx("location / { proxy_pass UPSTREAM; }", sharing),
		argv: PUT,
	},
	{
		server: "nginx",
		is: "with a cache that honours Vary",
		start: nginx(
			"location / { proxy_cache kept; proxy_cache_valid 200 1m; proxy_pass UPSTREAM; }",
			sharing,
			CACHE,
		),
	},
	{
		server: "nginx",
		is: "add_header without always",
		start: nginx(`location / { ${HEADERS.replaceAll(" always", "")} proxy_pass UPSTREAM; }`),
		findings: ["error-without-headers"],
		fix: /always/,
	},
	{
		server: "nginx",
		is: "with the Origin as it comes",
		start: nginx(
			"location / { add_header Access-Control-Allow-Origin $http_origin always; add_header Access-Control-Allow-Credentials true always; add_header Vary Origin always; proxy_pass UPSTREAM; }",
		),
		findings: ["reflects-any-origin"],
		fix: /map/,
	},
	{
		server: "nginx",
		is: "beside an API that shares too",
		start: nginx(`location / { ${HEADERS} proxy_pass UPSTREAM; }`, sharing),
		exit: 1,
		findings: ["doubled-header", "doubled-header"],
		fix: /proxy_hide_header/,
	},
	{
		server: "nginx",
		is: "with a list in one header",
		start: nginx(
			`location / { add_header Access-Control-Allow-Origin "${ALLOWED.join(", ")}" always; add_header Access-Control-Allow-Credentials true always; proxy_pass UPSTREAM; }`,
		),
		exit: 1,
		findings: ["doubled-header"],
		fix: /map/,
	},
	{
		server: "nginx",
		is: "with files, which know no OPTIONS",
		start: nginx(`location / { ${HEADERS} }`, undefined),
		argv: PUT,
		exit: 1,
		fix: /return 204/,
	},
	{
		server: "nginx",
		is: "with methods that are denied",
		start: nginx(`location / { limit_except GET PUT { deny all; } ${HEADERS} proxy_pass UPSTREAM; }`),
		argv: PUT,
		exit: 1,
		explanation: "options-refused",
		fix: /return 204/,
	},
	{
		server: "nginx",
		is: "with a cache and an API without Vary",
		start: nginx(
			"location / { proxy_cache kept; proxy_cache_valid 200 1m; proxy_pass UPSTREAM; }",
			withoutVary,
			CACHE,
		),
		findings: ["cache-keeps-first-origin"],
	},
	{
		server: "nginx",
		is: "with a cache that hides that everybody is let in",
		start: nginx(
			"location / { proxy_cache kept; proxy_cache_valid 200 1m; proxy_pass UPSTREAM; }",
			reflecting,
			CACHE,
		),
		findings: ["cache-keeps-first-origin", "missing-vary-origin", "reflects-any-origin"],
	},
	{
		server: "nginx",
		is: "without its API",
		start: nginx("location / { proxy_pass http://127.0.0.1:1; }", undefined),
		exit: 1,
		explanation: "server-error",
		fix: /always/,
	},
	{
		server: "nginx",
		is: "with a redirect to https",
		start: nginx("return 301 https://$host$request_uri;", undefined),
		exit: 1,
		explanation: "redirect-without-headers",
		fix: /call the URL/,
	},
];

async function examine({ start, argv = [] }: Row) {
	const url = `${await start()}/items`;
	const { code, out } = await cordon(["doctor", url, "--origin", PAGE, ...argv, "--json"]);
	const report = JSON.parse(out);
	return {
		exit: code,
		findings: report.findings.map((one: { readonly code: string }) => one.code).sort(),
		explanation: report.explanation?.code,
		fix: report.answeredBy?.fix ?? "",
		checked: report.checked.map((one: { readonly words: string }) => one.words),
	};
}

function prove(row: Row) {
	return async () => {
		const { exit, findings, explanation, fix, checked } = await examine(row);
		expect({ exit, findings, explanation }).toEqual({
			exit: row.exit ?? 0,
			findings: [...(row.findings ?? [])].sort(),
			explanation: row.explanation,
		});
		if (row.fix !== undefined) expect(fix).toMatch(row.fix);
		if (row.is.startsWith("the asterisk")) expect(checked.join()).not.toMatch(/not let in/);
	};
}

describe("real servers", () => {
	for (const row of ROWS)
		test(`${row.server} ${row.is}${(row.argv ?? []).includes("PUT") ? ", a PUT" : ""}`, prove(row));
});

describe.skipIf(NGINX === undefined)("nginx, which is not tried where the machine has none", () => {
	for (const row of NGINX_ROWS)
		test(`${row.is}${(row.argv ?? []).includes("PUT") ? ", a PUT" : ""}`, prove(row));
});
