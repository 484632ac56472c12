/** Owns `expect` in a tenant file: what must hold, its form, and whether it does. Never stored, so the gateway knows nothing of it. */

import type { CredentialsMode } from "../browser/request.ts";
import { isForbiddenMethod, isForbiddenRequestHeader, isToken } from "../cors/standard.ts";
import { closest } from "../findings/closest.ts";
import type { Findings } from "../findings/collector.ts";
import { pointerTo, quote } from "../findings/finding.ts";
import type { Meant } from "../findings/meant.ts";
import { meantBoolean } from "../findings/truths.ts";
import { isObject } from "../tenants/salvage.ts";
import {
	KEYS,
	keyOfWord,
	meantHeader,
	meantHeaders,
	meantRequest,
	requestOf,
	single,
	writtenOrigin,
} from "./meant-expectations.ts";
import { isPageOrigin, type Question, readHeader } from "./question.ts";

/** One thing that must hold. */
export interface Expectation {
	readonly origin: string;
	/** `PUT /v1/items` */
	readonly request: string;
	readonly headers?: readonly string[];
	/** Default `include`. */
	readonly credentials?: CredentialsMode;
	/** Whether the page can read the response. */
	readonly readable: boolean;
}

/** An expectation with its place in the file. */
export interface PlacedExpectation {
	readonly expectation: Expectation;
	readonly pointer: string;
}

/** Expectations that one file may have. */
export const MAX_EXPECTATIONS = 1000;

const POINTER = "/expect";
const REQUIRED: readonly string[] = ["origin", "request", "readable"];
const MODES: readonly CredentialsMode[] = ["include", "same-origin", "omit"];
const EXAMPLE = '{ "origin": "https://app.acme.com", "request": "GET /", "readable": true }';

/** What an expectation asks. */
export function questionOf({
	origin,
	request,
	headers = [],
	credentials = "include",
}: Expectation): Question {
	const blank = request.indexOf(" ");
	const [method, path] = [request.slice(0, blank), request.slice(blank + 1)];
	return { origin, method, path, headers, credentials };
}

/** One expectation in a line, as test runners name tests. */
export function titleOf({ origin, request, headers = [], credentials, readable }: Expectation): string {
	const names = headers.length === 0 ? "" : ` with ${headers.map((text) => readHeader(text)[0]).join(", ")}`;
	const mode = credentials === undefined || credentials === "include" ? "" : ` (credentials: ${credentials})`;
	return `${origin} ${readable ? "can" : "cannot"} read ${request}${names}${mode}`;
}

/**
 * Checks the form of `expect`: all that is wrong at once.
 * @returns those that are sound
 */
export function checkExpectations(value: unknown, findings: Findings): readonly PlacedExpectation[] {
	if (!Array.isArray(value)) {
		findings.add({
			code: "invalid-type",
			pointer: POINTER,
			message: `"expect" must be a list of what must hold, such as [${EXAMPLE}]. Change it.`,
			...inPlace(isObject(value) ? [value] : undefined),
		});
		return [];
	}
	if (value.length > MAX_EXPECTATIONS) {
		findings.add({
			code: "too-many-expectations",
			pointer: POINTER,
			message: `"expect" has ${value.length} entries, ${MAX_EXPECTATIONS} are the most. Keep those that would fail first.`,
		});
		return [];
	}
	return value.flatMap((entry: unknown, index): readonly PlacedExpectation[] => {
		const pointer = pointerTo(POINTER, index);
		const before = findings.count();
		checkOne(entry, pointer, findings);
		return findings.count() === before ? [{ expectation: entry as Expectation, pointer }] : [];
	});
}

function checkOne(entry: unknown, pointer: string, findings: Findings): void {
	if (!isObject(entry)) {
		findings.add({
			code: "invalid-type",
			pointer,
			message: `An expectation is an object, such as ${EXAMPLE}. Change it.`,
		});
		return;
	}
	for (const key of Object.keys(entry)) {
		if ((KEYS as readonly string[]).includes(key)) continue;
		const meant = keyOfWord(key) ?? closest(key, KEYS);
		findings.add({
			code: "unknown-key",
			pointer: pointerTo(pointer, key),
			message: `${quote(key)} is not a key of an expectation, and what is misspelt would not be tested. ${meant === undefined ? `Remove it; known here are ${KEYS.join(", ")}.` : `Did you mean ${quote(meant)}?`}`,
			meant: meant === undefined ? undefined : { kind: "key", key: meant },
		});
	}
	for (const key of KEYS) {
		if (Object.hasOwn(entry, key)) CHECKS[key](entry[key], pointerTo(pointer, key), findings);
		else if (REQUIRED.includes(key)) {
			findings.add({
				code: "missing-key",
				pointer: pointerTo(pointer, key),
				message: `${quote(key)} is missing here, so there is nothing to test. Write, for example, ${EXAMPLE}.`,
			});
		}
	}
}

type Check = (value: unknown, pointer: string, findings: Findings) => void;

const CHECKS: Readonly<Record<(typeof KEYS)[number], Check>> = {
	origin(value, pointer, findings) {
		if (typeof value === "string" && isPageOrigin(value)) return;
		const one = single(value);
		const meant = one === null ? "null" : typeof one === "string" ? writtenOrigin(one) : undefined;
		findings.add({
			code: typeof value === "string" ? "invalid-origin" : "invalid-type",
			pointer,
			message: `${shown(value)} is not an origin that a page has: write it as the browser sends it, such as "https://app.acme.com", or "null". Patterns stand in cors alone.`,
			...inPlace(meant),
		});
	},
	request(value, pointer, findings) {
		if (typeof value !== "string") {
			findings.add({
				code: "invalid-type",
				pointer,
				message: `"request" is a string: a method, one space, a path, such as "PUT /v1/items". Change it.`,
				...inPlace(requestOf(single(value))),
			});
			return;
		}
		const [method = "", path = "", ...more] = value.split(" ");
		const isRequest = isToken(method) && path.startsWith("/") && more.length === 0;
		if (isRequest && !isForbiddenMethod(method)) return;
		const meant = meantRequest(value);
		findings.add({
			code: isRequest ? "forbidden-method" : "invalid-request",
			pointer,
			message: isRequest
				? `No browser lets a page send ${method}, so there is nothing to test. Use another method.`
				: `${quote(value)} is not a request: a method, one blank, and a path that begins with a slash, such as "PUT /v1/items".`,
			...inPlace(meant),
		});
	},
	headers(value, pointer, findings) {
		if (!Array.isArray(value)) {
			findings.add({
				code: "invalid-type",
				pointer,
				message: `"headers" is a list of what the page sets: names, or "Name: value". Change it.`,
				...inPlace(meantHeaders(value)),
			});
			return;
		}
		value.forEach((text: unknown, index) => {
			const place = pointerTo(pointer, index);
			const [name, content] = typeof text === "string" ? readHeader(text) : ["", ""];
			if (!isToken(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(content)) {
				findings.add({
					code: typeof text === "string" ? "invalid-header" : "invalid-type",
					pointer: place,
					message: `${shown(text)} is not a header: write its name, or "Name: value".`,
					...inPlace(meantHeader(text)),
				});
			} else if (isForbiddenRequestHeader(name.toLowerCase())) {
				findings.add({
					code: "forbidden-request-header",
					pointer: place,
					message: `${quote(name)} is set by browsers themselves, and no page can. Remove it.`,
					meant: { kind: "nothing" },
				});
			}
		});
	},
	credentials(value, pointer, findings) {
		if (MODES.some((mode) => mode === value)) return;
		const word = value === true ? "include" : value === false || value === "none" ? "omit" : value;
		const meant = typeof word === "string" ? closest(word, MODES) : undefined;
		findings.add({
			code: typeof value === "string" ? "invalid-value" : "invalid-type",
			pointer,
			message: `"credentials" is fetch()'s: "include" (the default), "same-origin" or "omit". Change it.`,
			...inPlace(meant),
		});
	},
	readable(value, pointer, findings) {
		if (typeof value === "boolean") return;
		findings.add({
			code: "invalid-type",
			pointer,
			message: `"readable" is true or false: whether the page can read the response. Change it.`,
			...inPlace(value === "allowed" || value === "denied" ? value === "allowed" : meantBoolean(value)),
		});
	},
};

/** Another value in the same place: a test decides nothing, so that it is plain. */
function inPlace(value: unknown): { readonly meant?: Meant } {
	return value === undefined ? {} : { meant: { kind: "value", value, isPlain: true } };
}

function shown(value: unknown): string {
	return typeof value === "string" ? quote(value) : "This";
}
