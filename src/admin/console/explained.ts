/** Owns the words of an explanation: the steps of `cordon explain`, told of a draft. */

import { NOTES, STEP_TITLES } from "../../browser/step-titles.ts";
import type { OpenReport, Report, ReportedBrowser, ReportedRequest } from "./report.ts";

/** A step, and what is said of it. */
export interface ToldStep {
	readonly name: string;
	readonly lines: readonly string[];
}

/** What came out, in one sentence. */
export interface Conclusion {
	readonly tone: "good" | "bad" | "warn";
	readonly title: string;
	readonly text: string;
}

const ALLOWED: Readonly<Record<string, string>> = {
	listed: "allowed, by the entry",
	"in-directory": "allowed, it is in the directory of the entry",
	"any-origin": "allowed, as any origin is",
};

const DENIED: Readonly<Record<string, string>> = {
	"not-listed": "denied: no entry of the list matches it, byte for byte",
	"own-origin": "no entry needed: it is the host's own origin, so the call is not cross-origin",
	"not-in-directory": "denied: no entry of the list matches it, and it is in none of the directories",
	"origin-too-long": "denied: it is longer than any origin can be",
	"origin-null": 'denied: null is the origin of every sandboxed frame and local file, so only "*" allows it',
	"origin-malformed": "denied: it is not a serialized origin, so no directory is asked",
	"origin-insecure":
		"denied: it is plain http, which directories allow only without credentials or with dangerouslyAllowInsecureOrigins",
	"directory-unavailable":
		"not decided: no entry of the list matches it, and its origin directories, which have the word, are not yours to ask",
	"ambiguous-path": "denied: the path can be read in more than one way, so nobody's policy counts",
};

/** Tells what came out. */
export function conclude(report: Report): Conclusion {
	if ("problem" in report) return { tone: "bad", title: "Closed", text: report.message };
	const { allowed, mode, origin } = report;
	const enforcing = mode === "report" ? "Once it enforces, the" : "The";
	if (allowed === null) {
		return { tone: "warn", title: "Not decided", text: "An origin directory has the word." };
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
function blockedByBrowser({ browser }: OpenReport): Conclusion | undefined {
	const [only, other] = browser;
	if (only === undefined || other !== undefined || only.readable) return undefined;
	const mode = only.credentials === "include" ? "with credentials" : "without credentials";
	return {
		tone: "bad",
		title: "Blocked",
		text: `Cordon allows the origin, but the browser blocks this call ${mode}.`,
	};
}

function how({ mode, browser, requests }: OpenReport): string {
	if (mode === "report" || browser.length < 2) return "";
	return requests.at(-1)?.responseHeaders["access-control-allow-credentials"] === "true"
		? ", with credentials or without"
		: " if it calls without credentials; with them the browser blocks it";
}

/** Every fix was tried by the control plane before it was told. */
function advice({ origin, fixes }: OpenReport): string {
	if (origin.reason === "ambiguous-path") {
		return " Call the API by a path that every server reads in the same way.";
	}
	return fixes.length === 0 ? "" : ` If it should: ${fixes.map(({ says }) => says).join("; ")}.`;
}

/** Tells the steps. */
export function steps(report: OpenReport): readonly ToldStep[] {
	const { call, mode, tenant, requests, browser } = report;
	const headers = call.headers.length === 0 ? "" : `, with ${call.headers.join(", ")}`;
	const quiet = mode === "report" ? ", in report mode: Cordon changes nothing, it only records" : "";
	return [
		{ name: "Call", lines: [`${call.method} ${call.url} from a page on ${call.origin}${headers}`] },
		{ name: "Document", lines: [`the draft of ${tenant}${quiet}`] },
		{ name: "Policy", lines: policyLines(report) },
		{ name: "Origin", lines: originLines(report) },
		...requests.map((request) => ({
			name: request.kind === "preflight" ? "Preflight" : "Request",
			lines: requestLines(request, mode),
		})),
		...browser.map((half) => ({
			name: half.credentials === "include" ? "Browser, with credentials" : "Browser, without",
			lines: browserLines(half),
		})),
	];
}

function policyLines({ route, policy, passedOver }: OpenReport): readonly string[] {
	const place = route === null ? "the document's cors" : `the cors of the route ${route}`;
	const skipped = passedOver.length > 0 && policy !== null ? passedOver : [];
	return [
		policy === null || policy === "/cors" ? place : `${place}, the policy at ${policy}`,
		...skipped.map(({ pointer, reason }) => `not the one at ${pointer}: ${DENIED[reason] ?? reason}`),
	];
}

function originLines({ origin, otherReading, call, route }: OpenReport): readonly string[] {
	if (origin.entry !== null) {
		return [`${ALLOWED[origin.reason] ?? "allowed"}: ${origin.entry} at ${origin.pointer}`];
	}
	const said = DENIED[origin.reason] ?? origin.reason;
	if (otherReading === null) return [said];
	const under = (path: string | null) => (path === null ? "no route" : `the route ${path}`);
	return [
		said,
		`as it stands, ${new URL(call.url).pathname} is under ${under(route)}`,
		otherReading.path === null
			? "there are too many other readings of it to tell them all"
			: `the API may read it as ${otherReading.path}, which is under ${route === null && otherReading.route === null ? "several routes that cannot be told apart" : under(otherReading.route)}`,
	];
}

function requestLines(request: ReportedRequest, mode: OpenReport["mode"]): readonly string[] {
	const headers = Object.entries(request.responseHeaders)
		.filter(([name]) => name !== "content-type" && name !== "cache-control")
		.map(([name, value]) => `${name}: ${value}`);
	const none = headers.length === 0 ? " none" : "";
	if (request.kind === "preflight") {
		const why = `${request.because.join(" and ")} ${request.because.length > 1 ? "are" : "is"} not safelisted, so the browser asks first`;
		if (request.action === "forward") return [why, `Cordon forwards it to ${request.upstream}`];
		if (request.action === "refuse") return [why, `Cordon refuses it: ${request.status} ${request.problem}`];
		const lacking = request.notAllowed.join(" and ");
		return [
			why,
			`Cordon answers ${request.status} itself, with${none}`,
			...headers,
			...(lacking === "" ? [] : [`This does not allow ${lacking}, so the browser ends the call`]),
		];
	}
	if (!request.sent) return ["never sent"];
	if (request.action === "refuse") return [`Cordon refuses it: ${request.status} ${request.problem}`];
	const to = `goes on to ${request.upstream}`;
	if (mode === "report") return [to, "The upstream's own CORS headers stay as they are"];
	return request.responseHeaders["access-control-allow-origin"] === undefined
		? [to, `The response is not shared: its CORS headers are removed; these are set:${none}`, ...headers]
		: [to, "The response is shared; of CORS it has exactly this", ...headers];
}

function browserLines({ readable, steps: checks }: ReportedBrowser): readonly string[] {
	return [
		readable ? "the page gets the response" : "the page gets a network error",
		...checks
			.filter(({ code }) => !NOTES.has(code) || code === "preflight" || code === "same-origin")
			.map(({ code, passed, received, required }) => {
				const title = STEP_TITLES[code];
				if (!passed) return `✗ ${title}: needed ${required}, but there is ${received}`;
				if (code !== "preflight") return `✓ ${title}`;
				return required.startsWith("nothing") ? "✓ No preflight is needed" : "✓ A preflight is sent first";
			}),
	];
}
