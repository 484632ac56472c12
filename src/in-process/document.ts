/** Owns the document that an app hands to the middleware: its type, and its check when the middleware is built. */

import type * as v from "valibot";
import { type Finding, pointerTo, quote } from "../findings/finding.ts";
import type { tenantSchema } from "../tenants/schema.ts";
import { compileTenant, type Tenant } from "../tenants/tenant.ts";

/** What of a tenant document counts where the API is the app itself. */
const KEYS = ["$schema", "cors", "routes", "mode", "deniedRequests", "cookies"] as const;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/**
 * A policy as code: a tenant document's `cors`, `routes`, `mode`, `deniedRequests` and `cookies`. A key that Cordon does
 * not know does not compile.
 */
export type MiddlewareDocument = DeepReadonly<Pick<v.InferInput<typeof tenantSchema>, (typeof KEYS)[number]>>;

/** A policy that is not valid. It is thrown when the middleware is built, so that no request meets it. */
export class PolicyError extends Error {
	override readonly name = "PolicyError";
	/** Everything that is wrong with it, as `cordon validate` reports it. */
	readonly findings: readonly Finding[];

	/** @param findings one at least */
	constructor(findings: readonly Finding[]) {
		super(
			[
				"This policy is not valid.",
				...findings.slice(0, MAX_SHOWN_FINDINGS).map(line),
				...rest(findings),
			].join("\n"),
		);
		this.findings = findings;
	}
}

/** Findings that the error's message shows; `findings` has them all. */
const MAX_SHOWN_FINDINGS = 20;

function line({ code, pointer, message }: Finding): string {
	return `  ${pointer === "" ? "the document" : pointer}: ${message} (${code})`;
}

function rest({ length }: readonly Finding[]): readonly string[] {
	return length > MAX_SHOWN_FINDINGS ? [`  … and ${length - MAX_SHOWN_FINDINGS} more`] : [];
}

/**
 * Checks and compiles a document. What is changed in it afterwards does not count.
 * @throws PolicyError where it is not valid
 */
export function compileDocument(document: MiddlewareDocument): Tenant {
	const value = asJson(document, MAX_DEPTH);
	const members = typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
	const known = members && Object.fromEntries(Object.entries(members).filter(([key]) => !isForeign(key)));
	const result = compileTenant(known ?? value);
	const findings = [
		...(result.ok ? [] : result.errors),
		...Object.keys(members ?? {})
			.filter(isForeign)
			.map(foreignKey),
		...directories(known ?? {}),
	];
	if (findings.length > 0 || !result.ok || result.closed) throw new PolicyError(findings);
	return result.tenant;
}

/** What a document says of the way to the API, and of the tenant as a whole: there is neither here. */
const FOREIGN: Readonly<Record<string, string>> = {
	upstream: "says where the gateway finds an API",
	originHeader: "says what the gateway sends to an API",
	upstreamTimeoutSeconds: "says how long the gateway waits for an API",
	clientCertificate: "says what the gateway tells an API of the connection",
	hosts: "says which hostnames a tenant file is for",
	expect: "holds the tests of a tenant file",
	closed: "closes a tenant that the gateway serves",
};

function isForeign(key: string): boolean {
	return Object.hasOwn(FOREIGN, key);
}

function foreignKey(key: string): Finding {
	return {
		code: "unknown-key",
		pointer: pointerTo("", key),
		message: `${quote(key)} ${FOREIGN[key]}, and here the API is the app itself. Remove it; known here are ${KEYS.slice(1).join(", ")}.`,
	};
}

/** Origin directories are in KV, which a document alone does not have. */
function directories(document: { readonly [key: string]: unknown }): readonly Finding[] {
	const { cors, routes } = document;
	const places: [unknown, string][] = policiesOf(cors, "/cors");
	if (Array.isArray(routes)) {
		routes.forEach((route: unknown, index) => {
			places.push(...policiesOf(member(route, "cors"), pointerTo(pointerTo("/routes", index), "cors")));
		});
	}
	return places.flatMap(([policy, pointer]) => {
		const origins = member(policy, "origins");
		if (!Array.isArray(origins)) return [];
		return origins.flatMap((entry: unknown, index) =>
			member(entry, "directory") === undefined
				? []
				: [
						{
							code: "directory-without-kv",
							pointer: pointerTo(pointerTo(pointer, "origins"), index),
							message:
								"An origin directory is kept in Workers KV, which a document alone does not have. Name the origins here, or take the documents from KV: cordon((c) => c.env.TENANTS).",
						},
					],
		);
	});
}

/** A policy, or the policies of a list, each with its place. */
function policiesOf(cors: unknown, pointer: string): [unknown, string][] {
	return Array.isArray(cors)
		? cors.map((policy: unknown, index) => [policy, pointerTo(pointer, index)])
		: [[cors, pointer]];
}

function member(value: unknown, key: string): unknown {
	return typeof value === "object" && value !== null && !Array.isArray(value)
		? Reflect.get(value, key)
		: undefined;
}

/** Deeper than any document goes; what lies below is wrong anyway. */
const MAX_DEPTH = 16;

/**
 * A copy in which a member that is undefined is absent, as code writes it where JSON has nothing, and a regular expression
 * is its text, so that it is refused in the words that are for it. JSON.stringify would make functions absent as well:
 * `credentials: () => true` must not mean false.
 */
function asJson(value: unknown, depth: number): unknown {
	if (depth === 0 || typeof value !== "object" || value === null) return value;
	if (value instanceof RegExp) return String(value);
	if (Array.isArray(value)) return value.map((item: unknown) => asJson(item, depth - 1));
	const prototype: unknown = Object.getPrototypeOf(value);
	if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
		return Object.prototype.toString.call(value);
	const members = Object.entries(value).filter(([, member]) => member !== undefined);
	return Object.fromEntries(members.map(([key, member]) => [key, asJson(member, depth - 1)]));
}
