/** Owns the short journey through the console, for every engine beside Chromium. */

import { expect, test } from "vitest";
import type { Page } from "./drivers/page.ts";
import { type Plane, TOKENS } from "./plane.ts";
import { SOUND_DOCUMENT, visit } from "./visit.ts";

/** The journey. @param id names the tenants that it makes */
export function shortJourney(page: () => Page, plane: () => Plane, id: string): void {
	const at = visit(page, plane);

	test("one signs in, finds, edits with completion and findings, tries, compares and saves by keyboard", async () => {
		const host = `${id}.acme.com`;
		await plane().put(host, SOUND_DOCUMENT);
		await page().goto(`${plane().address}/`);
		await page().until("document.activeElement.id === 'token'");
		await page().type(TOKENS.writer);
		await page().press("Enter");
		await page().until("document.querySelector('h1')?.textContent === 'Tenants'");
		await at.axe("the list");
		await page().run("document.querySelector('#prefix').focus()");
		await page().type(id);
		await page().until("document.querySelectorAll('.tenants tbody tr').length === 1");
		await page().run("document.querySelector('.tenants tbody a').focus()");
		await page().press("Enter");
		await page().until("document.querySelector('.found .help')?.textContent");
		await at.writeWrongMode();
		await at.mendMode();
		await page().run("document.querySelector('#try-origin').focus()");
		await page().type("https://other.example");
		await page().press("Enter");
		await page().until("document.querySelector('.told strong')?.textContent === 'Denied'");
		await at.axe("the document");
		await page().press("Control+s");
		await page().until("document.querySelector('dialog[open] .comparison')");
		await at.axe("what changes");
		await page().run("[...document.querySelectorAll('dialog button')].at(-1).focus()");
		await page().press("Enter");
		await page().until("document.querySelector('.meta').textContent.startsWith('Version 2')");
		expect(await at.stored(host)).toEqual({ mode: "report", ...SOUND_DOCUMENT });
	});

	test("a version comes back from the history, on a phone's width too", async () => {
		const host = `past-${id}.acme.com`;
		await plane().put(host, SOUND_DOCUMENT);
		const closed = { method: "PUT", headers: { "if-match": '"1"' }, body: '{"closed":true}' };
		expect((await plane().ask(`tenants/${host}`, closed)).status).toBe(200);
		await page().look({ width: 390, height: 844, scheme: "light" });
		await at.open(`#/tenants/${host}/history`);
		await page().until("document.querySelector('.detail .comparison')");
		expect(await page().run("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
		await at.axe("the history");
		await page().run("document.querySelector('[data-version=\"1\"]').focus()");
		await page().press("Enter");
		await page().until("document.querySelector('.detail .button')");
		await page().run("document.querySelector('.detail .button').focus()");
		await page().press("Enter");
		await page().until("document.querySelector('dialog[open]')");
		expect(await at.focused()).toBe("Leave it");
		await page().press("Escape");
		await page().until("!document.querySelector('dialog')");
		await page().press("Enter");
		await page().until("document.querySelector('dialog[open]')");
		await page().run("[...document.querySelectorAll('dialog button')].at(-1).focus()");
		await page().press("Enter");
		await page().until("document.querySelectorAll('.versions li').length === 3");
		expect(await at.stored(host)).toEqual(SOUND_DOCUMENT);
	});
}
