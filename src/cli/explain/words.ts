/** Owns how an explanation is told: in words, step by step, or as JSON. */

import type { CorsConfig } from "../../cors/policy.ts";
import { ALLOW_ORIGIN } from "../../cors/standard.ts";
import { entryText } from "../../explain/place.ts";
import { meantOrigin } from "../../explain/question.ts";
import type { Explanation } from "../../explain/report.ts";
import { policyWords, REASON_WORDS, readingWords, requestWords } from "../../explain/words.ts";
import { closest } from "../../findings/closest.ts";
import { valueAt } from "../../findings/patch.ts";
import type { TenantDocument } from "../../tenants/schema.ts";
import type { TenantFile } from "../files/tenant-file.ts";
import { safePart } from "../shell/safe-text.ts";
import { type Terminal, wrap } from "../shell/terminal.ts";
import { browserWords } from "./browser-words.ts";

/** What stands before the words of a step. */
const INDENT = " ".repeat(12);

/** Requests that are told; only redirects in a circle lead to more. */
const MAX_REQUESTS = 6;

/** The document that was asked, and what holds it. */
export interface AskedDocument {
	readonly document: TenantDocument;
	readonly file: TenantFile | undefined;
	readonly holder: string;
}

/** Tells an explanation. */
export function printExplanation(explanation: Explanation, asked: AskedDocument, terminal: Terminal): void {
	const { document } = asked;
	const { colors, columns } = terminal;
	const { call, requests } = explanation;
	const step = (name: string, ...words: readonly string[]) => {
		const [first = "", ...others] = words.map((line) => wrap(safePart(line), columns, INDENT));
		terminal.out(`${colors.bold(name.padEnd(INDENT.length))}${first.slice(INDENT.length)}`);
		for (const line of others) terminal.out(line);
	};
	step(
		"Call",
		`${call.method} ${call.url} from a page on ${call.origin}${withHeaders(call.headers)}${redirectWords(call)}`,
	);
	step("Document", documentWords(explanation, asked));
	step("Policy", ...policyWords(explanation, "  "));
	step("Origin", ...originWords(explanation, asked));
	for (const request of requests.slice(0, MAX_REQUESTS)) {
		step(
			request.kind === "preflight" ? "Preflight" : "Request",
			...requestWords(request, explanation.mode, "  "),
		);
	}
	if (requests.length > MAX_REQUESTS) {
		step("Request", `… ${requests.length - MAX_REQUESTS} more, as the redirects go round in a circle`);
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

function redirectWords({ redirect }: Explanation["call"]): string {
	return redirect === undefined
		? ""
		: `; the API answers ${redirect.status} with Location: ${redirect.location}`;
}

function documentWords({ tenant, mode }: Explanation, { file, holder }: AskedDocument): string {
	const where = file !== undefined && file.hosts === undefined ? "of no host" : tenant;
	const report =
		mode === "report" ? ", in report mode: Cordon leaves CORS to the API and only records its decisions" : "";
	return `${where} in ${holder}${report}`;
}

function originWords(explanation: Explanation, { file, document }: AskedDocument): readonly string[] {
	const { call, policy } = explanation;
	const { reason, entry, pointer } = explanation.origin;
	if (entry !== null && pointer !== null) {
		const position = file?.source.position(file.locate({ code: "", message: "", pointer }).start);
		const place = position === undefined ? "" : ` (${file?.source.name}:${position.line}:${position.column})`;
		return [`${REASON_WORDS[reason]}: ${entry} at ${pointer}${place}`];
	}
	if (reason === "directory-unavailable") {
		return [`${REASON_WORDS[reason]}, and they are in KV`, "Add --local, --remote or --api to ask them"];
	}
	if (explanation.otherReading !== null) {
		return [
			REASON_WORDS[reason],
			...readingWords(explanation, explanation.otherReading).map((line) => `  ${line}`),
		];
	}
	const pointers =
		explanation.passedOver.length === 0 ? [policy] : explanation.passedOver.map((one) => one.pointer);
	const entries = pointers.flatMap((one) => {
		const { origins } = policyAt(document, one);
		return origins === "*" ? [] : origins.map(entryText);
	});
	const nearest = reason === "not-listed" ? closest(call.origin, entries) : undefined;
	return [REASON_WORDS[reason], ...(nearest === undefined ? [] : [`The nearest entry is ${nearest}`])];
}

function policyAt(document: TenantDocument, pointer: string): CorsConfig {
	return valueAt(document, pointer) as CorsConfig;
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
	const { allowed, mode, call, origin, browser, fixes, obstacles } = explanation;
	const enforcing = mode === "report" ? "once it enforces, " : "";
	if (allowed === null) {
		const who = obstacles.length === 0 ? "an origin directory" : "the host that the redirect leads to";
		return `${colors.yellow("not decided:")} ${who} decides.`;
	}
	const isSocket = call.url.startsWith("ws");
	const what = isSocket ? "open the WebSocket" : "read the response";
	if (!allowed) {
		const advice = fixes.length === 0 ? "" : ` If it should: ${listed(fixes.map(({ says }) => says))}.`;
		const path =
			origin.reason === "ambiguous-path"
				? " Call the API by a path that every server reads in the same way."
				: "";
		return `${colors.red("denied:")} ${enforcing}the page cannot ${what}.${path}${advice}`;
	}
	if (origin.reason === "own-origin") {
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
