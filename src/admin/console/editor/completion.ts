/**
 * Owns completion: keys and values of tenant.schema.json, as the cursor's place allows. codemirror-json-schema was the
 * alternative: with its own validator and Markdown it is larger than the rest of the page, and our findings say more.
 */

import {
	type Completion,
	type CompletionContext,
	type CompletionResult,
	snippet,
} from "@codemirror/autocomplete";
import type { EditorView } from "@codemirror/view";
import { getLocation, type Location, parseTree } from "jsonc-parser";
import { keysAt, valuesAt } from "./schema.ts";

/** Completes at the cursor. */
export function complete(context: CompletionContext): CompletionResult | null {
	const text = context.state.doc.toString();
	const location = getLocation(text, context.pos);
	const word = context.matchBefore(/"?[\w$.-]*/);
	const from = word?.from ?? context.pos;
	if (from === context.pos && !context.explicit) return null;
	const options = location.isAtPropertyKey ? keyOptions(text, location) : valueOptions(location);
	return options.length === 0
		? null
		: { from, to: endOfWord(text, context.pos), options, validFor: /^"?[\w$.-]*$/ };
}

function keyOptions(text: string, { path, previousNode }: Location): readonly Completion[] {
	const holder = path.slice(0, -1);
	const present = presentKeys(text, holder);
	const hasValue =
		previousNode !== undefined && /^\s*:/.test(text.slice(previousNode.offset + previousNode.length));
	return keysAt(holder)
		.filter(({ name }) => !present.has(name))
		.map(({ name, description, start }) => ({
			label: name,
			displayLabel: name,
			filterText: `"${name}"`,
			type: "property",
			info: description,
			apply: hasValue ? JSON.stringify(name) : snippet(`${JSON.stringify(name)}: ${start}`),
		}))
		.map(({ filterText: _, ...option }) => ({ ...option, label: `"${option.label}"` }));
}

function valueOptions({ path }: Location): readonly Completion[] {
	return valuesAt(path).map(({ text, description }) => ({
		label: text,
		type: "enum",
		info: description,
		apply: (view: EditorView, _: Completion, from: number, to: number) =>
			view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length } }),
	}));
}

function presentKeys(text: string, path: Location["path"]): ReadonlySet<string> {
	let node = parseTree(text);
	for (const step of path) {
		node =
			typeof step === "number"
				? node?.children?.[step]
				: node?.children?.find(({ children }) => children?.[0]?.value === step)?.children?.[1];
	}
	const keys = (node?.children ?? []).map(({ children }) => children?.[0]?.value as unknown);
	return new Set(keys.filter((key) => typeof key === "string"));
}

/** A closing quote that the editor wrote by itself goes with what is replaced. */
function endOfWord(text: string, position: number): number {
	const rest = /^[\w$.-]*"?/.exec(text.slice(position, position + 80))?.[0] ?? "";
	return position + rest.length;
}
