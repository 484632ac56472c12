/** Owns how a diagnosis is told to people: a checklist, what else was noticed, and a conclusion. */

import { ENGINE_NAMES } from "../../browser/engines.ts";
import { NOTES, STEP_TITLES } from "../../browser/step-titles.ts";
import type { Step } from "../../browser/steps.ts";
import { type Diagnosis, modeOf } from "../../doctor/diagnosis.ts";
import type { DoctorFinding } from "../../doctor/finding.ts";
import type { Exchange } from "../../doctor/network/network.ts";
import { safePart } from "../shell/safe-text.ts";
import { type Terminal, wrap } from "../shell/terminal.ts";
import { answeredByWords, CREDENTIALS_WORDS, type Ending, endingOf, lastLine } from "./ending.ts";

/** Where a step's words begin, beneath its number and mark. */
const INDENT = " ".repeat(6);
/** Longer texts from a server are cut. */
const MAX_SHOWN_CHARACTERS = 1000;

/** Prints the whole diagnosis. @param isRecorded whether it is one of a recording */
export function printDiagnosis(diagnosis: Diagnosis, terminal: Terminal, isRecorded = false): void {
	const { colors, columns } = terminal;
	const { page } = diagnosis.visit;
	const out = (text: string) => terminal.out(text);
	out(colors.bold(shownText(`${page.method} ${page.url}`)));
	out(wrap(`from a page on ${page.origin}, ${CREDENTIALS_WORDS[modeOf(diagnosis.visit)]}`, columns, ""));
	for (const turn of diagnosis.conversation.turns) {
		if (turn.kind === "request") out(`\n${requestLine(turn.exchange, terminal)}`);
		else printStep(turn.step, diagnosis.cause?.message, terminal);
	}
	const { stop } = diagnosis.conversation;
	if (stop !== undefined) out(hanging(colors.yellow("?"), shownText(stop.message), columns));
	printDoctorFindings(diagnosis.findings, terminal);
	printCookies(diagnosis, terminal);
	printChecked(diagnosis, terminal);
	out("");
	printConclusion(endingOf(diagnosis), terminal);
	const by = answeredByWords(diagnosis);
	if (by !== "") out(wrap(shownText(by), columns, ""));
	out(colors.dim(wrap(shownText(lastLine(diagnosis, isRecorded)), columns, "")));
}

/** Prints what it comes to, its first word in colour. */
export function printConclusion({ word, color, sentence }: Ending, terminal: Terminal): void {
	const { colors, columns, out } = terminal;
	out(wrap(`${word}: ${shownText(sentence)}`, columns, "").replace(`${word}:`, colors[color](`${word}:`)));
}

function requestLine({ method, url, answer, purpose }: Exchange, { colors }: Terminal): string {
	const result = "fault" in answer ? colors.red("no answer") : String(answer.status);
	const instead = purpose === "stand-in" ? colors.dim("  in place of the write, which is not sent") : "";
	return `${colors.cyan("→")} ${colors.bold(method)} ${shownText(url)}  ${colors.bold(result)}${instead}`;
}

/** @param cause what the conclusion says in any case; a step that has no other advice is told without it */
function printStep(step: Step, cause: string | undefined, { out, colors, columns }: Terminal): void {
	const title = STEP_TITLES[step.code];
	if (step.passed) {
		const mark = NOTES.has(step.code) ? colors.dim("·") : colors.green("✓");
		const words =
			step.code === "preflight" ? preflightWords(step) : `${title}  ${colors.dim(shownText(step.received))}`;
		out(checked(step, mark, words, columns));
		return;
	}
	out(checked(step, colors.red("✗"), colors.red(title), columns));
	for (const [name, text] of [
		["received", step.received],
		["needed", step.required],
		["fix", step.advice === cause ? "see below" : (step.advice ?? "")],
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

/** Prints what was noticed beyond this call. */
export function printDoctorFindings(findings: readonly DoctorFinding[], terminal: Terminal): void {
	const { colors, columns, out } = terminal;
	if (findings.length > 0) out(`\n${colors.bold("Beyond this call")}`);
	for (const { severity, code, message } of findings) {
		out(`  ${SEVERITY_COLORS[severity](terminal)} ${colors.bold(code)}`);
		out(wrap(shownText(message), columns, INDENT));
	}
}

function printCookies({ cookies, conversation }: Diagnosis, { colors, columns, out }: Terminal): void {
	const kept = conversation.outcome?.preflightCacheSeconds;
	if (cookies.length > 0) out(`\n${colors.bold("Cookies that it sets, and what becomes of them")}`);
	for (const { name, engines } of cookies) {
		out(`  ${name === "" ? "(without a name)" : shownText(name)}`);
		for (const [engine, label] of ENGINE_NAMES) {
			const indent = INDENT + " ".repeat(10);
			out(`${INDENT}${label.padEnd(10)}${wrap(engines[engine], columns, indent).slice(indent.length)}`);
		}
	}
	if (kept !== undefined) {
		const each = ENGINE_NAMES.map(([engine, label]) => `${label} ${kept[engine]} s`).join(", ");
		out(colors.dim(`\n${wrap(`The preflight's answer is kept: ${each}.`, columns, "")}`));
	}
}

function printChecked({ checked }: Diagnosis, { colors, columns, out }: Terminal): void {
	if (checked.length > 0) out(`\n${colors.bold("Looked at, and found good")}`);
	for (const { words } of checked) out(hanging(colors.green("✓"), shownText(words), columns));
}

const SEVERITY_COLORS: Readonly<Record<DoctorFinding["severity"], (terminal: Terminal) => string>> = {
	danger: ({ colors }) => colors.red("danger "),
	warning: ({ colors }) => colors.yellow("warning"),
	note: ({ colors }) => colors.cyan("note   "),
};

function checked({ number }: Step, mark: string, words: string, columns: number | undefined): string {
	return `${String(number).padStart(3)} ${mark} ${wrap(words, columns, INDENT).slice(INDENT.length)}`;
}

/** A line with a mark before it, its next lines beneath the first one's words. */
function hanging(mark: string, words: string, columns: number | undefined): string {
	return `    ${mark} ${wrap(words, columns, INDENT).slice(INDENT.length)}`;
}

/** What a server or the user wrote, made fit for a terminal. */
export function shownText(text: string): string {
	const cut = text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
	return safePart(cut);
}
