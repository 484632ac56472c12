/**
 * Owns the structure of a tenant document: the one schema that parsing, types and the JSON Schema come from. What its keys mean
 * is said in schema-words.ts, which the gateway does not carry.
 */

import * as v from "valibot";
import { MAX_POLICIES } from "../cors/policies.ts";
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

const flag = v.optional(v.boolean());

const names = v.optional(v.union([v.literal("*"), nameList]));

const choice = <const TOptions extends readonly string[]>(...options: TOptions) =>
	v.optional(v.picklist(options));

const corsSchema = v.strictObject({
	origins: v.union([
		v.literal("*"),
		v.array(v.union([v.string(), v.strictObject({ directory: v.string() })])),
	]),
	credentials: flag,
	methods: names,
	requestHeaders: names,
	exposedHeaders: names,
	preflightMaxAgeSeconds: v.optional(
		v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_PREFLIGHT_MAX_AGE_SECONDS)),
	),
	timingAllowOrigin: flag,
	dangerouslyAllowAnyExtension: flag,
	dangerouslyAllowInsecureOrigins: flag,
	dangerouslyAllowPublicSuffixSubdomains: flag,
});

const policiesSchema = v.union([
	corsSchema,
	v.pipe(
		v.array(corsSchema),
		v.minLength(
			1,
			'This list has no policy, so that it says nothing of anybody. Name one; {"origins": []} in place of the list is nobody.',
		),
		v.maxLength(
			MAX_POLICIES,
			`This list has more than ${MAX_POLICIES} policies. Join those that grant the same, or give paths of their own to routes.`,
		),
	),
]);

const mode = choice("enforce", "report");

const $schema = v.optional(v.string());

/** The structure of a document that closes its tenant. */
export const closedSchema = v.strictObject({ $schema, closed: v.literal(true) });

/** A document that closes its tenant. */
export type ClosedDocument = v.InferOutput<typeof closedSchema>;

/** The structure of a tenant document; what its values may say is checked when it is compiled. */
export const tenantSchema = v.strictObject({
	$schema,
	upstream: v.optional(v.union([v.string(), v.strictObject({ service: v.string() })])),
	cors: policiesSchema,
	routes: v.optional(
		v.pipe(
			v.array(v.strictObject({ path: v.string(), cors: policiesSchema, mode })),
			v.maxLength(
				MAX_ROUTES,
				`This document has more than ${MAX_ROUTES} routes. Join them into prefixes: "/v1/*" is the path and all below it.`,
			),
		),
	),
	mode,
	deniedRequests: choice("forward", "reject", "isolate"),
	originHeader: choice("forward", "strip"),
	upstreamTimeoutSeconds: v.optional(
		v.pipe(v.number(), v.minValue(MIN_UPSTREAM_TIMEOUT_SECONDS), v.maxValue(MAX_UPSTREAM_TIMEOUT_SECONDS)),
	),
	cookies: v.optional(
		v.strictObject({
			sameSite: v.optional(v.literal("None")),
			partitioned: flag,
			domain: v.optional(v.string()),
		}),
	),
	clientCertificate: choice("ignore", "forward", "require"),
});

/** A tenant document of the right structure, its values not yet checked. */
export type TenantDocument = v.InferOutput<typeof tenantSchema>;
