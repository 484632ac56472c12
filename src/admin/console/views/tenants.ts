/** Owns the list of tenants: found by what their hosts begin with, a page at a time. */

import { hrefOf } from "../address.ts";
import { fetchTenants, type ListedTenant, mayWrite } from "../api.ts";
import { fill, h } from "../dom.ts";
import { hasDraft } from "../drafts.ts";
import { failureElement, timeElement, type View } from "../view.ts";

const TYPING_PAUSE_MILLISECONDS = 200;

/** The list. */
export function tenantsView(): View {
	const input = h("input", {
		id: "prefix",
		type: "search",
		placeholder: "api.acme.com",
		autocomplete: "off",
		autocapitalize: "none",
		spellcheck: "false",
		oninput: () => {
			clearTimeout(timer);
			timer = setTimeout(find, TYPING_PAUSE_MILLISECONDS);
		},
	});
	const status = h("p", { class: "help", role: "status" }, "Loading …");
	const result = h("div", { class: "result", "aria-busy": "true" });
	const create = h("a", { class: "button primary", href: hrefOf({ view: "new" }) }, "New tenant");
	let timer: ReturnType<typeof setTimeout> | undefined;
	let latest = 0;

	async function find(): Promise<void> {
		const mine = ++latest;
		const prefix = input.value.trim().toLowerCase();
		result.setAttribute("aria-busy", "true");
		try {
			const page = await fetchTenants(prefix);
			if (mine !== latest) return;
			if (page.items.length === 0) {
				fill(result, emptyElement(prefix));
				fill(status, prefix === "" ? "" : "No tenants found.");
				return;
			}
			showRows(prefix, page.items, page.cursor);
			result.removeAttribute("aria-busy");
			await checkAccess(page.items[0]);
		} catch (error) {
			if (mine !== latest) return;
			fill(status);
			fill(result, failureElement(error, find));
		} finally {
			if (mine === latest) result.removeAttribute("aria-busy");
		}
	}

	function showRows(prefix: string, items: readonly ListedTenant[], cursor: string | null): void {
		const body = h("tbody", {}, ...items.map(row));
		const more = h("button", { type: "button", class: "button more" }, "Show more");
		const failed = h("div", {});
		let next = cursor;
		let count = items.length;
		const tell = () => {
			fill(
				status,
				`${count.toLocaleString("en")} ${count === 1 ? "tenant" : "tenants"}${next === null ? "" : ", and more"}`,
			);
			more.hidden = next === null;
		};
		more.addEventListener("click", async () => {
			if (next === null) return;
			more.disabled = true;
			fill(failed);
			try {
				const page = await fetchTenants(prefix, next);
				const rows = page.items.map(row);
				body.append(...rows);
				count += rows.length;
				next = page.cursor;
				tell();
				rows[0]?.querySelector("a")?.focus();
			} catch (error) {
				fill(failed, failureElement(error));
			} finally {
				more.disabled = false;
			}
		});
		const head = h(
			"tr",
			{},
			...["Host", "Version", "Changed", "By"].map((name) => h("th", { scope: "col" }, name)),
		);
		fill(
			result,
			h("table", { class: "tenants" }, h("caption", {}, "Tenants"), h("thead", {}, head), body),
			failed,
			more,
		);
		tell();
	}

	/** What the token may is told by the API only when asked to write: of the first tenant, without writing. */
	async function checkAccess(first: ListedTenant | undefined): Promise<void> {
		if (first === undefined || (await mayWrite(first.host, `"${first.version}"`))) return;
		create.replaceWith(h("p", { class: "mark" }, "Read only: your token may not change anything"));
	}

	const element = h(
		"div",
		{ class: "page" },
		h("div", { class: "page-head" }, h("h1", {}, "Tenants"), create),
		h("search", { class: "find" }, h("label", { for: "prefix" }, "Host begins with"), input, status),
		result,
	);
	return { title: "Tenants", element, shown: find, leave: () => clearTimeout(timer) };
}

function row({ host, version, at, by }: ListedTenant): HTMLElement {
	const link = h("a", { href: hrefOf({ view: "document", host }) }, host);
	const draft = hasDraft(host) && h("span", { class: "mark", "data-tone": "warn" }, "unsaved draft");
	return h(
		"tr",
		{},
		h("th", { scope: "row" }, link, draft),
		h("td", { "data-column": "Version" }, String(version)),
		h("td", { "data-column": "Changed" }, timeElement(at)),
		h("td", { "data-column": "By" }, by),
	);
}

function emptyElement(prefix: string): HTMLElement {
	return prefix === ""
		? h(
				"div",
				{ class: "empty" },
				h("h2", {}, "No tenants yet"),
				h(
					"p",
					{},
					"A tenant is a host of yours with a document that says which origins may read its responses. Only hosts that your token covers are listed.",
				),
				h("a", { class: "button", href: hrefOf({ view: "new" }) }, "Make the first one"),
			)
		: h(
				"div",
				{ class: "empty" },
				h("h2", {}, `No host begins with “${prefix}”`),
				h("p", {}, "Only tenants that your token covers are listed. A wildcard tenant begins with “*.”."),
			);
}
