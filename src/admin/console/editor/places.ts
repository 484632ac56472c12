/** Owns where a finding stands in a text: what is underlined for its pointer. */

import { findNodeAtLocation, type JSONPath, type Node, type ParseError, parseTree } from "jsonc-parser";
import type { Finding } from "../../../findings/finding.ts";

/** A part of a text, by its characters. */
export interface EditorSpan {
	readonly from: number;
	readonly to: number;
}

/** Findings about a member as such, not about its value. */
const ABOUT_KEYS: readonly string[] = ["unknown-key", "repeated-key"];

/** Finds the places of findings in one text. */
export function createPlaces(text: string): (finding: Pick<Finding, "code" | "pointer">) => EditorSpan {
	const faults: ParseError[] = [];
	const root = parseTree(text, faults, { disallowComments: true });
	const fault = faults.toSorted((a, b) => a.offset - b.offset)[0];
	return ({ code, pointer }) => {
		if (code === "invalid-json" || root === undefined) {
			const from = Math.min(fault?.offset ?? 0, text.length);
			return { from, to: Math.min(from + Math.max(fault?.length ?? 1, 1), text.length) };
		}
		const path = pathOf(pointer);
		for (let length = path.length; length > 0; length--) {
			const node = findNodeAtLocation(root, path.slice(0, length));
			if (node === undefined) continue;
			const key = node.parent?.type === "property" ? node.parent.children?.[0] : undefined;
			if (length === path.length && !ABOUT_KEYS.includes(code)) return spanOf(node);
			// What is missing is told at the key of what should hold it.
			return spanOf(key ?? node);
		}
		return spanOf(root);
	};
}

function pathOf(pointer: string): JSONPath {
	return pointer
		.split("/")
		.slice(1)
		.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"))
		.map((token) => (/^(0|[1-9]\d*)$/.test(token) ? Number(token) : token));
}

/** Of what has brackets only the first one: a whole list underlined tells nothing. */
function spanOf({ type, offset, length }: Node): EditorSpan {
	const isShort = type !== "object" && type !== "array";
	return { from: offset, to: offset + (isShort ? length : 1) };
}
