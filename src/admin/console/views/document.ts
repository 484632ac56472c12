/** Owns a tenant's document: its editor, what is wrong with it, and the ways to save, discard and delete it. */

import { hrefOf } from "../address.ts";
import { fetchVersions, mayWrite, pretty, readTenant } from "../api.ts";
import { confirmDelete } from "../deleting.ts";
import { announce, fill, h } from "../dom.ts";
import { draftOf, keepDraft } from "../drafts.ts";
import type { Checked, DraftFinding } from "../editor/check.ts";
import { createEditor, type Editor } from "../editor/editor.ts";
import { fixedText } from "../editor/fix.ts";
import { createFindingsList } from "../findings-list.ts";
import { save } from "../saving.ts";
import { createTry } from "../try.ts";
import { failureElement, type View } from "../view.ts";
import { tenantFrame } from "./tenant-head.ts";

/** What a new document begins with: nobody may read yet. */
const TEMPLATE = pretty({ cors: { origins: [], credentials: true } });

/** The document of a host. */
export function documentView(host: string): View {
	const { element, body, setLatest } = tenantFrame(host, "document");
	let opened: Opened | undefined;
	let isLeft = false;

	async function load(isAgain = true): Promise<void> {
		opened?.close();
		fill(body, loading());
		try {
			const [stored, versions] = await Promise.all([readTenant(host), fetchVersions(host)]);
			const isWritable = await mayWrite(host, stored.etag);
			if (isLeft) return;
			const latest = versions.items[0];
			opened = openDocument({ host, stored: stored.text, etag: stored.etag, isWritable, reload: load });
			setLatest(latest, stored.text !== undefined);
			fill(body, opened.element);
			if (isAgain) opened.focus();
		} catch (error) {
			if (!isLeft) fill(body, failureElement(error, load));
		}
	}

	return {
		title: host,
		element,
		shown: () => load(false),
		leave() {
			isLeft = true;
			opened?.close();
		},
	};
}

function loading(): HTMLElement {
	return h("p", { class: "loading", role: "status" }, "Loading the document …");
}

interface Opened {
	readonly element: HTMLElement;
	focus(): void;
	close(): void;
}

interface Opening {
	readonly host: string;
	/** What is stored, as text and as tag; undefined where nothing is. */
	readonly stored: string | undefined;
	readonly etag: string | undefined;
	readonly isWritable: boolean;
	reload(): void;
}

function openDocument({ host, stored, etag, isWritable, reload }: Opening): Opened {
	const kept = draftOf(host);
	// A draft is saved over what it was made from: if that has changed meanwhile, saving says so.
	const base = { text: kept?.base ?? stored ?? "", etag: kept === undefined ? etag : kept.etag };
	const start = kept?.text ?? stored ?? TEMPLATE;
	const isNew = stored === undefined;
	const state = h("span", { class: "mark" });
	const saveButton = h("button", { type: "button", class: "button primary", onclick: saveDraft }, "Save …");
	const discardButton = h("button", { type: "button", class: "button", onclick: discard }, "Discard changes");
	const deleteButton = h("button", { type: "button", class: "button danger", onclick: remove }, "Delete …");
	const tried = createTry(host);
	const findings = createFindingsList({
		goTo: ({ from, to }) => editor.show(from, to),
		lineOf: (at) => editor.line(at),
		fix: isWritable ? takeFix : undefined,
	});
	let checked: Checked = { findings: [], document: undefined };

	const editor: Editor = createEditor({
		text: start,
		label: `Document of ${host}, JSON`,
		isReadOnly: !isWritable,
		onChange: showState,
		onChecked(result) {
			checked = result;
			findings.show(result.findings);
			tried.setDraft(result.document);
		},
	});

	function isChanged(): boolean {
		return editor.text() !== base.text;
	}

	function showState(): void {
		const changed = isChanged();
		keepDraft(
			host,
			changed && isWritable && editor.text() !== TEMPLATE
				? { text: editor.text(), base: base.text, etag: base.etag }
				: undefined,
		);
		saveButton.disabled = !changed;
		discardButton.disabled = !changed || base.etag === undefined;
		state.textContent =
			isNew && base.etag === undefined ? "Not stored yet" : changed ? "Unsaved changes" : "Saved";
		state.dataset["tone"] = changed ? "warn" : "good";
	}

	async function saveDraft(): Promise<void> {
		if (!isWritable || !isChanged()) return;
		const errors = checked.findings.filter(({ severity }) => severity === "error");
		const [first] = errors;
		if (first !== undefined) {
			announce(
				`${errors.length === 1 ? "There is an error" : `There are ${errors.length} errors`}: correct ${errors.length === 1 ? "it" : "them"} before saving.`,
			);
			editor.show(first.from, first.to);
			return;
		}
		const outcome = await save({
			host,
			text: editor.text(),
			base: base.text,
			etag: base.etag,
			warnings: checked.findings,
		});
		if (outcome.kind === "kept") return editor.focus();
		if (outcome.kind === "rebased") {
			base.text = outcome.text ?? "";
			base.etag = outcome.etag;
			showState();
			return editor.focus();
		}
		keepDraft(host, undefined);
		reload();
	}

	function takeFix({ fix = [], from, code }: DraftFinding): void {
		const fixed = fixedText(editor.text(), fix);
		if (fixed === undefined) return;
		editor.replace(fixed);
		editor.show(from, from);
		announce(`Fixed: ${code}. Undo in the editor brings it back.`);
	}

	function discard(): void {
		editor.replace(base.text);
		announce("Your changes are discarded. Undo in the editor brings them back.");
		editor.focus();
	}

	async function remove(): Promise<void> {
		if (base.etag === undefined) return;
		const outcome = await confirmDelete(host, base.etag);
		if (outcome === "changed") reload();
		if (outcome !== "gone") return;
		keepDraft(host, undefined);
		// Where the way back is; the list has it no more.
		location.hash = hrefOf({ view: "history", host });
	}

	function onKey(event: KeyboardEvent): void {
		if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
			event.preventDefault();
			if (document.querySelector("dialog[open]") === null) saveDraft();
		}
	}
	addEventListener("keydown", onKey);
	showState();

	const actions = isWritable
		? [state, saveButton, discardButton, !isNew && deleteButton]
		: [h("p", { class: "mark" }, "Read only: your token may read this tenant, not change it.")];
	return {
		element: h(
			"div",
			{ class: "bench" },
			h(
				"section",
				{ class: "card document", "aria-labelledby": "document-title" },
				h("h2", { id: "document-title", class: "quiet" }, "Document"),
				h("div", { class: "toolbar" }, ...actions),
				editor.element,
				findings.element,
			),
			tried.element,
		),
		focus: editor.focus,
		close() {
			removeEventListener("keydown", onKey);
			tried.close();
			editor.destroy();
		},
	};
}
