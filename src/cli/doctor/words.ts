/** Owns how a diagnosis is told to people: a checklist, what else was noticed, and a conclusion. */

import { NOTES, STEP_TITLES } from "../../browser/step-titles.ts";
import { displayName, type Step } from "../../browser/steps.ts";
import { ENGINE_NAMES } from "../../doctor/cookies.ts";
import type { Diagnosis } from "../../doctor/diagnosis.ts";
import type { DoctorFinding } from "../../doctor/finding.ts";
import type { Exchange } from "../../doctor/network.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, type Terminal, wrap } from "../shell/terminal.ts";

/** Where a step's words begin, beneath its number and mark. */
const INDENT = " ".repeat(6);
/** Longer texts from a server are cut. */
const MAX_SHOWN_CHARACTERS = 600;

/** Prints the whole diagnosis. */
export function printDiagnosis(diagnosis: Diagnosis, terminal: Terminal): void {
	const { colors, columns } = terminal;
	const { page } = diagnosis.visit;
	const out = (text: string) => terminal.out(text);
	out(colors.bold(shownText(`${page.method} ${page.url}`)));
	out(wrap(`from a page on ${page.origin}, ${CREDENTIALS_WORDS[page.credentials]}`, columns, ""));
	for (const turn of diagnosis.conversation.turns) {
		if (turn.kind === "request") out(`\n${requestLine(turn.exchange, terminal)}`);
		else printStep(turn.step, terminal);
	}
	const { stop } = diagnosis.conversation;
	if (stop !== undefined) out(hanging(colors.yellow("?"), shownText(stop.message), columns));
	printFindings(diagnosis, terminal);
	out("");
	const [word, color, sentence] = conclusion(diagnosis);
	out(wrap(`${word}: ${shownText(sentence)}`, columns, "").replace(`${word}:`, colors[color](`${word}:`)));
	out(colors.dim(lastLine(diagnosis)));
}

const CREDENTIALS_WORDS = {
	include: "with credentials",
	"same-origin": "with credentials on its own origin alone",
	omit: "without credentials",
} as const;

function requestLine({ method, url, answer }: Exchange, { colors }: Terminal): string {
	const result = "fault" in answer ? colors.red("no answer") : String(answer.status);
	return `${colors.cyan("→")} ${colors.bold(method)} ${shownText(url)}  ${colors.bold(result)}`;
}

function printStep(step: Step, { out, colors, columns }: Terminal): void {
	const title = STEP_TITLES[step.code];
	if (step.passed) {
		const mark = NOTES.has(step.code) ? colors.dim("·") : colors.green("✓");
		const words =
			step.code === "preflight" ? preflightWords(step) : `${title}  ${colors.dim(shownText(step.received))}`;
		out(checked(step, mark, words));
		return;
	}
	out(checked(step, colors.red("✗"), colors.red(title)));
	for (const [name, text] of [
		["received", step.received],
		["needed", step.required],
		["fix", step.advice ?? ""],
	] as const) {
		const indent = INDENT + " ".repeat(10);
		const words = wrap(shownText(text), columns, indent).slice(indent.length);
		out(`${INDENT}${colors.dim(name.padEnd(10))}${name === "fix" ? colors.bold(words) : words}`);
	}
	out(`${INDENT}${colors.dim(step.clause)}`);
}

function preflightWords({ received, required }: Step): string {
	if (required.startsWith("nothing: no preflight")) return "No preflight is needed";
	return `The browser asks first, because of ${shownText(received.replaceAll("; ", " and "))}`;
}

function printFindings({ findings, cookies, conversation }: Diagnosis, terminal: Terminal): void {
	const { colors, columns, out } = terminal;
	const kept = conversation.verdict?.preflightCacheSeconds;
	if (findings.length > 0) out(`\n${colors.bold("Beyond the verdict")}`);
	for (const { severity, code, message } of findings) {
		out(`  ${SEVERITY_COLORS[severity](terminal)} ${colors.bold(code)}`);
		out(wrap(shownText(message), columns, INDENT));
	}
	if (cookies.length > 0) out(`\n${colors.bold("Cookies that it sets, for this page of another site")}`);
	for (const { name, engines } of cookies) {
		out(`  ${shownText(name)}`);
		for (const [engine, label] of ENGINE_NAMES) out(`${INDENT}${label.padEnd(10)}${engines[engine]}`);
	}
	if (kept !== undefined) {
		const each = ENGINE_NAMES.map(([engine, label]) => `${label} ${kept[engine]} s`).join(", ");
		out(colors.dim(`\nThe preflight's answer is kept: ${each}.`));
	}
}

const SEVERITY_COLORS: Readonly<Record<DoctorFinding["severity"], (terminal: Terminal) => string>> = {
	danger: ({ colors }) => colors.red("danger "),
	warning: ({ colors }) => colors.yellow("warning"),
	note: ({ colors }) => colors.cyan("note   "),
};

function conclusion(
	diagnosis: Diagnosis,
): readonly [word: string, color: "green" | "red" | "yellow", string] {
	const { readable, cause, conversation } = diagnosis;
	const { failure, stop, verdict } = conversation;
	if (failure !== undefined) return ["could not run", "red", `${failure.message}.`];
	if (stop !== undefined) {
		return [
			"not decided",
			"yellow",
			`so far everything passed, but the browser goes on to ${stop.next.url}, which was not asked.`,
		];
	}
	if (readable && verdict !== undefined) {
		const { exposedHeaders, hiddenHeaders, status } = verdict;
		const isError = status >= 400 ? `; mind that ${status} is an error all the same` : "";
		const hidden = hiddenHeaders.filter((name) => !UNINTERESTING.has(name));
		const secret = hidden.length === 0 ? "" : ` Hidden from it: ${hidden.join(", ")}.`;
		const seen = exposedHeaders.length === 0 ? "no header" : exposedHeaders.join(", ");
		return [
			"readable",
			"green",
			`the page gets the response, status ${status}${isError}. It can read ${seen}.${secret}`,
		];
	}
	const step = cause === undefined ? "" : `step ${cause.number} failed. `;
	return ["blocked", "red", `${step}${cause?.advice ?? ""}`];
}

/** Headers that hardly any page wants, and that nearly every response has. */
const UNINTERESTING: ReadonlySet<string> = new Set([
	...["access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers"],
	...["access-control-allow-methods", "access-control-allow-headers", "access-control-max-age"],
	...["connection", "date", "keep-alive", "server", "transfer-encoding", "vary", "set-cookie"],
]);

function lastLine({ exchanges, findings, skipped, conversation }: Diagnosis): string {
	const found = findings.length === 0 ? "" : `, ${counted(findings.length, "finding")}`;
	const left = skipped.length === 0 ? "" : `. Not tried, to keep them few: ${skipped.join(", ")}`;
	const dropped = (conversation.verdict?.droppedHeaders ?? []).map(([name]) =>
		displayName(name.toLowerCase()),
	);
	const out = dropped.length === 0 ? "" : `. No page can set ${dropped.join(", ")}, so browsers leave it out`;
	return `${counted(exchanges.length, "request")} sent${found}${left}${out}.`;
}

function checked({ number }: Step, mark: string, words: string): string {
	return `${String(number).padStart(3)} ${mark} ${words}`;
}

/** A line with a mark before it, its next lines beneath the first one's words. */
function hanging(mark: string, words: string, columns: number | undefined): string {
	return `    ${mark} ${wrap(words, columns, INDENT).slice(INDENT.length)}`;
}

/** What a server or the user wrote, made fit for a terminal. */
function shownText(text: string): string {
	const cut = text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
	return safePart(cut);
}
