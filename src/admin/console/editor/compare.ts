/** Owns two texts beside each other: on a wide screen side by side, on a narrow one below each other in one. */

import { json } from "@codemirror/lang-json";
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { h } from "../dom.ts";
import { shadowHost } from "./root.ts";
import { looks } from "./theme.ts";

/** One of the two. */
export interface Side {
	readonly title: string;
	readonly text: string;
}

/** Two texts in the page. */
export interface Comparison {
	readonly element: HTMLElement;
	destroy(): void;
}

/** Narrower, two columns hold no line. */
const WIDE = "(min-width: 46rem)";
const COLLAPSE = { margin: 3, minSize: 6 };

/** Shows two texts and how they differ. */
export function compare(before: Side, after: Side): Comparison {
	const { host, root } = shadowHost("comparison");
	const fixed = (label: string): Extension => [
		lineNumbers(),
		json(),
		looks,
		EditorView.lineWrapping,
		EditorState.readOnly.of(true),
		EditorView.editable.of(false),
		EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
	];
	if (matchMedia(WIDE).matches) {
		const view = new MergeView({
			parent: root,
			root,
			a: { doc: before.text, extensions: fixed(before.title) },
			b: { doc: after.text, extensions: fixed(after.title) },
			gutter: true,
			collapseUnchanged: COLLAPSE,
		});
		return {
			element: h("div", { class: "compared" }, titles(before, after), host),
			destroy: () => view.destroy(),
		};
	}
	const view = new EditorView({
		parent: root,
		root,
		state: EditorState.create({
			doc: after.text,
			extensions: [
				fixed(`${before.title}, and ${after.title}`),
				unifiedMergeView({
					original: before.text,
					mergeControls: false,
					collapseUnchanged: COLLAPSE,
				}),
			],
		}),
	});
	return {
		element: h("div", { class: "compared" }, titles(before, after), host),
		destroy: () => view.destroy(),
	};
}

function titles(before: Side, after: Side): HTMLElement {
	return h(
		"div",
		{ class: "compared-titles" },
		h("span", { class: "side removed" }, before.title),
		h("span", { class: "side added" }, after.title),
	);
}
