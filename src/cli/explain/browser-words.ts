/** Owns how the browser's half of an explanation is told: every check, and how it ends. */

import type { Step } from "../../browser/steps.ts";
import type { BrowserHalf, Explanation } from "../../explain/report.ts";
import { stepLines } from "../../explain/words.ts";

/** Checks that are told; only redirects in a circle lead to more. */
const MAX_LINES = 24;

/** Tells it as a list: all checks of the mode that was asked, of the other one what is different. */
export function browserWords({ browser, call, allowed }: Explanation): readonly string[] {
	const [first, second] = browser;
	if (first === undefined) return [];
	const host = URL.parse(call.url)?.hostname;
	// Behind a redirect to another host, what passed is only what that would have to answer.
	const told = (steps: readonly Step[]) =>
		lines(steps.filter(({ passed, url }) => !passed || URL.parse(url)?.hostname === host));
	if (allowed === null) {
		return ["it is redirected to another host, whose answer is not known here", ...told(first.steps)];
	}
	if (call.url.startsWith("ws")) {
		return [`the page gets ${first.readable ? "its WebSocket" : "an error"}`, ...lines(first.steps)];
	}
	const isSame = second === undefined || first.readable === second.readable;
	return [
		`${isSame ? "with credentials or without" : modeWords(first)}: ${endWords(first)}`,
		...told(first.steps),
		...(isSame ? [] : [`${modeWords(second)}: ${endWords(second)}`]),
		...(isSame ? [] : lines(second.steps.filter(({ passed }) => !passed))),
	];
}

function modeWords({ credentials }: BrowserHalf): string {
	return credentials === "include" ? "with credentials" : "without credentials";
}

function endWords({ readable }: BrowserHalf): string {
	return readable ? "the page gets the response" : "the page gets a network error";
}

function lines(steps: readonly Step[]): readonly string[] {
	const told = stepLines(steps).map((line) => `  ${line}`);
	return told.length <= MAX_LINES
		? told
		: [...told.slice(0, MAX_LINES / 2), "  …", ...told.slice(-MAX_LINES / 4)];
}
