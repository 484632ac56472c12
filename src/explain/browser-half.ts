/** Owns the browser's half of an explanation: what the model of a browser concludes from what Cordon answers. */

import { nextStep, type Received } from "../browser/conversation.ts";
import type { Header } from "../browser/header-list.ts";
import type { OutgoingRequest } from "../browser/outgoing.ts";
import type { FetchCall } from "../browser/page-request.ts";
import { NOTES, STEP_TITLES } from "../browser/step-titles.ts";
import type { Step } from "../browser/steps.ts";
import { isSerializedOrigin } from "../cors/origin-set.ts";
import type { Explanation } from "./explanation.ts";

/** What becomes of the call in one credentials mode. */
export interface BrowserHalf {
	readonly credentials: "include" | "omit";
	readonly readable: boolean;
	readonly failedStep: Step | undefined;
	readonly steps: readonly Step[];
}

/** Values for names alone: of a safelisted header a safe one, of Content-Type the one that needs consent. */
const HEADER_VALUES: ReadonlyMap<string, string> = new Map([
	["accept", "*/*"],
	["accept-language", "en"],
	["content-language", "en"],
	["content-type", "application/json"],
]);

/**
 * What a browser concludes, with credentials and without: first the mode that the policy is for. The upstream is taken
 * to answer 200. Empty where Cordon does not decide it: in report mode, or where it is not known what it would answer.
 */
export function browserHalves(explanation: Explanation): readonly BrowserHalf[] {
	const { mode, requests, call, policy } = explanation;
	if (mode === "report" || requests.length === 0) return [];
	if (call.origin !== "null" && !isSerializedOrigin(call.origin)) return [];
	const modes =
		policy.cors.credentials === true ? (["include", "omit"] as const) : (["omit", "include"] as const);
	return modes.map((credentials) => conclude(explanation, credentials));
}

function conclude({ call, requests }: Explanation, credentials: BrowserHalf["credentials"]): BrowserHalf {
	const page: FetchCall = {
		api: "fetch",
		origin: call.origin,
		url: call.url.href,
		method: call.method,
		headers: call.headers.map((name): Header => [name, HEADER_VALUES.get(name.toLowerCase()) ?? "x"]),
		credentials,
		body: null,
	};
	const received: Received[] = [];
	while (true) {
		const next = nextStep(page, received);
		if (next.kind === "verdict") {
			const { readable, failedStep, steps } = next.verdict;
			return { credentials, readable, failedStep, steps };
		}
		received.push(answerTo(next.request, requests));
	}
}

function answerTo({ kind }: OutgoingRequest, requests: Explanation["requests"]): Received {
	const answer = requests.find((request) => request.kind === kind);
	if (answer === undefined) return { networkError: "Cordon was not asked" };
	return { status: answer.status ?? 200, headers: Object.entries(answer.responseHeaders) };
}

/** Tells it as a list: all checks of the first mode, of the other one what is different. */
export function browserWords(explanation: Explanation): readonly string[] {
	const [first, second] = browserHalves(explanation);
	if (first === undefined || second === undefined) return [];
	const isSame = first.readable === second.readable;
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
