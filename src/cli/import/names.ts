/** Owns what lists of methods and headers of other products become. */

import type { PlainNames } from "./source-policy.ts";

/** What a list became, and what there is to say of it. */
export interface CarriedNames {
	/** Undefined where nothing is to be written. */
	readonly value: readonly string[] | "*" | undefined;
	readonly why?: string;
	/** Names that were rewritten, as the source has them. */
	readonly rewritten?: readonly string[];
}

/** Browsers send these without asking. */
const SAFE_METHODS = new Set(["GET", "HEAD", "POST"]);
/** Answered by the gateway itself, or barred by Fetch. */
const NEVER_ASKED = new Set(["OPTIONS", "CONNECT", "TRACE", "TRACK"]);

/**
 * Methods besides GET, HEAD and POST.
 * @param credentials with them an asterisk is a letter to a browser
 */
export function carryMethods(names: PlainNames, credentials: boolean): CarriedNames {
	if (names === "any") return { value: "*" };
	if (hasStar(names) && !credentials) return { value: "*" };
	const methods = [...new Set(namedIn(names).map((name) => name.toUpperCase()))].filter(
		(name) => !SAFE_METHODS.has(name) && !NEVER_ASKED.has(name),
	);
	const rewritten = namedIn(names).filter(
		(name) => name !== name.toUpperCase() && methods.includes(name.toUpperCase()),
	);
	return {
		value: methods.length === 0 ? undefined : methods,
		...(rewritten.length === 0 ? {} : { rewritten }),
		...(hasStar(names)
			? {
					why: 'with credentials a browser reads the asterisk as a letter, so that it allowed no method. Name the methods that your pages use in "methods"',
				}
			: {}),
	};
}

/**
 * Headers that a page may send.
 * @param credentials with them an asterisk is a letter to a browser; without them it is all but Authorization
 */
export function carryRequestHeaders(names: PlainNames, credentials: boolean): CarriedNames {
	if (names === "any") return { value: "*" };
	const named = namedIn(names);
	if (!hasStar(names)) return { value: listOf(named) };
	const isAuthorizationNamed = named.some((name) => name.toLowerCase() === "authorization");
	if (!credentials && isAuthorizationNamed) return { value: "*" };
	return {
		value: listOf(named),
		why: credentials
			? 'with credentials a browser reads the asterisk as a letter, so that it allowed no header. Name the headers that your pages send in "requestHeaders"'
			: 'the asterisk leaves Authorization out, and "requestHeaders": "*" would add it. Name the headers that your pages send',
	};
}

/** Headers that a page may read. */
export function carryExposedHeaders(names: PlainNames, credentials: boolean): CarriedNames {
	if (names === "any") return { value: "*" };
	const named = namedIn(names);
	if (!hasStar(names)) return { value: listOf(named) };
	if (!credentials) return { value: "*" };
	return {
		value: listOf(named),
		why: 'with credentials a browser reads the asterisk as a letter, so that it exposed no header. Name the headers that your pages read in "exposedHeaders"',
	};
}

type WithoutAny = Exclude<PlainNames, "any">;

function hasStar(names: WithoutAny): boolean {
	return names === "literal-star" || "besideStar" in names;
}

/** The names themselves, whether or not an asterisk stands beside them. */
function namedIn(names: WithoutAny): readonly string[] {
	if (names === "literal-star") return [];
	return "besideStar" in names ? names.besideStar : names;
}

/** Undefined where there is nothing to write. */
function listOf(names: readonly string[]): readonly string[] | undefined {
	return names.length === 0 ? undefined : unique(names);
}

function unique(names: readonly string[]): readonly string[] {
	const seen = new Map(names.map((name) => [name.toLowerCase(), name]));
	return [...seen.values()];
}
