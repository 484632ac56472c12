/** Owns the proof of the API's reference page: it works under its own policy, and asks nobody else for anything. */

import { expect, test } from "vitest";
import type { ChromiumPage } from "./drivers/chromium.ts";
import type { Plane } from "./plane.ts";
import { WIDE } from "./visit.ts";

/** The page is there when it shows the description's routes. */
const IS_SHOWN = "document.body.innerText.includes('List tenants')";

/** The contrast of the text that stands on the page: of the heading with what is behind all. */
const CONTRAST = `(() => {
	const parts = (color) => {
		const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
		canvas.fillStyle = color;
		canvas.fillRect(0, 0, 1, 1);
		return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
	};
	const light = (color) => {
		const [red, green, blue] = parts(color).map((part) => part / 255).map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
		return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
	};
	const heading = document.querySelector('h1');
	let behind = heading;
	while (behind && getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
	const [one, other] = [light(getComputedStyle(heading).color), light(behind ? getComputedStyle(behind).backgroundColor : 'Canvas')].toSorted((a, b) => b - a);
	return (one + 0.05) / (other + 0.05);
})()`;

/** The tests. */
export function referenceTests(page: () => ChromiumPage, plane: () => Plane): void {
	test.each(["light", "dark"] as const)(
		"the reference page is readable in %s, breaks no policy and asks nobody else",
		async (scheme) => {
			// Of its controls, which are its package's own, some have no name.
			page().forgive(/"errorType":"Form/);
			await page().look({ ...WIDE, scheme });
			await page().goto(`${plane().address}/docs`);
			await page().until(IS_SHOWN);
			// What it loads late, it has asked for by then.
			await new Promise((resolve) => setTimeout(resolve, 1000));
			const foreign = page().requests.filter(
				(url) => !/^(data|blob|about):/.test(url) && !url.startsWith(`${plane().address}/`),
			);
			expect(foreign).toEqual([]);
			// No service of its makers is offered either.
			expect(
				await page().run(
					"/Ask AI|Generate SDK|MCP|Deploy|Developer Tools/.exec(document.body.innerText)?.[0] ?? null",
				),
			).toBe(null);
			expect(await page().run<number>(CONTRAST)).toBeGreaterThan(4.5);
		},
	);
}
