/** Owns what was meant by what stands in an expectation and does not fit: another key, another value. */

import { mendOrigin } from "../cors/origin-mend.ts";
import { STRICTEST } from "../cors/origin-words.ts";
import { isForbiddenMethod, isToken, RUNTIME_METHODS } from "../cors/standard.ts";
import { isObject } from "../tenants/salvage.ts";
import { isPageOrigin, meantOrigin } from "./question.ts";

/** The keys of an expectation. */
export const KEYS = ["origin", "request", "headers", "credentials", "readable"] as const;

/** What people call the keys of an expectation. */
const KEY_WORDS: readonly (readonly [key: (typeof KEYS)[number], words: string])[] = [
	["origin", "page from site caller"],
	["request", "method path url uri call route endpoint"],
	["headers", "requestheaders header"],
	["credentials", "withcredentials cookies mode"],
	[
		"readable",
		"allowed allow share shared expect expected result outcome ok can read reads visible blocked denied",
	],
];

/** The key that a word stands for. */
export function keyOfWord(key: string): string | undefined {
	const word = key.toLowerCase().replace(/[^a-z]/g, "");
	return KEY_WORDS.find(([, words]) => words.split(" ").includes(word))?.[0];
}

/** The one entry of a list where it is meant itself. */
export function single(value: unknown): unknown {
	return Array.isArray(value) && value.length === 1 ? (value as readonly unknown[])[0] : value;
}

/** The origin as browsers send it; a pattern stands for many, and is none. */
export function writtenOrigin(text: string): string | undefined {
	const meant = meantOrigin(text);
	if (meant !== undefined) return meant;
	const [only, ...others] = mendOrigin(text, { ...STRICTEST, credentials: false })?.patterns ?? [];
	return only !== undefined && others.length === 0 && isPageOrigin(only) && !only.includes("*")
		? only
		: undefined;
}

/** `{ "method": "PUT", "path": "/x" }` */
export function requestOf(value: unknown): string | undefined {
	if (typeof value === "string") return meantRequest(value);
	if (!isObject(value)) return undefined;
	const { method = "GET", path = value["url"] } = value;
	return typeof method === "string" && typeof path === "string"
		? meantRequest(`${method} ${path}`)
		: undefined;
}

/** `"A, B"`, and `{ "A": "1" }`. */
export function meantHeaders(value: unknown): readonly string[] | undefined {
	if (typeof value === "string")
		return value.includes(":") ? [value] : value.split(/[\s,;]+/).filter(Boolean);
	if (!isObject(value)) return undefined;
	const entries = Object.entries(value);
	return entries.every(([, content]) => typeof content === "string" || content === null || content === true)
		? entries.map(([name, content]) => (typeof content === "string" ? `${name}: ${content}` : name))
		: undefined;
}

/** `{ "name": "A", "value": "1" }`, `{ "A": "1" }`. */
export function meantHeader(value: unknown): string | undefined {
	if (!isObject(value)) return undefined;
	const { name, value: content } = value;
	if (typeof name === "string") return typeof content === "string" ? `${name}: ${content}` : name;
	const headers = meantHeaders(value) ?? [];
	return headers.length === 1 ? headers[0] : undefined;
}

/** A path alone is a GET; blanks too many are taken out, and a slash that is missing is put in. */
export function meantRequest(text: string): string | undefined {
	const [first = "", ...others] = text
		.trim()
		.replace(/\s+HTTP\/[\d.]+$/i, "")
		.replace(/^([A-Za-z]+):\s*(?=\/)/, "$1 ")
		.split(/\s+/);
	if (others.length === 0 && first.startsWith("/")) return `GET ${first}`;
	if (!isToken(first) || isForbiddenMethod(first)) return undefined;
	// A blank within a path is written as its escape; a method alone is asked of the root.
	const second = others.join("%20");
	if (second === "") return RUNTIME_METHODS.has(first) ? `${first} /` : undefined;
	const url = URL.parse(second);
	const path = url?.protocol.startsWith("http") ? url.pathname + url.search : second;
	return `${first} ${path.startsWith("/") ? path : `/${path}`}`;
}
