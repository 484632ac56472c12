/** Owns the panel that tries a call against the draft: what to call, and what would come of it, step by step. */

import type { ClosedDocument, TenantDocument } from "../../tenants/schema.ts";
import { ApiFailure, fetchExplanation, type TriedCall } from "./api.ts";
import { fill, h, icon } from "./dom.ts";
import { headlineOf, steps, type ToldStep } from "./explained.ts";
import type { Report } from "./report.ts";
import { failureElement } from "./view.ts";

const PAUSE_MILLISECONDS = 500;
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const ICONS = { good: "check", bad: "cross", warn: "question" } as const;

/** The panel. */
export interface TryPanel {
	readonly element: HTMLElement;
	/** The draft as it is now; undefined while it has errors. */
	setDraft(document: TenantDocument | ClosedDocument | undefined): void;
	close(): void;
}

/** Makes the panel. */
export function createTry(host: string): TryPanel {
	const origin = h("input", {
		id: "try-origin",
		type: "text",
		required: true,
		placeholder: "https://app.example.com",
		autocomplete: "off",
		spellcheck: "false",
	});
	const method = h("select", { id: "try-method" }, ...METHODS.map((name) => h("option", {}, name)));
	const path = h("input", {
		id: "try-path",
		value: "/",
		required: true,
		pattern: "/.*",
		title: "A path begins with a slash",
		autocomplete: "off",
		spellcheck: "false",
	});
	const headers = h("textarea", {
		id: "try-headers",
		rows: 2,
		placeholder: "content-type, x-request-id",
		autocomplete: "off",
		spellcheck: "false",
		"aria-describedby": "try-headers-help",
	});
	const credentials = h(
		"select",
		{ id: "try-credentials" },
		h("option", { value: "" }, "both ways"),
		h("option", { value: "include" }, "with credentials"),
		h("option", { value: "omit" }, "without credentials"),
	);
	const verdict = h("div", { class: "told", role: "status" });
	const told = h("div", {});
	let draft: TenantDocument | ClosedDocument | undefined;
	let last: TriedCall | undefined;
	let latest = 0;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let isClosed = false;

	async function run(): Promise<void> {
		if (last === undefined || isClosed) return;
		const mine = ++latest;
		if (draft === undefined) {
			fill(
				verdict,
				h("p", { class: "help" }, "The draft has errors. Correct them, and this call is tried again."),
			);
			fill(told);
			return;
		}
		verdict.setAttribute("aria-busy", "true");
		try {
			const report = await fetchExplanation(host, draft, last);
			if (mine === latest) tell(report);
		} catch (error) {
			if (mine !== latest) return;
			fill(verdict, refused(error));
			fill(told);
		} finally {
			if (mine === latest) verdict.removeAttribute("aria-busy");
		}
	}

	function tell(report: Report): void {
		const { tone, title, text } = headlineOf(report);
		fill(
			verdict,
			h(
				"div",
				{ class: "notice", "data-tone": tone },
				icon(ICONS[tone]),
				h("div", {}, h("strong", {}, title), h("p", {}, text)),
			),
		);
		fill(
			told,
			"problem" in report ? undefined : h("dl", { class: "steps" }, ...steps(report).flatMap(stepElements)),
		);
	}

	const form = h(
		"form",
		{
			class: "call",
			onsubmit: (event) => {
				event.preventDefault();
				const mode =
					credentials.value === "include" || credentials.value === "omit" ? credentials.value : undefined;
				last = {
					origin: origin.value.trim(),
					method: method.value,
					path: path.value.trim(),
					headers: headersIn(headers.value),
					...(mode === undefined ? {} : { credentials: mode }),
				};
				run();
			},
		},
		field("The page’s origin", origin, "full"),
		field("Method", method),
		field("Path", path),
		field("Headers that it sets", headers, "full"),
		h(
			"p",
			{ id: "try-headers-help", class: "help full" },
			"Names, with commas between them; or one “name: value” a line.",
		),
		field("Credentials", credentials),
		h("button", { class: "button" }, "Try it"),
	);
	return {
		element: h(
			"section",
			{ class: "card try", "aria-labelledby": "try-title" },
			h("h2", { id: "try-title" }, "Try a call against this draft"),
			form,
			verdict,
			told,
		),
		setDraft(document) {
			draft = document;
			clearTimeout(timer);
			if (last !== undefined) timer = setTimeout(run, PAUSE_MILLISECONDS);
		},
		close() {
			isClosed = true;
			clearTimeout(timer);
		},
	};
}

/** A line with a colon is a header with its value, which may have commas; any other one has names. */
function headersIn(text: string): readonly string[] {
	return text
		.split("\n")
		.flatMap((line) => (line.includes(":") ? [line.trim()] : line.split(/[\s,]+/)))
		.filter((header) => header !== "");
}

function field(label: string, control: HTMLElement, size = ""): HTMLElement {
	return h("div", { class: `field ${size}` }, h("label", { for: control.id }, label), control);
}

function stepElements({ name, lines }: ToldStep): readonly HTMLElement[] {
	return [h("dt", {}, name), ...lines.map((line) => h("dd", { "data-tone": toneOf(line) }, line))];
}

function toneOf(line: string): string | undefined {
	if (/^(✗|denied|never)/.test(line)) return "bad";
	return /^(✓|allowed)/.test(line) ? "good" : undefined;
}

function refused(error: unknown): HTMLElement {
	const [finding] = error instanceof ApiFailure ? error.findings : [];
	return failureElement(
		finding === undefined ? error : new Error(`${finding.pointer.slice(1)}: ${finding.message}`),
	);
}
