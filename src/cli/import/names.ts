/** Owns what lists of methods and headers of other products become. */

import type { Names } from "./source-policy.ts";

/** What a list became, and what there is to say of it. */
export interface CarriedNames {
	/** Undefined where nothing is to be written. */
	readonly value: readonly string[] | "*" | undefined;
	readonly why?: string;
}

/** Browsers send these without asking. */
const SAFE_METHODS = new Set(["GET", "HEAD", "POST"]);
/** Answered by the gateway itself, or barred by Fetch. */
const NEVER_ASKED = new Set(["OPTIONS", "CONNECT", "TRACE", "TRACK"]);

/** Methods besides GET, HEAD and POST. */
export function carryMethods(names: Names): CarriedNames {
	if (names === "any" || names === "literal-star") return { value: "*" };
	const methods = [...new Set(names.map((name) => name.toUpperCase()))].filter(
		(name) => !SAFE_METHODS.has(name) && !NEVER_ASKED.has(name),
	);
	return { value: methods.length === 0 ? undefined : methods };
}

/**
 * Headers that a page may send.
 * @param credentials with them an asterisk is a letter to a browser; without them it is all but Authorization
 */
export function carryRequestHeaders(names: Names, credentials: boolean): CarriedNames {
	if (names === "any") return { value: "*" };
	if (names === "literal-star") {
		return {
			value: undefined,
			why: credentials
				? 'with credentials a browser reads the asterisk as a letter, so that no header was allowed. Name the headers that your pages send in "requestHeaders"'
				: 'the asterisk leaves Authorization out, and "requestHeaders": "*" would add it. Name the headers that your pages send',
		};
	}
	return { value: names.length === 0 ? undefined : unique(names) };
}

/** Headers that a page may read. */
export function carryExposedHeaders(names: Names, credentials: boolean): CarriedNames {
	if (names === "any") return { value: "*" };
	if (names === "literal-star") {
		if (!credentials) return { value: "*" };
		return {
			value: undefined,
			why: 'with credentials a browser reads the asterisk as a letter, so that no header was exposed. Name the headers that your pages read in "exposedHeaders"',
		};
	}
	return { value: names.length === 0 ? undefined : unique(names) };
}

function unique(names: readonly string[]): readonly string[] {
	const seen = new Map(names.map((name) => [name.toLowerCase(), name]));
	return [...seen.values()];
}
