/** Owns how a recorded session and a WebSocket's handshake are told to people. */

import type { Diagnosis } from "../../doctor/diagnosis.ts";
import type { HandshakeDiagnosis } from "../../doctor/websocket.ts";
import { counted, type Terminal } from "../shell/terminal.ts";
import { endingOf, toldOthers } from "./ending.ts";
import { printConclusion, printDiagnosis, printDoctorFindings, shownText } from "./words.ts";

/** Prints every call of a recording: those that are blocked at length, the others in a line. */
export function printRecording(diagnoses: readonly Diagnosis[], entries: number, terminal: Terminal): void {
	const { out, colors } = terminal;
	for (const diagnosis of diagnoses) {
		const { page } = diagnosis.visit;
		if (diagnosis.readable && diagnosis.findings.length === 0) {
			const { status } = diagnosis.conversation.outcome ?? { status: 0 };
			out(`${colors.green("✓")} ${shownText(`${page.method} ${page.url}`)}  ${status}`);
		} else {
			out("");
			printDiagnosis(diagnosis, terminal, true);
			out("");
		}
	}
	out(colors.bold(recordingLine(diagnoses, entries)));
}

/** How the calls of a recording ended. */
export function recordingLine(diagnoses: readonly Diagnosis[], entries?: number): string {
	if (diagnoses.length === 0) {
		return `No cross-origin call in the recording${entries === undefined ? "" : ` of ${counted(entries, "request")}`}.`;
	}
	const count = (wanted: string) => diagnoses.filter((one) => endingOf(one).word === wanted).length;
	const parts = [
		`${count("readable")} readable`,
		`${count("blocked")} blocked`,
		`${count("not decided") + count("could not run")} not decided`,
	];
	return `${counted(diagnoses.length, "cross-origin call")}: ${parts.join(", ")}. Nothing was sent.`;
}

/** Prints what came of a handshake, and who else was let in. */
export function printHandshake(diagnosis: HandshakeDiagnosis, terminal: Terminal): void {
	const { out, colors, columns } = terminal;
	const { url, origin, status, opened, message, findings, exchanges } = diagnosis;
	const told = toldOthers(diagnosis);
	out(colors.bold(shownText(`WebSocket ${url}`)));
	out(`from a page on ${shownText(origin)}, with its cookies`);
	if (status > 0) out(`\n${colors.cyan("→")} handshake  ${colors.bold(String(status))}`);
	printDoctorFindings(findings, terminal);
	if (told.length > 0) out(`\n${colors.bold("Who else is let in")}`);
	for (const other of told) {
		const mark = other.isLetIn ? colors.red("✗ let in ") : colors.green("✓ refused");
		out(`  ${mark}  ${shownText(other.origin)}`);
	}
	out("");
	printConclusion(
		{ word: opened ? "readable" : "blocked", color: opened ? "green" : "red", sentence: message },
		{
			...terminal,
			columns,
		},
	);
	out(colors.dim(`${counted(exchanges.length, "handshake")} sent.`));
}
