/** Owns the checks of the methods and header names that a policy lists; the words for what is refused are in name-words.ts. */

import type { Findings } from "../findings/collector.ts";
import { pointerTo } from "../findings/finding.ts";
import {
	CORS_PREFIX,
	isForbiddenMethod,
	isForbiddenRequestHeader,
	isForbiddenResponseHeader,
	isRequestOnlyHeader,
	isToken,
	RUNTIME_METHODS,
} from "./standard.ts";

/** Why a method or a header name is refused. */
export type NameCode =
	| "invalid-any-in-list"
	| "invalid-method"
	| "invalid-method-case"
	| "invalid-request-header"
	| "invalid-exposed-header"
	| "forbidden-method"
	| "forbidden-request-header"
	| "forbidden-exposed-header"
	| "prohibited-request-header"
	| "prohibited-exposed-header";

/** Tells why a name cannot be listed, or undefined where it can. */
export type NameCheck = (name: string) => NameCode | undefined;

/** Checks one entry of `cors.methods`. https://fetch.spec.whatwg.org/#methods */
export const checkMethod: NameCheck = (method) => {
	if (method === "*") return "invalid-any-in-list";
	if (!isToken(method)) return "invalid-method";
	if (isForbiddenMethod(method)) return "forbidden-method";
	const upper = method.toUpperCase();
	return upper !== method && RUNTIME_METHODS.has(upper) ? "invalid-method-case" : undefined;
};

/** Checks one entry of `cors.requestHeaders`. https://fetch.spec.whatwg.org/#forbidden-request-header */
export const checkRequestHeader: NameCheck = (header) => {
	const name = header.toLowerCase();
	if (header === "*") return "invalid-any-in-list";
	if (!isToken(header)) return "invalid-request-header";
	if (isForbiddenRequestHeader(name)) return "forbidden-request-header";
	return name.startsWith(CORS_PREFIX) ? "prohibited-request-header" : undefined;
};

/** Checks one entry of `cors.exposedHeaders`. https://fetch.spec.whatwg.org/#forbidden-response-header-name */
export const checkExposedHeader: NameCheck = (header) => {
	const name = header.toLowerCase();
	if (header === "*") return "invalid-any-in-list";
	if (!isToken(header)) return "invalid-exposed-header";
	if (isForbiddenResponseHeader(name)) return "forbidden-exposed-header";
	return name.startsWith(CORS_PREFIX) || isRequestOnlyHeader(name) ? "prohibited-exposed-header" : undefined;
};

/**
 * Checks a list of names.
 * @param names the list as it was configured
 * @param pointer where the list stands
 * @param findings takes one for each name that is refused
 */
export function checkNames(
	names: readonly string[],
	check: NameCheck,
	pointer: string,
	findings: Findings,
): void {
	names.forEach((name, index) => {
		const code = check(name);
		if (code !== undefined) findings.add(() => ({ code, pointer: pointerTo(pointer, index) }));
	});
}
