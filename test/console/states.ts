/** Owns the proof of what the console shows when things do not go well, and of what it spares its users. */

import { expect, test } from "vitest";
import type { ChromiumPage } from "./drivers/chromium.ts";
import { type Plane, TOKENS } from "./plane.ts";
import { SOUND_DOCUMENT, visit } from "./visit.ts";

/** Lets the next writes of the page be answered like this. */
const answering = (status: number, body: string, only = "") =>
	`{
		const real = globalThis.realFetch ??= globalThis.fetch;
		globalThis.fetch = (url, init) => String(url).includes(${JSON.stringify(only)}) && !String(url).includes('dryRun')
			? Promise.resolve(new Response(${JSON.stringify(body)}, { status: ${status}, headers: { 'content-type': 'application/problem+json' } }))
			: real(url, init);
	}`;

/** The tests. */
export function stateTests(page: () => ChromiumPage, plane: () => Plane): void {
	const at = visit(page, plane);
	const edit = async () => {
		await at.focusEditor();
		await page().press("Control+Home");
		await page().press("End");
		await page().type(' "originHeader": "strip",');
		await page().until("document.querySelector('.toolbar .mark').textContent === 'Unsaved changes'");
		await page().until("document.querySelector('.found .help').textContent.startsWith('Nothing is wrong')");
	};
	const saveIt = async () => {
		await page().press("Control+s");
		await page().until("document.querySelector('dialog[open]')");
		await page().tabTo("Save this version");
		await page().press("Enter");
	};
	const raced = async (host: string) => {
		await plane().put(host, SOUND_DOCUMENT);
		await at.openDocument(host);
		await edit();
		const written = await plane().ask(`tenants/${host}`, {
			method: "PUT",
			token: TOKENS.colleague,
			headers: { "if-match": '"1"' },
			body: JSON.stringify({ ...SOUND_DOCUMENT, mode: "report" }),
		});
		expect(written.status).toBe(200);
	};

	test("who was slower takes theirs, or saves their own over it", async () => {
		await raced("theirs.acme.com");
		await saveIt();
		await page().until(
			"document.querySelector('dialog[open] h2')?.textContent === 'Somebody else was faster'",
		);
		await page().tabTo("Take theirs");
		await page().press("Enter");
		await page().until("document.querySelector('.meta').textContent.startsWith('Version 2, by colleague')");
		expect(await at.editorText()).toContain('"mode": "report"');
		expect(await at.editorText()).not.toContain("strip");

		await raced("mine.acme.com");
		await saveIt();
		await page().until(
			"document.querySelector('dialog[open] h2')?.textContent === 'Somebody else was faster'",
		);
		await page().tabTo("Save mine over theirs");
		await page().press("Enter");
		await page().until("document.querySelector('.meta').textContent.startsWith('Version 3, by writer')");
		expect(await at.stored("mine.acme.com")).toEqual({ originHeader: "strip", ...SOUND_DOCUMENT });
	});

	test("nothing is deleted that somebody else has changed meanwhile: theirs is shown", async () => {
		await plane().put("kept.acme.com", SOUND_DOCUMENT);
		await at.openDocument("kept.acme.com");
		const theirs = {
			method: "PUT",
			token: TOKENS.colleague,
			headers: { "if-match": '"1"' },
			body: '{"closed":true}',
		};
		expect((await plane().ask("tenants/kept.acme.com", theirs)).status).toBe(200);
		await page().tabTo("Delete …");
		await page().press("Enter");
		await page().until("document.querySelector('dialog[open]')");
		await page().tabTo("Delete");
		await page().press("Enter");
		await page().until("document.querySelector('dialog[open] h2')?.textContent === 'It was not deleted'");
		expect(await page().text("dialog")).toContain("Somebody else was faster");
		await page().press("Escape");
		await page().until("document.querySelector('.meta').textContent.startsWith('Version 2, by colleague')");
	});

	test("a fault is fixed by its button, which undo takes back", async () => {
		await plane().put("fix.acme.com", SOUND_DOCUMENT);
		await at.openDocument("fix.acme.com");
		await at.focusEditor();
		await page().press("Control+Home");
		await page().press("End");
		await page().type(' "mode": "Report",');
		await page().until("document.querySelector('.findings .button')");
		await at.axe("a fault with a fix");
		await page().run("document.querySelector('.findings .button').focus()");
		await page().press("Enter");
		await page().until("document.querySelector('.found .help').textContent.startsWith('Nothing is wrong')");
		expect(await at.editorText()).toContain('"mode": "report",');
		await page().press("Control+z");
		await page().until("document.querySelector('.findings .button')");
		expect(await at.editorText()).toContain('"mode": "Report",');
	});

	test("without a connection nothing is lost, and it goes on when there is one", async () => {
		await plane().put("offline.acme.com", SOUND_DOCUMENT);
		await at.openDocument("offline.acme.com");
		await edit();
		await page().setOffline(true);
		await saveIt();
		await page().until("document.querySelector('dialog[open] h2')?.textContent === 'It was not saved'");
		expect(await page().text("dialog")).toContain("No connection");
		expect(await page().text("dialog")).toContain("Your draft is still in the editor.");
		await at.axe("no connection");
		await page().press("Escape");
		await page().run("location.hash = '#/'");
		await page().until("document.querySelector('.result .notice')");
		await page().setOffline(false);
		await page().tabTo("Try again");
		await page().press("Enter");
		await page().until("document.querySelector('.tenants')");
		await page().run("location.hash = '#/tenants/offline.acme.com'");
		await page().until("document.querySelector('.toolbar .mark')?.textContent === 'Unsaved changes'");
		expect(await at.editorText()).toContain("strip");
	});

	test("a fault of the control plane is told, with the draft kept", async () => {
		await plane().put("fault.acme.com", SOUND_DOCUMENT);
		await at.openDocument("fault.acme.com");
		await edit();
		await page().inject(answering(502, "<h1>Bad gateway</h1>", "fault.acme.com"));
		await saveIt();
		await page().until("document.querySelector('dialog[open] h2')?.textContent === 'It was not saved'");
		expect(await page().text("dialog")).toContain("The control plane answered 502.");
		await page().press("Escape");
		expect(await at.editorText()).toContain("strip");
	});

	test("a token that is taken away asks for another, and the draft is still there", async () => {
		await plane().put("expired.acme.com", SOUND_DOCUMENT);
		await at.openDocument("expired.acme.com");
		await edit();
		await page().run("sessionStorage.setItem('cordon.token', 'gone')");
		await saveIt();
		await page().until("document.activeElement.id === 'token'");
		expect(await page().text("#token-error")).toContain("not known here any more");
		expect(await page().run("document.querySelectorAll('dialog').length")).toBe(0);
		await at.axe("a token that is gone");
		await page().type(TOKENS.writer);
		await page().press("Enter");
		await page().until("document.querySelector('.toolbar .mark')?.textContent === 'Unsaved changes'");
		expect(await at.editorText()).toContain("strip");
		await page().tabTo("Sign out");
		await page().press("Enter");
		await page().until("document.querySelector('dialog[open]')");
		expect(await page().text("dialog")).toContain("an unsaved draft");
		expect(await at.focused()).toBe("Stay");
		await page().press("Escape");
	});

	test("a token whose hosts have nothing sees an empty list, and of other hosts nothing", async () => {
		await plane().put("theirs.other.com", SOUND_DOCUMENT);
		await at.open("", TOKENS.nobody);
		expect(await page().text(".empty h2")).toBe("No tenants yet");
		await at.axe("an empty list");
		await page().run("location.hash = '#/tenants/theirs.other.com'");
		await page().until("document.querySelector('.notice')");
		expect(await page().text(".notice")).toContain("This is not yours to see or change");
		expect(await page().run("document.querySelectorAll('.notice .button').length")).toBe(0);
	});

	test("while something loads, it is said", async () => {
		await plane().put("slow.acme.com", SOUND_DOCUMENT);
		await at.open("");
		await page().inject(
			"const real = fetch; globalThis.fetch = async (...all) => { await new Promise((go) => { globalThis.go = go; }); globalThis.fetch = real; return real(...all); }",
		);
		await page().run("location.hash = '#/tenants/slow.acme.com'");
		await page().until("document.querySelector('.loading[role=status]')");
		expect(await page().text(".loading")).toBe("Loading the document …");
	});

	test("nothing moves for those who want less motion, and the cursor does not blink", async () => {
		await page().setReducedMotion(true);
		await plane().put("still.acme.com", SOUND_DOCUMENT);
		await at.openDocument("still.acme.com");
		await at.focusEditor();
		const moving =
			"document.getAnimations().length + document.querySelector('.editor').shadowRoot.getAnimations().length";
		expect(await page().run(moving)).toBe(0);
		expect(
			await page().run(
				"getComputedStyle(document.querySelector('.editor').shadowRoot.querySelector('.cm-cursorLayer')).animationDuration",
			),
		).toBe("0s");
	});

	test.each(["light", "dark"] as const)(
		"what is there before the style sheet is %s already",
		async (scheme) => {
			await page().look({ width: 1280, height: 900, scheme });
			await page().before(
				"new MutationObserver(() => document.querySelector('link[rel=stylesheet]')?.remove()).observe(document, { childList: true, subtree: true })",
			);
			await page().goto(`${plane().address}/`);
			await page().until("document.querySelector('#token')");
			expect(await page().run("document.styleSheets.length")).toBe(0);
			// The browser's own colour of text, which goes with its own colour of paper.
			const ink = scheme === "dark" ? "rgb(255, 255, 255)" : "rgb(0, 0, 0)";
			expect(await page().run("getComputedStyle(document.body).color")).toBe(ink);
		},
	);
}
