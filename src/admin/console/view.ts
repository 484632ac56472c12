/** Owns what a view is, and what views have in common. */

import { ApiFailure } from "./api.ts";
import { h, icon } from "./dom.ts";

/** What stands in the page's main part. */
export interface View {
	readonly title: string;
	readonly element: HTMLElement;
	/** Called once it is in the page. */
	shown?(): void;
	/** Called when another one takes its place. */
	leave?(): void;
}

/** When something was, for people and for machines. */
export function timeElement(at: string): HTMLElement {
	const words = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" }).format(
		new Date(at),
	);
	return h("time", { datetime: at }, words);
}

/** Says why something failed, with a way to try again. */
export function failureElement(error: unknown, again?: () => void): HTMLElement {
	return h(
		"div",
		{ class: "notice", "data-tone": "bad", role: "alert" },
		icon("cross"),
		h(
			"div",
			{},
			h("strong", {}, titleOf(error)),
			h("p", {}, error instanceof Error ? error.message : String(error)),
			again !== undefined &&
				!isFinal(error) &&
				h("button", { type: "button", class: "button", onclick: again }, "Try again"),
		),
	);
}

function titleOf(error: unknown): string {
	const code = error instanceof ApiFailure ? error.code : "";
	return TITLES[code] ?? "That did not work";
}

/** To ask again would be answered in the same way. */
function isFinal(error: unknown): boolean {
	return error instanceof ApiFailure && error.code === "forbidden";
}

const TITLES: Readonly<Record<string, string>> = {
	unreachable: "No connection",
	forbidden: "This is not yours to see or change",
	"changed-meanwhile": "Somebody else was faster",
	"internal-error": "The control plane has a fault",
	unauthenticated: "You are not signed in any more",
	"not-configured": "The control plane is not configured yet",
	"not-found": "There is nothing here",
	"too-large": "This document is too large",
	"invalid-document": "The document has errors",
};
