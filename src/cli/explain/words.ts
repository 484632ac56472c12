/** Owns how an explanation is told in words, step by step. */

import { isSerializedOrigin } from "../../cors/origin-set.ts";
import { ALLOW_CREDENTIALS, ALLOW_ORIGIN } from "../../cors/standard.ts";
import { browserWords } from "../../explain/browser-half.ts";
import {
	type ExplainedRequest,
	type Explanation,
	entryText,
	type OtherPath,
} from "../../explain/explanation.ts";
import { closest } from "../../findings/closest.ts";
import { pointerTo } from "../../findings/finding.ts";
import type { TenantDocument } from "../../tenants/schema.ts";
import type { TenantFile } from "../files/tenant-file.ts";
import { safePart } from "../shell/safe-text.ts";
import { type Terminal, wrap } from "../shell/terminal.ts";

/** What stands before the words of a step. */
const INDENT = " ".repeat(12);

/** Tells an explanation. @param file where the document stands, if in one */
export function printExplanation(
	explanation: Explanation,
	document: TenantDocument,
	file: TenantFile | undefined,
	terminal: Terminal,
): void {
	const { colors, columns } = terminal;
	const { call, requests } = explanation;
	const step = (name: string, ...words: readonly string[]) => {
		const [first = "", ...others] = words.map((line) => wrap(safePart(line), columns, INDENT));
		terminal.out(`${colors.bold(name.padEnd(INDENT.length))}${first.slice(INDENT.length)}`);
		for (const line of others) terminal.out(line);
	};
	step("Call", `${call.method} ${call.url.href} from a page on ${call.origin}${withHeaders(call.headers)}`);
	step("Document", documentWords(explanation, file));
	step("Policy", ...policyWords(explanation));
	step("Origin", ...originWords(explanation, file));
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

function documentWords({ tenantKey, holder, mode }: Explanation, file: TenantFile | undefined): string {
	const where = file !== undefined && file.hosts === undefined ? "of no host" : tenantKey;
	const report = mode === "report" ? ", in report mode: Cordon changes nothing, it only records" : "";
	return `${where} in ${holder}${report}`;
}

/** Which policy it is, and why not one before it. */
function policyWords({ route, policy, policies, entry, passedOver }: Explanation): readonly string[] {
	const place = route === null ? "the document's cors" : `the cors of the route ${route}`;
	if (policies.length === 1) return [place];
	const which = entry === null ? `a list of ${policies.length} policies` : `the policy at ${policy.pointer}`;
	return [
		`${place}, ${which}`,
		...passedOver.map(
			({ pointer, reason }) => `  not the one at ${pointer}: ${PASSED_OVER_WORDS[reason] ?? reason}`,
		),
	];
}

const PASSED_OVER_WORDS: Readonly<Partial<Record<Explanation["reason"], string>>> = {
	"not-listed": "no entry of its list matches the origin",
	"not-in-directory": "no entry of its list matches the origin, and it is in none of its directories",
	"origin-null": "null is in no list and no directory",
	"origin-too-long": "the origin is longer than any can be",
	"origin-malformed": "no entry matches, and of what is no serialized origin no directory is asked",
	"origin-insecure": "no entry matches, and in its directories plain http does not count",
};

function originWords(explanation: Explanation, file: TenantFile | undefined): readonly string[] {
	const { entry, call, policies } = explanation;
	if (entry !== null) {
		const finding = { code: "", message: "", pointer: entry.pointer };
		const position = file?.source.position(file.locate(finding).start);
		const place = position === undefined ? "" : ` (${file?.source.name}:${position.line}:${position.column})`;
		return [`${ALLOWED_WORDS[explanation.reason] ?? "allowed"}: ${entry.text} at ${entry.pointer}${place}`];
	}
	if (explanation.otherReading !== null) return readingWords(explanation, explanation.otherReading);
	const entries = policies.flatMap(({ cors }) => (cors.origins === "*" ? [] : cors.origins.map(entryText)));
	const nearest = explanation.reason === "not-listed" ? closest(call.origin, entries) : undefined;
	return [
		...(DENIED_WORDS[explanation.reason] ?? [explanation.reason]),
		...(nearest === undefined ? [] : [`The nearest entry is ${nearest}`]),
	];
}

/** Both readings of the path, with what applies to each. */
function readingWords({ call, route }: Explanation, other: OtherPath): readonly string[] {
	const place = (path: string | null) => (path === null ? "no route" : `the route ${path}`);
	const isSeveral = route === null && other.route === null;
	return [
		"denied: the path can be read in more than one way, so nobody's policy counts",
		`  as it stands, ${call.url.pathname} is under ${place(route)}`,
		other.path === null
			? "  there are too many other readings of it to tell them all"
			: `  the API may read it as ${other.path}, which is under ${isSeveral ? "several routes that cannot be told apart" : place(other.route)}`,
	];
}

const ALLOWED_WORDS: Readonly<Partial<Record<Explanation["reason"], string>>> = {
	listed: "allowed, by the entry",
	"in-directory": "allowed, it is in the directory of the entry",
	"any-origin": "allowed, as any origin is",
};

const DENIED_WORDS: Readonly<Partial<Record<Explanation["reason"], readonly string[]>>> = {
	"not-listed": ["denied: no entry of the list matches it, byte for byte"],
	"own-origin": ["no entry needed: it is the host's own origin, so this is no cross-origin call"],
	"not-in-directory": ["denied: no entry of the list matches it, and it is in none of the directories"],
	"origin-too-long": ["denied: it is longer than any origin can be"],
	"origin-null": [
		'denied: null is the origin of every sandboxed frame and local file, so only "*" allows it',
	],
	"origin-malformed": ["denied: it is no serialized origin, so no directory is asked"],
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
		const why = `${request.because.join(" and ")} ${request.because.length > 1 ? "are" : "is"} not safelisted, so the browser asks first`;
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
	if (request.action === "refuse") return [`Cordon refuses it: ${request.status} ${request.problem}`];
	const to = `goes on to ${request.upstream}`;
	if (mode === "report") return [to, "The upstream's own CORS headers stay as they are"];
	const isShared = request.responseHeaders[ALLOW_ORIGIN] !== undefined;
	return [
		to,
		isShared
			? "The response is shared; of CORS it has exactly this"
			: `The response is not shared: whatever CORS headers it has are removed; these are set:${none}`,
		...headers,
	];
}

/** What else of the document bears on the call. */
function notes({ call, requests, mode, policy }: Explanation, document: TenantDocument): readonly string[] {
	const sent = meantOrigin(call.origin);
	const actual = requests.at(-1);
	const isForwarded = actual?.sent === true && actual.action === "forward" && mode === "enforce";
	const isShared = actual?.responseHeaders[ALLOW_ORIGIN] !== undefined;
	const { exposedHeaders, credentials } = policy.cors;
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
	];
}

/** The origin that a browser would send in place of what was given; undefined where it is that. */
function meantOrigin(given: string): string | undefined {
	const url = URL.parse(given);
	if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return undefined;
	return url.origin === given ? undefined : url.origin;
}

function conclusion(explanation: Explanation, { colors }: Terminal): string {
	const { allowed, reason, mode, requests } = explanation;
	const enforcing = mode === "report" ? "once it enforces, " : "";
	if (allowed === null) return `${colors.yellow("not decided:")} an origin directory has the word.`;
	if (!allowed) {
		return `${colors.red("denied:")} ${enforcing}the page cannot read the response.${advice(explanation)}`;
	}
	if (reason === "own-origin") {
		return `${colors.green("allowed:")} it is no cross-origin call, and CORS has no part in it.`;
	}
	const withCredentials = requests.at(-1)?.responseHeaders[ALLOW_CREDENTIALS] === "true";
	const how =
		mode === "report"
			? ""
			: withCredentials
				? ", with credentials or without"
				: " if it calls without credentials; with them the browser blocks it";
	return `${colors.green("allowed:")} ${enforcing}the page may read the response${how}.`;
}

/** What to change, should the call be wanted. */
function advice({ reason, call, policy, policies, requests }: Explanation): string {
	if (reason === "ambiguous-path") return " Call the API by a path that every server reads in the same way.";
	const notAllowed = requests[0]?.notAllowed ?? [];
	const origins = pointerTo(policy.pointer, "origins");
	if ((reason === "not-listed" || reason === "not-in-directory") && isSerializedOrigin(call.origin)) {
		const others = policies.length > 1 ? ", or to those of the policy whose rights it should have" : "";
		return ` If it should: add ${JSON.stringify(call.origin)} to ${origins}${others}.`;
	}
	const [first] = notAllowed;
	if (first === undefined || requests[0]?.action !== "answer") return "";
	const [kind = "", name] = first.split(" ");
	const list = pointerTo(policy.pointer, kind === "method" ? "methods" : "requestHeaders");
	return ` If it should: add ${JSON.stringify(name)} to ${list}${notAllowed.length > 1 ? ", and so on" : ""}.`;
}
