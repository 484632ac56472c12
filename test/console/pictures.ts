/** Owns the pictures of the README: the demo page and the console, light and dark, as `npm start` shows them. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startGroup } from "../../dev/process-group.ts";
import { PROJECT } from "../../dev/wrangler.ts";
import { findProgram } from "../browsers/engines/find.ts";
import { openChromium } from "./drivers/chromium.ts";
import type { Page } from "./drivers/page.ts";

const FOLDER = join(PROJECT, "docs/pictures");
const SCHEMES = ["light", "dark"] as const;
/** Those that the README names. */
const PORTS = { PORT: "8787", API_PORT: "8788", PAGE_PORT: "8789", ADMIN_PORT: "8790" };
/** What the demo needs to start, its Workers built. */
const START_MILLISECONDS = 120_000;

const binary = await findProgram("chromium");
if (binary === undefined) throw new Error("The pictures are taken in Chromium, which is not installed.");

const demo = startGroup([process.execPath, join(PROJECT, "demo/start.ts")], {
	env: { ...process.env, ...PORTS },
});
let printed = "";
demo.child.stdout?.on("data", (chunk: Buffer) => {
	printed += String(chunk);
});
const chromium = await openChromium(binary);
try {
	const link = await consoleLink();
	const page = await chromium.page();
	mkdirSync(FOLDER, { recursive: true });
	for (const scheme of SCHEMES) {
		await page.look({ width: 1100, height: 860, scheme });
		await page.goto(`http://127.0.0.1:${PORTS.PAGE_PORT}/`);
		await page.until("document.body.dataset.state === 'done'");
		await take(page, `demo-${scheme}`);
		await page.look({ width: 1240, height: 900, scheme });
		await page.goto(link);
		await page.until("document.querySelector('.tenants')");
		await page.run("location.hash = '#/tenants/localhost'");
		await page.until(
			"document.querySelector('.editor') && document.querySelector('.found .help').textContent",
		);
		await page.run("document.querySelector('#try-origin').focus()");
		await page.type(`http://127.0.0.1:${PORTS.PAGE_PORT}`);
		await page.press("Enter");
		await page.until("document.body.innerText.includes('Denied')");
		await take(page, `console-${scheme}`);
	}
} finally {
	await chromium.stop();
	await demo.stop();
}

async function take(page: Page, name: string): Promise<void> {
	// What moves has come to rest.
	await new Promise((resolve) => setTimeout(resolve, 600));
	writeFileSync(join(FOLDER, `${name}.png`), await page.screenshot());
}

/** The link with the token, as `npm start` prints it. */
async function consoleLink(): Promise<string> {
	const until = Date.now() + START_MILLISECONDS;
	while (Date.now() < until) {
		const [link] = /http:\/\/\S+#token=[\w-]+/.exec(printed) ?? [];
		if (link !== undefined) return link;
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	throw new Error(`The demo did not start:\n${printed}`);
}
