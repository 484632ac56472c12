/** Owns the words of an explanation: the steps of `cordon explain`, told of a draft. */

import type { BrowserHalf, Explanation, Reason } from "../../explain/report.ts";
import { policyWords, REASON_WORDS, readingWords, requestWords, stepLines } from "../../explain/words.ts";
import type { Report } from "./report.ts";

/** A step, and what is said of it. */
export interface ToldStep {
	readonly name: string;
	readonly lines: readonly string[];
}

/** What came out, in one sentence. */
export interface Headline {
	readonly tone: "good" | "bad" | "warn";
	readonly title: string;
	readonly text: string;
}

/** Tells what came out. */
export function headlineOf(report: Report): Headline {
	if ("problem" in report) return { tone: "bad", title: "Closed", text: report.message };
	const { allowed, mode, origin } = report;
	const enforcing = mode === "report" ? "Once it enforces, the" : "The";
	if (allowed === null) {
		return { tone: "warn", title: "Not decided", text: "An origin directory decides, and it was not asked." };
	}
	if (!allowed) {
		return {
			tone: "bad",
			title: "Denied",
			text: `${enforcing} page cannot read the response.${advice(report)}`,
		};
	}
	if (origin.reason === "own-origin") {
		return {
			tone: "good",
			title: "Allowed",
			text: "It is not a cross-origin call, and CORS has no part in it.",
		};
	}
	return (
		blockedByBrowser(report) ?? {
			tone: "good",
			title: "Allowed",
			text: `${enforcing} page may read the response${how(report)}.`,
		}
	);
}

/** Where one mode was asked for, what the browser makes of that one is what counts. */
function blockedByBrowser({ browser }: Explanation): Headline | undefined {
	const [only, other] = browser;
	if (only === undefined || other !== undefined || only.readable) return undefined;
	const mode = only.credentials === "include" ? "with credentials" : "without credentials";
	return {
		tone: "bad",
		title: "Blocked",
		text: `Cordon allows the origin, but the browser blocks this call ${mode}.`,
	};
}

function how({ mode, browser, requests }: Explanation): string {
	if (mode === "report" || browser.length < 2) return "";
	return requests.at(-1)?.responseHeaders["access-control-allow-credentials"] === "true"
		? ", with credentials or without"
		: " if it calls without credentials; with them the browser blocks it";
}

/** Every fix was tried by the control plane before it was told. */
function advice({ origin, fixes }: Explanation): string {
	if (origin.reason === "ambiguous-path") {
		return " Call the API by a path that every server reads in the same way.";
	}
	return fixes.length === 0 ? "" : ` If it should: ${fixes.map(({ says }) => says).join("; ")}.`;
}

/** Tells the steps. */
export function steps(report: Explanation): readonly ToldStep[] {
	const { call, mode, tenant, requests, browser, obstacles } = report;
	const headers = call.headers.length === 0 ? "" : `, with ${call.headers.join(", ")}`;
	const quiet =
		mode === "report" ? ", in report mode: Cordon leaves CORS to the API and only records its decisions" : "";
	return [
		{ name: "Call", lines: [`${call.method} ${call.url} from a page on ${call.origin}${headers}`] },
		{ name: "Document", lines: [`the draft of ${tenant}${quiet}`] },
		{ name: "Policy", lines: policyWords(report, "") },
		{ name: "Origin", lines: originLines(report) },
		...requests.map((request) => ({
			name: request.kind === "preflight" ? "Preflight" : "Request",
			lines: requestWords(request, mode, ""),
		})),
		...browser.map((half) => ({
			name: half.credentials === "include" ? "Browser, with credentials" : "Browser, without credentials",
			lines: browserLines(half),
		})),
		...obstacles.map(({ message }) => ({ name: "Note", lines: [message] })),
	];
}

function originLines({ origin, otherReading, call, route }: Explanation): readonly string[] {
	if (origin.entry !== null) return [`${reasonWords(origin.reason)}: ${origin.entry} at ${origin.pointer}`];
	const why = reasonWords(origin.reason);
	if (origin.reason === "directory-unavailable") return [`${why}, and they are not yours to ask`];
	return otherReading === null ? [why] : [why, ...readingWords({ call, route }, otherReading)];
}

/** A newer API may give a reason that this page does not know yet. */
function reasonWords(reason: Reason): string {
	return REASON_WORDS[reason] ?? reason;
}

function browserLines({ readable, steps: checks }: BrowserHalf): readonly string[] {
	return [readable ? "the page gets the response" : "the page gets a network error", ...stepLines(checks)];
}
