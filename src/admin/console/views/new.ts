/** Owns the first step to a new tenant: which host it is for. */

import { isTenantHost } from "../../../tenants/hosts.ts";
import { hrefOf } from "../address.ts";
import { fill, h } from "../dom.ts";
import type { View } from "../view.ts";

/** Asks for the host. */
export function newView(): View {
	const input = h("input", {
		id: "host",
		type: "text",
		placeholder: "api.acme.com",
		autocomplete: "off",
		autocapitalize: "none",
		spellcheck: "false",
		required: true,
		"aria-describedby": "host-help host-error",
	});
	const error = h("p", { id: "host-error", class: "field-error", role: "alert" });
	const form = h(
		"form",
		{
			class: "card narrow",
			onsubmit: (event) => {
				event.preventDefault();
				const host = input.value.trim().toLowerCase();
				if (isTenantHost(host)) {
					location.hash = hrefOf({ view: "document", host });
					return;
				}
				input.setAttribute("aria-invalid", "true");
				fill(
					error,
					"This is not a host: write a name without scheme, port and path, or one “*.” before a domain.",
				);
				input.focus();
			},
		},
		h("h1", {}, "New tenant"),
		h("label", { for: "host" }, "Host"),
		input,
		error,
		h(
			"p",
			{ id: "host-help", class: "help" },
			"The API’s own name, as browsers call it: api.acme.com, or *.acme.com for every name one label below. Nothing is stored before you save.",
		),
		h(
			"div",
			{ class: "actions" },
			h("button", { class: "button primary" }, "Write its document"),
			h("a", { class: "button", href: hrefOf({ view: "tenants" }) }, "Cancel"),
		),
	);
	return { title: "New tenant", element: form, shown: () => input.focus() };
}
