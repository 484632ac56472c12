/** Owns the list of what is wrong or doubtful in a draft, below its editor. */

import { writtenJson } from "../../findings/meant.ts";
import { fill, h, icon } from "./dom.ts";
import type { DraftFinding } from "./editor/check.ts";
import type { EditorSpan } from "./editor/places.ts";

/** More of them nobody reads at once; in the editor all are underlined. */
const MAX_SHOWN = 50;

/** The list. */
export interface FindingsList {
	readonly element: HTMLElement;
	show(findings: readonly DraftFinding[]): void;
}

/** What the list asks of the editor. */
export interface FindingsOptions {
	/** Called with the place of the one that is chosen. */
	goTo(place: EditorSpan): void;
	/** The line of a place. */
	lineOf(at: number): number;
	/** Takes a finding's fix; undefined where nothing may be changed. */
	readonly fix: ((finding: DraftFinding) => void) | undefined;
}

/** Makes the list. */
export function createFindingsList(options: FindingsOptions): FindingsList {
	const summary = h("p", { class: "help", role: "status" });
	const list = h("ul", { class: "findings" });
	return {
		element: h("section", { class: "found", "aria-label": "Findings" }, summary, list),
		show(findings) {
			const words = summaryOf(findings);
			if (summary.textContent !== words) fill(summary, words);
			fill(list, ...findings.slice(0, MAX_SHOWN).map((finding) => item(finding, options)));
		},
	};
}

function summaryOf(findings: readonly DraftFinding[]): string {
	const errors = findings.filter(({ severity }) => severity === "error").length;
	const warnings = findings.length - errors;
	if (findings.length === 0) return "Nothing is wrong with this document.";
	const more = findings.length > MAX_SHOWN ? `; the first ${MAX_SHOWN} are below` : "";
	return errors > 0
		? `${counted(errors, "error")}${more}`
		: `${counted(warnings, "warning")}: it can be saved as it is${more}`;
}

function counted(count: number, name: string): string {
	return `${count} ${name}${count === 1 ? "" : "s"}`;
}

function item(finding: DraftFinding, { goTo, lineOf, fix }: FindingsOptions): HTMLElement {
	const { severity, message, pointer, code, suggestion } = finding;
	const line = `Line ${lineOf(finding.from)}`;
	const place = h(
		"button",
		{ type: "button", class: "plain place", onclick: () => goTo(finding) },
		line,
		pointer !== "" && h("code", {}, pointer),
	);
	const fixButton =
		fix !== undefined &&
		finding.fix !== undefined &&
		h(
			"button",
			{ type: "button", class: "button small", onclick: () => fix(finding) },
			finding.suggestion === undefined ? "Take it out" : "Fix it",
			h("span", { class: "quiet" }, `: ${line}, ${pointer}`),
		);
	return h(
		"li",
		{ "data-tone": severity === "error" ? "bad" : "warn" },
		icon(severity === "error" ? "cross" : "question"),
		h(
			"div",
			{},
			place,
			h("p", {}, h("span", { class: "quiet" }, `${severity}: `), message),
			suggestion !== undefined &&
				h("p", { class: "help" }, "Write ", h("code", {}, writtenJson(suggestion)), " instead?"),
			fixButton,
			h("code", { class: "code" }, code),
		),
	);
}
