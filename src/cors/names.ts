/** Owns the checks of the methods and header names that a policy lists. */

import type { Findings } from "../findings/collector.ts";
import { pointerTo, quote, type Refusal } from "../findings/finding.ts";
import {
	CORS_PREFIX,
	isForbiddenMethod,
	isForbiddenRequestHeader,
	isForbiddenResponseHeader,
	isRequestOnlyHeader,
	isToken,
	RUNTIME_METHODS,
} from "./standard.ts";

/** Tells why a name cannot be listed, or undefined where it can. */
export type NameCheck = (name: string) => Refusal | undefined;

/** Checks one entry of `cors.methods`. https://fetch.spec.whatwg.org/#methods */
export const checkMethod: NameCheck = (method) => {
	const shown = quote(method);
	if (method === "*") return anyInList("methods");
	if (!isToken(method)) {
		return {
			code: "invalid-method",
			message: `${shown} is not a method: a method is one word without blanks, such as "PATCH". Correct it.`,
			...suggest(method.trim(), (name) => checkMethod(name) === undefined),
		};
	}
	if (isForbiddenMethod(method)) {
		return {
			code: "forbidden-method",
			message: `${shown} is a forbidden method: no browser lets a page send it. Remove it.`,
		};
	}
	const upper = method.toUpperCase();
	if (upper !== method && RUNTIME_METHODS.has(upper)) {
		return {
			code: "invalid-method-case",
			message: `${shown} is not ${upper}: browsers compare methods byte for byte, so this would allow nothing. Write it in upper case.`,
			suggestion: upper,
		};
	}
	return undefined;
};

/** Checks one entry of `cors.requestHeaders`. https://fetch.spec.whatwg.org/#forbidden-request-header */
export const checkRequestHeader: NameCheck = (header) => {
	const shown = quote(header);
	const name = header.toLowerCase();
	if (header === "*") return anyInList("requestHeaders");
	if (!isToken(header)) return badHeader("request-header", header, checkRequestHeader);
	if (isForbiddenRequestHeader(name)) {
		return {
			code: "forbidden-request-header",
			message: `${shown} is a forbidden request-header: browsers set it themselves and let no page do so. Remove it.`,
		};
	}
	if (name.startsWith(CORS_PREFIX)) {
		return {
			code: "prohibited-request-header",
			message: `${shown} belongs to the CORS protocol itself: Cordon answers with such headers, a page has no need to send one. Remove it, here and in the page.`,
		};
	}
	return undefined;
};

/** Checks one entry of `cors.exposedHeaders`. https://fetch.spec.whatwg.org/#forbidden-response-header-name */
export const checkExposedHeader: NameCheck = (header) => {
	const shown = quote(header);
	const name = header.toLowerCase();
	if (header === "*") return anyInList("exposedHeaders");
	if (!isToken(header)) return badHeader("exposed-header", header, checkExposedHeader);
	if (isForbiddenResponseHeader(name)) {
		return {
			code: "forbidden-exposed-header",
			message: `${shown} is a forbidden response-header: no browser lets a page read cookies from it, exposed or not. Remove it.`,
		};
	}
	if (name.startsWith(CORS_PREFIX) || isRequestOnlyHeader(name)) {
		return {
			code: "prohibited-exposed-header",
			message: `${shown} is ${name.startsWith(CORS_PREFIX) ? "part of the CORS protocol, which the browser reads, not the page" : "a request header, which no response has for a page to read"}. Remove it.`,
		};
	}
	return undefined;
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
		const refusal = check(name);
		if (refusal !== undefined) findings.add({ ...refusal, pointer: pointerTo(pointer, index) });
	});
}

function anyInList(key: string): Refusal {
	return {
		code: "invalid-any-in-list",
		message: `"*" stands alone, in place of the list, never inside it. Write "${key}": "*", or name what is needed.`,
		suggestion: `"${key}": "*"`,
	};
}

function badHeader(kind: string, header: string, check: NameCheck): Refusal {
	return {
		code: `invalid-${kind}`,
		message: `${quote(header)} is not a header name: a name is one word without blanks or colons, such as "Content-Type". Correct it.`,
		...suggest(withoutColon(header.trim()), (name) => check(name) === undefined),
	};
}

function suggest(candidate: string, isGood: (name: string) => boolean): { suggestion?: string } {
	return isToken(candidate) && isGood(candidate) ? { suggestion: candidate } : {};
}

function withoutColon(text: string): string {
	return text.endsWith(":") ? text.slice(0, -1) : text;
}
