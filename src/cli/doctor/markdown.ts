/** Owns how a diagnosis is told in a ticket: Markdown in which nothing that a server wrote can become markup. */

import { ENGINE_NAMES } from "../../browser/engines.ts";
import { STEP_TITLES } from "../../browser/step-titles.ts";
import { type Diagnosis, modeOf } from "../../doctor/diagnosis.ts";
import type { DoctorFinding } from "../../doctor/finding.ts";
import type { HandshakeDiagnosis } from "../../doctor/websocket.ts";
import { safePart } from "../shell/safe-text.ts";
import { answeredByWords, CREDENTIALS_WORDS, endingOf, lastLine, toldOthers } from "./ending.ts";
import { recordingLine } from "./other-words.ts";

/** One call's report. @param isRecorded whether it is one of a recording */
export function diagnosisMarkdown(diagnosis: Diagnosis, isRecorded = false): string {
	const { visit, conversation, findings, cookies, checked, cause } = diagnosis;
	const { page } = visit;
	const { word, sentence } = endingOf(diagnosis);
	const by = answeredByWords(diagnosis);
	const turns = conversation.turns.map((turn) => {
		if (turn.kind === "request") {
			const { method, url, answer, purpose } = turn.exchange;
			const instead = purpose === "stand-in" ? " (in place of the write, which was not sent)" : "";
			const result = "fault" in answer ? "no answer" : answer.status;
			return `\n**${code(`${method} ${url}`)} → ${result}**${instead}\n`;
		}
		const { step } = turn;
		if (step.passed) return `- ✓ ${text(STEP_TITLES[step.code])}: ${code(step.received)}`;
		return [
			`- ✗ **${text(STEP_TITLES[step.code])}**`,
			`  - received: ${code(step.received)}`,
			`  - needed: ${code(step.required)}`,
			`  - fix: ${step.advice === cause?.message ? "see above" : text(step.advice ?? "")}`,
			`  - [the clause](${step.clause})`,
		].join("\n");
	});
	return [
		`## ${code(`${page.method} ${page.url}`)}`,
		`From a page on ${code(page.origin)}, ${CREDENTIALS_WORDS[modeOf(visit)]}.`,
		`**${word}**: ${text(sentence)}`,
		...(by === "" ? [] : [text(by)]),
		"### Step by step",
		turns.join("\n").trim(),
		...findingsMarkdown(findings),
		...(cookies.length === 0
			? []
			: [
					"### Cookies that it sets",
					[
						`| cookie | ${ENGINE_NAMES.map(([, name]) => name).join(" | ")} |`,
						"| --- | --- | --- | --- |",
						...cookies.map(
							({ name, engines }) =>
								`| ${code(name)} | ${ENGINE_NAMES.map(([engine]) => text(engines[engine])).join(" | ")} |`,
						),
					].join("\n"),
				]),
		...(checked.length === 0
			? []
			: ["### Looked at, and found good", checked.map(({ words }) => `- ${text(words)}`).join("\n")]),
		`_${text(lastLine(diagnosis, isRecorded))}_`,
	].join("\n\n");
}

function findingsMarkdown(findings: readonly DoctorFinding[]): readonly string[] {
	if (findings.length === 0) return [];
	const lines = findings.map(
		({ severity, code: name, message }) => `- **${severity}** ${code(name)}: ${text(message)}`,
	);
	return ["### Beyond this call", lines.join("\n")];
}

/** A recorded session's report. */
export function recordingMarkdown(diagnoses: readonly Diagnosis[]): string {
	return [`# ${recordingLine(diagnoses)}`, ...diagnoses.map((one) => diagnosisMarkdown(one, true))].join(
		"\n\n",
	);
}

/** A WebSocket's report. */
export function handshakeMarkdown(diagnosis: HandshakeDiagnosis): string {
	const { url, origin, opened, message, findings } = diagnosis;
	const others = toldOthers(diagnosis);
	return [
		`## ${code(`WebSocket ${url}`)}`,
		`From a page on ${code(origin)}, with its cookies.`,
		`**${opened ? "readable" : "blocked"}**: ${text(message)}`,
		...findingsMarkdown(findings),
		...(others.length === 0
			? []
			: [
					"### Who else is let in",
					others.map((one) => `- ${code(one.origin)}: ${one.isLetIn ? "**let in**" : "refused"}`).join("\n"),
				]),
	].join("\n\n");
}

/** Text in which no character means anything to Markdown or HTML. */
function text(words: string): string {
	return safePart(words).replaceAll(/[\\`*_[\]<>|~&#!]/g, (character) => `\\${character}`);
}

/** A code span that no backtick in it ends. CommonMark, section 6.1 */
function code(words: string): string {
	const plain = safePart(words).replaceAll("|", "\\|");
	const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
	const fence = "`".repeat(longest + 1);
	const pad = plain.startsWith("`") || plain.endsWith("`") ? " " : "";
	return `${fence}${pad}${plain}${pad}${fence}`;
}
