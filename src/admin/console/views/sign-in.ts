/** Owns the sign-in: asks for a token, tries it, keeps it. */

import { ApiFailure, fetchTenants } from "../api.ts";
import { fill, h, icon } from "../dom.ts";
import { forgetToken, keepToken } from "../session.ts";
import type { View } from "../view.ts";

/** The sign-in. @param why said first, where something went wrong @param onSignedIn called with a token that works */
export function signInView(why: string | undefined, onSignedIn: () => void): View {
	const input = h("input", {
		id: "token",
		type: "password",
		name: "token",
		autocomplete: "off",
		spellcheck: "false",
		required: true,
		"aria-describedby": "token-help token-error",
	});
	const error = h("p", { id: "token-error", class: "field-error", role: "alert" }, why);
	const button = h("button", { class: "button primary" }, "Sign in");
	const form = h(
		"form",
		{
			class: "card sign-in",
			onsubmit: async (event) => {
				event.preventDefault();
				keepToken(input.value);
				button.disabled = true;
				fill(error);
				try {
					await fetchTenants("");
					onSignedIn();
				} catch (failure) {
					forgetToken();
					fill(error, words(failure));
					input.setAttribute("aria-invalid", "true");
					input.focus();
				} finally {
					button.disabled = false;
				}
			},
		},
		icon("shield"),
		h("h1", {}, "Sign in"),
		h("label", { for: "token" }, "Access token"),
		input,
		error,
		button,
		h(
			"p",
			{ id: "token-help", class: "help" },
			"Whoever runs this control plane hands tokens out. Yours is kept in this tab only, until you close it or sign out.",
		),
	);
	return { title: "Sign in", element: form, shown: () => input.focus() };
}

function words(failure: unknown): string {
	if (failure instanceof ApiFailure && failure.code === "unauthenticated") {
		return "This token is not known here. Check that you copied all of it.";
	}
	return failure instanceof Error ? failure.message : String(failure);
}
