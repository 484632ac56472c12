/** Owns how an explanation is told: in words, step by step, or as JSON. */

import type { CorsConfig } from "../../cors/policy.ts";
import { ALLOW_ORIGIN } from "../../cors/standard.ts";
import type { ExplainedRequest, Explanation, OtherPath } from "../../explain/explanation.ts";
import { entryText } from "../../explain/place.ts";
import { meantOrigin } from "../../explain/question.ts";
import { closest } from "../../findings/closest.ts";
import { valueAt } from "../../findings/patch.ts";
import type { TenantDocument } from "../../tenants/schema.ts";
import type { TenantFile } from "../files/tenant-file.ts";
import { safePart } from "../shell/safe-text.ts";
import { type Terminal, wrap } from "../shell/terminal.ts";
import { browserWords } from "./browser-words.ts";

/** What stands before the words of a step. */
const INDENT = " ".repeat(12);

/** The document that was asked, and what holds it. */
export interface Asked {
	readonly document: TenantDocument;
	readonly file: TenantFile | undefined;
	readonly holder: string;
}

/** Tells an explanation. */
export function printExplanation(explanation: Explanation, asked: Asked, terminal: Terminal): void {
	const { document } = asked;
	const { colors, columns } = terminal;
	const { call, requests } = explanation;
	const step = (name: string, ...words: readonly string[]) => {
		const [first = "", ...others] = words.map((line) => wrap(safePart(line), columns, INDENT));
		terminal.out(`${colors.bold(name.padEnd(INDENT.length))}${first.slice(INDENT.length)}`);
		for (const line of others) terminal.out(line);
	};
	step("Call", `${call.method} ${call.url} from a page on ${call.origin}${withHeaders(call.headers)}`);
	step("Document", documentWords(explanation, asked));
	step("Policy", ...policyWords(explanation));
	step("Origin", ...originWords(explanation, asked));
	for (const request of requests) {
		step(request.kind === "preflight" ? "Preflight" : "Request", ...requestWords(request, explanation));
	}
	const browser = browserWords(explanation);
	if (browser.length > 0) step("Browser", ...browser);
	for (const note of notes(explanation, document)) step("Note", note);
	terminal.out("");
	terminal.out(wrap(conclusion(explanation, terminal), columns, ""));
}

function withHeaders(names: readonly string[]): string {
	return names.length === 0 ? "" : `, with ${names.join(", ")}`;
}

function documentWords({ tenant, mode }: Explanation, { file, holder }: Asked): string {
	const where = file !== undefined && file.hosts === undefined ? "of no host" : tenant;
	const report = mode === "report" ? ", in report mode: Cordon changes nothing, it only records" : "";
	return `${where} in ${holder}${report}`;
}

/** Which policy it is, and why not one before it. */
function policyWords({ route, policy, origin, passedOver }: Explanation): readonly string[] {
	const place = route === null ? "the document's cors" : `the cors of the route ${route}`;
	const isListed = /\/\d+$/.test(policy);
	if (!isListed) return [place];
	const which = origin.entry === null ? `a list of ${passedOver.length} policies` : `the policy at ${policy}`;
	return [
		`${place}, ${which}`,
		...passedOver.map(
			({ pointer, reason }) => `  not the one at ${pointer}: ${PASSED_OVER_WORDS[reason] ?? reason}`,
		),
	];
}

const PASSED_OVER_WORDS: Readonly<Partial<Record<Explanation["origin"]["reason"], string>>> = {
	"not-listed": "no entry of its list matches the origin",
	"not-in-directory": "no entry of its list matches the origin, and it is in none of its directories",
	"origin-null": "null is in no list and no directory",
	"origin-too-long": "the origin is longer than any can be",
	"origin-malformed": "no entry matches, and no directory is asked about what is not a serialized origin",
	"origin-insecure": "no entry matches, and in its directories plain http does not count",
};

function originWords(explanation: Explanation, { file, document }: Asked): readonly string[] {
	const { call, policy } = explanation;
	const { reason, entry, pointer } = explanation.origin;
	if (entry !== null && pointer !== null) {
		const position = file?.source.position(file.locate({ code: "", message: "", pointer }).start);
		const place = position === undefined ? "" : ` (${file?.source.name}:${position.line}:${position.column})`;
		return [`${REASON_WORDS[reason][0]}: ${entry} at ${pointer}${place}`];
	}
	if (explanation.otherReading !== null) return readingWords(explanation, explanation.otherReading);
	const pointers =
		explanation.passedOver.length === 0 ? [policy] : explanation.passedOver.map((one) => one.pointer);
	const entries = pointers.flatMap((one) => {
		const { origins } = policyAt(document, one);
		return origins === "*" ? [] : origins.map(entryText);
	});
	const nearest = reason === "not-listed" ? closest(call.origin, entries) : undefined;
	return [...REASON_WORDS[reason], ...(nearest === undefined ? [] : [`The nearest entry is ${nearest}`])];
}

function policyAt(document: TenantDocument, pointer: string): CorsConfig {
	return valueAt(document, pointer) as CorsConfig;
}

/** Both readings of the path, with what applies to each. */
function readingWords({ call, route }: Explanation, other: OtherPath): readonly string[] {
	const place = (path: string | null) => (path === null ? "no route" : `the route ${path}`);
	const isSeveral = route === null && other.route === null;
	return [
		"denied: the path can be read in more than one way, so nobody's policy counts",
		`  as it stands, ${URL.parse(call.url)?.pathname ?? "/"} is under ${place(route)}`,
		other.path === null
			? "  there are too many other readings of it to tell them all"
			: `  the API may read it as ${other.path}, which is under ${isSeveral ? "several routes that cannot be told apart" : place(other.route)}`,
	];
}

const REASON_WORDS: Readonly<
	Record<Explanation["origin"]["reason"], readonly [string, ...(readonly string[])]>
> = {
	listed: ["allowed, by the entry"],
	"in-directory": ["allowed, it is in the directory of the entry"],
	"any-origin": ["allowed, as any origin is"],
	"ambiguous-path": ["denied: the path can be read in more than one way"],
	"not-isolated": ["denied: another site embeds it without an Origin, and deniedRequests is isolate"],
	"not-listed": ["denied: no entry of the list matches it, byte for byte"],
	"own-origin": ["no entry needed: it is the host's own origin, so this is not a cross-origin call"],
	"not-in-directory": ["denied: no entry of the list matches it, and it is in none of the directories"],
	"origin-too-long": ["denied: it is longer than any origin can be"],
	"origin-null": [
		'denied: null is the origin of every sandboxed frame and local file, so only "*" allows it',
	],
	"origin-malformed": ["denied: it is not a serialized origin, so no directory is asked"],
	"origin-insecure": [
		"denied: it is plain http, which directories allow only without credentials or with dangerouslyAllowInsecureOrigins",
	],
	"directory-unavailable": [
		"not decided: no entry of the list matches it, so its origin directories have the word, and they are in KV",
		"Add --local or --remote to ask them",
	],
};

function requestWords(request: ExplainedRequest, { mode }: Explanation): readonly string[] {
	const headers = Object.entries(request.responseHeaders)
		.filter(([name]) => name !== "content-type" && name !== "cache-control")
		.map(([name, value]) => `  ${name}: ${value}`);
	const none = headers.length === 0 ? " none" : "";
	if (request.kind === "preflight") {
		const why = becauseWords(request.because);
		if (request.action === "forward") return [why, `Cordon forwards it to ${request.upstream}`];
		if (request.action === "refuse") return [why, `Cordon refuses it: ${request.status} ${request.problem}`];
		return [
			why,
			`Cordon answers ${request.status} itself, with${none}`,
			...headers,
			...(request.notAllowed.length === 0
				? []
				: [`This does not allow ${request.notAllowed.join(" and ")}, so the browser ends the call`]),
		];
	}
	if (!request.sent) return ["never sent"];
	if (request.action === "refuse" && request.problem === null) {
		return [
			`The runtime refuses the method before Cordon sees it: ${request.status}, with no header of CORS`,
		];
	}
	if (request.action === "refuse") return [`Cordon refuses it: ${request.status} ${request.problem}`];
	const to = `goes on to ${request.upstream}`;
	if (mode === "report") return [to, "The upstream's own CORS headers stay as they are"];
	const isShared = request.responseHeaders[ALLOW_ORIGIN] !== undefined;
	return [
		to,
		isShared
			? "The response is shared; of CORS it has exactly this"
			: `The response is not shared: the CORS headers that it has are removed; these are set:${none}`,
		...headers,
	];
}

function becauseWords(because: readonly string[]): string {
	const flags: Readonly<Record<string, string>> = {
		"upload-listener": "a listener for the upload's progress",
		"streamed-body": "a streamed body",
	};
	const words = because.map((reason) => flags[reason] ?? reason);
	return `${words.join(" and ")} ${words.length > 1 ? "are" : "is"} not safelisted, so the browser asks first`;
}

/** What else of the document bears on the call. */
function notes(
	{ call, requests, mode, policy, obstacles }: Explanation,
	document: TenantDocument,
): readonly string[] {
	const sent = meantOrigin(call.origin);
	const actual = requests.at(-1);
	const isForwarded = actual?.sent === true && actual.action === "forward" && mode === "enforce";
	const isShared = actual?.responseHeaders[ALLOW_ORIGIN] !== undefined;
	const { exposedHeaders, credentials } = policyAt(document, policy);
	return [
		...(sent === undefined ? [] : [`browsers send ${sent}, never ${call.origin}`]),
		...(isForwarded && document.originHeader === "strip" && ["GET", "HEAD"].includes(call.method)
			? ['the upstream does not see the Origin header: originHeader is "strip"']
			: []),
		...(isForwarded && document.clientCertificate === "require"
			? ["without a valid client certificate Cordon refuses the request: 403 client-certificate-required"]
			: []),
		...(isForwarded && isShared && exposedHeaders === "*" && credentials === true
			? ['exposedHeaders is "*": the names of all other headers that the response has are exposed too']
			: []),
		...obstacles.map(({ message }) => message),
	];
}

function conclusion(explanation: Explanation, { colors }: Terminal): string {
	const { allowed, mode, call, browser, fixes } = explanation;
	const enforcing = mode === "report" ? "once it enforces, " : "";
	if (allowed === null) return `${colors.yellow("not decided:")} an origin directory has the word.`;
	const isSocket = call.url.startsWith("ws");
	const what = isSocket ? "open the WebSocket" : "read the response";
	if (!allowed) {
		const advice = fixes.length === 0 ? "" : ` If it should: ${listed(fixes.map(({ says }) => says))}.`;
		const path =
			explanation.origin.reason === "ambiguous-path"
				? " Call the API by a path that every server reads in the same way."
				: "";
		return `${colors.red("denied:")} ${enforcing}the page cannot ${what}.${path}${advice}`;
	}
	if (explanation.origin.reason === "own-origin") {
		return `${colors.green("allowed:")} the call is not cross-origin, so CORS has no part in it.`;
	}
	const [, other] = browser;
	const how =
		other === undefined
			? ""
			: other.readable
				? ", with credentials or without"
				: call.credentials === "include"
					? ", with credentials"
					: " if it calls without credentials; with them the browser blocks it";
	return `${colors.green("allowed:")} ${enforcing}the page may ${what}${how}.`;
}

function listed(items: readonly string[]): string {
	return items.length < 2 ? items.join("") : `${items.slice(0, -1).join("; ")}; and ${items.at(-1)}`;
}
