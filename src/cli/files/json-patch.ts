/** Owns JSON patches applied to a text as people wrote it: comments, blanks and all that is not changed stay. */

import { createScanner, type Edit, findNodeAtLocation, type Node, parseTree } from "jsonc-parser";
import { writtenJson } from "../../findings/meant.ts";
import { type Patch, tokensOf } from "../../findings/patch.ts";

/** What is to be done at one place of a text. */
type Work =
	| { readonly kind: "replace"; readonly node: Node; readonly values: readonly unknown[] }
	| { readonly kind: "remove"; readonly node: Node };

/**
 * Applies patches that all refer to the text as it stands, each to a place of its own.
 * @returns undefined where one cannot be said in the text
 */
export function patchText(text: string, patches: readonly Patch[]): string | undefined {
	const root = parseTree(text, [], { allowTrailingComma: true });
	if (root === undefined) return undefined;
	const works: Work[] = [];
	for (const patch of patches) {
		const work = workOf(root, patch);
		if (work === undefined) return undefined;
		works.push(work);
	}
	const removed = new Set(works.filter(({ kind }) => kind === "remove").map(({ node }) => entryOf(node)));
	const edits: Edit[] = works
		.filter((work) => work.kind === "replace")
		.map(({ node, values }) => ({
			offset: node.offset,
			length: node.length,
			content: values.map(writtenJson).join(", "),
		}));
	for (const parent of new Set([...removed].map((entry) => entry.parent))) {
		if (parent !== undefined) edits.push(...removals(text, parent, removed));
	}
	return edited(text, edits);
}

/**
 * The text with all edits made, joined once: the library's own way writes the whole text anew for each of them.
 * @returns undefined where two of them overlap
 */
function edited(text: string, edits: readonly Edit[]): string | undefined {
	const parts: string[] = [];
	let done = 0;
	for (const { offset, length, content } of edits.toSorted((a, b) => a.offset - b.offset)) {
		if (offset < done) return undefined;
		parts.push(text.slice(done, offset), content);
		done = offset + length;
	}
	return parts.join("") + text.slice(done);
}

/** A patch replaces a value, also by several in its list, or removes one. */
function workOf(root: Node, patch: Patch): Work | undefined {
	const [first, ...more] = patch;
	const node = first && findNodeAtLocation(root, pathOf(root, first.path));
	if (first === undefined || node === undefined) return undefined;
	if (first.op === "remove") return more.length === 0 ? { kind: "remove", node } : undefined;
	if (first.op !== "replace") return undefined;
	const values: unknown[] = [first.value];
	for (const operation of more) {
		if (operation.op !== "add") return undefined;
		values.push(operation.value);
	}
	return { kind: "replace", node, values };
}

/** With the indexes of lists as numbers, as the parser wants them. */
function pathOf(root: Node, pointer: string): (string | number)[] {
	const path: (string | number)[] = [];
	for (const token of tokensOf(pointer)) {
		const isList = (path.length === 0 ? root : findNodeAtLocation(root, path))?.type === "array";
		path.push(isList ? Number(token) : token);
	}
	return path;
}

/** What stands in the list or the object for a value: the value, or the property that has it. */
function entryOf(node: Node): Node {
	return node.parent?.type === "property" ? node.parent : node;
}

/** Takes entries out, each with the comma behind it; what is last then has none behind it, where the last one had none. */
function removals(text: string, parent: Node, removed: ReadonlySet<Node>): readonly Edit[] {
	const entries = parent.children ?? [];
	const commas = commasOf(text, parent, entries);
	const edits: Edit[] = [];
	entries.forEach((entry, index) => {
		if (!removed.has(entry)) return;
		const comma = commas[index];
		const start = entry.offset;
		const end = entry.offset + entry.length;
		if (comma !== undefined && isBlank(text.slice(end, comma))) {
			edits.push(lineOf(text, start, comma + 1));
		} else {
			edits.push(lineOf(text, start, end));
			if (comma !== undefined) edits.push({ offset: comma, length: 1, content: "" });
		}
	});
	const last = entries.length - 1;
	const lastKept = entries.findLastIndex((entry) => !removed.has(entry));
	const comma = commas[lastKept];
	if (lastKept < last && commas[last] === undefined && comma !== undefined) {
		const blanks = text.slice(comma + 1).search(/[^ \t]|$/);
		edits.push({ offset: comma, length: 1 + blanks, content: "" });
	}
	return edits;
}

/** The whole line, where nothing else stands on it; else a blank less. */
function lineOf(text: string, start: number, end: number): Edit {
	const lineStart = text.lastIndexOf("\n", start - 1) + 1;
	const lineEnd = text.indexOf("\n", end);
	if (
		lineStart > 0 &&
		lineEnd !== -1 &&
		isBlank(text.slice(lineStart, start)) &&
		isBlank(text.slice(end, lineEnd))
	) {
		return { offset: lineStart, length: lineEnd + 1 - lineStart, content: "" };
	}
	const blanks = text.slice(end).search(/[^ \t]|$/);
	return { offset: start, length: end + blanks - start, content: "" };
}

function isBlank(text: string): boolean {
	return text.trim() === "";
}

/** Where the comma behind each entry stands; undefined where there is none. */
function commasOf(text: string, parent: Node, entries: readonly Node[]): readonly (number | undefined)[] {
	const scanner = createScanner(text, true);
	return entries.map((entry) => {
		scanner.setPosition(entry.offset + entry.length);
		scanner.scan();
		const offset = scanner.getTokenOffset();
		return text.charAt(offset) === "," && offset < parent.offset + parent.length ? offset : undefined;
	});
}
