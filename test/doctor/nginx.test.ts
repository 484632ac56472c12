/** Owns the proof of the doctor on nginx, where the machine has one: of sound configurations nothing is said, of each faulty one its fault. */

import type { RequestListener } from "node:http";
import { describe, test } from "vitest";
import { ALLOWED, answer, bare, isListed, OMIT, PAGE, PUT, prove, type Row, share, sharing } from "./rows.ts";
import { NGINX, nginxServer } from "./servers.ts";

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

describe.skipIf(NGINX === undefined)("nginx, which is not tried where the machine has none", () => {
	for (const row of NGINX_ROWS)
		test(`${row.is}${(row.argv ?? []).includes("PUT") ? ", a PUT" : ""}`, prove(row));
});
