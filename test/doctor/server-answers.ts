/** Owns what web servers, frameworks and their platforms send where a call of page code fails at them. */

import type { Row } from "./product-answers.ts";

/** As the products send them. */
export const SERVER_ANSWERS: readonly Row[] = [
	[
		"vercel",
		false,
		{
			status: 308,
			headers: [
				["server", "Vercel"],
				["x-vercel-id", "fra1::1"],
			],
		},
		"redirect",
		/trailingSlash/,
	],
	[
		"next.js",
		true,
		{
			status: 308,
			headers: [
				["x-powered-by", "Next.js"],
				["refresh", "0;url=/items"],
			],
		},
		"redirect",
		/skipTrailingSlashRedirect/,
	],
	[
		"iis",
		false,
		{
			status: 200,
			headers: [
				["server", "Microsoft-IIS/10.0"],
				["public", "OPTIONS, TRACE, GET, HEAD, POST"],
			],
		},
		"lists",
		/OPTIONSVerbHandler/,
	],
	[
		"asp.net",
		false,
		{ status: 401, headers: [["server", "Kestrel"]] },
		"preflight",
		/UseCors\(\).*before UseAuthentication/,
	],
	["spring", true, { status: 403, body: "Invalid CORS request" }, "preflight", /CorsConfigurationSource/],
	[
		"spring",
		true,
		{
			status: 401,
			body: '{"timestamp":"2026-11-26T10:00:00.000+00:00","status":401,"error":"Unauthorized","path":"/items"}',
		},
		"error",
		/http\.cors/,
	],
	[
		"starlette",
		true,
		{ status: 400, headers: [["server", "uvicorn"]], body: "Disallowed CORS method" },
		"lists",
		/allow_methods/,
	],
	[
		"fastify",
		true,
		{
			status: 404,
			body: '{"message":"Route OPTIONS:/items not found","error":"Not Found","statusCode":404}',
		},
		"preflight",
		/@fastify\/cors/,
	],
	[
		"django",
		true,
		{
			status: 404,
			body: '\n<!doctype html>\n<html lang="en">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>\n</body>\n</html>\n',
		},
		"error",
		/CorsMiddleware first/,
	],
	[
		"flask",
		true,
		{
			status: 401,
			headers: [["server", "Werkzeug/3.0 Python/3.12"]],
			body: "<!doctype html>\n<html lang=en>\n<title>401 Unauthorized</title>\n",
		},
		"preflight",
		/before_request/,
	],
	[
		"apache",
		true,
		{
			status: 404,
			headers: [["server", "Apache/2.4.66 (Debian)"]],
			body: '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404 Not Found</title>\n</head><body>\n<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n',
		},
		"error",
		/Header always set/,
	],
	[
		"haproxy",
		true,
		{
			status: 503,
			body: "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n",
		},
		"error",
		/http-after-response/,
	],
	[
		"varnish",
		false,
		{
			status: 200,
			headers: [
				["x-varnish", "32770 3"],
				["via", "1.1 varnish (Varnish/7.1)"],
			],
		},
		"origin",
		/vcl_deliver/,
	],
	[
		"nginx",
		true,
		{
			status: 405,
			headers: [["server", "nginx/1.27.0"]],
			body: "<html>\r\n<head><title>405 Not Allowed</title></head>\r\n<body>\r\n<center><h1>405 Not Allowed</h1></center>\r\n<hr><center>nginx/1.27.0</center>\r\n</body>\r\n</html>\r\n",
		},
		"preflight",
		/return 204/,
	],
	[
		"rails",
		false,
		{
			status: 404,
			headers: [
				["x-request-id", "1"],
				["x-runtime", "0.01"],
			],
		},
		"preflight",
		/Rack::Cors/,
	],
	[
		"google-cloud-storage",
		true,
		{ status: 200, headers: [["server", "UploadServer"]] },
		"origin",
		/--cors-file/,
	],
	[
		"azure-storage",
		true,
		{ status: 403, headers: [["x-ms-error-code", "CorsPreflightFailure"]] },
		"preflight",
		/az storage cors add/,
	],
	["minio", true, { status: 200, headers: [["server", "MinIO"]] }, "reflects", /cors_allow_origin/],
	[
		"elasticsearch",
		true,
		{ status: 200, headers: [["x-elastic-product", "Elasticsearch"]] },
		"lists",
		/http\.cors\.allow-headers/,
	],
	[
		"cloud-run",
		true,
		{
			status: 403,
			headers: [["server", "Google Frontend"]],
			body: "<h1>Error: Forbidden</h1>\n<h2>Your client does not have permission to get URL <code>/items</code> from this server.</h2>",
		},
		"preflight",
		/allUsers/,
	],
	["ngrok", true, { status: 404, headers: [["ngrok-error-code", "ERR_NGROK_3200"]] }, "error", /not up/],
	[
		"supabase",
		false,
		{ status: 500, headers: [["x-sb-edge-region", "eu-west-1"]] },
		"preflight",
		/OPTIONS first/,
	],
	["netlify", false, { status: 404, headers: [["server", "Netlify"]] }, "preflight", /static files alone/],
	["heroku", true, { status: 503, headers: [["server", "Heroku"]] }, "error", /H12/],
	[
		"cloudflare",
		true,
		{ status: 521, headers: [["server", "cloudflare"]], body: "error code: 521" },
		"error",
		/52x/,
	],
];
