/** Owns a tenant's history: who changed it when, what each version changed, and the way back. */

import { type ApiVersion, fetchVersions, mayWrite, readTenant, readVersion, rollBack } from "../api.ts";
import { ask } from "../dialog.ts";
import { fill, h } from "../dom.ts";
import { type Comparison, compare } from "../editor/compare.ts";
import { tellFailure } from "../failing.ts";
import { tellWritten } from "../saving.ts";
import { failureElement, timeElement, type View } from "../view.ts";
import { tenantFrame } from "./tenant-head.ts";

const ACTIONS: Readonly<Record<ApiVersion["action"], string>> = {
	put: "Saved",
	delete: "Deleted",
	rollback: "Rolled back",
};

/** The history of a host. */
export function historyView(host: string): View {
	const { element, body, setLatest } = tenantFrame(host, "history");
	let comparison: Comparison | undefined;
	let isLeft = false;

	async function load(): Promise<void> {
		comparison?.destroy();
		fill(body, h("p", { class: "loading", role: "status" }, "Loading the history …"));
		try {
			const [versions, stored] = await Promise.all([fetchVersions(host), readTenant(host)]);
			const isWritable = versions.items.length > 0 && (await mayWrite(host, stored.etag));
			if (isLeft) return;
			const [newest] = versions.items;
			setLatest(newest, stored.text !== undefined);
			if (newest === undefined) {
				fill(body, emptyElement());
				return;
			}
			showVersions(
				versions.items,
				versions.cursor,
				isWritable ? stored : undefined,
				newest.version,
				stored.text ?? "",
			);
		} catch (error) {
			if (!isLeft) fill(body, failureElement(error, load));
		}
	}

	function showVersions(
		items: readonly ApiVersion[],
		cursor: string | null,
		/** Undefined where the token may not write. */
		writable: { readonly etag: string | undefined } | undefined,
		current: number,
		currentText: string,
	): void {
		const list = h("ol", { class: "versions", "aria-label": "Versions, newest first" });
		const detail = h("section", {
			class: "card detail",
			"aria-label": "What changed",
			"aria-live": "polite",
		});
		let chosen = 0;
		const choose = async (version: ApiVersion): Promise<void> => {
			chosen = version.version;
			for (const button of list.querySelectorAll("button")) {
				button.setAttribute("aria-pressed", String(button.dataset["version"] === String(chosen)));
			}
			try {
				const [before, after] = await Promise.all([
					version.version > 1 ? readVersion(host, version.version - 1) : "",
					readVersion(host, version.version),
				]);
				if (isLeft || chosen !== version.version) return;
				comparison?.destroy();
				const first = version.version === 1 ? "Nothing yet" : `Version ${version.version - 1}`;
				comparison = compare(
					{ title: first, text: before },
					{ title: `Version ${version.version}`, text: after },
				);
				const canRollBack = writable !== undefined && version.version !== current && after !== "";
				const back = () => confirmRollBack(version, after);
				fill(
					detail,
					h(
						"div",
						{ class: "toolbar" },
						h("h2", {}, `What version ${version.version} changed`),
						canRollBack &&
							h(
								"button",
								{ type: "button", class: "button", onclick: back },
								`Roll back to version ${version.version} …`,
							),
						version.version === current && h("span", { class: "mark", "data-tone": "good" }, "current"),
						writable === undefined && h("span", { class: "mark" }, "Read only: your token may not roll back"),
					),
					before === after && h("p", { class: "help" }, "It has the same document as the version before."),
					comparison.element,
				);
			} catch (error) {
				if (!isLeft)
					fill(
						detail,
						failureElement(error, () => choose(version)),
					);
			}
		};
		const confirmRollBack = async (version: ApiVersion, text: string): Promise<void> => {
			const shown = compare(
				{ title: "Now", text: currentText },
				{ title: `Then: version ${version.version}`, text },
			);
			const answer = await ask({
				title: `Roll ${host} back to version ${version.version}?`,
				body: [
					h(
						"p",
						{},
						`Version ${version.version} becomes the new version ${current + 1}. Nothing of the history is lost.`,
					),
					shown.element,
				],
				answers: [
					{ value: "keep", label: "Leave it" },
					{ value: "back", label: "Roll back", kind: "primary" },
				],
				isWide: true,
			});
			shown.destroy();
			if (answer !== "back") return;
			try {
				tellWritten(await rollBack(host, version.version, writable?.etag));
			} catch (error) {
				await tellFailure("It was not rolled back", error);
			}
			if (!isLeft) await load();
		};
		const more = h("button", { type: "button", class: "button", hidden: cursor === null }, "Show older");
		const failed = h("div", {});
		let next = cursor;
		more.addEventListener("click", async () => {
			if (next === null) return;
			fill(failed);
			try {
				const page = await fetchVersions(host, next);
				next = page.cursor;
				more.hidden = next === null;
				list.append(...page.items.map((version) => item(version, choose)));
			} catch (error) {
				fill(failed, failureElement(error));
			}
		});
		fill(list, ...items.map((version) => item(version, choose)));
		fill(body, h("div", { class: "past" }, h("div", {}, list, failed, more), detail));
		const [newest] = items;
		if (newest !== undefined) choose(newest);
	}

	return {
		title: `History of ${host}`,
		element,
		shown: load,
		leave() {
			isLeft = true;
			comparison?.destroy();
		},
	};
}

function item(version: ApiVersion, choose: (version: ApiVersion) => void): HTMLElement {
	const { action, restores } = version;
	const what = restores === undefined ? ACTIONS[action] : `${ACTIONS[action]} to ${restores}`;
	return h(
		"li",
		{},
		h(
			"button",
			{
				type: "button",
				"data-version": version.version,
				"aria-pressed": "false",
				onclick: () => choose(version),
			},
			h("span", { class: "number" }, `Version ${version.version}`),
			h("span", { class: "mark", "data-tone": action === "delete" ? "bad" : undefined }, what),
			h("span", { class: "help" }, `${version.by}, `, timeElement(version.at)),
		),
	);
}

function emptyElement(): HTMLElement {
	return h(
		"div",
		{ class: "empty" },
		h("h2", {}, "No history yet"),
		h("p", {}, "It begins when the document is first saved."),
	);
}
