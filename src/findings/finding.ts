/** Owns the shape in which everything wrong or doubtful about a configuration is reported. */

/** One thing that is wrong (an error) or doubtful (a warning) in a tenant document. */
export interface Finding {
	/** Stable and machine-readable; part of the public interface. */
	readonly code: string;
	/** Where: a JSON Pointer (RFC 6901) into the document; `""` is the whole of it. */
	readonly pointer: string;
	/** What is wrong, why it matters and how to fix it. */
	readonly message: string;
	/** What to write instead, where that is obvious. */
	readonly suggestion?: string;
}

/** A finding that does not yet know its place. */
export type Refusal = Omit<Finding, "pointer">;

/**
 * Extends a JSON Pointer by one reference token (RFC 6901, section 3).
 * @param parent the pointer so far; `""` for the whole document
 * @param token a member's name or an element's index, unescaped
 */
export function pointerTo(parent: string, token: string | number): string {
	return `${parent}/${String(token).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Longest piece of a configuration value that a message quotes, in characters. */
const MAX_QUOTED_CHARACTERS = 80;

/** Quotes a configuration value for a message, shortened where it is long. */
export function quote(value: string): string {
	const shown = value.length > MAX_QUOTED_CHARACTERS ? `${value.slice(0, MAX_QUOTED_CHARACTERS)}…` : value;
	return JSON.stringify(shown);
}
