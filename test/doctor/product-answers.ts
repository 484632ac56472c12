/** Owns what access layers, gateways and other products in front of an API send where a call of page code fails at them. */

import type { HeaderList } from "../../src/browser/header-list.ts";
import type { Trouble } from "../../src/doctor/products/product.ts";
import type { Product } from "../../src/doctor/products/who-answered.ts";

/** An answer, as far as it is looked at. */
export interface Sent {
	readonly status: number;
	readonly headers?: HeaderList;
	readonly body?: string;
}

/** Product, whether it made the answer itself, what came, the trouble, and its own words. */
export type Row = readonly [Product, boolean, Sent, Trouble, RegExp];

/** As the products send them: product, whether it made the answer itself, what came, the trouble, its own words. */
export const EDGE_ANSWERS: readonly Row[] = [
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
];
