/** Owns the shape in which everything wrong or doubtful about a configuration is reported. */

import type { Meant } from "./meant.ts";
import type { Patch } from "./patch.ts";

/** One thing that is wrong (an error) or doubtful (a warning) in a tenant document. */
export interface Finding {
	/** Stable and machine-readable; part of the public interface. */
	readonly code: string;
	/** Where: a JSON Pointer (RFC 6901) into the document; `""` is the whole of it. */
	readonly pointer: string;
	/** What is wrong, why it matters and how to fix it. */
	readonly message: string;
	/**
	 * What to write in that place, where it is obvious: the very value, which is accepted there. Of an unknown key it is the key;
	 * of several entries in one text, the entries. A number as a text was the alternative, and is not what can be written.
	 */
	readonly suggestion?: unknown;
	/** What stands there, shortened where it is long. */
	readonly value?: unknown;
	/** JSON Patch (RFC 6902) against the document: applied, this finding is gone and no other has come. */
	readonly fix?: Patch;
}

/**
 * A finding as the rules make it. The gateway needs no more than code and place, so the words for most codes stand in modules
 * of their own that its bundle does not have; a rule may also bring its message along.
 */
export interface Fault {
	readonly code: string;
	readonly pointer: string;
	readonly message?: string;
	readonly suggestion?: unknown;
	/** Where the rule knows that better than the words do. */
	readonly meant?: Meant | undefined;
	/** What the words need to know beside the document itself. */
	readonly facts?: unknown;
	/** What stands there, where no document has it for the words to find: an origin in an address, say. */
	readonly value?: unknown;
}

/** A finding that does not yet know its place. */
export type Refusal = Omit<Finding, "pointer">;

/** A fault that does not yet know its place. */
export type Refused = Omit<Fault, "pointer">;

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

/** Longest value that a finding carries, in characters; of an object, in those of its JSON. */
export const MAX_VALUE_CHARACTERS = 256;

/** A text as a finding carries it: of a long one the beginning. */
export function valueOfText(text: string): string {
	return text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS)}…` : text;
}
