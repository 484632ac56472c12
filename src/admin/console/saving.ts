/** Owns saving: what changes is shown first, and where somebody else was faster, theirs and yours and a way on. */

import { ApiFailure, fetchVersions, readTenant, type SavedTenant, writeTenant } from "./api.ts";
import { ask } from "./dialog.ts";
import { announce, h } from "./dom.ts";
import type { DraftFinding } from "./editor/check.ts";
import { compare } from "./editor/compare.ts";
import { isChangedMeanwhile, tellFailure } from "./failing.ts";
import { timeElement } from "./view.ts";

/** What is to be saved, and over what. */
export interface Saving {
	readonly host: string;
	readonly text: string;
	readonly base: string;
	readonly etag: string | undefined;
	readonly warnings: readonly DraftFinding[];
}

/** What came of it. */
export type SaveOutcome =
	/** Stored, or theirs taken: what is stored is to be read again. */
	| { readonly kind: "settled" }
	/** Nothing happened. */
	| { readonly kind: "kept" }
	/** The draft goes on from what somebody else stored. */
	| { readonly kind: "rebased"; readonly text: string | undefined; readonly etag: string | undefined };

/** Shows what changes, and saves it if that is meant. */
export async function save(saving: Saving): Promise<SaveOutcome> {
	const { host, text, base, etag, warnings } = saving;
	const comparison = compare(
		{ title: etag === undefined ? "Nothing yet" : "Stored", text: base },
		{ title: "Yours", text },
	);
	const count = warnings.length === 1 ? "There is a warning" : `There are ${warnings.length} warnings`;
	const answer = await ask({
		title: etag === undefined ? `Store ${host}?` : `Save ${host}?`,
		body: [
			h("p", {}, "It is in force in every data centre within two minutes, usually within one."),
			...(warnings.length > 0
				? [h("p", { class: "warned" }, `${count}: they are listed below the editor.`)]
				: []),
			comparison.element,
		],
		answers: [
			{ value: "back", label: "Back to the editor" },
			{ value: "save", label: etag === undefined ? "Store it" : "Save this version", kind: "primary" },
		],
		isWide: true,
	});
	comparison.destroy();
	return answer === "save" ? write(saving) : { kind: "kept" };
}

const KEPT = () => h("p", {}, "Your draft is still in the editor.");

async function write(saving: Saving): Promise<SaveOutcome> {
	const { host, text, etag } = saving;
	try {
		tellWritten(await writeTenant(host, text, etag));
		return { kind: "settled" };
	} catch (error) {
		if (isChangedMeanwhile(error)) return resolve(saving);
		const findings = error instanceof ApiFailure ? error.findings : [];
		const list = findings.map(({ pointer, message }) => h("li", {}, h("code", {}, pointer), " ", message));
		await tellFailure("It was not saved", error, ...(list.length > 0 ? [h("ul", {}, ...list)] : []), KEPT());
		return { kind: "kept" };
	}
}

/** Says that it is stored, and when the gateways go by it; docs/consistency.md has the times. */
export function tellWritten({ version, copied }: SavedTenant): void {
	announce(
		copied
			? `Version ${version} is saved. It is in force within two minutes, usually within one.`
			: `Version ${version} is saved, but not yet written to KV. That is tried again each minute; once done, it is in force within two minutes, usually within one.`,
	);
}

async function resolve(saving: Saving): Promise<SaveOutcome> {
	const { host, text } = saving;
	try {
		const [stored, versions] = await Promise.all([readTenant(host), fetchVersions(host)]);
		const latest = versions.items[0];
		const who = latest === undefined ? "Somebody else" : latest.by;
		const what = stored.text === undefined ? "deleted it" : `saved version ${latest?.version ?? ""}`;
		const comparison = compare(
			{ title: `Theirs, by ${who}`, text: stored.text ?? "" },
			{ title: "Yours", text },
		);
		const answer = await ask({
			title: "Somebody else was faster",
			body: [
				h(
					"p",
					{},
					`While you were editing, ${who} ${what}`,
					...(latest === undefined ? [] : [" on ", timeElement(latest.at)]),
					". Nothing of yours was saved, and nothing is lost.",
				),
				comparison.element,
			],
			answers: [
				{ value: "edit", label: "Go on editing mine" },
				{ value: "theirs", label: "Take theirs", kind: "danger" },
				{ value: "mine", label: "Save mine over theirs", kind: "primary" },
			],
			isWide: true,
		});
		comparison.destroy();
		if (answer === "theirs") return { kind: "settled" };
		if (answer === "mine") return write({ ...saving, base: stored.text ?? "", etag: stored.etag });
		return { kind: "rebased", text: stored.text, etag: stored.etag };
	} catch (error) {
		await tellFailure("It was not saved", error, KEPT());
		return { kind: "kept" };
	}
}
