/** Owns the words of an explanation that the command line and the console share. */

import { NOTES, STEP_TITLES } from "../browser/step-titles.ts";
import type { Step } from "../browser/steps.ts";
import { ALLOW_ORIGIN } from "../cors/standard.ts";
import type { ExplainedRequest, Explanation, OtherPath, Reason } from "./report.ts";

/** Behind those that let in, the entry follows. */
export const REASON_WORDS: Readonly<Record<Reason, string>> = {
	listed: "allowed, by the entry",
	"in-directory": "allowed, it is in the directory of the entry",
	"any-origin": "allowed, as any origin is",
	"own-origin": "no entry needed: it is the host's own origin, so this is not a cross-origin call",
	"ambiguous-path": "denied: the path can be read in more than one way, so nobody's policy counts",
	"not-isolated": "denied: another site embeds it without an Origin, and deniedRequests is isolate",
	"not-listed": "denied: no entry of the list matches it, byte for byte",
	"not-in-directory": "denied: no entry of the list matches it, and it is in none of the directories",
	"origin-too-long": "denied: it is longer than any origin can be",
	"origin-null": 'denied: null is the origin of every sandboxed frame and local file, so only "*" allows it',
	"origin-malformed": "denied: it is not a serialized origin, so no directory is asked",
	"origin-insecure":
		"denied: it is plain http, which directories allow only without credentials or with dangerouslyAllowInsecureOrigins",
	"directory-unavailable": "not decided: no entry of the list matches it, so its origin directories decide",
};

/** Why a policy of a list does not apply. */
const PASSED_OVER_WORDS: Readonly<Record<Reason, string>> = {
	listed: "an entry of its list matches the origin, and a policy before it does too",
	"in-directory": "the origin is in one of its directories, and a policy before it has it too",
	"any-origin": "it allows every origin, and a policy before it has this one",
	"own-origin": "the origin is the host's own, which needs no entry",
	"ambiguous-path": "the path can be read in more than one way",
	"not-isolated": "another site embeds the response without an Origin",
	"not-listed": "no entry of its list matches the origin",
	"not-in-directory": "no entry of its list matches the origin, and it is in none of its directories",
	"origin-null": "null is in no list and no directory",
	"origin-too-long": "the origin is longer than any can be",
	"origin-malformed": "no entry matches, and no directory is asked about what is not a serialized origin",
	"origin-insecure": "no entry matches, and in its directories plain http does not count",
	"directory-unavailable": "no entry of its list matches the origin, and its directories were not asked",
};

/** Which policy it is, and of a list why not one before it. @param indent stands before the reasons */
export function policyWords(
	{ route, policy, origin, passedOver }: Pick<Explanation, "route" | "policy" | "origin" | "passedOver">,
	indent: string,
): readonly string[] {
	if (origin.reason === "ambiguous-path") return ["none: which one applies depends on how the path is read"];
	const place = route === null ? "the document's cors" : `the cors of the route ${route}`;
	// The only policy is always the one that applies, whether it allows the origin or not.
	const isOfAList = /\/\d+$/.test(policy);
	if (!isOfAList) return [place];
	const which = origin.entry === null ? `a list of ${passedOver.length} policies` : `the policy at ${policy}`;
	return [
		`${place}, ${which}`,
		...passedOver.map(
			({ pointer, reason }) => `${indent}not the one at ${pointer}: ${PASSED_OVER_WORDS[reason] ?? reason}`,
		),
	];
}

/** Both readings of the path, with what applies to each. */
export function readingWords(
	{ call, route }: { readonly call: { readonly url: string }; readonly route: string | null },
	other: OtherPath,
): readonly string[] {
	const place = (path: string | null) => (path === null ? "no route" : `the route ${path}`);
	const isSeveral = route === null && other.route === null;
	return [
		`as it stands, ${URL.parse(call.url)?.pathname ?? "/"} is under ${place(route)}`,
		other.path === null
			? "there are too many other readings of it to tell them all"
			: `the API may read it as ${other.path}, which is under ${isSeveral ? "several routes that cannot be told apart" : place(other.route)}`,
	];
}

/** What a request is told by. */
export type ToldRequest = Omit<ExplainedRequest, "method">;

/** What Cordon does with a request. @param indent stands before the headers */
export function requestWords(
	request: ToldRequest,
	mode: Explanation["mode"],
	indent: string,
): readonly string[] {
	const led = request.url === undefined ? [] : [`redirected to ${request.url}`];
	return [
		...led,
		...(request.kind === "preflight" ? preflightWords(request, indent) : actualWords(request, mode, indent)),
	];
}

const ELSEWHERE = "goes to another host, where Cordon has no part in the answer";

function preflightWords(request: ToldRequest, indent: string): readonly string[] {
	const { action, status, problem, upstream, notAllowed } = request;
	const why = becauseWords(request.because);
	if (action === "elsewhere") return [why, ELSEWHERE];
	if (action === "forward") return [why, `Cordon forwards it to ${upstream}`];
	if (action === "refuse") return [why, `Cordon refuses it: ${status} ${problem}`];
	const headers = headerLines(request, indent);
	return [
		why,
		`Cordon answers ${status} itself, with${headers.length === 0 ? " none" : ""}`,
		...headers,
		...(notAllowed.length === 0
			? []
			: [`This does not allow ${notAllowed.join(" and ")}, so the browser ends the call`]),
	];
}

function actualWords(request: ToldRequest, mode: Explanation["mode"], indent: string): readonly string[] {
	const { action, status, problem, upstream, responseHeaders } = request;
	if (!request.sent) return ["never sent"];
	if (action === "elsewhere") return [ELSEWHERE];
	if (action === "refuse" && problem === null) {
		return [`The runtime refuses the method before Cordon sees it: ${status}, with no header of CORS`];
	}
	if (action === "refuse") return [`Cordon refuses it: ${status} ${problem}`];
	const to = `goes on to ${upstream}`;
	if (mode === "report") return [to, "The upstream's own CORS headers stay as they are"];
	const headers = headerLines(request, indent);
	const none = headers.length === 0 ? " none" : "";
	return [
		to,
		responseHeaders[ALLOW_ORIGIN] !== undefined
			? "The response is shared; of CORS it has exactly this"
			: `The response is not shared: the CORS headers that it has are removed; these are set:${none}`,
		...headers,
	];
}

function headerLines({ responseHeaders }: ToldRequest, indent: string): readonly string[] {
	return Object.entries(responseHeaders)
		.filter(([name]) => name !== "content-type" && name !== "cache-control")
		.map(([name, value]) => `${indent}${name}: ${value}`);
}

/** What of a call is not a method or a header. */
const FLAG_WORDS: ReadonlyMap<string, string> = new Map([
	["upload-listener", "a listener for the upload's progress"],
	["streamed-body", "a streamed body"],
]);

function becauseWords(because: readonly string[]): string {
	const words = because.map((reason) => FLAG_WORDS.get(reason) ?? reason);
	return `${words.join(" and ")} ${words.length > 1 ? "are" : "is"} not safelisted, so the browser asks first`;
}

/** The checks of a browser that say something, each in a line. */
export function stepLines(
	steps: readonly Pick<Step, "code" | "passed" | "received" | "required">[],
): readonly string[] {
	return steps
		.filter(({ code, passed }) => !passed || !NOTES.has(code) || TOLD_NOTES.has(code))
		.map(({ code, passed, received, required }) => {
			const title = STEP_TITLES[code];
			if (!passed) return `✗ ${title}: needed ${required}, but there is ${received}`;
			if (code === "redirect") return `✓ ${title}: ${received}`;
			if (code !== "preflight") return `✓ ${title}`;
			return required.startsWith("nothing") ? "✓ No preflight is needed" : "✓ A preflight is sent first";
		});
}

const TOLD_NOTES: ReadonlySet<Step["code"]> = new Set(["preflight", "same-origin", "redirect"]);
