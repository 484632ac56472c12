/** Owns changes to a JSON text that leave everything else in it, comments too, as it stands. */

import { isDeepStrictEqual } from "node:util";
import {
	applyEdits,
	type Edit,
	type FormattingOptions,
	findNodeAtLocation,
	modify,
	parseTree,
} from "jsonc-parser";
import { isObject } from "../../tenants/salvage.ts";
import { readJson } from "./json-text.ts";
import { createSource } from "./source.ts";

/**
 * Makes a text say `after`, which says `before`: only what differs is written anew.
 * @returns a text whose value is exactly `after`
 */
export function editJson(text: string, before: unknown, after: unknown): string {
	const formattingOptions = formOf(text);
	let edited = text;
	for (const { path, value } of differences(before, after, [])) {
		const edits = replacement(edited, path, value) ?? modify(edited, [...path], value, { formattingOptions });
		edited = applyEdits(edited, [...edits]);
	}
	const { value, errors } = readJson(createSource("", edited));
	// Where an edit cannot say it (a key that stands twice, __proto__), the text is written anew.
	return errors.length === 0 && isDeepStrictEqual(value, after) ? edited : formatJson(after);
}

/** A value as a file of its own. */
export function formatJson(value: unknown): string {
	return `${JSON.stringify(value, null, 2)}\n`;
}

/** One plain value for another: nothing around it is formatted anew. */
function replacement(text: string, path: Difference["path"], value: unknown): readonly Edit[] | undefined {
	const root = parseTree(text);
	const node = root && findNodeAtLocation(root, [...path]);
	if (node === undefined || node.children !== undefined || value === undefined) return undefined;
	if (typeof value === "object" && value !== null) return undefined;
	return [{ offset: node.offset, length: node.length, content: JSON.stringify(value) }];
}

interface Difference {
	readonly path: readonly (string | number)[];
	/** Undefined: the key goes. */
	readonly value: unknown;
}

function differences(before: unknown, after: unknown, path: Difference["path"]): readonly Difference[] {
	if (isDeepStrictEqual(before, after)) return [];
	if (isObject(before) && isObject(after)) {
		const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
		return keys.flatMap((key) => differences(ownValue(before, key), ownValue(after, key), [...path, key]));
	}
	if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
		return before.flatMap((item: unknown, index) => differences(item, after[index], [...path, index]));
	}
	return [{ path, value: after }];
}

function ownValue(object: Readonly<Record<string, unknown>>, key: string): unknown {
	return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** As the text is indented already. */
function formOf(text: string): FormattingOptions {
	const indented = text.split("\n").find((line) => line.startsWith(" ") || line.startsWith("\t")) ?? "  ";
	const spaces = indented.length - indented.trimStart().length;
	return {
		insertSpaces: !indented.startsWith("\t"),
		tabSize: indented.startsWith("\t") ? 1 : spaces,
		eol: text.includes("\r\n") ? "\r\n" : "\n",
	};
}
