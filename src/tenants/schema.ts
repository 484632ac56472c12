/** Owns the structure of a tenant document: the one schema that parsing, types and the JSON Schema come from. */

import * as v from "valibot";
import { MAX_PREFLIGHT_MAX_AGE_SECONDS } from "../cors/policy.ts";

/** Bounds of `upstreamTimeoutSeconds`. */
const MIN_UPSTREAM_TIMEOUT_SECONDS = 1;
const MAX_UPSTREAM_TIMEOUT_SECONDS = 300;

/** Names that one list may have, of methods or of headers. */
export const MAX_NAMES = 1000;

/** Routes that a document may have. */
export const MAX_ROUTES = 1000;

const nameList = v.pipe(
	v.array(v.string()),
	v.maxLength(
		MAX_NAMES,
		`This list has more than ${MAX_NAMES} names, which every answer to a preflight would carry. Name those that pages need, or write "*" in place of the list.`,
	),
);

const flag = (description: string) => v.optional(v.pipe(v.boolean(), v.description(description)));

const names = (description: string) =>
	v.optional(v.pipe(v.union([v.literal("*"), nameList]), v.description(description)));

const choice = <const TOptions extends readonly string[]>(options: TOptions, description: string) =>
	v.optional(v.pipe(v.picklist(options), v.description(description)));

const corsSchema = v.strictObject({
	origins: v.pipe(
		v.union([
			v.literal("*"),
			v.array(
				v.union([
					v.string(),
					v.strictObject({
						directory: v.pipe(
							v.string(),
							v.description("The origins kept in KV under origin:<directory>:<origin>."),
						),
					}),
				]),
			),
		]),
		v.description(
			'Who may read. Entries: "https://app.example.com", "https://*.example.com", "https://pr-*.example.com", "http://localhost:*", "app://.", "moz-extension://*", {"directory": "customers"}. In place of the list, "*" is any origin, never with credentials. An empty list is nobody.',
		),
	),
	credentials: flag("Whether cookies, Authorization and client certificates may go along. Default false."),
	methods: names('Methods besides GET, HEAD and POST, in upper case; or "*". Default none.'),
	requestHeaders: names('Request headers that a page may set; or "*". Default none.'),
	exposedHeaders: names('Response headers that a page may read; or "*". Default none.'),
	preflightMaxAgeSeconds: v.optional(
		v.pipe(
			v.number(),
			v.integer(),
			v.minValue(0),
			v.maxValue(MAX_PREFLIGHT_MAX_AGE_SECONDS),
			v.description("How long a browser may keep a preflight's answer. Default 7200."),
		),
	),
	timingAllowOrigin: flag("Whether Timing-Allow-Origin goes along. Default false."),
	dangerouslyAllowAnyExtension: flag(
		"Accepts moz-extension://* and the like with credentials: every extension that a user has installed. Default false.",
	),
	dangerouslyAllowInsecureOrigins: flag(
		"Accepts http: origins with credentials on other machines than this one. Default false.",
	),
	dangerouslyAllowPublicSuffixSubdomains: flag(
		"Accepts wildcards under or above a public suffix (https://*.github.io, https://*.amazonaws.com) with credentials. Default false.",
	),
});

const editorSchema = v.optional(v.pipe(v.string(), v.description("For editors; otherwise ignored.")));

/** The structure of a document that closes its tenant. */
export const closedSchema = v.strictObject({
	$schema: editorSchema,
	closed: v.pipe(
		v.literal(true),
		v.description("Stands alone and closes the tenant: 503 for everything, shared with nobody."),
	),
});

/** A document that closes its tenant. */
export type ClosedDocument = v.InferOutput<typeof closedSchema>;

/** The structure of a tenant document; what its values may say is checked when it is compiled. */
export const tenantSchema = v.strictObject({
	$schema: editorSchema,
	upstream: v.optional(
		v.pipe(
			v.union([
				v.string(),
				v.strictObject({
					service: v.pipe(v.string(), v.description("The name of a service binding of wrangler.toml.")),
				}),
			]),
			v.description(
				'The API\'s http or https origin; or {"service": "API"}, a service binding of wrangler.toml, for an API that is a Worker itself. Absent: requests go on along their own route.',
			),
		),
	),
	cors: v.pipe(corsSchema, v.description("Who may read this host's responses.")),
	routes: v.optional(
		v.pipe(
			v.array(
				v.strictObject({
					path: v.pipe(
						v.string(),
						v.description("An exact path (/login), or a prefix and all below it (/v1/*)."),
					),
					cors: v.pipe(corsSchema, v.description("Replaces the document's cors whole.")),
				}),
			),
			v.maxLength(
				MAX_ROUTES,
				`This document has more than ${MAX_ROUTES} routes. Join them into prefixes: "/v1/*" is the path and all below it.`,
			),
			v.description("Other rules for some paths; the longest matching path wins."),
		),
	),
	mode: choice(
		["enforce", "report"],
		'"report" changes nothing and records what "enforce" would have decided. Default "enforce".',
	),
	deniedRequests: choice(
		["forward", "reject"],
		'What happens to a cross-origin request from a denied origin: "forward" it unshared, or "reject" it with 403 before the upstream. Default "forward".',
	),
	originHeader: choice(
		["forward", "strip"],
		'"strip": GET and HEAD reach the upstream without Origin, so that caches hold one variant. Default "forward".',
	),
	upstreamTimeoutSeconds: v.optional(
		v.pipe(
			v.number(),
			v.minValue(MIN_UPSTREAM_TIMEOUT_SECONDS),
			v.maxValue(MAX_UPSTREAM_TIMEOUT_SECONDS),
			v.description("How long the upstream may take until its response headers. Default none."),
		),
	),
	cookies: v.optional(
		v.pipe(
			v.strictObject({
				sameSite: v.optional(v.pipe(v.literal("None"), v.description("Sets SameSite=None; Secure."))),
				partitioned: flag("Sets Partitioned; Secure. Default false."),
			}),
			v.description("Rewrites every Set-Cookie for cross-site use."),
		),
	),
	clientCertificate: choice(
		["ignore", "forward", "require"],
		'"forward" passes a verified client certificate to the upstream (RFC 9440); "require" refuses requests without one. Default "ignore".',
	),
});

/** A tenant document of the right structure, its values not yet checked. */
export type TenantDocument = v.InferOutput<typeof tenantSchema>;
