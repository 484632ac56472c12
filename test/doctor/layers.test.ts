/** Owns the proof of what the doctor says where the layers of a server disagree: one answers OPTIONS alone, two set a header, a list is not what it seems. */

import type { RequestListener, ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { whoAnswered } from "../../src/doctor/products/who-answered.ts";
import { cordon } from "../cli/harness.ts";
import { ALLOWED, answer, isListed, LISTS, PAGE, PUT, prove, type Row, share, sharing } from "./rows.ts";
import { nodeServer } from "./servers.ts";

const ON_OPTIONS_ALONE = ["--method", "PUT"];
const set = (response: ServerResponse) => (name: string, value: string) => response.setHeader(name, value);

/** Sets the headers where OPTIONS does not come by. */
const exceptOptions =
	(server: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
	(request, response) => {
		response.setHeader("server", server);
		if (request.method === "OPTIONS") response.writeHead(204, headers).end();
		else sharing(request, response);
	};

const lets = (isAllowed: (origin: string) => boolean): RequestListener => {
	return (request, response) => {
		share(isAllowed, request, set(response));
		answer(request, response);
	};
};

/** Starlette's way: a method that is not on the list gets 400, and the headers all the same. */
const refusing =
	(methods: string): RequestListener =>
	(request, response) => {
		share(isListed, request, set(response));
		const asked = request.headers["access-control-request-method"] ?? "";
		if (request.method !== "OPTIONS") return answer(request, response);
		response.setHeader("access-control-allow-methods", methods);
		const isGood = methods.split(", ").includes(asked);
		response.writeHead(isGood ? 200 : 400).end(isGood ? "OK" : "Disallowed CORS method");
	};

const leadingTo =
	(location: (host: string) => string): RequestListener =>
	({ headers: { host = "" } }, response) =>
		void response.writeHead(301, { location: location(host) }).end();

const ROWS: readonly Row[] = [
	{
		server: "Apache httpd",
		is: "sets headers without always, and so none on its own answer to OPTIONS",
		start: nodeServer(exceptOptions("Apache/2.4.71")),
		argv: ON_OPTIONS_ALONE,
		exit: 1,
		explanation: "preflight-without-headers",
		says: /A GET of this URL is shared with the page.*Access-Control-Allow-Origin: https:\/\/app\.example\.com; Access-Control-Allow-Credentials: true and Access-Control-Allow-Methods: PUT/,
		neverSays: /Let the server allow/,
		fix: /R=204,L\] with Header always set/,
	},
	{
		server: "Varnish",
		is: "sets headers in vcl_deliver, which synth passes by",
		start: nodeServer(exceptOptions("Varnish")),
		argv: ON_OPTIONS_ALONE,
		exit: 1,
		explanation: "preflight-without-headers",
		fix: /vcl_synth/,
	},
	{
		server: "nginx",
		is: "has an add_header of its own in the if of OPTIONS, which takes the others away",
		start: nodeServer(exceptOptions("nginx", LISTS)),
		argv: PUT,
		exit: 1,
		explanation: "preflight-without-headers",
		says: /needs Access-Control-Allow-Origin: https:\/\/app\.example\.com and Access-Control-Allow-Credentials: true/,
		fix: /with all the CORS headers in it/,
	},
	{
		server: "Node",
		is: "shares with nobody, which is another fault",
		start: nodeServer((request, response) => answer(request, response)),
		argv: ON_OPTIONS_ALONE,
		exit: 1,
		says: /Let the server allow/,
	},
	{
		server: "Node",
		is: "adds a line for each origin of its list",
		start: nodeServer((request, response) => {
			response.setHeader("access-control-allow-origin", [...ALLOWED]);
			response.setHeader("access-control-allow-credentials", "true");
			answer(request, response);
		}),
		exit: 1,
		findings: ["doubled-header"],
		says: /came 2 times, with different values: it takes one origin and no list/,
		neverSays: /two layers/,
	},
	{
		server: "Node",
		is: "looks for the host anywhere in the origin",
		start: nodeServer(lets((origin) => origin.includes("app.example.com"))),
		findings: ["allows-origin-suffix-twin", "allows-origin-prefix-twin"],
		tells: /somewhere in the origin: it let https:\/\/evilapp\.example\.com in/,
		neverSays: /looks only at how/,
	},
	{
		server: "Starlette",
		is: "has its methods in lower case",
		start: nodeServer(refusing("get, put")),
		argv: ON_OPTIONS_ALONE,
		exit: 1,
		explanation: "preflight-refuses-part",
		says: /its list has put, and methods are compared byte for byte: write PUT there/,
		neverSays: /Let OPTIONS pass/,
		fix: /allow_methods/,
	},
	{
		server: "Starlette",
		is: "has PATCH, and the page writes patch",
		start: nodeServer(refusing("PATCH, PUT")),
		argv: ["--method", "patch"],
		exit: 1,
		explanation: "preflight-refuses-part",
		says: /its list has PATCH, and methods are compared byte for byte: write PATCH in the page/,
	},
	{
		server: "Node",
		is: "redirects to https on the default port",
		start: nodeServer(leadingTo((host) => `https://${host.split(":")[0]}/items`)),
		exit: 1,
		explanation: "redirect-without-headers",
		says: /Only the scheme and the port are other\./,
	},
	{
		server: "Node",
		is: "redirects to another port",
		start: nodeServer(leadingTo((host) => `http://${host.split(":")[0]}:1/items`)),
		exit: 1,
		explanation: "redirect-without-headers",
		says: /Only the port is other\./,
	},
];

describe("of layers that disagree the one at fault is told", () => {
	test.each(ROWS)("$server $is", (row) => prove(row)());
});

describe("a header that came twice", () => {
	const came = (server: string) => {
		const exchange = {
			...({ number: 1, purpose: "actual", method: "GET", url: "https://api.example.com/items" } as const),
			...({ headers: [], credentials: true, hasBody: false, sentHeaders: [] } as const),
		};
		const answered = { status: 200, headers: [["server", server]] as const, body: "" };
		return whoAnswered({ ...exchange, answer: answered }, "doubled")?.fix;
	};
	test.each([
		["Apache/2.4.71", /Header onsuccess unset for each header that came twice/],
		["nginx", /proxy_hide_header for each header that came twice/],
		["Caddy", /header_down -NAME .* for each header that came twice/],
		["uvicorn", /CORSMiddleware alone/],
		["Werkzeug/2.2.2", /flask-cors alone/],
		["WSGIServer/0.2", /django-cors-headers alone/],
	])("behind %s is taken away in that product's words", (server, fix) => {
		expect(came(server)).toMatch(fix);
	});
	test("is not explained with how to send it once more", () => {
		expect(came("Kestrel")).toBeUndefined();
	});
});

test("what is said on the terminal of an answer to OPTIONS without headers names the page's origin once", async () => {
	const url = await nodeServer(exceptOptions("Apache/2.4.71"))();
	const { out } = await cordon(["doctor", `${url}/items`, "--origin", PAGE, "--method", "PUT"]);
	expect(out).toMatch(/blocked: steps 2 and 3 failed\. A GET of this URL is shared with the page/);
});
