/** Owns the words of the API's description: what every route says of itself, and what they have in common. */

import { toJsonSchema } from "@valibot/to-json-schema";
import type { MiddlewareHandler } from "hono";
import { type DescribeRouteOptions, describeRoute, resolver } from "hono-openapi";
import type { OpenAPIV3_1 } from "openapi-types";
import type * as v from "valibot";
import { type DescribedSchema, withWords } from "../tenants/described-schema.ts";
import { closedSchema, tenantSchema } from "../tenants/schema.ts";
import { type AdminProblemCode, PROBLEMS } from "./problem.ts";

/** A route, described. */
export interface RouteWords {
	readonly id: string;
	readonly tag: "Tenants" | "History" | "Directories" | "Explain";
	readonly summary: string;
	readonly description?: string;
	readonly query?: readonly QueryWords[];
	/** Request headers that matter. */
	readonly conditions?: readonly ("If-Match" | "If-None-Match")[];
	readonly body?: v.GenericSchema | typeof DOCUMENT;
	readonly answers: Readonly<Record<number, AnswerWords>>;
	/** What it may be refused with, beside what any route may. */
	readonly problems?: readonly AdminProblemCode[];
}

interface QueryWords {
	readonly name: string;
	readonly description: string;
	readonly schema: OpenAPIV3_1.SchemaObject;
}

interface AnswerWords {
	readonly description: string;
	readonly body?: v.GenericSchema | typeof DOCUMENT | OpenAPIV3_1.SchemaObject;
	readonly headers?: readonly string[];
}

/** Stands for a tenant document. */
export const DOCUMENT = { $ref: "#/components/schemas/TenantDocument" } as const;

/** What any route may be refused with. */
const ANYWHERE = [
	"unauthenticated",
	"forbidden",
	"method-not-allowed",
	"internal-error",
	"not-configured",
] as const;

const CONDITIONS = {
	"If-Match": "The ETag of what is replaced, a list of them, or *. Weak tags never match.",
	"If-None-Match": "* where there is nothing yet.",
} as const;

/** The query parameter of all lists. */
export const CURSOR: QueryWords = {
	name: "cursor",
	description: "From the page before.",
	schema: { type: "string" },
};

/** Describes a route. */
export function describeApiRoute(words: RouteWords): MiddlewareHandler {
	const { id, tag, summary, description, query = [], conditions = [], body, answers, problems = [] } = words;
	const responses: Record<string, object> = {};
	for (const [status, answer] of Object.entries(answers)) responses[status] = answerOf(answer);
	for (const code of [...ANYWHERE, ...problems]) {
		responses[PROBLEMS[code].status] = { $ref: `#/components/responses/${code}` };
	}
	return describeRoute({
		operationId: id,
		tags: [tag],
		summary,
		...(description === undefined ? {} : { description }),
		parameters: [
			...query.map(({ name, description, schema }) => ({ in: "query", name, description, schema })),
			...conditions.map((name) => ({
				in: "header",
				name,
				description: CONDITIONS[name],
				schema: { type: "string" },
			})),
		],
		...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body) } }),
		responses,
	} as DescribeRouteOptions);
}

function answerOf({ description, body, headers = [] }: AnswerWords): object {
	const named = ["Cache-Control", ...headers].map((name) => [name, { $ref: `#/components/headers/${name}` }]);
	return {
		description,
		headers: Object.fromEntries(named),
		...(body === undefined ? {} : { content: contentOf(body) }),
	};
}

function contentOf(body: v.GenericSchema | object): object {
	return { "application/json": { schema: "~standard" in body ? resolver(body as v.GenericSchema) : body } };
}

/** What the routes refer to. */
export function components(): OpenAPIV3_1.ComponentsObject {
	const header = (description: string) => ({ description, schema: { type: "string" as const } });
	const documentSchema = (schema: typeof tenantSchema | typeof closedSchema) => {
		const { $schema: _, ...rest } = toJsonSchema(schema, { target: "draft-2020-12" });
		return withWords(rest as DescribedSchema) as OpenAPIV3_1.SchemaObject;
	};
	return {
		securitySchemes: {
			token: { type: "http", scheme: "bearer", description: "A token whose SHA-256 is in ADMIN_TOKENS." },
			access: {
				type: "apiKey",
				in: "header",
				name: "Cf-Access-Jwt-Assertion",
				description: "Set by Cloudflare Access for whoever has signed on there.",
			},
		},
		headers: {
			ETag: header('The version as a strong tag: "3".'),
			Allow: header("The methods that the resource takes."),
			"Cache-Control": header("no-store, always."),
			"WWW-Authenticate": header("Bearer."),
			Location: header("Where the new resource is."),
		},
		schemas: {
			TenantDocument: { oneOf: [documentSchema(tenantSchema), documentSchema(closedSchema)] },
			Problem: problemSchema(),
		},
		responses: Object.fromEntries(
			Object.entries(PROBLEMS).map(([code, kind]) => [code, refusalOf(code, kind.title)]),
		),
	};
}

function refusalOf(code: string, title: string): OpenAPIV3_1.ResponseObject {
	const headers = [
		"Cache-Control",
		...(code === "unauthenticated" ? ["WWW-Authenticate"] : []),
		...(code === "method-not-allowed" ? ["Allow"] : []),
	];
	return {
		description: `${title}: \`${code}\`. ${PROBLEMS[code as AdminProblemCode].detail}`,
		headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
		content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
	};
}

function problemSchema(): OpenAPIV3_1.SchemaObject {
	const finding: OpenAPIV3_1.SchemaObject = {
		type: "object",
		required: ["code", "pointer", "message"],
		properties: {
			code: { type: "string" },
			pointer: { type: "string", description: "A JSON Pointer (RFC 6901)." },
			message: { type: "string" },
			suggestion: { description: "What to write in that place, where it is obvious." },
			value: { description: "What stands there, shortened where it is long." },
			fix: {
				type: "array",
				items: { type: "object" },
				description: "JSON Patch (RFC 6902) against the document: applied, this finding is gone.",
			},
		},
	};
	return {
		type: "object",
		description: "Problem details (RFC 9457).",
		required: ["type", "title", "status", "code", "detail"],
		properties: {
			type: { type: "string", format: "uri" },
			title: { type: "string" },
			status: { type: "integer" },
			code: { type: "string", enum: Object.keys(PROBLEMS), description: "Stable." },
			detail: { type: "string" },
			findings: { type: "array", items: finding, description: "Of `invalid-document`: all that is wrong." },
			current: {
				type: ["object", "null"],
				description:
					"Of `changed-meanwhile`: the version that is stored, and whose it is; null where there is none.",
			},
		},
	};
}
