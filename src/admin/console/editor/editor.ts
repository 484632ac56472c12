/** Owns the editor of a document: JSON, completion, the findings at their places, its keys. */

import {
	autocompletion,
	closeBrackets,
	closeBracketsKeymap,
	completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { type Diagnostic, linter, lintKeymap } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { type Checked, check } from "./check.ts";
import { complete } from "./completion.ts";
import { shadowHost } from "./root.ts";
import { looks } from "./theme.ts";

const CHECK_DELAY_MILLISECONDS = 200;

/** Who wants less motion gets a cursor that does not blink. */
const STEADY = matchMedia("(prefers-reduced-motion: reduce)");

/** An editor in the page. */
export interface Editor {
	readonly element: HTMLElement;
	text(): string;
	/** Puts another text in; it can be undone. */
	replace(text: string): void;
	/** Goes to a place, and selects it. */
	show(from: number, to: number): void;
	line(at: number): number;
	focus(): void;
	destroy(): void;
}

/** How an editor is made. */
export interface EditorOptions {
	readonly text: string;
	readonly label: string;
	readonly isReadOnly: boolean;
	/** After each change. */
	onChange(text: string): void;
	/** When typing has paused. */
	onChecked(checked: Checked): void;
}

/** Makes an editor. */
export function createEditor({ text, label, isReadOnly, onChange, onChecked }: EditorOptions): Editor {
	const { host, root } = shadowHost("editor");
	const findings = linter(
		(view): readonly Diagnostic[] => {
			const checked = check(view.state.doc.toString());
			onChecked(checked);
			return checked.findings.map(({ from, to, severity, message, code }) => ({
				from,
				to,
				severity,
				message,
				source: code,
			}));
		},
		{ delay: CHECK_DELAY_MILLISECONDS },
	);
	const view = new EditorView({
		parent: root,
		root,
		state: EditorState.create({
			doc: text,
			extensions: [
				lineNumbers(),
				foldGutter(),
				history(),
				drawSelection(STEADY.matches ? { cursorBlinkRate: 0 } : {}),
				indentOnInput(),
				indentUnit.of("  "),
				bracketMatching(),
				closeBrackets(),
				autocompletion({ override: [complete], icons: false }),
				highlightActiveLine(),
				json(),
				findings,
				looks,
				EditorView.lineWrapping,
				EditorState.readOnly.of(isReadOnly),
				EditorView.contentAttributes.of({ "aria-label": label, "aria-multiline": "true" }),
				keymap.of([
					...closeBracketsKeymap,
					...completionKeymap,
					...lintKeymap,
					...foldKeymap,
					...historyKeymap,
					...defaultKeymap,
				]),
				EditorView.updateListener.of((update) => {
					if (update.docChanged) onChange(update.state.doc.toString());
				}),
			],
		}),
	});
	return {
		element: host,
		text: () => view.state.doc.toString(),
		replace(next) {
			view.dispatch({ changes: changeBetween(view.state.doc.toString(), next), userEvent: "input" });
		},
		show(from, to) {
			view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
			view.focus();
		},
		line: (at) => view.state.doc.lineAt(Math.min(at, view.state.doc.length)).number,
		focus: () => view.focus(),
		destroy: () => view.destroy(),
	};
}

/** Only what differs: the cursor, and what is folded, stay where they are. */
function changeBetween(before: string, after: string) {
	const shorter = Math.min(before.length, after.length);
	let from = 0;
	while (from < shorter && before[from] === after[from]) from++;
	let end = 0;
	while (end < shorter - from && before.at(-1 - end) === after.at(-1 - end)) end++;
	return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
