/** Owns the head of a tenant's views: its host, and the way from its document to its history. */

import { hrefOf } from "../address.ts";
import { type Child, fill, h, icon } from "../dom.ts";

/** The head, with a body below it; the head stays while the body changes, and keeps the focus. */
export interface TenantFrame {
	readonly element: HTMLElement;
	readonly body: HTMLElement;
	setMeta(...words: readonly Child[]): void;
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
		setMeta: (...words) => fill(meta, ...words),
	};
}
