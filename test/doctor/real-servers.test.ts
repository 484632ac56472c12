/** Owns the proof of the doctor on real servers: of sound ones nothing is said, of each faulty one just its fault. */

import type { RequestHandler } from "express";
import { cors } from "hono/cors";
import { describe, test } from "vitest";
import { ALLOWED, isListed, LISTS, OMIT, PAGE, PUT, prove, type Row, share, sharing } from "./rows.ts";
import { expressServer, fastifyServer, honoServer, nodeServer } from "./servers.ts";

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

describe("real servers", () => {
	for (const row of ROWS)
		test(`${row.server} ${row.is}${(row.argv ?? []).includes("PUT") ? ", a PUT" : ""}`, prove(row));
});
