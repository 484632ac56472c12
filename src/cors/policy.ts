/** Owns what one policy grants: a `cors` object, checked and compiled once into the header values that it leads to. */

import type { Findings } from "../findings/collector.ts";
import { pointerTo } from "../findings/finding.ts";
import { stringBytes } from "../isolate/weight.ts";
import type { OriginsConfig } from "./allowed-origins.ts";
import { checkExposedHeader, checkMethod, checkNames, checkRequestHeader, type NameCheck } from "./names.ts";
import {
	ALLOW_CREDENTIALS,
	ALLOW_HEADERS,
	ALLOW_METHODS,
	ALLOW_ORIGIN,
	MAX_AGE,
	SAFELISTED_METHODS,
	VARY,
} from "./standard.ts";

/** A `cors` object of a tenant document, or of one of its routes. */
export interface CorsConfig {
	readonly origins: OriginsConfig;
	readonly credentials?: boolean | undefined;
	readonly methods?: "*" | readonly string[] | undefined;
	readonly requestHeaders?: "*" | readonly string[] | undefined;
	readonly exposedHeaders?: "*" | readonly string[] | undefined;
	readonly preflightMaxAgeSeconds?: number | undefined;
	readonly timingAllowOrigin?: boolean | undefined;
	readonly dangerouslyAllowAnyExtension?: boolean | undefined;
	readonly dangerouslyAllowInsecureOrigins?: boolean | undefined;
	readonly dangerouslyAllowPublicSuffixSubdomains?: boolean | undefined;
}

/**
 * What one header of the answer says: always the same value; what the request asked for; what the response has;
 * or the header is left out.
 */
export type HeaderRule =
	| { readonly kind: "constant"; readonly value: string }
	| { readonly kind: "asked" }
	| { readonly kind: "present" }
	| undefined;

/** A compiled `cors` object, but for whose origins it allows. Every value is ready to be sent. */
export interface Policy {
	readonly credentials: boolean;
	/** Whether an allowed origin is named in its response; if not, `*` is. */
	readonly namesOrigin: boolean;
	readonly allowMethods: HeaderRule;
	readonly allowHeaders: HeaderRule;
	readonly exposeHeaders: HeaderRule;
	readonly timingAllowOrigin: boolean;
	/**
	 * What the answer to a preflight of an allowed origin has; what was asked makes no difference. It is right until the next call:
	 * copy it at once, as `new Response` does.
	 */
	preflightHeaders(origin: string): Headers;
	/** What it holds, as reckoned. */
	readonly weightBytes: number;
}

/** What every answer to a preflight depends on, refusals included. */
export const PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/** Chromium's cap, the lowest of the large engines but Safari's. https://fetch.spec.whatwg.org/#http-access-control-max-age */
export const DEFAULT_PREFLIGHT_MAX_AGE_SECONDS = 7200;
/** Firefox's cap, the highest there is. */
export const MAX_PREFLIGHT_MAX_AGE_SECONDS = 86_400;

/**
 * Checks and compiles a `cors` object, but for its origins.
 * @param pointer where it stands in the document
 * @param findings takes every finding
 * @returns undefined where the document has any finding, here or elsewhere
 */
export function compilePolicy(config: CorsConfig, pointer: string, findings: Findings): Policy | undefined {
	const credentials = config.credentials === true;
	const list = (key: "methods" | "requestHeaders" | "exposedHeaders", check: NameCheck) => {
		const value = config[key] ?? [];
		if (value !== "*") checkNames(value, check, pointerTo(pointer, key), findings);
		return value;
	};
	const methods = list("methods", checkMethod);
	const requestHeaders = list("requestHeaders", checkRequestHeader);
	const exposedHeaders = list("exposedHeaders", checkExposedHeader);
	// What is refused is never used, and its lists may have holes where a faulty item stood.
	if (findings.count() > 0) return undefined;
	const policy = {
		credentials,
		namesOrigin: credentials || config.origins !== "*",
		allowMethods:
			methods === "*"
				? wildcard(credentials, "*", "asked")
				: constant([...new Set([...SAFELISTED_METHODS, ...methods])]),
		// The wildcard never covers Authorization. https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
		allowHeaders:
			requestHeaders === "*"
				? wildcard(credentials, "*, authorization", "asked")
				: constant(uniqueNames(requestHeaders)),
		exposeHeaders:
			exposedHeaders === "*" ? wildcard(credentials, "*", "present") : constant(uniqueNames(exposedHeaders)),
		timingAllowOrigin: config.timingAllowOrigin === true,
	} satisfies Partial<Policy>;
	return {
		...policy,
		weightBytes: weightOf(policy),
		preflightHeaders: createPreflightHeaders(
			policy,
			config.preflightMaxAgeSeconds ?? DEFAULT_PREFLIGHT_MAX_AGE_SECONDS,
		),
	};
}

/**
 * One object for all origins, changed where another one asks: half the price of changing each response. Made with the first
 * preflight: who only checks documents, on Node, need not wait for its Fetch to be loaded.
 */
function createPreflightHeaders(
	policy: Omit<Policy, "preflightHeaders" | "weightBytes">,
	maxAgeSeconds: number,
): Policy["preflightHeaders"] {
	const make = () => {
		const made = new Headers({ [VARY]: PREFLIGHT_VARY, [MAX_AGE]: String(maxAgeSeconds) });
		if (policy.credentials) made.set(ALLOW_CREDENTIALS, "true");
		if (policy.allowMethods?.kind === "constant") made.set(ALLOW_METHODS, policy.allowMethods.value);
		if (policy.allowHeaders?.kind === "constant") made.set(ALLOW_HEADERS, policy.allowHeaders.value);
		return made;
	};
	let headers: Headers | undefined;
	let current: string | undefined;
	return (origin) => {
		headers ??= make();
		const allowOrigin = policy.namesOrigin ? origin : "*";
		if (allowOrigin !== current) {
			headers.set(ALLOW_ORIGIN, allowOrigin);
			current = allowOrigin;
		}
		return headers;
	};
}

/** A policy itself with its function; and its Headers, outside of V8's heap, without the lists of names. */
const POLICY_BYTES = 150;
export const HEADERS_BYTES = 800;

/** What a policy holds: the names of a list twice, joined in its rule and, where a preflight says them, in the Headers. */
function weightOf({
	allowMethods,
	allowHeaders,
	exposeHeaders,
}: Pick<Policy, "allowMethods" | "allowHeaders" | "exposeHeaders">): number {
	const lengthOf = (rule: HeaderRule) => (rule?.kind === "constant" ? rule.value.length : 0);
	const preflight = [allowMethods, allowHeaders].map(lengthOf);
	let bytes = POLICY_BYTES + HEADERS_BYTES;
	for (const length of preflight) bytes += stringBytes(length) + length;
	return bytes + stringBytes(lengthOf(exposeHeaders));
}

/** With credentials `*` means nothing but an asterisk, so the names themselves have to be said. https://fetch.spec.whatwg.org/#cors-protocol-and-credentials */
function wildcard(credentials: boolean, value: string, withCredentials: "asked" | "present"): HeaderRule {
	return credentials ? { kind: withCredentials } : { kind: "constant", value };
}

function constant(names: readonly string[]): HeaderRule {
	return names.length === 0 ? undefined : { kind: "constant", value: names.join(", ") };
}

/** Without names that differ in case alone: HTTP compares header names in any case. */
function uniqueNames(names: readonly string[]): readonly string[] {
	const unique = new Map<string, string>();
	for (const name of names) {
		const lower = name.toLowerCase();
		if (!unique.has(lower)) unique.set(lower, name);
	}
	return [...unique.values()];
}
