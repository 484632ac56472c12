/** Owns what was meant by something that is wrong, and the suggestion and the fix that follow from it. */

import { pointerTo } from "./finding.ts";
import { type Patch, type PatchOperation, tokensOf, valueAt } from "./patch.ts";

/** What was meant. `isPlain` where to write it decides nothing that is not decided already. */
export type Meant =
	/** Another value in the same place, */
	| { readonly kind: "value"; readonly value: unknown; readonly isPlain: boolean }
	/** of a list's entry, one or more others; none where it has to go, */
	| {
			readonly kind: "entries";
			readonly values: readonly string[];
			readonly isPlain: boolean;
			/** Whether to have one twice is an error in that list. */
			readonly isOnceOnly?: true;
	  }
	/** another key for the same value, which is always a guess, */
	| { readonly kind: "key"; readonly key: string }
	/** or nothing at all. */
	| { readonly kind: "nothing" };

/** What is said of something that is wrong. */
export interface Said {
	readonly message: string;
	readonly meant?: Meant | undefined;
}

/** Levels of lists and objects in a value that is shown. */
const MAX_SHOWN_LEVELS = 4;
/** Members of a value that is shown. */
const MAX_SHOWN_MEMBERS = 256;

/** Tells whether a value is small enough to be shown; never walks one that is deep or large. */
export function isSmall(value: unknown, levels = MAX_SHOWN_LEVELS): boolean {
	if (typeof value !== "object" || value === null) return true;
	const members: readonly unknown[] = Object.values(value);
	if (levels === 0 || members.length > MAX_SHOWN_MEMBERS) return false;
	return members.every((member) => isSmall(member, levels - 1));
}

/** A suggestion as people read it: a text as it is, anything else as JSON. */
export function writtenSuggestion(suggestion: unknown): string {
	return typeof suggestion === "string" ? suggestion : writtenJson(suggestion);
}

/** A value as JSON on one line, a blank behind each comma of a list. */
export function writtenJson(value: unknown): string {
	return Array.isArray(value) ? `[${value.map(writtenJson).join(", ")}]` : JSON.stringify(value);
}

/** A suggestion with the patch that takes it, so that it can be tried. */
export interface Advice {
	readonly suggestion?: unknown;
	/** Undefined where a suggestion cannot be tried: it is a key. */
	readonly patch?: Patch;
	/** The same where what would be written stands there already, or is covered: the entry goes. */
	readonly patchWhereCovered?: Patch;
	readonly isPlain: boolean;
}

/** What follows from what was meant at a place of a document. */
export function adviceOf(meant: Meant, root: unknown, pointer: string): Advice {
	switch (meant.kind) {
		case "key":
			return { suggestion: meant.key, isPlain: false };
		case "nothing":
			return { patch: [{ op: "remove", path: pointer }], isPlain: true };
		case "value": {
			const { value, isPlain } = meant;
			return { suggestion: value, patch: [{ op: "replace", path: pointer, value }], isPlain };
		}
		case "entries": {
			const { values, isPlain } = meant;
			const patch = inPlaceOf(pointer, values, root);
			const isThere = meant.isOnceOnly && patch.some(({ op }) => op === "remove");
			const suggestion = isThere ? undefined : values.length > 1 ? values : values[0];
			return {
				...(suggestion === undefined ? {} : { suggestion }),
				patch,
				...(values.length === 1 ? { patchWhereCovered: [{ op: "remove", path: pointer }] } : {}),
				isPlain,
			};
		}
	}
}

/** Puts entries in the place of one; those that the list has already are not said again. */
function inPlaceOf(pointer: string, values: readonly string[], root: unknown): Patch {
	const parent = pointer.slice(0, pointer.lastIndexOf("/"));
	const index = Number(tokensOf(pointer).at(-1));
	const list = valueAt(root, parent);
	// The entry itself is none of them: it would not be mended.
	const fresh = values.filter((value) => !(Array.isArray(list) && list.includes(value)));
	if (fresh.length === 0) return [{ op: "remove", path: pointer }];
	return fresh.map(
		(value, offset): PatchOperation => ({
			op: offset === 0 ? "replace" : "add",
			path: pointerTo(parent, index + offset),
			value,
		}),
	);
}
