/** Owns dialogs: a question over the page, left with Escape, that gives the focus back where it was. */

import { h } from "./dom.ts";

/** A way out of a dialog. */
export interface DialogAnswer<Value extends string> {
	readonly value: Value;
	readonly label: string;
	readonly kind?: "primary" | "danger";
}

/** A dialog. */
export interface DialogQuestion<Value extends string> {
	readonly title: string;
	readonly body: readonly (HTMLElement | string)[];
	/** The way back comes first, and has the focus: Enter by mistake does no harm. */
	readonly answers: readonly DialogAnswer<Value>[];
	readonly isWide?: boolean;
}

/** Asks; undefined where it was left without an answer. */
export function ask<Value extends string>(question: DialogQuestion<Value>): Promise<Value | undefined> {
	const { title, body, answers, isWide = false } = question;
	const { promise, resolve } = Promise.withResolvers<Value | undefined>();
	const before = document.activeElement;
	let chosen: Value | undefined;
	const buttons = answers.map(({ value, label, kind }) =>
		h(
			"button",
			{
				type: "button",
				class: `button ${kind ?? ""}`,
				onclick: () => {
					chosen = value;
					dialog.close();
				},
			},
			label,
		),
	);
	const dialog = h(
		"dialog",
		{
			class: isWide ? "wide" : "",
			"aria-labelledby": "dialog-title",
			onclose: () => {
				dialog.remove();
				if (before instanceof HTMLElement && before.isConnected) before.focus();
				resolve(chosen);
			},
		},
		h("h2", { id: "dialog-title" }, title),
		h("div", { class: "dialog-body" }, ...body),
		h("div", { class: "dialog-actions" }, ...buttons),
	);
	document.body.append(dialog);
	dialog.showModal();
	buttons[0]?.focus();
	return promise;
}
