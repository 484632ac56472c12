/** Owns the proof that each format is recognised, and that what is written of it validates and means the same. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { carryPolicy } from "../../../src/cli/import/carry.ts";
import { readDocuments } from "../../../src/cli/import/documents.ts";
import { FORMATS, recognise } from "../../../src/cli/import/formats.ts";
import { tenantFiles } from "../../../src/cli/import/tenants.ts";
import { compileTenant } from "../../../src/tenants/tenant.ts";

/** What a text becomes: the format, and the documents by their hosts. */
function imported(text: string, name = "source.yaml") {
	const found = recognise(readDocuments(name, text));
	if (found === undefined) return undefined;
	const policies = found.policies.map((policy) => carryPolicy(policy, { deeperSubdomains: false }));
	const files = tenantFiles(policies, "source");
	for (const { document } of files) {
		const result = compileTenant(JSON.parse(JSON.stringify(document)));
		expect(result.ok ? [] : result.errors).toEqual([]);
	}
	return {
		format: found.format.name,
		files: files.map(({ hosts, document }) => ({ hosts, ...document })),
		remarks: [...policies.flatMap(({ remarks }) => remarks), ...files.flatMap(({ remarks }) => remarks)],
	};
}

interface Case {
	readonly title: string;
	readonly format: string;
	readonly name?: string;
	readonly text: string;
	readonly files: readonly unknown[];
}

const CASES: readonly Case[] = [
	{
		title: "Kong: a plugin of a route with hosts and paths",
		format: "kong",
		text: `
_format_version: "3.0"
services:
  - name: api
    url: http://api.internal
    routes:
      - name: v1
        hosts: [api.acme.com]
        paths: [/v1]
        plugins:
          - name: cors
            config:
              origins: ["https://app.acme.com", "https://.*\\\\.acme\\\\.org"]
              methods: [GET, PUT]
              headers: [Authorization]
              exposed_headers: [ETag]
              credentials: true
              max_age: 60
`,
		files: [
			{
				hosts: ["api.acme.com"],
				mode: "report",
				cors: { origins: [] },
				routes: [
					{
						path: "/v1/*",
						cors: {
							origins: ["https://app.acme.com", "https://*.acme.org"],
							credentials: true,
							methods: ["PUT"],
							requestHeaders: ["Authorization"],
							exposedHeaders: ["ETag"],
							preflightMaxAgeSeconds: 60,
						},
					},
				],
			},
		],
	},
	{
		title: "Kong: no origins and credentials reflect everybody, so nobody is left",
		format: "kong",
		text: `
_format_version: "3.0"
plugins:
  - name: cors
    config: { credentials: true, methods: [GET] }
`,
		files: [
			{ hosts: undefined, mode: "report", cors: { origins: [], credentials: true, requestHeaders: "*" } },
		],
	},
	{
		title: "Traefik: YAML with a router",
		format: "traefik",
		text: `
http:
  routers:
    api:
      rule: "Host(\`api.acme.com\`) && PathPrefix(\`/v1\`)"
      middlewares: [cors@file]
  middlewares:
    cors:
      headers:
        accessControlAllowOriginList: ["https://app.acme.com"]
        accessControlAllowOriginListRegex: ["^https://(.+\\\\.)?acme\\\\.org$"]
        accessControlAllowMethods: [GET, OPTIONS, PUT]
        accessControlAllowHeaders: ["*"]
        accessControlAllowCredentials: true
        accessControlMaxAge: 100
`,
		files: [
			{
				hosts: ["api.acme.com"],
				mode: "report",
				cors: { origins: [] },
				routes: [
					{
						path: "/v1/*",
						cors: {
							origins: ["https://app.acme.com", "https://acme.org", "https://*.acme.org"],
							credentials: true,
							methods: ["PUT"],
							preflightMaxAgeSeconds: 100,
						},
					},
				],
			},
		],
	},
	{
		title: "Traefik: TOML",
		format: "traefik",
		name: "dynamic.toml",
		text: `
[http.middlewares.cors.headers]
  accessControlAllowOriginList = ["https://app.acme.com"]
  accessControlAllowMethods = ["DELETE"]
`,
		files: [
			{ hosts: undefined, mode: "report", cors: { origins: ["https://app.acme.com"], methods: ["DELETE"] } },
		],
	},
	{
		title: "Traefik: labels of a container",
		format: "traefik",
		text: `
services:
  api:
    labels:
      - "traefik.http.routers.api.rule=Host(\`api.acme.com\`)"
      - "traefik.http.middlewares.c.headers.accesscontrolalloworiginlist=https://a.acme.com,https://b.acme.com"
      - "traefik.http.middlewares.c.headers.accesscontrolallowcredentials=true"
`,
		files: [
			{
				hosts: ["api.acme.com"],
				mode: "report",
				cors: { origins: ["https://a.acme.com", "https://b.acme.com"], credentials: true },
			},
		],
	},
	{
		title: "Gateway API: the filter of an HTTPRoute",
		format: "gateway-api",
		text: `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: api }
spec:
  hostnames: [api.acme.com]
  rules:
    - matches: [{ path: { type: PathPrefix, value: /api } }]
      filters:
        - type: CORS
          cors:
            allowOrigins: ["https://*.acme.com", "http://localhost:3000"]
            allowCredentials: true
            allowMethods: [GET, PATCH]
            allowHeaders: ["*"]
            maxAge: 5
`,
		files: [
			{
				hosts: ["api.acme.com"],
				mode: "report",
				cors: { origins: [] },
				routes: [
					{
						path: "/api/*",
						cors: {
							origins: ["https://*.acme.com", "http://localhost:3000"],
							credentials: true,
							methods: ["PATCH"],
							requestHeaders: "*",
							preflightMaxAgeSeconds: 5,
						},
					},
				],
			},
		],
	},
	{
		title: "Envoy: a virtual host with every kind of matcher",
		format: "envoy",
		text: `
virtual_hosts:
  - name: api
    domains: ["api.acme.com:443"]
    typed_per_filter_config:
      envoy.filters.http.cors:
        "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy
        allow_origin_string_match:
          - exact: https://app.acme.com
          - suffix: .acme.org
          - safe_regex: { regex: "https://pr-.*\\\\.acme\\\\.net" }
          - prefix: https://x.
        allow_methods: GET,DELETE
        allow_headers: content-type,x-id
        expose_headers: x-count
        max_age: "600"
        allow_credentials: true
    routes: []
`,
		files: [
			{
				hosts: ["api.acme.com"],
				mode: "report",
				cors: {
					origins: ["https://app.acme.com", "https://*.acme.org", "https://pr-*.acme.net"],
					credentials: true,
					methods: ["DELETE"],
					requestHeaders: ["content-type", "x-id"],
					exposedHeaders: ["x-count"],
					preflightMaxAgeSeconds: 600,
				},
			},
		],
	},
	{
		title: "Envoy: a prefix of * is every origin",
		format: "envoy",
		text: `
virtual_hosts:
  - name: local
    domains: ["*"]
    cors:
      allow_origin_string_match: [{ prefix: "*" }]
      allow_methods: GET
`,
		files: [{ hosts: undefined, mode: "report", cors: { origins: "*" } }],
	},
	{
		title: "Istio: a VirtualService",
		format: "envoy",
		text: `
kind: VirtualService
metadata: { name: api }
spec:
  hosts: [api.acme.com]
  http:
    - corsPolicy:
        allowOrigins: [{ exact: https://app.acme.com }]
        allowMethods: [PUT]
        allowCredentials: true
        maxAge: "24h"
`,
		files: [
			{
				hosts: ["api.acme.com"],
				mode: "report",
				cors: {
					origins: ["https://app.acme.com"],
					credentials: true,
					methods: ["PUT"],
					preflightMaxAgeSeconds: 86400,
				},
			},
		],
	},
	{
		title: "ingress-nginx: no origin named is everybody with credentials, so nobody is left",
		format: "ingress-nginx",
		text: `
kind: Ingress
metadata:
  name: api
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/cors-allow-methods: "GET, PUT"
    nginx.ingress.kubernetes.io/cors-allow-headers: "X-Id"
spec:
  rules: [{ host: api.acme.com }]
`,
		files: [
			{
				hosts: ["api.acme.com"],
				mode: "report",
				cors: { origins: [], credentials: true, methods: ["PUT"], requestHeaders: ["X-Id"] },
			},
		],
	},
	{
		title: "APISIX: a route",
		format: "apisix",
		text: `
routes:
  - uri: /v1/*
    host: api.acme.com
    plugins:
      cors:
        allow_origins: "https://app.acme.com,https://b.acme.com"
        allow_methods: "**"
        allow_headers: "X-Id"
        allow_credential: true
        max_age: 10
`,
		files: [
			{
				hosts: ["api.acme.com"],
				mode: "report",
				cors: { origins: [] },
				routes: [
					{
						path: "/v1/*",
						cors: {
							origins: ["https://app.acme.com", "https://b.acme.com"],
							credentials: true,
							methods: ["PUT", "DELETE", "PATCH"],
							requestHeaders: ["X-Id"],
							preflightMaxAgeSeconds: 10,
						},
					},
				],
			},
		],
	},
	{
		title: "S3: one rule",
		format: "s3",
		text: JSON.stringify([
			{
				AllowedOrigins: ["https://app.acme.com", "https://*.acme.org"],
				AllowedMethods: ["GET", "PUT"],
				AllowedHeaders: ["*"],
				ExposeHeaders: ["ETag"],
				MaxAgeSeconds: 3000,
			},
		]),
		files: [
			{
				hosts: undefined,
				mode: "report",
				cors: {
					origins: ["https://app.acme.com", "https://*.acme.org"],
					credentials: true,
					methods: ["PUT"],
					requestHeaders: "*",
					exposedHeaders: ["ETag"],
					preflightMaxAgeSeconds: 3000,
				},
			},
		],
	},
	{
		title: "API Gateway: CloudFormation with tags of its own",
		format: "api-gateway",
		text: `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: !Sub "\${AWS::StackName}-api"
      CorsConfiguration:
        AllowOrigins: ["https://app.acme.com"]
        AllowMethods: ["PUT"]
        AllowHeaders: [content-type]
        AllowCredentials: true
        MaxAge: 300
`,
		files: [
			{
				hosts: undefined,
				mode: "report",
				cors: {
					origins: ["https://app.acme.com"],
					credentials: true,
					methods: ["PUT"],
					requestHeaders: ["content-type"],
					preflightMaxAgeSeconds: 300,
				},
			},
		],
	},
	{
		title: "CloudFront: a response headers policy",
		format: "cloudfront",
		text: JSON.stringify({
			ResponseHeadersPolicyConfig: {
				CorsConfig: {
					AccessControlAllowOrigins: { Quantity: 1, Items: ["https://app.acme.com"] },
					AccessControlAllowMethods: { Quantity: 1, Items: ["ALL"] },
					AccessControlAllowHeaders: { Quantity: 1, Items: ["x-id"] },
					AccessControlAllowCredentials: true,
					AccessControlMaxAgeSec: 600,
					OriginOverride: false,
				},
			},
		}),
		files: [
			{
				hosts: undefined,
				mode: "report",
				cors: {
					origins: ["https://app.acme.com"],
					credentials: true,
					methods: ["PUT", "PATCH", "DELETE"],
					requestHeaders: ["x-id"],
					preflightMaxAgeSeconds: 600,
				},
			},
		],
	},
	{
		title: "Spring: globalcors with patterns and port lists",
		format: "spring",
		text: `
spring:
  cloud:
    gateway:
      globalcors:
        cors-configurations:
          '[/**]':
            allowedOriginPatterns: ["https://*.acme.com", "http://localhost:[3000,3001]"]
            allowedMethods: [GET, PUT]
            allowedHeaders: "*"
            allowCredentials: true
            maxAge: 3600
`,
		files: [
			{
				hosts: undefined,
				mode: "report",
				cors: {
					origins: ["https://*.acme.com", "http://localhost:3000", "http://localhost:3001"],
					credentials: true,
					methods: ["PUT"],
					requestHeaders: "*",
					preflightMaxAgeSeconds: 3600,
				},
			},
		],
	},
	{
		title: "options of express' cors",
		format: "options",
		text: JSON.stringify({
			origin: ["https://app.acme.com", "/\\.acme\\.org$/"],
			credentials: true,
			methods: "GET,PUT",
			allowedHeaders: ["Content-Type"],
		}),
		files: [
			{
				hosts: undefined,
				mode: "report",
				cors: {
					origins: ["https://app.acme.com", "https://*.acme.org"],
					credentials: true,
					methods: ["PUT"],
					requestHeaders: ["Content-Type"],
				},
			},
		],
	},
];

describe("import reads", () => {
	test.each(CASES)("$title", ({ format, text, name, files }) => {
		expect(imported(text, name)).toMatchObject({ format, files });
	});

	test("every format that it names", () => {
		expect(new Set(CASES.map(({ format }) => format))).toEqual(new Set(FORMATS.map(({ name }) => name)));
	});
});

describe("import keeps its hands off", () => {
	test.each([
		["a file without CORS", "kind: Service\nmetadata: { name: x }\n"],
		["a list of numbers", "[1, 2, 3]"],
		["a text", "hello"],
	])("%s", (_, text) => {
		expect(imported(text)).toBeUndefined();
	});

	test("a file that is not YAML is refused with its line", () => {
		expect(() => readDocuments("kong.yml", "a: [1\nb: 2")).toThrow(/line 2/);
	});

	test("aliases that multiply are refused", () => {
		const levels = Array.from({ length: 12 }, (_, i) =>
			i === 0
				? 'a0: &a0 ["x"]'
				: `a${i}: &a${i} [${Array(10)
						.fill(`*a${i - 1}`)
						.join(",")}]`,
		);
		expect(() => readDocuments("bomb.yaml", levels.join("\n"))).toThrow(/cannot be read/);
	});
});

test("the page on moving in names every format and what becomes of it", () => {
	const page = readFileSync(join(import.meta.dirname, "../../../docs/moving-in.md"), "utf8");
	for (const { name } of FORMATS) expect(page).toContain(`\`${name}\``);
});
