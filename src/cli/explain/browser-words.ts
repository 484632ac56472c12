/** Owns how the browser's half of an explanation is told: every check, and how it ends. */

import { NOTES, STEP_TITLES } from "../../browser/step-titles.ts";
import type { Step } from "../../browser/steps.ts";
import type { BrowserHalf, Explanation } from "../../explain/explanation.ts";

/** Tells it as a list: all checks of the mode that was asked, of the other one what is different. */
export function browserWords({ browser, call }: Explanation): readonly string[] {
	const [first, second] = browser;
	if (first === undefined) return [];
	if (call.url.startsWith("ws")) {
		return [`the page gets ${first.readable ? "its WebSocket" : "an error"}`, ...first.steps.map(stepWords)];
	}
	const isSame = second === undefined || first.readable === second.readable;
	return [
		`${isSame ? "with credentials or without" : modeWords(first)}: ${endWords(first)}`,
		...first.steps.filter(isTold).map(stepWords),
		...(isSame ? [] : [`${modeWords(second)}: ${endWords(second)}`]),
		...(isSame ? [] : second.steps.filter(({ passed }) => !passed).map(stepWords)),
	];
}

function isTold({ code }: Step): boolean {
	return !NOTES.has(code) || code === "preflight" || code === "same-origin";
}

function modeWords({ credentials }: BrowserHalf): string {
	return credentials === "include" ? "with credentials" : "without credentials";
}

function endWords({ readable }: BrowserHalf): string {
	return readable ? "the page gets the response" : "the page gets a network error";
}

function stepWords({ code, passed, received, required }: Step): string {
	const title = STEP_TITLES[code];
	if (!passed) return `  ✗ ${title}: needed ${required}, but there is ${received}`;
	if (code !== "preflight") return `  ✓ ${title}`;
	return required.startsWith("nothing") ? "  ✓ No preflight is needed" : "  ✓ A preflight is sent first";
}
