/** Owns the proof of the console: in a real browser, with real keys, against the real control plane. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PROJECT } from "../../dev/wrangler.ts";
import { readChoice } from "../browsers/engines/choice.ts";
import { findProgram } from "../browsers/engines/find.ts";
import { type Chromium, openChromium, type Page } from "./chromium.ts";
import { type Plane, startPlane, TOKENS } from "./plane.ts";

const MAX_GZIP_BYTES = 250 * 1024;
const WIDE = { width: 1280, height: 900, scheme: "light" } as const;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DOCUMENT = {
	upstream: "https://origin.acme.com",
	cors: { origins: ["https://app.acme.com"], credentials: true, methods: ["PUT"] },
};

const binary = readChoice(process.env) === "skip" ? undefined : await findProgram("chromium");

describe.skipIf(binary === undefined)("the console in Chromium", () => {
	let plane: Plane;
	let chromium: Chromium;
	let page: Page;

	beforeAll(async () => {
		[plane, chromium] = await Promise.all([startPlane(), openChromium(binary ?? "")]);
	});
	afterAll(async () => {
		await Promise.all([chromium?.stop(), plane?.stop()]);
	});
	beforeEach(async () => {
		page = await chromium.page();
		await page.look(WIDE);
	});
	afterEach(async () => {
		// A refusal by the page's own policy is an issue, an exception is one; that a page was left without a click is not, nor
		// that this test reads document.cookie.
		const complaints = page.complaints.filter(
			(each) => !/NavigationEntryMarkedSkippable|"performanceIssueType":"DocumentCookie"/.test(each),
		);
		await page.close();
		expect(complaints).toEqual([]);
	});

	const open = async (path: string, token: string = TOKENS.writer) => {
		await page.goto(`${plane.address}/#token=${token}`);
		await page.until("document.querySelector('.tenants, .empty')");
		if (path === "") return;
		await page.run(`location.hash = ${JSON.stringify(path)}`);
	};
	const openDocument = async (host: string, token?: string) => {
		await open(`#/tenants/${host}`, token);
		await page.until(
			"document.querySelector('.editor') && document.querySelector('.found .help').textContent",
		);
	};
	const text = (selector: string) =>
		page.run<string>(`document.querySelector(${JSON.stringify(selector)}).innerText`);
	const focusEditor = () =>
		page.run("document.querySelector('.editor').shadowRoot.querySelector('.cm-content').focus()");
	const editorText = () =>
		page.run<string>(
			"[...document.querySelector('.editor').shadowRoot.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\\n')",
		);
	const focused = () => page.run<string>("document.activeElement.innerText || document.activeElement.id");
	/** Goes with Tab to what says this. */
	const tabTo = async (words: string) => {
		for (let presses = 0; presses < 150; presses++) {
			if ((await focused()).trim() === words) return;
			await page.press("Tab");
		}
		expect.fail(`Tab does not reach ${words}.`);
	};
	const stored = async (host: string) => (await plane.ask(`tenants/${host}`)).json();
	const axe = async (where: string) => {
		await page.run(`${AXE}; 0`);
		const found = await page.run<readonly { id: string; nodes: readonly string[] }[]>(
			"axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => html + failureSummary) })))",
		);
		expect(found, where).toEqual([]);
	};

	test("a token comes in by the fragment, leaves the address bar at once, and stays in this tab", async () => {
		await plane.put("first.acme.com", DOCUMENT);
		await open("");
		expect(await page.run("location.href")).toBe(`${plane.address}/`);
		expect(await page.run("[localStorage.length, document.cookie]")).toEqual([0, ""]);
		await page.goto(`${plane.address}/#/tenants/first.acme.com`);
		await page.until("document.querySelector('.editor')");
		await tabTo("Sign out");
		await page.press("Enter");
		await page.until("document.querySelector('#token')");
		expect(await page.run("sessionStorage.length")).toBe(0);
	});

	test("one signs in with the keyboard, and is told of a token that is not known", async () => {
		await page.goto(`${plane.address}/`);
		await page.until("document.activeElement.id === 'token'");
		await page.type("wrong");
		await page.press("Enter");
		await page.until("document.querySelector('#token-error').textContent.includes('not known')");
		await page.run("document.querySelector('#token').select()");
		await page.type(TOKENS.writer);
		await page.press("Enter");
		await page.until("document.querySelector('h1').textContent === 'Tenants'");
	});

	test("a tenant is found by what its host begins with, and 100 are shown at a time", async () => {
		await Promise.all(
			Array.from({ length: 101 }, (_, index) => plane.put(`many-${1000 + index}.acme.com`, DOCUMENT)),
		);
		await open("");
		await page.run("document.querySelector('#prefix').focus()");
		await page.type("many-");
		await page.until("document.querySelector('.find .help').textContent === '100 tenants, and more'");
		await tabTo("Show more");
		await page.press("Enter");
		await page.until("document.querySelectorAll('.tenants tbody tr').length === 101");
		expect(await focused()).toBe("many-1100.acme.com");
		await page.run("document.querySelector('#prefix').select(), document.querySelector('#prefix').focus()");
		await page.type("nobody");
		await page.until("document.querySelector('.empty h2')");
		expect(await text(".empty h2")).toContain("nobody");
	});

	test("a document is completed, checked, tried, compared and saved without a mouse", async () => {
		await plane.put("edit.acme.com", DOCUMENT);
		await openDocument("edit.acme.com");
		await focusEditor();
		await page.press("Control+Home");
		await page.press("End");
		await page.press("Enter");
		await page.type('"mod');
		await page.until("document.querySelector('.editor').shadowRoot.querySelector('[role=option]')");
		await page.until("document.querySelector('.findings [data-tone=bad]')");
		await new Promise((resolve) => setTimeout(resolve, 150));
		await page.press("Enter");
		await page.type('"nonsense');
		await page.press("End");
		await page.type(",");
		await page.until("document.querySelector('.findings code')?.textContent === '/mode'");
		expect(await editorText()).toContain('"mode": "nonsense",');
		expect(await text(".findings .place")).toContain("Line 2");
		await page.press("Control+s");
		expect(await page.run("document.querySelector('dialog')")).toBe(null);
		await page.run("document.querySelector('.findings .place').focus()");
		await page.press("Enter");
		await page.press("Backspace");
		await page.type('"report');
		await page.until("document.querySelector('.found .help').textContent.startsWith('Nothing is wrong')");

		await page.run("document.querySelector('#try-origin').focus()");
		await page.type("https://app.acme.com");
		await page.press("Enter");
		await page.until("document.querySelector('.told strong')?.textContent === 'Allowed'");
		expect(await text(".steps")).toContain("allowed, by the entry: https://app.acme.com at /cors/origins/0");

		await page.press("Control+s");
		await page.until("document.querySelector('dialog[open]')");
		await page.press("Escape");
		await page.until("!document.querySelector('dialog')");
		expect(await stored("edit.acme.com")).toEqual(DOCUMENT);
		await page.press("Control+s");
		await page.until("document.querySelector('dialog[open] .comparison')");
		await tabTo("Save this version");
		await page.press("Enter");
		await page.until("document.querySelector('.toast').textContent.includes('Version 2 is saved')");
		await page.until("document.querySelector('.meta').textContent.startsWith('Version 2')");
		expect(await stored("edit.acme.com")).toEqual({ mode: "report", ...DOCUMENT });
	});

	test("who was slower sees theirs and their own, and goes on with either", async () => {
		await plane.put("race.acme.com", DOCUMENT);
		await openDocument("race.acme.com");
		await focusEditor();
		await page.press("Control+Home");
		await page.press("End");
		await page.type(' "originHeader": "strip",');
		await page.until("document.querySelector('.toolbar .mark').textContent === 'Unsaved changes'");
		const theirs = { ...DOCUMENT, mode: "report" };
		const written = await plane.ask("tenants/race.acme.com", {
			method: "PUT",
			token: TOKENS.colleague,
			headers: { "if-match": '"1"' },
			body: JSON.stringify(theirs),
		});
		expect(written.status).toBe(200);
		await page.press("Control+s");
		await page.until("document.querySelector('dialog[open]')");
		await tabTo("Save this version");
		await page.press("Enter");
		await page.until("document.querySelector('dialog[open] h2')?.textContent === 'Somebody else was faster'");
		expect(await text("dialog")).toContain("colleague saved version 2");
		expect(await stored("race.acme.com")).toEqual(theirs);
		await axe("somebody else was faster");
		await tabTo("Go on editing mine");
		await page.press("Enter");
		await page.until("!document.querySelector('dialog')");
		expect(await editorText()).toContain("strip");
		await page.press("Control+s");
		await page.until("document.querySelector('dialog[open]')");
		await tabTo("Save this version");
		await page.press("Enter");
		await page.until("document.querySelector('.toast').textContent.includes('Version 3 is saved')");
		expect(await stored("race.acme.com")).toEqual({ originHeader: "strip", ...DOCUMENT });
	});

	test("a version comes back from the history, asked twice; a deleted tenant too", async () => {
		await plane.put("past.acme.com", DOCUMENT);
		const closed = { method: "PUT", headers: { "if-match": '"1"' }, body: '{"closed":true}' };
		expect((await plane.ask("tenants/past.acme.com", closed)).status).toBe(200);
		await open("#/tenants/past.acme.com/history");
		await page.until("document.querySelector('.detail .comparison')");
		expect(await text(".detail h2")).toBe("What version 2 changed");
		await page.run("document.querySelector('[data-version=\"1\"]').focus()");
		await page.press("Enter");
		await page.until("document.querySelector('.detail .button')");
		await tabTo("Roll back to version 1 …");
		await page.press("Enter");
		await page.until("document.querySelector('dialog[open]')");
		expect(await focused()).toBe("Leave it");
		await axe("roll back");
		await tabTo("Roll back");
		await page.press("Enter");
		await page.until("document.querySelectorAll('.versions li').length === 3");
		expect(await stored("past.acme.com")).toEqual(DOCUMENT);

		await page.run("location.hash = '#/tenants/past.acme.com'");
		await page.until("document.querySelector('.toolbar .danger')");
		await tabTo("Delete …");
		await page.press("Enter");
		await page.until("document.querySelector('dialog[open]')");
		expect(await focused()).toBe("Keep it");
		await tabTo("Delete");
		await page.press("Enter");
		await page.until("document.querySelector('h1').textContent === 'Tenants'");
		expect((await plane.ask("tenants/past.acme.com")).status).toBe(404);
	});

	test("a new tenant begins with its host, and nothing is stored before it is saved", async () => {
		await open("#/new");
		await page.until("document.activeElement.id === 'host'");
		await page.type("https://new.acme.com");
		await page.press("Enter");
		await page.until("document.querySelector('#host-error').textContent");
		await axe("a host that is none");
		await page.run("document.querySelector('#host').select()");
		await page.type("new.acme.com");
		await page.press("Enter");
		await page.until("document.querySelector('.toolbar .mark')?.textContent === 'Not stored yet'");
		expect((await plane.ask("tenants/new.acme.com")).status).toBe(404);
		await page.press("Control+s");
		await page.until("document.querySelector('dialog[open]')");
		await tabTo("Store it");
		await page.press("Enter");
		await page.until("document.querySelector('.meta').textContent.startsWith('Version 1')");
		expect(await stored("new.acme.com")).toEqual({ cors: { origins: [], credentials: true } });
	});

	test("who may only read is told so, and has no way to save", async () => {
		await plane.put("read.acme.com", DOCUMENT);
		await open("", TOKENS.reader);
		await page.until("document.querySelector('.page-head .mark')");
		await page.run("location.hash = '#/tenants/read.acme.com'");
		await page.until("document.querySelector('.toolbar .mark')");
		expect(await text(".toolbar")).toBe("Read only: your token may read this tenant, not change it.");
		await page.run("location.hash = '#/tenants/read.acme.com/history'");
		await page.until("document.querySelector('.detail .mark')");
		expect(await page.run("document.querySelectorAll('.detail .button').length")).toBe(0);
	});

	test.each(["light", "dark"] as const)(
		"axe finds nothing in %s, and nothing is wider than a phone",
		async (scheme) => {
			await page.goto(`${plane.address}/`);
			await page.look({ ...WIDE, scheme });
			await page.until("document.querySelector('#token')");
			await axe("sign in");
			await page.goto("about:blank");
			const host = `${scheme}.acme.com`;
			await plane.put(host, DOCUMENT);
			await openDocument(host);
			await page.run("document.querySelector('#try-origin').focus()");
			await page.type("https://other.example");
			await page.press("Enter");
			await page.until("document.querySelector('.told strong')?.textContent === 'Denied'");
			await focusEditor();
			await page.press("Control+Home");
			await page.press("End");
			await page.type(' "nobody": 1,');
			await page.until("document.querySelector('.findings li')");
			const views = [`#/tenants/${host}`, `#/tenants/${host}/history`, "#/new", "#/"];
			for (const width of [1280, 390]) {
				await page.look({ width, height: 900, scheme });
				for (const view of views) {
					await page.run(`location.hash = ${JSON.stringify(view)}`);
					await page.until("document.querySelector('.editor, .detail .comparison, #host, .tenants')");
					if (view.endsWith(host)) await page.until("document.querySelector('.findings li')");
					await axe(`${view} at ${width}`);
					expect(await page.run("document.documentElement.scrollWidth"), view).toBeLessThanOrEqual(width);
				}
			}
		},
	);

	test("nothing comes from elsewhere", async () => {
		await open("");
		const names = await page.run<string[]>(
			"performance.getEntriesByType('resource').map(({ name }) => name)",
		);
		expect(
			names.filter((name) => !name.startsWith(`${plane.address}/`) && !name.startsWith("data:")),
		).toEqual([]);
	});
});

test("the page has less than 250 KiB, compressed", () => {
	// It builds only what is not there yet.
	execFileSync(process.execPath, [join(PROJECT, "dev/console.ts")]);
	const files = ["index.html", "console.js", "console.css"];
	const bytes = files.map((file) => gzipSync(readFileSync(join(PROJECT, "dist/console", file))).length);
	expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(MAX_GZIP_BYTES);
});
