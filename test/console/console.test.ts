/** Owns the proof of the console: in real browsers, with real keys, against the real control plane. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PROJECT } from "../../dev/wrangler.ts";
import { readChoice } from "../browsers/engines/choice.ts";
import type { ProgramName } from "../browsers/engines/find.ts";
import { DRIVEN_BY_KEYS } from "../browsers/engines/find.ts";
import { providePrograms } from "../browsers/engines/install.ts";
import { openChromium } from "./drivers/chromium.ts";
import { openFirefox } from "./drivers/firefox.ts";
import type { Browser, Page, Scheme } from "./drivers/page.ts";
import { openWebkit } from "./drivers/webkit.ts";
import { journeyTests } from "./journey.ts";
import { type Plane, startPlane } from "./plane.ts";
import { referenceTests } from "./reference.ts";
import { shortJourney } from "./short-journey.ts";
import { stateTests } from "./states.ts";
import { WIDE } from "./visit.ts";

const MAX_GZIP_BYTES = 250 * 1024;
const NAMES = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKitGTK" } as const;

/** Only Chromium can be told of light and dark while it runs: of the others one is opened in each. */
const OTHERS: Readonly<Record<"firefox" | "webkit", Scheme>> = { firefox: "dark", webkit: "light" };

const isCi = /^(1|true)$/i.test(process.env["CI"] ?? "");
const choice = readChoice(process.env);
const provided = await providePrograms(choice, DRIVEN_BY_KEYS);
const isAny = provided.some(({ missing }) => missing === undefined);
let plane: Plane | undefined;

beforeAll(async () => {
	// One for all of them.
	if (isAny) plane = await startPlane();
}, 240_000);
afterAll(() => plane?.stop());

const running = (): Plane => {
	if (plane === undefined) throw new Error("The control plane did not start.");
	return plane;
};

for (const { id, found, missing } of provided) {
	const name = `the console in ${NAMES[id]}`;
	if (missing !== undefined) {
		// Where the tests must prove something, an engine that is not there is a failure, unless somebody has said so.
		if (isCi && choice === "install") test(`${name}: it is installed`, () => expect.fail(missing));
		test.skip(`${name}: ${missing}`, () => undefined);
		continue;
	}
	const binary = (program: ProgramName) => found.get(program) ?? "";
	if (id === "chromium") {
		inBrowser(
			name,
			() => openChromium(binary("chromium")),
			(page) => {
				journeyTests(page, running);
				stateTests(page, running);
				referenceTests(page, running);
			},
		);
	} else if (id === "firefox") {
		inBrowser(
			name,
			() => openFirefox(binary("firefox"), OTHERS.firefox),
			(page) => shortJourney(page, running, id),
		);
	} else {
		const open = () => openWebkit(binary("WebKitWebDriver"), binary("MiniBrowser"));
		inBrowser(name, open, (page) => shortJourney(page, running, id));
	}
}

/** Each test has a page of its own, which must have had nothing to complain of. */
function inBrowser<OfPage extends Page>(
	name: string,
	open: () => Promise<Browser<OfPage>>,
	tests: (page: () => OfPage) => void,
): void {
	describe(name, () => {
		let browser: Browser<OfPage> | undefined;
		let page: OfPage | undefined;
		beforeAll(async () => {
			browser = await open();
		});
		afterAll(() => browser?.stop());
		beforeEach(async () => {
			page = await browser?.page();
			await page?.look(WIDE);
		});
		afterEach(async () => {
			const complaints = await page?.complaints();
			await page?.close();
			expect(complaints).toEqual([]);
		});
		tests(() => {
			if (page === undefined) throw new Error("There is no page.");
			return page;
		});
	});
}

test("the page has less than 250 KiB, compressed", () => {
	// It builds only what is not there yet.
	execFileSync(process.execPath, [join(PROJECT, "dev/console.ts")]);
	const files = ["index.html", "console.js", "console.css"];
	const bytes = files.map((file) => gzipSync(readFileSync(join(PROJECT, "dist/console", file))).length);
	expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(MAX_GZIP_BYTES);
});
