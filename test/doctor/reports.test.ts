/** Owns the proof of the doctor on calls as people reported them: the true cause, a fix that is enough, and nothing false. */

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { describe, test } from "vitest";
import { isListed, OMIT, PAGE, PUT, prove, type Row, share } from "./rows.ts";
import { nodeServer, type Start } from "./servers.ts";

interface Request {
	readonly method: string;
	readonly url: string;
	readonly headers: IncomingHttpHeaders;
	readonly isPreflight: boolean;
}

interface Answer {
	readonly status?: number;
	readonly headers?: OutgoingHttpHeaders;
	readonly body?: string;
}

const SOUND = "sound";

/** A server that answers as the report says. */
function answering(reported: (request: Request) => Answer | typeof SOUND): Start {
	return nodeServer((request, response) => {
		const { method = "GET", url = "/", headers } = request;
		const answer = reported({ method, url, headers, isPreflight: method === "OPTIONS" });
		if (answer === SOUND) share(isListed, request, (name, value) => response.setHeader(name, value));
		const { status, body } = answer === SOUND ? {} : answer;
		response.writeHead(status ?? (method === "OPTIONS" ? 204 : 200), answer === SOUND ? {} : answer.headers);
		response.end(body);
	});
}

const STAR = { "access-control-allow-origin": "*" };
const KEPT = { "cache-control": "public, max-age=60" };
const HTTPS = "https://api.example.net/items";
/** What a preflight's answer needs for a PUT, beside the origin. */
const LISTS_TOO =
	/Access-Control-Allow-Methods: PUT and Access-Control-Allow-Headers: authorization, content-type/;

const ROWS: readonly Row[] = [
	{
		server: "seqeralabs/nf-tower#34",
		is: "401 to the preflight, and no header at all",
		start: answering(({ isPreflight }) => (isPreflight ? { status: 401 } : SOUND)),
		argv: PUT,
		exit: 1,
		says: LISTS_TOO,
	},
	{
		server: "haproxytech/kubernetes-ingress#361",
		is: "405 to OPTIONS",
		start: answering(({ isPreflight }) => (isPreflight ? { status: 405 } : SOUND)),
		argv: PUT,
		exit: 1,
		says: LISTS_TOO,
	},
	{
		server: "Flask",
		is: "OPTIONS answered by itself, without CORS",
		start: answering(() => ({ headers: { allow: "OPTIONS, GET, PUT", server: "Werkzeug/2.0" } })),
		argv: PUT,
		exit: 1,
		says: LISTS_TOO,
	},
	{
		server: "serverless/serverless#2099",
		is: "an API gateway without OPTIONS at this path",
		start: answering(() => ({
			status: 403,
			headers: { "x-amzn-errortype": "MissingAuthenticationTokenException", "x-amz-apigw-id": "a=" },
			body: '{"message":"Missing Authentication Token"}',
		})),
		argv: PUT,
		exit: 1,
		explanation: "options-refused",
		says: /Access-Control-Allow-Credentials: true.*Access-Control-Allow-Methods: PUT/,
		neverSays: /origin was refused/,
	},
	{
		server: "an API gateway",
		is: "that wants its key of the preflight too",
		start: answering(({ isPreflight }) =>
			isPreflight
				? { status: 403, headers: { "x-amzn-errortype": "ForbiddenException", "x-amz-apigw-id": "a=" } }
				: SOUND,
		),
		argv: ["--header", "X-Api-Key: abcdefgh12345"],
		exit: 1,
		explanation: "options-refused",
		neverSays: /origin was refused|abcdefgh12345/,
	},
	{
		server: "Cloudflare",
		is: "a rule of its firewall that blocks OPTIONS",
		start: answering(({ isPreflight }) =>
			isPreflight ? { status: 403, headers: { server: "cloudflare" }, body: "error code: 1020" } : SOUND,
		),
		argv: PUT,
		exit: 1,
		explanation: "options-refused",
		fix: /rule of its firewall/,
		neverSays: /origin was refused/,
	},
	...[PUT, []].map((argv) => ({
		server: "expressjs/cors",
		is: "an origin function that calls back with an error",
		start: answering(({ headers: { origin } }) =>
			origin === undefined ? {} : { status: 500, headers: { "x-powered-by": "Express" } },
		),
		argv,
		exit: 1,
		explanation: "origin-refused",
		says: /without Origin gets 200/,
		fix: /let it say false/,
		neverSays: /see its log/,
	})),
	{
		server: "Spring",
		is: "a GET with an Origin that is not on the list",
		start: answering(({ headers: { origin } }) =>
			origin === undefined ? {} : { status: 403, body: "Invalid CORS request" },
		),
		exit: 1,
		explanation: "origin-refused",
		neverSays: /cannot even see the status/,
	},
	{
		server: "mozilla/addons#12155",
		is: "a cache that has the answer without the asterisk",
		start: answering(({ url }) =>
			url.includes("cordon-doctor")
				? { headers: STAR }
				: { headers: { age: "583098", "x-cache": "Hit from cloudfront" } },
		),
		argv: OMIT,
		exit: 1,
		explanation: "cached-for-another-origin",
	},
	{
		server: "PRX/Infrastructure#412",
		is: "the asterisk for requests with Origin alone, behind a cache",
		start: answering(({ headers: { origin } }) => ({
			headers: origin === undefined ? KEPT : { ...STAR, ...KEPT },
		})),
		argv: OMIT,
		findings: ["missing-vary-origin"],
	},
	{
		server: "Starlette",
		is: "the asterisk for requests with Origin alone, which no cache is told to keep",
		start: answering(({ headers: { origin } }) => ({ headers: origin === undefined ? {} : STAR })),
		argv: OMIT,
	},
	{
		server: "corydolphin/flask-cors#257",
		is: "the slash at the end, behind a proxy that ends TLS",
		start: answering(({ url }) =>
			url === "/items"
				? { status: 308, headers: { location: "http://api.example.net/items/", server: "Werkzeug/2.0" } }
				: SOUND,
		),
		url: HTTPS,
		argv: PUT,
		exit: 1,
		explanation: "preflight-redirected",
		says: /X-Forwarded-Proto.*Call https:\/\/api\.example\.net\/items\/ directly/,
		fix: /ProxyFix/,
		neverSays: /[Cc]all http:/,
	},
	{
		server: "FastAPI",
		is: "the slash at the end, to plain http, with the CORS headers",
		start: answering(({ url }) =>
			url === "/items"
				? {
						status: 307,
						headers: {
							location: "http://api.example.net/items/",
							server: "uvicorn",
							"access-control-allow-origin": PAGE,
							"access-control-allow-credentials": "true",
							vary: "Origin",
						},
					}
				: SOUND,
		),
		url: HTTPS,
		exit: 1,
		explanation: "redirect-to-plain-http",
		says: /Call https:\/\/api\.example\.net\/items\/ directly/,
		fix: /--proxy-headers/,
		neverSays: /serve the API over https/,
	},
	{
		server: "a server",
		is: "that redirects to itself, by plain http",
		start: answering(() => ({ status: 301, headers: { location: "http://api.example.net/items" } })),
		url: HTTPS,
		exit: 1,
		explanation: "redirect-without-headers",
		says: /answer this URL itself/,
		neverSays: /[Cc]all http/,
	},
	{
		server: "socketio/socket.io#2740",
		is: "the asterisk on an error, with credentials",
		start: answering(() => ({
			status: 404,
			headers: { ...STAR, "x-powered-by": "Express", server: "nginx" },
		})),
		exit: 1,
		says: /asterisk counts for nothing.*call without credentials/,
		fix: /before authentication/,
	},
	{
		server: "apollographql/apollo-server",
		is: "400 to every GET, without the headers",
		start: answering(({ method }) => (method === "GET" ? { status: 400 } : SOUND)),
		argv: ["--method", "POST", "--header", "Content-Type: application/json", "--data", "{}"],
		exit: 1,
		says: /says little of the POST/,
	},
	{
		server: "an API",
		is: "whose page is on plain http",
		start: answering(() => ({})),
		argv: ["--origin", "http://app.example.com"],
		exit: 1,
		explanation: "unsafe-origin",
		neverSays: /dangerously/,
	},
	{
		server: "Firebase Storage",
		is: "without CORS",
		start: answering(() => ({ headers: { server: "UploadServer" } })),
		argv: OMIT,
		exit: 1,
		fix: /--cors-file/,
	},
	{
		server: "adamchainz/django-cors-headers#296",
		is: "a page that sends a misspelt header of responses, and an option",
		start: answering(({ isPreflight }) => ({
			headers: isPreflight ? { ...STAR, "access-control-allow-headers": "authorization" } : STAR,
		})),
		argv: [
			...OMIT,
			...["--header", "Acces-Control-Allow-Origin: *", "--header", "crossDomain: true"],
			...["--header", "Authorization: Bearer 12345678"],
		],
		exit: 1,
		explanation: "page-sends-response-header",
		says: /only responses have, and crossdomain, which is an option/i,
		neverSays: /Name acces/,
	},
	{
		server: "TTLabs/EvaporateJS#152",
		is: "a bucket of another region",
		start: answering(() => ({ status: 301, headers: { server: "AmazonS3" } })),
		argv: [...PUT, ...OMIT],
		exit: 1,
		fix: /by its region/,
	},
	{
		server: "fastify/fastify-cors",
		is: "a plugin that answers preflights and none of the routes",
		start: answering(({ isPreflight }) =>
			isPreflight
				? {
						status: 204,
						headers: {
							"access-control-allow-origin": PAGE,
							"access-control-allow-credentials": "true",
							"access-control-allow-methods": "GET,HEAD,POST",
							"access-control-allow-headers": "authorization, content-type",
							vary: "Origin",
						},
					}
				: {},
		),
		argv: PUT,
		exit: 1,
		says: /Name PUT.*put the response itself right too/,
	},
	{
		server: "expressjs/cors",
		is: "an origin that is looked for anywhere in the text",
		start: nodeServer((request, response) => {
			share(
				(origin) => origin.includes("example.com"),
				request,
				(name, value) => response.setHeader(name, value),
			);
			response.end();
		}),
		findings: ["allows-origin-prefix-twin", "allows-origin-suffix-twin"],
		tells:
			/only looks for the allowed name.*The scheme does not count either: it let http:\/\/app\.example\.com in/,
		neverSays: /looks only at how an origin (begins|ends)/,
	},
	{
		server: "a firewall",
		is: "403 to everything, Origin or not",
		start: answering(() => ({ status: 403 })),
		argv: PUT,
		exit: 1,
		explanation: "origin-refused",
		says: /A GET without Origin is answered with 403 too/,
	},
	{
		server: "Spring Security",
		is: "403 to the preflight of an origin that is not on the list",
		start: answering(({ isPreflight }) => ({ status: isPreflight ? 403 : 200 })),
		argv: PUT,
		exit: 1,
		explanation: "origin-refused",
		neverSays: /without Origin is answered with 403/,
	},
	{
		server: "kubernetes/ingress-nginx#2134",
		is: "504 to everything: who is let in does not show",
		start: answering(() => ({ status: 504 })),
		argv: PUT,
		exit: 1,
		explanation: "server-error",
		neverSays: /not let in|lets nobody in/,
	},
	{
		server: "expressjs/cors#290",
		is: "a device of the local network, over plain http",
		start: answering(() => SOUND),
		url: "http://192.168.1.10/items",
		exit: 1,
		says: /Chromium alone makes an exception for the local network/,
	},
	{
		server: "an API",
		is: "whose preflight wants a session and has a malformed list, and whose errors are not shared",
		start: answering(({ isPreflight }) => ({
			status: 401,
			headers: isPreflight ? { "access-control-allow-methods": "GET;PUT" } : {},
		})),
		argv: PUT,
		exit: 1,
		says: /Allow-Methods has a bad element.*answer needs Access-Control-Allow-Methods: PUT.*is answered with 401 and not shared/,
	},
	{
		server: "a server",
		is: "403 to the preflight, with another origin in it",
		start: answering(() => ({
			status: 403,
			headers: {
				"access-control-allow-origin": "https://b.example",
				"access-control-allow-credentials": "True",
			},
		})),
		argv: PUT,
		exit: 1,
		explanation: "origin-refused",
		says: /with Access-Control-Allow-Origin: https:\/\/b\.example.*needs Access-Control-Allow-Credentials: true/,
		neverSays: /names it all the same/,
	},
	{
		server: "ngrok",
		is: "its warning page",
		start: answering(() => ({ headers: { "ngrok-error-code": "ERR_NGROK_6024" } })),
		exit: 1,
		fix: /ngrok-skip-browser-warning/,
	},
];

describe("calls as they were reported", () => {
	for (const row of ROWS)
		test(`${row.server}: ${row.is}${(row.argv ?? []).includes("PUT") ? ", a PUT" : ""}`, prove(row));
});
