/** Owns what the console's tests do in every engine: open a place, write in the editor, look for faults. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "vitest";
import type { Page } from "./drivers/page.ts";
import { type Plane, TOKENS } from "./plane.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A width that has everything beside each other. */
export const WIDE = { width: 1280, height: 900, scheme: "light" } as const;

/** A document that is sound. */
export const SOUND_DOCUMENT = {
	upstream: "https://origin.acme.com",
	cors: { origins: ["https://app.acme.com"], credentials: true, methods: ["PUT"] },
};

/** Somebody at the console. */
export interface ConsoleVisit {
	/** Signs in, and goes to a place. */
	open(path: string, token?: string): Promise<void>;
	/** Opens a host's document, and waits until it is checked. */
	openDocument(host: string, token?: string): Promise<void>;
	focusEditor(): Promise<void>;
	editorText(): Promise<string>;
	/** Completes a mode by keyboard, and gives it a value that is none: the findings say so. */
	writeWrongMode(): Promise<void>;
	/** Goes from the finding to its place, and writes report mode there. */
	mendMode(): Promise<void>;
	/** What the focus is on, as it is read. */
	focused(): Promise<string>;
	/** What is stored for a host. */
	stored(host: string): Promise<unknown>;
	/** Finds nothing to complain of. */
	axe(where: string): Promise<void>;
}

/** Makes a visit. */
export function visit(page: () => Page, plane: () => Plane): ConsoleVisit {
	const open: ConsoleVisit["open"] = async (path, token = TOKENS.writer) => {
		// To go to another fragment alone is to stay on the page that there is.
		await page().goto("about:blank");
		await page().goto(`${plane().address}/#token=${token}`);
		await page().until("document.querySelector('.tenants, .empty')");
		if (path !== "") await page().run(`location.hash = ${JSON.stringify(path)}`);
	};
	const focusEditor = () =>
		page().run("document.querySelector('.editor').shadowRoot.querySelector('.cm-content').focus()");
	const editorText = () =>
		page().run<string>(
			"[...document.querySelector('.editor').shadowRoot.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\\n')",
		);
	return {
		open,
		async openDocument(host, token) {
			await open(`#/tenants/${host}`, token);
			await page().until(
				"document.querySelector('.editor') && document.querySelector('.found .help').textContent",
			);
		},
		async focusEditor() {
			await focusEditor();
		},
		editorText,
		async writeWrongMode() {
			await focusEditor();
			await page().press("Control+Home");
			await page().press("End");
			await page().press("Enter");
			await page().type('"mod');
			await page().until("document.querySelector('.editor').shadowRoot.querySelector('[role=option]')");
			await page().until("document.querySelector('.findings [data-tone=bad]')");
			// A key that comes at once is not yet the list's.
			await new Promise((resolve) => setTimeout(resolve, 300));
			await page().press("Enter");
			await page().type('"nonsense');
			await page().press("End");
			await page().type(",");
			await page().until("document.querySelector('.findings code')?.textContent === '/mode'");
			expect(await editorText()).toContain('"mode": "nonsense",');
		},
		async mendMode() {
			await page().run("document.querySelector('.findings .place').focus()");
			await page().press("Enter");
			await page().press("Backspace");
			await page().type('"report');
			await page().until("document.querySelector('.found .help').textContent.startsWith('Nothing is wrong')");
		},
		focused: () => page().run("document.activeElement.innerText || document.activeElement.id"),
		stored: async (host) => (await plane().ask(`tenants/${host}`)).json(),
		async axe(where) {
			await page().inject(AXE);
			const found = await page().run(
				"axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => html + failureSummary) })))",
			);
			expect(found, where).toEqual([]);
		},
	};
}
