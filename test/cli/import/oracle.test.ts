/** Owns the proof, format by format, that the outcome lets in what the source means and nothing more. */

import { describe, expect, test } from "vitest";
import { carryPolicy } from "../../../src/cli/import/carry.ts";
import { readDocuments } from "../../../src/cli/import/documents.ts";
import { recognise } from "../../../src/cli/import/formats.ts";
import { tenantFiles } from "../../../src/cli/import/tenants.ts";
import { checkOrigin } from "../../../src/cors/allowed-origins.ts";
import { compileTenant } from "../../../src/tenants/tenant.ts";

const HOSTS = [
	"acme.com",
	"app.acme.com",
	"a.b.acme.com",
	"evilacme.com",
	"acme.com.evil.example",
	"app.acme.com.evil.example",
	"appxacme.com",
	"app-acme.com",
	"acme.org",
	"app.acme.org",
	"acme.co",
	"com",
	"localhost",
	"127.0.0.1",
	"[::1]",
	"xn--acm-dma.com",
	"app1.acme.com",
	"preview-42.acme.com",
	"preview-a.b.acme.com",
];
const SCHEMES = ["https://", "http://", "chrome-extension://", "HTTPS://"];
const PORTS = ["", ":443", ":80", ":3000", ":8080", ":8081"];
const ORIGINS: readonly string[] = [
	"null",
	"",
	"*",
	"app.acme.com",
	"https://app.acme.com/",
	...SCHEMES.flatMap((scheme) => HOSTS.flatMap((host) => PORTS.map((port) => `${scheme}${host}${port}`))),
];

interface Product {
	readonly text: string;
	/** What the product's own documentation says of an origin. */
	readonly allows: (origin: string) => boolean;
	/** What its author meant, of which nothing may be lost. */
	readonly meant: readonly string[];
}

/** What the gateway itself says of an origin. */
function allows(document: object, origin: string): boolean {
	const result = compileTenant(JSON.parse(JSON.stringify(document)));
	if (!result.ok || result.closed) throw new Error("It does not validate.");
	const check = checkOrigin(result.tenant.place.policies.origins, origin);
	return check.kind === "decided" && check.verdict.allowed;
}

const whole = (pattern: string) => (origin: string) => new RegExp(`^(?:${pattern})$`).test(origin);
const found = (pattern: string) => (origin: string) => new RegExp(pattern).test(origin);
const any =
	(...tests: readonly ((origin: string) => boolean)[]) =>
	(origin: string) =>
		tests.some((one) => one(origin));
const exactly =
	(...origins: readonly string[]) =>
	(origin: string) =>
		origins.includes(origin);

const PRODUCTS: Readonly<Record<string, Product>> = {
	kong: {
		text: `_format_version: "3.0"
plugins:
  - name: cors
    config:
      credentials: true
      origins: ["https://app.acme.com", "https?://.*\\\\.acme\\\\.org", "acme.co", "https://preview-[0-9]+\\\\.acme\\\\.com"]`,
		// Anchored at both ends; an entry without a colon is a host, whatever the scheme and port.
		allows: any(
			exactly("https://app.acme.com"),
			whole("https?://.*\\.acme\\.org"),
			found("^[a-zA-Z-]+://acme\\.co(:\\d+)?$"),
			whole("https://preview-[0-9]+\\.acme\\.com"),
		),
		meant: ["https://app.acme.com", "https://app.acme.org", "https://acme.co"],
	},
	traefik: {
		text: `http:
  middlewares:
    cors:
      headers:
        accessControlAllowCredentials: true
        accessControlAllowOriginList: ["https://acme.org"]
        accessControlAllowOriginListRegex: ['^https://(.+\\.)?acme\\.com$', 'https://.*\\.acme\\.co', '^http://localhost(:\\d+)?$']`,
		allows: any(
			exactly("https://acme.org"),
			found("^https://(.+\\.)?acme\\.com$"),
			found("https://.*\\.acme\\.co"),
			found("^http://localhost(:\\d+)?$"),
		),
		meant: ["https://acme.org", "https://acme.com", "https://a.b.acme.com", "http://localhost:3000"],
	},
	"gateway-api": {
		text: `kind: HTTPRoute
metadata: { name: a }
spec:
  rules:
    - filters:
        - type: CORS
          cors: { allowCredentials: true, allowOrigins: ["https://*.acme.com", "http://localhost:8080"] }`,
		allows: any(whole("https://.+\\.acme\\.com"), exactly("http://localhost:8080")),
		meant: ["https://app.acme.com", "https://a.b.acme.com", "http://localhost:8080"],
	},
	envoy: {
		text: `virtual_hosts:
  - name: a
    domains: ["*"]
    typed_per_filter_config:
      envoy.filters.http.cors:
        allow_credentials: true
        allow_origin_string_match:
          - exact: https://acme.org
          - suffix: .acme.com
          - suffix: acme.co
          - prefix: "https://app."
          - safe_regex: { regex: "https://preview-.*\\\\.acme\\\\.com" }`,
		allows: any(
			exactly("https://acme.org"),
			(origin) =>
				origin.endsWith(".acme.com") || origin.endsWith("acme.co") || origin.startsWith("https://app."),
			whole("https://preview-.*\\.acme\\.com"),
		),
		meant: ["https://acme.org", "https://app.acme.com", "https://acme.co", "https://preview-42.acme.com"],
	},
	"ingress-nginx": {
		text: `kind: Ingress
metadata:
  name: a
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/cors-allow-origin: "https://acme.com, https://*.acme.org, http://localhost:3000"`,
		// An asterisk is one label.
		allows: any(
			exactly("https://acme.com", "http://localhost:3000"),
			whole("https://[A-Za-z0-9-]+\\.acme\\.org"),
		),
		meant: ["https://acme.com", "http://localhost:3000"],
	},
	apisix: {
		text: `routes:
  - uri: /*
    plugins:
      cors: { allow_credential: true, allow_origins: "https://acme.org", allow_origins_by_regex: ["^https://.*\\\\.acme\\\\.com$", ".*\\\\.acme.co$"] }`,
		allows: any(found("^https://.*\\.acme\\.com$"), found(".*\\.acme.co$")),
		meant: ["https://app.acme.com", "https://a.b.acme.com"],
	},
	s3: {
		text: '[{ "AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.acme.com", "https://acme.com"] }]',
		allows: any(whole("https://.*\\.acme\\.com"), exactly("https://acme.com")),
		meant: ["https://app.acme.com", "https://a.b.acme.com", "https://acme.com"],
	},
	cloudfront: {
		text: '{ "CorsConfig": { "AccessControlAllowCredentials": true, "AccessControlAllowOrigins": { "Items": ["https://*.acme.com", "https://acme.org"] } } }',
		allows: any(whole("https://.*\\.acme\\.com"), exactly("https://acme.org")),
		meant: ["https://app.acme.com", "https://acme.org"],
	},
	"api-gateway": {
		text: '{ "CorsConfiguration": { "AllowCredentials": true, "AllowOrigins": ["https://app.acme.com", "http://localhost:3000"] } }',
		allows: exactly("https://app.acme.com", "http://localhost:3000"),
		meant: ["https://app.acme.com", "http://localhost:3000"],
	},
	spring: {
		text: `spring:
  cloud:
    gateway:
      globalcors:
        corsConfigurations:
          '[/**]':
            allowCredentials: true
            allowedMethods: [GET]
            allowedOrigins: ["https://acme.org"]
            allowedOriginPatterns: ["https://*.acme.com", "http://localhost:[3000,8080]"]`,
		allows: any(
			exactly("https://acme.org", "http://localhost:3000", "http://localhost:8080"),
			whole("https://.*\\.acme\\.com"),
		),
		meant: ["https://acme.org", "https://app.acme.com", "http://localhost:3000", "http://localhost:8080"],
	},
	options: {
		text: '{ "credentials": true, "origin": ["https://acme.org", "/^https:\\\\/\\\\/([a-z0-9-]+\\\\.)*acme\\\\.com$/", "/acme\\\\.co$/"] }',
		allows: any(
			exactly("https://acme.org"),
			found("^https://([a-z0-9-]+\\.)*acme\\.com$"),
			found("acme\\.co$"),
		),
		meant: ["https://acme.org", "https://acme.com", "https://a.b.acme.com", "https://acme.co"],
	},
};

describe("of some hundred origins, the outcome lets in those that the source means and no others", () => {
	test.each(Object.entries(PRODUCTS))("%s", (format, product) => {
		const recognised = recognise(readDocuments("source.yaml", product.text));
		expect(recognised?.format.name).toBe(format);
		const policies = (recognised?.policies ?? []).map((one) => carryPolicy(one, { deeperSubdomains: false }));
		const documents = tenantFiles(policies, "source").map(({ document }) => document);
		expect(documents).toHaveLength(1);
		const letIn = ORIGINS.filter((origin) => documents.some((document) => allows(document, origin)));
		expect(letIn.filter((origin) => !product.allows(origin))).toEqual([]);
		expect(product.meant.filter((origin) => !letIn.includes(origin))).toEqual([]);
	});
});
