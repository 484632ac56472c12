/** Owns what the real products send where a call of page code fails at them. */

import type { HeaderList } from "../../src/browser/header-list.ts";
import type { Trouble } from "../../src/doctor/products/product.ts";
import type { Product } from "../../src/doctor/products/who-answered.ts";

/** An answer, as far as it is looked at. */
export interface Sent {
	readonly status: number;
	readonly headers?: HeaderList;
	readonly body?: string;
}

/** As the products send them: product, whether it made the answer itself, what came, the trouble, its own words. */
export const ANSWERS: readonly (readonly [Product, boolean, Sent, Trouble, RegExp])[] = [
	[
		"cloudflare-access",
		true,
		{
			status: 302,
			headers: [
				["server", "cloudflare"],
				["www-authenticate", 'Cloudflare-Access resource_metadata="https://api.example.com/.well-known/x"'],
				[
					"location",
					"https://acme.cloudflareaccess.com/cdn-cgi/access/login/api.example.com?kid=1&redirect_url=%2Fitems",
				],
				["cf-access-domain", "api.example.com"],
			],
		},
		"preflight",
		/Bypass OPTIONS requests/,
	],
	[
		"oauth2-proxy",
		true,
		{
			status: 302,
			headers: [["location", "https://auth.example.com/oauth2/start?rd=https://api.example.com/items"]],
		},
		"preflight",
		/skip-auth-preflight/,
	],
	[
		"aws-api-gateway",
		true,
		{
			status: 403,
			headers: [
				["x-amzn-requestid", "c6af9ac6"],
				["x-amzn-errortype", "MissingAuthenticationTokenException"],
				["x-amz-apigw-id", "Xyz="],
			],
			body: '{"message":"Missing Authentication Token"}',
		},
		"preflight",
		/authorization NONE/,
	],
	["aws-api-gateway", false, { status: 500, headers: [["apigw-requestid", "Xyz="]] }, "error", /DEFAULT_5XX/],
	[
		"amazon-s3",
		true,
		{
			status: 403,
			headers: [["server", "AmazonS3"]],
			body: "<Error><Code>AccessForbidden</Code><Message>CORSResponse: CORS is not enabled for this bucket.</Message></Error>",
		},
		"preflight",
		/AllowedOrigins/,
	],
	["aws-load-balancer", true, { status: 503, headers: [["server", "awselb/2.0"]] }, "error", /targets/],
	[
		"cloudfront",
		true,
		{
			status: 403,
			headers: [
				["server", "CloudFront"],
				["x-cache", "Error from cloudfront"],
			],
		},
		"preflight",
		/Allowed HTTP methods/,
	],
	[
		"kong",
		true,
		{
			status: 401,
			headers: [
				["server", "kong/3.9.1"],
				["www-authenticate", "Key"],
				["x-kong-response-latency", "1"],
			],
			body: '{\n  "message":"No API key found in request"\n}',
		},
		"preflight",
		/preflight_continue: false/,
	],
	[
		"kong",
		false,
		{
			status: 200,
			headers: [
				["via", "1.1 kong/3.9.1"],
				["x-kong-upstream-latency", "3"],
			],
		},
		"origin",
		/config\.origins/,
	],
	[
		"traefik",
		true,
		{ status: 401, headers: [["www-authenticate", 'Basic realm="traefik"']], body: "401 Unauthorized\n" },
		"preflight",
		/accessControlAllowOriginList.*before any auth middleware/,
	],
	[
		"envoy",
		true,
		{ status: 401, headers: [["server", "envoy"]], body: "Jwt is missing" },
		"preflight",
		/before ext_authz and jwt_authn/,
	],
	[
		"envoy",
		true,
		{
			status: 503,
			headers: [["server", "istio-envoy"]],
			body: "upstream connect error or disconnect/reset before headers. reset reason: connection timeout",
		},
		"error",
		/corsPolicy/,
	],
	[
		"envoy",
		false,
		{
			status: 200,
			headers: [
				["server", "istio-envoy"],
				["x-envoy-upstream-service-time", "4"],
			],
		},
		"origin",
		/allow_origin_string_match/,
	],
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
	["heroku", true, { status: 503, headers: [["server", "Heroku"]] }, "error", /H12/],
	[
		"cloudflare",
		true,
		{ status: 521, headers: [["server", "cloudflare"]], body: "error code: 521" },
		"error",
		/52x/,
	],
];
