/** Owns the conclusion of a diagnosis in one sentence, for a terminal and for a ticket alike. */

import { displayName } from "../../browser/steps.ts";
import type { Diagnosis } from "../../doctor/diagnosis.ts";
import type { DoctorFinding, Severity } from "../../doctor/finding.ts";
import { type Exchange, MAX_REQUESTS } from "../../doctor/network/network.ts";
import { addressInstead } from "../../doctor/network/route.ts";
import { isAnswered, isTimedOut } from "../../doctor/seen.ts";
import type { HandshakeDiagnosis, Other } from "../../doctor/websocket.ts";
import { counted } from "../shell/terminal.ts";
import { reaches } from "./read-options.ts";

/** What it comes to. */
export interface Ending {
	readonly word: "readable" | "blocked" | "not decided" | "could not run";
	readonly color: "green" | "red" | "yellow";
	readonly sentence: string;
}

/** How credentials modes are told. */
export const CREDENTIALS_WORDS = {
	include: "with credentials",
	"same-origin": "with credentials on its own origin alone",
	omit: "without credentials",
} as const;

/** What a diagnosis comes to. */
export function endingOf(diagnosis: Diagnosis): Ending {
	const { readable, cause, firstToFix, conversation } = diagnosis;
	const { failure, stop, outcome, unsentWrite } = conversation;
	if (readable === false) {
		const words = cause?.message ?? [firstToFix?.advice ?? "", ...alsoToFix(diagnosis)].join(" ");
		const judged =
			outcome !== undefined && unsentWrite !== undefined && firstToFix?.code.startsWith("preflight") === false
				? ` (The ${unsentWrite.method} was not sent: this is what a GET of the same URL shows. --send sends it.)`
				: "";
		return { word: "blocked", color: "red", sentence: `${failedSteps(diagnosis)}${words}${judged}` };
	}
	if (failure !== undefined) {
		return { word: "could not run", color: "red", sentence: failureSentence(diagnosis, failure.message) };
	}
	if (stop !== undefined) {
		return { word: "not decided", color: "yellow", sentence: cause?.message ?? stopSentence(diagnosis) };
	}
	if (readable && outcome !== undefined) {
		return { word: "readable", color: "green", sentence: readableSentence(diagnosis) };
	}
	return { word: "not decided", color: "yellow", sentence: cause?.message ?? "" };
}

/** The numbers of the steps that failed; which one comes first, unless one cause explains them. */
function failedSteps({ conversation, firstToFix, cause }: Diagnosis): string {
	if (firstToFix === undefined) return "";
	const numbers = conversation.steps.flatMap(({ passed, number }) => (passed ? [] : [number]));
	if (numbers.length < 2) return `step ${firstToFix.number} failed. `;
	const all = `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
	return `steps ${all} failed${cause === undefined ? `; begin with step ${firstToFix.number}` : ""}. `;
}

/** Which of several requests got no answer; of a single one there is nothing more to say. */
function failureSentence({ conversation: { turns }, visit }: Diagnosis, message: string): string {
	const sent = turns.flatMap((turn) => (turn.kind === "request" ? [turn.exchange] : []));
	const last = sent.at(-1);
	const before = sent.at(-2);
	if (last === undefined || before === undefined || !isAnswered(before)) return `${message}.`;
	const instead = last.purpose === "stand-in" ? ` that stands in for the ${visit.page.method}` : "";
	const what = `${requestName(last, "the")}${instead}`;
	const how = isTimedOut(last) ? `${what} got ${message}` : `${what} failed: ${message}`;
	return `${requestName(before, "the")} was answered with ${before.answer.status}, but ${how}.`;
}

function requestName({ purpose, method }: Exchange, article: string): string {
	return `${article} ${purpose === "preflight" ? "preflight" : method}`;
}

/** Why nothing at all was answered: what was waited for, and how long. */
export function unansweredSentence({ exchanges, visit, conversation }: Diagnosis): string {
	const { page, reach, timeoutSeconds } = visit;
	const [first, second] = exchanges;
	if (first === undefined || !exchanges.every(isTimedOut)) return `${conversation.failure?.message ?? ""}.`;
	const url = new URL(page.url);
	const instead = addressInstead(url, reach);
	const host = instead === undefined ? url.host : `${instead}, asked in place of ${url.host},`;
	const what = first.purpose === "preflight" ? "the preflight (OPTIONS)" : requestName(first, "the");
	const more =
		second === undefined ? "" : `, then ${requestName(second, "a plain")} another ${timeoutSeconds} s`;
	return `${host} does not answer: ${what} was waited for ${timeoutSeconds} s${more}.`;
}

/** What else stands in the way, where nothing more is known than the steps say. */
function alsoToFix({ conversation, firstToFix }: Diagnosis): readonly string[] {
	return conversation.steps.flatMap(({ passed, code, advice = "" }) =>
		passed || code === firstToFix?.code || advice === "" || advice === firstToFix?.advice
			? []
			: [`Also: ${advice}`],
	);
}

function stopSentence({ conversation: { stop } }: Diagnosis): string {
	if (stop === undefined) return "";
	if (stop.code === "host-not-named") {
		return `so far everything passed, but the browser goes on to ${stop.next.url}, which was not asked.`;
	}
	return stop.message;
}

function readableSentence({ conversation: { outcome, unsentWrite }, cause }: Diagnosis): string {
	if (outcome === undefined) return "";
	const { exposedHeaders, hiddenHeaders, status } = outcome;
	const hidden = hiddenHeaders.filter((name) => !UNINTERESTING.has(name));
	const secret = hidden.length === 0 ? "" : ` Hidden from it: ${hidden.join(", ")}.`;
	const names = exposedHeaders.join(", ");
	if (unsentWrite !== undefined) {
		return `as far as the preflight and a GET of the same URL show (status ${status}): the ${unsentWrite.method} itself was not sent. To send it, once, add --send. If the ${unsentWrite.method} is answered in the same way, the page can read ${names === "" ? "none of the headers" : `these headers: ${names}`}.${secret}`;
	}
	const isError = status >= 400 ? `; mind that ${status} is an error all the same` : "";
	const why = cause === undefined ? "" : ` ${cause.message}`;
	return `the page gets the response, status ${status}${isError}.${why} ${names === "" ? "It can read none of the headers" : `Headers that it can read: ${names}`}.${secret}`;
}

/** Headers that hardly any page wants, and that nearly every response has. */
const UNINTERESTING: ReadonlySet<string> = new Set([
	...["access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers"],
	...["access-control-allow-methods", "access-control-allow-headers", "access-control-max-age"],
	...[
		"connection",
		"content-encoding",
		"date",
		"keep-alive",
		"server",
		"transfer-encoding",
		"vary",
		"set-cookie",
	],
]);

/** The origins whose handshakes are told of: where nobody is let in, that strangers are not says nothing good. */
export function toldOthers({ opened, others }: HandshakeDiagnosis): readonly Other[] {
	return opened || others.some(({ isLetIn }) => isLetIn) ? others : [];
}

/** Who answered, with the fix there; empty where that does not show. */
export function answeredByWords({ answeredBy }: Diagnosis): string {
	if (answeredBy === undefined) return "";
	const { name, made, evidence, fix } = answeredBy;
	return `${made ? `${name} made this answer` : `The answer came by way of ${name}`} (${evidence}). ${fix}`;
}

/** What was sent, what was found, what was left out. @param isRecorded of a recording nothing is sent */
export function lastLine(
	{ exchanges, findings, skipped, conversation }: Diagnosis,
	isRecorded = false,
): string {
	const found = findings.length === 0 ? "" : `, ${counted(findings.length, "finding")}`;
	const late = exchanges.filter(isTimedOut).length;
	const isBudget = late === 0 || exchanges.length >= MAX_REQUESTS - 1;
	const why = isBudget ? "to keep them few" : `because ${counted(late, "request")} got no answer in time`;
	const left = skipped.length === 0 ? "" : `. Not tried, ${why}: ${[...new Set(skipped)].join(", ")}`;
	const dropped = (conversation.outcome?.droppedHeaders ?? []).map(([name]) =>
		displayName(name.toLowerCase()),
	);
	const out = dropped.length === 0 ? "" : `. No page can set ${dropped.join(", ")}, so browsers leave it out`;
	const requests = isRecorded
		? counted(exchanges.length, "recorded answer")
		: `${counted(exchanges.length, "request")} sent`;
	return `${requests}${found}${left}${out}.`;
}

/** Which findings alone make the exit code 1, by their codes; empty where none does. @param code how a code is written */
export function failOnSentence(
	findings: readonly Pick<DoctorFinding, "code" | "severity">[],
	failOn: Severity | undefined,
	code: (text: string) => string,
): string {
	const serious = findings.filter(({ severity }) => reaches([severity], failOn));
	if (serious.length === 0) return "";
	const codes = [...new Set(serious.map((one) => code(one.code)))];
	return `Exit code 1 because of ${code(`--fail-on ${failOn}`)}: ${codes.join(", ")}.`;
}
