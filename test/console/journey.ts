/** Owns the whole journey through the console, key by key, as it is driven in Chromium. */

import { expect, test } from "vitest";
import type { ChromiumPage } from "./drivers/chromium.ts";
import { type Plane, TOKENS } from "./plane.ts";
import { SOUND_DOCUMENT, visit, WIDE } from "./visit.ts";

/** The journey. */
export function journeyTests(page: () => ChromiumPage, plane: () => Plane): void {
	const at = visit(page, plane);

	test("a token comes in by the fragment, leaves the address bar at once, and stays in this tab", async () => {
		await plane().put("first.acme.com", SOUND_DOCUMENT);
		await at.open("");
		expect(await page().run("location.href")).toBe(`${plane().address}/`);
		expect(await page().run("[localStorage.length, document.cookie]")).toEqual([0, ""]);
		await page().goto(`${plane().address}/#/tenants/first.acme.com`);
		await page().until("document.querySelector('.editor')");
		await page().tabTo("Sign out");
		await page().press("Enter");
		await page().until("document.querySelector('#token')");
		expect(await page().run("sessionStorage.length")).toBe(0);
	});

	test("one signs in with the keyboard, and is told of a token that is not known", async () => {
		await page().goto(`${plane().address}/`);
		await page().until("document.activeElement.id === 'token'");
		await page().type("wrong");
		await page().press("Enter");
		await page().until("document.querySelector('#token-error').textContent.includes('not known')");
		await page().run("document.querySelector('#token').select()");
		await page().type(TOKENS.writer);
		await page().press("Enter");
		await page().until("document.querySelector('h1').textContent === 'Tenants'");
	});

	test("a tenant is found by what its host begins with, and 100 are shown at a time", async () => {
		await Promise.all(
			Array.from({ length: 101 }, (_, index) => plane().put(`many-${1000 + index}.acme.com`, SOUND_DOCUMENT)),
		);
		await at.open("");
		await page().run("document.querySelector('#prefix').focus()");
		await page().type("many-");
		// The list looks the same before: that for all that was typed has to be there, or it takes the focus away when it comes.
		await page().until(
			"performance.getEntriesByType('resource').some(({ name }) => name.endsWith('prefix=many-')) && !document.querySelector('.result[aria-busy]')",
		);
		expect(await page().text(".find .help")).toBe("100 tenants, and more");
		await page().tabTo("Show more");
		await page().press("Enter");
		await page().until("document.querySelectorAll('.tenants tbody tr').length === 101");
		expect(await at.focused()).toBe("many-1100.acme.com");
		await page().run("document.querySelector('#prefix').select(), document.querySelector('#prefix').focus()");
		await page().type("nobody");
		await page().until("document.querySelector('.empty h2')");
		expect(await page().text(".empty h2")).toContain("nobody");
	});

	test("a document is completed, checked, tried, compared and saved without a mouse", async () => {
		await plane().put("edit.acme.com", SOUND_DOCUMENT);
		await at.openDocument("edit.acme.com");
		await at.writeWrongMode();
		expect(await page().text(".findings .place")).toContain("Line 2");
		await page().press("Control+s");
		expect(await page().run("document.querySelector('dialog')")).toBe(null);
		await at.mendMode();

		await page().run("document.querySelector('#try-origin').focus()");
		await page().type("https://app.acme.com");
		await page().press("Enter");
		await page().until("document.querySelector('.told strong')?.textContent === 'Allowed'");
		expect(await page().text(".steps")).toContain(
			"allowed, by the entry: https://app.acme.com at /cors/origins/0",
		);

		await page().press("Control+s");
		await page().until("document.querySelector('dialog[open]')");
		await page().press("Escape");
		await page().until("!document.querySelector('dialog')");
		expect(await at.stored("edit.acme.com")).toEqual(SOUND_DOCUMENT);
		await page().press("Control+s");
		await page().until("document.querySelector('dialog[open] .comparison')");
		await page().tabTo("Save this version");
		await page().press("Enter");
		await page().until(
			"document.querySelector('.toast').textContent.includes('Version 2 is saved. It is in force within two minutes')",
		);
		await page().until("document.querySelector('.meta').textContent.startsWith('Version 2')");
		expect(await at.stored("edit.acme.com")).toEqual({ mode: "report", ...SOUND_DOCUMENT });
	});

	test("who was slower sees theirs and their own, and goes on with either", async () => {
		await plane().put("race.acme.com", SOUND_DOCUMENT);
		await at.openDocument("race.acme.com");
		await at.focusEditor();
		await page().press("Control+Home");
		await page().press("End");
		await page().type(' "originHeader": "strip",');
		await page().until("document.querySelector('.toolbar .mark').textContent === 'Unsaved changes'");
		const theirs = { ...SOUND_DOCUMENT, mode: "report" };
		const written = await plane().ask("tenants/race.acme.com", {
			method: "PUT",
			token: TOKENS.colleague,
			headers: { "if-match": '"1"' },
			body: JSON.stringify(theirs),
		});
		expect(written.status).toBe(200);
		await page().press("Control+s");
		await page().until("document.querySelector('dialog[open]')");
		await page().tabTo("Save this version");
		await page().press("Enter");
		await page().until(
			"document.querySelector('dialog[open] h2')?.textContent === 'Somebody else was faster'",
		);
		expect(await page().text("dialog")).toContain("colleague saved version 2");
		expect(await at.stored("race.acme.com")).toEqual(theirs);
		await at.axe("somebody else was faster");
		await page().tabTo("Go on editing mine");
		await page().press("Enter");
		await page().until("!document.querySelector('dialog')");
		expect(await at.editorText()).toContain("strip");
		await page().press("Control+s");
		await page().until("document.querySelector('dialog[open]')");
		await page().tabTo("Save this version");
		await page().press("Enter");
		await page().until("document.querySelector('.toast').textContent.includes('Version 3 is saved')");
		expect(await at.stored("race.acme.com")).toEqual({ originHeader: "strip", ...SOUND_DOCUMENT });
	});

	test("a version comes back from the history, asked twice; a deleted tenant too", async () => {
		await plane().put("past.acme.com", SOUND_DOCUMENT);
		const closed = { method: "PUT", headers: { "if-match": '"1"' }, body: '{"closed":true}' };
		expect((await plane().ask("tenants/past.acme.com", closed)).status).toBe(200);
		await at.open("#/tenants/past.acme.com/history");
		await page().until("document.querySelector('.detail .comparison')");
		expect(await page().text(".detail h2")).toBe("What version 2 changed");
		await page().run("document.querySelector('[data-version=\"1\"]').focus()");
		await page().press("Enter");
		await page().until("document.querySelector('.detail .button')");
		await page().tabTo("Roll back to version 1 …");
		await page().press("Enter");
		await page().until("document.querySelector('dialog[open]')");
		expect(await at.focused()).toBe("Leave it");
		await at.axe("roll back");
		await page().tabTo("Roll back");
		await page().press("Enter");
		await page().until("document.querySelectorAll('.versions li').length === 3");
		expect(await at.stored("past.acme.com")).toEqual(SOUND_DOCUMENT);

		await page().run("location.hash = '#/tenants/past.acme.com'");
		await page().until("document.querySelector('.toolbar .danger')");
		await page().tabTo("Delete …");
		await page().press("Enter");
		await page().until("document.querySelector('dialog[open]')");
		expect(await at.focused()).toBe("Keep it");
		await page().tabTo("Delete");
		await page().press("Enter");
		// Where the way back is.
		await page().until("document.querySelector('.versions li .mark')?.textContent === 'Deleted'");
		expect((await plane().ask("tenants/past.acme.com")).status).toBe(404);
		await page().run("document.querySelector('[data-version=\"3\"]').focus()");
		await page().press("Enter");
		await page().until("document.querySelector('.detail .button')");
		await page().tabTo("Roll back to version 3 …");
		await page().press("Enter");
		await page().until("document.querySelector('dialog[open]')");
		await page().tabTo("Roll back");
		await page().press("Enter");
		await page().until("document.querySelectorAll('.versions li').length === 5");
		expect(await at.stored("past.acme.com")).toEqual(SOUND_DOCUMENT);
	});

	test("a new tenant begins with its host, and nothing is stored before it is saved", async () => {
		await at.open("#/new");
		await page().until("document.activeElement.id === 'host'");
		await page().type("https://new.acme.com");
		await page().press("Enter");
		await page().until("document.querySelector('#host-error').textContent");
		await at.axe("a host that is none");
		await page().run("document.querySelector('#host').select()");
		await page().type("new.acme.com");
		await page().press("Enter");
		await page().until("document.querySelector('.toolbar .mark')?.textContent === 'Not stored yet'");
		expect((await plane().ask("tenants/new.acme.com")).status).toBe(404);
		await page().press("Control+s");
		await page().until("document.querySelector('dialog[open]')");
		await page().tabTo("Store it");
		await page().press("Enter");
		await page().until("document.querySelector('.meta').textContent.startsWith('Version 1')");
		expect(await at.stored("new.acme.com")).toEqual({ cors: { origins: [], credentials: true } });
	});

	test("who may only read is told so, and has no way to save", async () => {
		await plane().put("read.acme.com", SOUND_DOCUMENT);
		await at.open("", TOKENS.reader);
		await page().until("document.querySelector('.page-head .mark')");
		await page().run("location.hash = '#/tenants/read.acme.com'");
		await page().until("document.querySelector('.toolbar .mark')");
		expect(await page().text(".toolbar")).toBe("Read only: your token may read this tenant, not change it.");
		await page().run("location.hash = '#/tenants/read.acme.com/history'");
		await page().until("document.querySelector('.detail .mark')");
		expect(await page().run("document.querySelectorAll('.detail .button').length")).toBe(0);
	});

	test.each(["light", "dark"] as const)(
		"axe finds nothing in %s, and nothing is wider than a phone",
		async (scheme) => {
			await page().goto(`${plane().address}/`);
			await page().look({ ...WIDE, scheme });
			await page().until("document.querySelector('#token')");
			await at.axe("sign in");
			await page().goto("about:blank");
			const host = `${scheme}.acme.com`;
			await plane().put(host, SOUND_DOCUMENT);
			await at.openDocument(host);
			await page().run("document.querySelector('#try-origin').focus()");
			await page().type("https://other.example");
			await page().press("Enter");
			await page().until("document.querySelector('.told strong')?.textContent === 'Denied'");
			await at.focusEditor();
			await page().press("Control+Home");
			await page().press("End");
			await page().type(' "nobody": 1,');
			await page().until("document.querySelector('.findings li')");
			const views = [`#/tenants/${host}`, `#/tenants/${host}/history`, "#/new", "#/"];
			for (const width of [1280, 390]) {
				await page().look({ width, height: 900, scheme });
				for (const view of views) {
					await page().run(`location.hash = ${JSON.stringify(view)}`);
					await page().until("document.querySelector('.editor, .detail .comparison, #host, .tenants')");
					if (view.endsWith(host)) await page().until("document.querySelector('.findings li')");
					await at.axe(`${view} at ${width}`);
					expect(await page().run("document.documentElement.scrollWidth"), view).toBeLessThanOrEqual(width);
				}
			}
		},
	);

	test("nothing comes from elsewhere", async () => {
		await at.open("");
		const names = await page().run<string[]>(
			"performance.getEntriesByType('resource').map(({ name }) => name)",
		);
		expect(
			names.filter((name) => !name.startsWith(`${plane().address}/`) && !name.startsWith("data:")),
		).toEqual([]);
	});
}
