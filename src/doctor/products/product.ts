/** Owns what is known of a product that may stand before an API or be it: how it shows, and its own words for each fix. */

import { getHeader, valuesOf } from "../../browser/header-list.ts";
import type { AnsweredExchange } from "../seen.ts";

/** What went wrong, as far as the fix depends on it. */
export type Trouble =
	/** The preflight has a bad status. */
	| "preflight"
	/** A redirect stands where an answer should. */
	| "redirect"
	/** A redirect leads from https to plain http on the same host. */
	| "downgrade"
	/** An error came without the headers. */
	| "error"
	/** Access-Control-Allow-Origin or -Credentials is missing, or not the right one. */
	| "origin"
	/** The lists of a preflight's answer lack something. */
	| "lists"
	/** A header came twice. */
	| "doubled"
	/** Page code is sent to a sign-in page. */
	| "sign-in"
	/** Every origin is let in, with credentials. */
	| "reflects";

/** The fix for each trouble; what has none of its own has that of the origin. */
export type Fixes = { readonly origin: string } & Partial<Readonly<Record<Trouble, string>>>;

/** What in a response shows a product; undefined where nothing does. */
export type Evidence = (exchange: AnsweredExchange) => string | undefined;

/** One product. */
export interface Facts {
	readonly name: string;
	/** Shows that the product itself made the answer. */
	readonly answered?: Evidence;
	/** Shows that it is there, though something behind it may have made the answer. */
	readonly passed?: Evidence;
	readonly fixes: Fixes;
}

/** Longest value that is repeated as evidence. */
const MAX_EVIDENCE_CHARACTERS = 80;

/** A header with such a value. */
export function header(name: string, pattern: RegExp): Evidence {
	return ({ answer }) => {
		const value = getHeader(answer.headers, name);
		if (value === null || !pattern.test(value)) return undefined;
		return `${name}: ${value.length > MAX_EVIDENCE_CHARACTERS ? `${value.slice(0, MAX_EVIDENCE_CHARACTERS)}…` : value}`;
	};
}

/** A header of such a name, with any value. */
export function anyHeader(pattern: RegExp): Evidence {
	return ({ answer }) => {
		const found = answer.headers.find(([name]) => pattern.test(name));
		return found === undefined ? undefined : `the header ${found[0]}`;
	};
}

/** A body of such a form; bodies are read of errors only. */
export function body(pattern: RegExp, words: string): Evidence {
	return ({ answer }) => (pattern.test(answer.body) ? words : undefined);
}

/** A redirect to such a place. */
export function leadsTo(pattern: RegExp, words: string): Evidence {
	return ({ answer: { status, headers } }) => {
		const [location = ""] = valuesOf(headers, "location");
		return status >= 300 && status <= 399 && pattern.test(location) ? words : undefined;
	};
}

/** A cookie of such a name. */
export function cookie(pattern: RegExp): Evidence {
	return ({ answer }) => {
		const name = valuesOf(answer.headers, "set-cookie")
			.map((line) => line.split("=", 1)[0]?.trim() ?? "")
			.find((one) => pattern.test(one));
		return name === undefined ? undefined : `the cookie ${name}`;
	};
}

/** The first of these that is there. */
export function firstOf(...all: readonly Evidence[]): Evidence {
	return (exchange) => {
		for (const evidence of all) {
			const found = evidence(exchange);
			if (found !== undefined) return found;
		}
		return undefined;
	};
}

/** Told only where all of these are there. */
export function both(...all: readonly Evidence[]): Evidence {
	return (exchange) => {
		const found = all.map((evidence) => evidence(exchange));
		return found.some((one) => one === undefined) ? undefined : found.join(" and ");
	};
}
