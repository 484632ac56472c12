/** Owns the proof that no path gets more than the source gives it, whatever of the source cannot be said as a route. */

import { describe, expect, test } from "vitest";
import { importing, mayRead } from "./importing.ts";

const ONE = "https://one.acme.com";
const TWO = "https://two.acme.com";
const ANYBODY = "https://evil.example";

interface Case {
	readonly title: string;
	readonly text: string;
	readonly name?: string;
	/** Who may read: `place origin`. */
	readonly allowed: readonly string[];
	readonly denied: readonly string[];
	/** Whether it has to be said that something is left out. */
	readonly isTold?: boolean;
}

const kongCors = (origin: string) => `{ name: cors, config: { origins: ["${origin}"] } }`;
const envoyCors = (origin: string) =>
	`typed_per_filter_config: { envoy.filters.http.cors: { allow_origin_string_match: [{ exact: "${origin}" }] } }`;

const PATHS_WITHOUT_COUNTERPART: readonly Case[] = [
	{
		title: "Kong: a route of an expression, in a gateway that is open to everybody",
		text: `_format_version: "3.0"
plugins: [${kongCors("*")}]
routes:
  - { name: v1, paths: [/v1] }
  - { name: admin, paths: ['~/admin/(?<id>\\d+)/x$'], plugins: [${kongCors(ONE)}] }`,
		allowed: [`(source.jsonc)/v1/a ${ANYBODY}`, `(source.jsonc)/admin/7/x ${ONE}`],
		denied: [`(source.jsonc)/admin/7/x ${ANYBODY}`],
		isTold: true,
	},
	{
		title: "Kong: an expression that begins in several ways narrows everything",
		text: `_format_version: "3.0"
plugins: [${kongCors("*")}]
routes:
  - { name: admin, paths: ['~/(admin|ops)/\\d+$'], plugins: [${kongCors(ONE)}] }`,
		allowed: [`(source.jsonc)/v1 ${ONE}`],
		denied: [`(source.jsonc)/admin/7 ${ANYBODY}`, `(source.jsonc)/ops/7 ${ANYBODY}`],
		isTold: true,
	},
	{
		title: "Spring: a pattern in the middle of a path",
		text: `spring.cloud.gateway.globalcors:
  cors-configurations:
    '[/**]': { allowedOrigins: "*" }
    '[/users/*/keys]': { allowedOrigins: "${ONE}" }`,
		allowed: [`(source.jsonc)/v1 ${ANYBODY}`, `(source.jsonc)/users/1/keys ${ONE}`],
		denied: [`(source.jsonc)/users/1/keys ${ANYBODY}`],
		isTold: true,
	},
	{
		title: "where nobody is let in around it, nothing has to be narrower",
		text: `kind: Ingress
metadata:
  name: a
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/use-regex: "true"
    nginx.ingress.kubernetes.io/cors-allow-origin: "${ONE}"
spec: { rules: [{ host: api.acme.com, http: { paths: [{ path: "/v(1|2)/x" }, { path: /v3 }] } }] }`,
		allowed: [`api.acme.com/v3/x ${ONE}`],
		denied: [`api.acme.com/v1/x ${ONE}`],
		isTold: true,
	},
];

const ROUTES_WITHOUT_A_POLICY: readonly Case[] = [
	{
		title: "Gateway API: a rule without the filter, and one of certain headers",
		text: `kind: HTTPRoute
metadata: { name: a }
spec:
  hostnames: [api.acme.com]
  rules:
    - filters: [{ type: CORS, cors: { allowOrigins: ["*"] } }]
    - matches: [{ path: { type: PathPrefix, value: /private } }]
    - matches: [{ path: { type: PathPrefix, value: /beta }, headers: [{ name: x-beta, value: "1" }] }]
      filters: [{ type: CORS, cors: { allowOrigins: ["${ONE}"] } }]`,
		allowed: [`api.acme.com/v1 ${ANYBODY}`, `api.acme.com/beta/x ${ONE}`],
		denied: [`api.acme.com/private/x ${ANYBODY}`, `api.acme.com/beta/x ${ANYBODY}`],
		isTold: true,
	},
	{
		title: "Kong: a service without the plugin",
		text: `_format_version: "3.0"
services:
  - { name: one, routes: [{ name: r1, paths: [/] }], plugins: [${kongCors(ONE)}] }
  - { name: two, routes: [{ name: r2, paths: [/two] }] }`,
		allowed: [`(source.jsonc)/v1 ${ONE}`],
		denied: [`(source.jsonc)/two/x ${ONE}`],
	},
	{
		title: "Kong: beside a service of every path, the plugin of everything stays at the paths of the others",
		text: `_format_version: "3.0"
plugins: [${kongCors(TWO)}]
services:
  - { name: one, routes: [{ name: r1, paths: [/] }], plugins: [${kongCors(ONE)}] }
  - { name: two, routes: [{ name: r2, paths: [/two] }] }`,
		allowed: [`(source.jsonc)/v1 ${ONE}`, `(source.jsonc)/two/x ${TWO}`],
		denied: [`(source.jsonc)/two/x ${ONE}`, `(source.jsonc)/v1 ${TWO}`],
	},
	{
		title: "Envoy: a route that is switched off, one without a policy, and one that an earlier one hides",
		text: `virtual_hosts:
  - name: api
    domains: [api.acme.com]
    routes:
      - { match: { prefix: /none } }
      - match: { prefix: /off }
        cors: { allow_origin_string_match: [{ exact: "${ONE}" }], filter_enabled: { default_value: { numerator: 0 } } }
      - { match: { prefix: / }, ${envoyCors(ONE)} }
      - { match: { prefix: /hidden }, ${envoyCors(TWO)} }`,
		allowed: [`api.acme.com/v1 ${ONE}`, `api.acme.com/hidden ${ONE}`],
		denied: [`api.acme.com/none/x ${ONE}`, `api.acme.com/off/x ${ONE}`, `api.acme.com/hidden ${TWO}`],
	},
	{
		title: "Envoy: of a route without a policy of its own it is that of the virtual host",
		text: `virtual_hosts:
  - name: api
    domains: [api.acme.com]
    ${envoyCors(TWO)}
    routes:
      - { match: { prefix: /two } }
      - { match: { prefix: / }, ${envoyCors(ONE)} }`,
		allowed: [`api.acme.com/v1 ${ONE}`, `api.acme.com/two/x ${TWO}`],
		denied: [`api.acme.com/two/x ${ONE}`],
	},
	{
		title: "Istio: a route without a policy, and one of certain headers",
		text: `kind: VirtualService
metadata: { name: api }
spec:
  hosts: [api.acme.com]
  http:
    - match: [{ uri: { prefix: /none } }]
    - match: [{ uri: { prefix: /beta }, headers: { x-beta: { exact: "1" } } }]
      corsPolicy: { allowOrigins: [{ exact: "${TWO}" }] }
    - corsPolicy: { allowOrigins: [{ exact: "${ONE}" }] }`,
		allowed: [`api.acme.com/v1 ${ONE}`],
		denied: [`api.acme.com/none ${ONE}`, `api.acme.com/beta ${TWO}`, `api.acme.com/beta ${ONE}`],
		isTold: true,
	},
	{
		title: "Traefik: a router that does not name the middleware",
		text: `http:
  routers:
    one: { rule: "Host(\`api.acme.com\`) && (PathPrefix(\`/v1\`) || PathPrefix(\`/v2\`))", middlewares: [cors] }
    two: { rule: "Host(\`api.acme.com\`) && PathPrefix(\`/v1/private\`)" }
  middlewares:
    cors: { headers: { accessControlAllowOriginList: ["${ONE}"] } }`,
		allowed: [`api.acme.com/v1/a ${ONE}`, `api.acme.com/v2/a ${ONE}`],
		denied: [`api.acme.com/v1/private/x ${ONE}`, `api.acme.com/v3 ${ONE}`],
	},
	{
		title: "Traefik: a router of certain headers",
		text: `http:
  routers:
    one: { rule: "Host(\`api.acme.com\`) && Header(\`X-Beta\`, \`1\`)", middlewares: [cors] }
  middlewares:
    cors: { headers: { accessControlAllowOriginList: ["${ONE}"] } }`,
		allowed: [],
		denied: [`api.acme.com/v1 ${ONE}`],
		isTold: true,
	},
	{
		title: "APISIX: a route without the plugin, and one of a service without it",
		text: `routes:
  - { uri: /*, plugins: { cors: { allow_origins: "${ONE}", allow_headers: X-Id } } }
  - { uri: /none/* }
  - { uri: /exact }`,
		allowed: [`(source.jsonc)/v1 ${ONE}`],
		denied: [`(source.jsonc)/none/x ${ONE}`, `(source.jsonc)/exact ${ONE}`],
	},
	{
		title: "APISIX: a route of certain requests without the plugin takes nothing from others",
		text: `routes:
  - { uri: /v1/*, plugins: { cors: { allow_origins: "${ONE}", allow_headers: X-Id } } }
  - { uri: /*, vars: [[http_x_beta, "==", "1"]] }`,
		allowed: [`(source.jsonc)/v1/x ${ONE}`],
		denied: [`(source.jsonc)/v2 ${ONE}`],
	},
	{
		title: "ingress-nginx: an expression without a policy takes nothing from the paths that have one",
		text: `kind: Ingress
metadata:
  name: a
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/cors-allow-origin: "${ONE}"
    nginx.ingress.kubernetes.io/rewrite-target: /$2
spec: { rules: [{ host: a.acme.com, http: { paths: [{ path: "/api(/|$)(.*)" }] } }] }
---
kind: Ingress
metadata: { name: b, annotations: { nginx.ingress.kubernetes.io/rewrite-target: /$2 } }
spec: { rules: [{ host: a.acme.com, http: { paths: [{ path: "/()(.*)" }, { path: "/(a|b)/x" }] } }] }`,
		allowed: [`a.acme.com/api/x ${ONE}`],
		denied: [`a.acme.com/x ${ONE}`],
	},
	{
		title: "ingress-nginx: each host has its own paths, and another Ingress its own",
		text: `kind: Ingress
metadata:
  name: a
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/cors-allow-origin: "${ONE}"
spec:
  rules:
    - { host: a.acme.com, http: { paths: [{ path: /a }] } }
    - { host: b.acme.com, http: { paths: [{ path: / }] } }
---
kind: Ingress
metadata: { name: b }
spec: { rules: [{ host: b.acme.com, http: { paths: [{ path: /none, pathType: Prefix }] } }] }`,
		allowed: [`a.acme.com/a/x ${ONE}`, `b.acme.com/x ${ONE}`],
		denied: [`a.acme.com/x ${ONE}`, `b.acme.com/none/x ${ONE}`],
	},
];

const ONE_PLACE_TWICE: readonly Case[] = [
	{
		title: "Kong: two routes of one path that differ in their methods",
		text: `_format_version: "3.0"
routes:
  - { name: r, paths: [/v1], methods: [GET], plugins: [{ name: cors, config: { origins: ["${ONE}", "${TWO}"] } }] }
  - { name: w, paths: [/v1], methods: [POST], plugins: [${kongCors(ONE)}] }`,
		allowed: [`(source.jsonc)/v1 ${ONE}`],
		denied: [`(source.jsonc)/v1 ${TWO}`],
		isTold: true,
	},
	{
		title: "S3: rules follow each other",
		text: `[{ "AllowedMethods": ["PUT"], "AllowedOrigins": ["${ONE}"] }, { "AllowedMethods": ["GET"], "AllowedOrigins": ["${TWO}"] }]`,
		allowed: [`(source.jsonc)/ ${ONE}`, `(source.jsonc)/ ${TWO}`],
		denied: [`(source.jsonc)/ ${ANYBODY}`],
	},
];

describe.each([
	["a path without a counterpart is not let more in than the source lets in", PATHS_WITHOUT_COUNTERPART],
	["a route without a policy does not get that of the paths around it", ROUTES_WITHOUT_A_POLICY],
	["of several policies for one path, what they have in common", ONE_PLACE_TWICE],
])("%s", (_, cases) => {
	test.each(cases)("$title", ({ text, name, allowed, denied, isTold }) => {
		const outcome = importing(text, name);
		const isAllowed = (one: string) => mayRead(outcome, ...(one.split(" ") as [string, string]));
		expect(allowed.filter((one) => !isAllowed(one))).toEqual([]);
		expect(denied.filter(isAllowed)).toEqual([]);
		expect(outcome.leftOut > 0).toBe(isTold === true);
	});
});
