/** Owns fixes in a text: a finding's patch, written into the document as it is formatted. */

import { applyEdits, findNodeAtLocation, type JSONPath, modify, parseTree } from "jsonc-parser";
import { type Patch, tokensOf } from "../../../findings/patch.ts";

const FORMAT = { formattingOptions: { insertSpaces: true, tabSize: 2, eol: "\n" } };

/**
 * Applies a patch to a text.
 * @returns undefined where it cannot be said in this text: it is another one by now
 */
export function fixedText(text: string, patch: Patch): string | undefined {
	let fixed = text;
	for (const operation of patch) {
		// A fix takes out, puts in or replaces; none of them moves.
		if (operation.op === "move") return undefined;
		const path = pathIn(fixed, operation.path);
		if (path === undefined) return undefined;
		const isInsertion = operation.op === "add" && typeof path.at(-1) === "number";
		const value: unknown = operation.op === "remove" ? undefined : operation.value;
		fixed = applyEdits(fixed, modify(fixed, path, value, { ...FORMAT, isArrayInsertion: isInsertion }));
	}
	return fixed;
}

/** A pointer as the parser wants it, the indexes of lists as numbers; undefined where it leads nowhere. */
function pathIn(text: string, pointer: string): JSONPath | undefined {
	const root = parseTree(text);
	const path: JSONPath = [];
	for (const token of tokensOf(pointer)) {
		const holder = root && findNodeAtLocation(root, path);
		if (holder?.type !== "array" && holder?.type !== "object") return undefined;
		path.push(holder.type === "array" ? indexOf(token, holder.children?.length ?? 0) : token);
	}
	return path;
}

function indexOf(token: string, length: number): number {
	return token === "-" ? length : Number(token);
}
