/** Owns the head of a tenant's views: its host, which version there is, and the way from its document to its history. */

import { hrefOf } from "../address.ts";
import type { ApiVersion } from "../api.ts";
import { type Child, fill, h, icon } from "../dom.ts";
import { timeElement } from "../view.ts";

/** The head, with a body below it; the head stays while the body changes, and keeps the focus. */
export interface TenantFrame {
	readonly element: HTMLElement;
	readonly body: HTMLElement;
	/** Says which version there is. @param isStored whether it is still there, and not deleted */
	setLatest(latest: ApiVersion | undefined, isStored: boolean): void;
}

/** Makes both. */
export function tenantFrame(host: string, current: "document" | "history"): TenantFrame {
	const tab = (view: "document" | "history", label: string) =>
		h("a", { href: hrefOf({ view, host }), "aria-current": view === current && "page" }, label);
	const meta = h("p", { class: "help meta" });
	const body = h("div", {});
	const head = h(
		"div",
		{ class: "tenant-head" },
		h("a", { class: "up", href: hrefOf({ view: "tenants" }) }, icon("back"), "Tenants"),
		h("h1", {}, host),
		meta,
		h(
			"nav",
			{ class: "tabs", "aria-label": "Parts of this tenant" },
			tab("document", "Document"),
			tab("history", "History"),
		),
	);
	return {
		element: h("div", { class: "page" }, head, body),
		body,
		setLatest: (latest, isStored) => fill(meta, ...wordsOf(host, current, latest, isStored)),
	};
}

function wordsOf(
	host: string,
	current: "document" | "history",
	latest: ApiVersion | undefined,
	isStored: boolean,
): readonly Child[] {
	if (latest === undefined) return ["No document is stored for this host."];
	if (isStored) return [`Version ${latest.version}, by ${latest.by}, `, timeElement(latest.at)];
	const deleted = [`Deleted by ${latest.by}, `, timeElement(latest.at)];
	if (current === "history") return [...deleted, "."];
	return [
		...deleted,
		": ",
		h("a", { href: hrefOf({ view: "history", host }) }, "the history brings it back"),
		".",
	];
}
