/** Owns how editors look: the page's own colours, which follow light and dark by themselves. */

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const surfaces = EditorView.theme({
	"&": { color: "var(--ink)", backgroundColor: "var(--card)", fontSize: "0.8438rem" },
	"&.cm-focused": { outline: "none" },
	".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
	".cm-content": { caretColor: "var(--ink)", padding: "0.6rem 0" },
	".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
	".cm-gutters": {
		backgroundColor: "var(--card)",
		color: "var(--soft)",
		borderRight: "1px solid var(--line)",
	},
	".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--wait-tint) 55%, transparent)" },
	".cm-activeLineGutter": { backgroundColor: "var(--wait-tint)", color: "var(--ink)" },
	"&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
		background: "color-mix(in srgb, var(--good) 22%, transparent)",
	},
	"&.cm-focused .cm-matchingBracket": {
		backgroundColor: "var(--good-tint)",
		outline: "1px solid var(--good)",
	},
	".cm-tooltip": {
		backgroundColor: "var(--card)",
		color: "var(--ink)",
		border: "1px solid var(--line)",
		borderRadius: "8px",
		boxShadow: "0 6px 24px rgb(0 0 0 / 18%)",
	},
	".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "0.8125rem" },
	".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.2rem 0.6rem" },
	".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--good-tint)", color: "var(--ink)" },
	".cm-completionInfo": {
		padding: "0.5rem 0.7rem",
		maxWidth: "22rem",
		fontSize: "0.8125rem",
		lineHeight: "1.45",
	},
	".cm-completionMatchedText": { textDecoration: "none", fontWeight: "650" },
	".cm-diagnostic": {
		padding: "0.4rem 0.7rem",
		maxWidth: "32rem",
		fontSize: "0.8125rem",
		whiteSpace: "pre-wrap",
	},
	".cm-diagnostic-error": { borderLeft: "4px solid var(--bad)" },
	".cm-diagnostic-warning": { borderLeft: "4px solid var(--warn)" },
	".cm-lintRange": {
		backgroundImage: "none",
		textDecoration: "underline wavy 1px",
		textUnderlineOffset: "3px",
	},
	".cm-lintRange-error": { textDecorationColor: "var(--bad)", backgroundColor: "var(--bad-tint)" },
	".cm-lintRange-warning": { textDecorationColor: "var(--warn)", backgroundColor: "var(--warn-tint)" },
	".cm-panels": { backgroundColor: "var(--wait-tint)", color: "var(--ink)" },
	".cm-foldPlaceholder": {
		background: "var(--wait-tint)",
		border: "1px solid var(--line)",
		color: "var(--soft)",
	},
	"&.cm-merge-a .cm-changedLine, .cm-deletedChunk": { backgroundColor: "var(--bad-tint)" },
	"&.cm-merge-b .cm-changedLine, &.cm-merge-b .cm-inlineChangedLine": { backgroundColor: "var(--good-tint)" },
	"&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText": {
		background: "color-mix(in srgb, var(--bad) 8%, transparent)",
		boxShadow: "inset 0 -2px color-mix(in srgb, var(--bad) 45%, transparent)",
	},
	"&.cm-merge-b .cm-changedText": {
		background: "color-mix(in srgb, var(--good) 12%, transparent)",
		boxShadow: "inset 0 -2px color-mix(in srgb, var(--good) 45%, transparent)",
	},
	"&.cm-merge-a .cm-changedLineGutter, .cm-deletedLineGutter": { background: "var(--bad)" },
	"&.cm-merge-b .cm-changedLineGutter": { background: "var(--good)" },
	".cm-collapsedLines": {
		background: "var(--wait-tint)",
		color: "var(--soft)",
		fontFamily: "inherit",
		padding: "0.2rem 0.75rem",
	},
	".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '"⋯"' },
});

const words = HighlightStyle.define([
	{ tag: tags.propertyName, color: "var(--key)" },
	{ tag: tags.string, color: "var(--good)" },
	{ tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
	{ tag: [tags.punctuation, tags.separator, tags.bracket], color: "var(--soft)" },
]);

/** The looks. */
export const looks: Extension = [surfaces, syntaxHighlighting(words)];
