/** Owns `cordon doctor`: why a browser blocks a page's call to an API on the network, and what else is wrong with its CORS. */

import { type Diagnosis, diagnose } from "../../doctor/diagnosis.ts";
import type { DoctorFinding, Severity } from "../../doctor/finding.ts";
import { judgeHar } from "../../doctor/har.ts";
import { MAX_REQUESTS, type RequestDraft } from "../../doctor/network/network.ts";
import { addressInstead } from "../../doctor/network/route.ts";
import { diagnosisReport } from "../../doctor/report.ts";
import { diagnoseHandshake, handshakeReport } from "../../doctor/websocket.ts";
import { readRegularFile } from "../files/regular-file.ts";
import { REACH_OPTIONS, type Refuse } from "../reach.ts";
import { defineCommand, usage } from "../shell/command.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { type ExitCode, type Terminal, wrap } from "../shell/terminal.ts";
import { type CallOptions, curlCall, type DoctorCall, doctorCallOf } from "./call.ts";
import { failOnSentence, unansweredSentence } from "./ending.ts";
import { diagnosisMarkdown, handshakeMarkdown, recordingMarkdown } from "./markdown.ts";
import { printHandshake, printRecording } from "./other-words.ts";
import { DEFAULT_TIMEOUT_SECONDS, readCredentials, readFailOn, readOrigin } from "./read-options.ts";
import { printDiagnosis } from "./words.ts";

/** Longest curl command line and largest recording that are read. */
const MAX_CURL_BYTES = 1024 * 1024;
const MAX_HAR_BYTES = 256 * 1024 * 1024;

export const doctor = defineCommand({
	name: "doctor",
	details: [
		"Sends what a browser would send for a page's call, the preflight first where one is needed, follows redirects as it does, and judges the answers step by step as the Fetch standard has it. The API may be any on the network, behind Cordon or not. Of a WebSocket's URL (wss://…) it says who is let in.",
		`Then it looks for what is wrong beyond this one call: origins that nobody should allow, caches, cookies, errors. For that it sends a few more safe requests, at most ${MAX_REQUESTS} in all, and only to the host of the URL. A request that changes data is not sent unless --send is given, and then once: without it, the answer comes from the preflight and from a GET of the same URL. No report has a key, a token or a cookie in it.`,
		"HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured.",
	],
	positionals: [
		{
			name: "URL",
			says: "What the page calls: https://api.acme.com/v1/items. Not needed with --curl and --har.",
			required: false,
		},
	],
	options: {
		origin: {
			type: "string",
			value: "ORIGIN",
			says: "The page's origin: https://app.example.com. Required, unless --curl or --har says it.",
		},
		method: {
			type: "string",
			value: "METHOD",
			says: "The method of the call. Default GET, or POST with --data.",
		},
		header: {
			type: "string",
			value: "'NAME: VALUE'",
			multiple: true,
			says: "A header that the page sets.",
		},
		data: {
			type: "string",
			value: "TEXT",
			says: "The body. Without a Content-Type it is text/plain, as in fetch().",
		},
		credentials: {
			type: "string",
			value: "MODE",
			says: "fetch()'s credentials: include (the default), same-origin or omit.",
		},
		cookie: {
			type: "string",
			value: "'NAME=VALUE; …'",
			says: "Cookies that the browser holds for the URL's host. They go nowhere else, and are not printed.",
		},
		"upload-progress": {
			type: "boolean",
			says: "The page listens to the upload's progress (xhr.upload), which makes the browser ask first.",
		},
		send: {
			type: "boolean",
			says: "Really send a request that changes data (POST, PUT, PATCH, DELETE …), once, if the browser gets that far.",
		},
		curl: {
			type: "string",
			value: "'curl …'",
			says: 'The call as "Copy as cURL" in the developer tools gives it; - reads it from standard input. Other options go before what it says.',
		},
		har: {
			type: "string",
			value: "FILE",
			says: "Judge every cross-origin call of a recorded session, by what was recorded. Nothing is sent.",
		},
		"follow-to": {
			type: "string",
			value: "HOST",
			multiple: true,
			says: "A further host that a redirect may be followed to, with its port unless that is the default one.",
		},
		...REACH_OPTIONS,
		timeout: {
			type: "string",
			value: "SECONDS",
			says: `How long to wait for each answer. Default ${DEFAULT_TIMEOUT_SECONDS}.`,
		},
		markdown: {
			type: "boolean",
			says: "Print the report as Markdown, for a ticket.",
		},
		"fail-on": {
			type: "string",
			value: "SEVERITY",
			says: "danger or warning: exit with 1 where there is such a finding, though the call is readable. For CI.",
		},
	},
	examples: [
		{
			line: "doctor https://api.acme.com/v1/items --origin https://app.example.com",
			says: "fetch(url, { credentials: 'include' })",
		},
		{
			line: "doctor https://api.acme.com/v1/items --origin https://app.example.com --method PUT --header 'Content-Type: application/json' --data '{}'",
			says: "A call that is preflighted. The PUT itself is sent only with --send.",
		},
		{
			line: "doctor https://api.acme.com/items --origin https://app.example.com --connect-to localhost:8787",
			says: "A tenant on wrangler dev, by its own name.",
		},
		{
			line: "doctor --har session.har --fail-on danger",
			says: "What a session in the browser has shown.",
		},
	],
	exits: {
		good: "Readable: the page gets the response. Findings beyond that do not change it, unless --fail-on says so.",
		findings:
			"Blocked; or not decided, because a redirect leads to a host that was not named or a write was not sent; or a finding as serious as --fail-on says.",
	},
	async work({ positionals, options, terminal }) {
		const failOn = readFailOn(options["fail-on"], refuse);
		const isExclusive = [options.har, options.curl, positionals[0]].filter((one) => one !== undefined);
		if (isExclusive.length > 1) {
			throw refuse(
				"conflicting-arguments",
				"URL, --curl and --har each say what is called: give one of them.",
			);
		}
		if (options.har !== undefined) return judgeRecording(options.har, options, failOn, terminal);
		const text = options.curl === "-" ? await readText(terminal) : options.curl;
		const curl = text === undefined ? undefined : curlCall(text, refuse);
		if (curl === undefined && positionals[0] === undefined) {
			throw refuse("missing-argument", `"cordon doctor" needs URL: what the page calls, --curl or --har.`);
		}
		const call = doctorCallOf(positionals[0], options, curl, refuse);
		return call.socketUrl === undefined
			? examine(call, options, failOn, terminal)
			: shakeHands(call.socketUrl, call, options, failOn, terminal);
	},
});

const refuse: Refuse = (code, message) => usage(code, message, doctor);

const SLOW = " If it is only slow, raise --timeout.";

function whereOf({ visit: { page, reach } }: Diagnosis): string {
	return addressInstead(new URL(page.url), reach) === undefined ? ` at ${page.url}` : "";
}

interface Output {
	readonly json: boolean;
	readonly markdown: boolean;
}

async function readText(terminal: Terminal): Promise<string> {
	return new TextDecoder().decode(await terminal.readInput(MAX_CURL_BYTES));
}

function showing(terminal: Terminal) {
	return ({ method, url, probe }: RequestDraft) =>
		terminal.busy(`${method} ${url}${probe === undefined ? "" : ` (trying ${probe})`} …`);
}

async function examine(
	{ visit }: DoctorCall,
	output: Output,
	failOn: Severity | undefined,
	terminal: Terminal,
): Promise<ExitCode> {
	const diagnosis = await diagnose(visit, showing(terminal));
	const { failure } = diagnosis.conversation;
	const isUnanswered = failure !== undefined && diagnosis.cause?.code !== "preflight-unanswered";
	if (isUnanswered && diagnosis.exchanges.every(({ answer }) => "fault" in answer)) {
		throw new CommandFault(
			failure.code,
			`${unansweredSentence(diagnosis)} CORS has no part in that yet: see that the API is up and can be reached from here${whereOf(diagnosis)}.${failure.code === "timed-out" ? SLOW : ""}`,
		);
	}
	if (output.json) terminal.json(diagnosisReport(diagnosis));
	else if (output.markdown) terminal.out(diagnosisMarkdown(diagnosis));
	else printDiagnosis(diagnosis, terminal);
	if (isUnanswered) return 2;
	return exitCode(diagnosis.readable === true, diagnosis.findings, failOn, output, terminal);
}

async function shakeHands(
	socketUrl: string,
	{ visit }: DoctorCall,
	output: Output,
	failOn: Severity | undefined,
	terminal: Terminal,
): Promise<ExitCode> {
	const diagnosis = await diagnoseHandshake(socketUrl, visit, showing(terminal));
	const { failure, findings, opened } = diagnosis;
	if (failure !== undefined) {
		throw new CommandFault(
			failure.code,
			`${failure.message}. See that the server is up and can be reached from here.${failure.code === "timed-out" ? SLOW : ""}`,
		);
	}
	if (output.json) terminal.json(handshakeReport(diagnosis));
	else if (output.markdown) terminal.out(handshakeMarkdown(diagnosis));
	else printHandshake(diagnosis, terminal);
	return exitCode(opened === true, findings, failOn, output, terminal);
}

async function judgeRecording(
	file: string,
	options: Output & Pick<CallOptions, "origin" | "credentials">,
	failOn: Severity | undefined,
	terminal: Terminal,
): Promise<ExitCode> {
	const text = new TextDecoder().decode(readRegularFile(file, MAX_HAR_BYTES));
	const result = await judgeHar(text.replace(/^\uFEFF/, ""), {
		origin: options.origin === undefined ? undefined : readOrigin(options.origin, refuse),
		credentials: options.credentials === undefined ? undefined : readCredentials(options.credentials, refuse),
	});
	if (!result.ok)
		throw new CommandFault(
			"invalid-har",
			`${safePart(file)} cannot be read as a recording: ${safePart(result.reason)}.`,
		);
	const { diagnoses } = result;
	if (options.json) terminal.json({ calls: diagnoses.map(diagnosisReport), entries: result.entries });
	else if (options.markdown) terminal.out(recordingMarkdown(diagnoses));
	else printRecording(diagnoses, result.entries, terminal);
	const isGood = diagnoses.every(({ readable }) => readable);
	const findings = diagnoses.flatMap((one) => one.findings);
	return exitCode(isGood, findings, failOn, options, terminal);
}

/** The exit code; where findings alone make it 1, the last line says so. JSON has their severities. */
function exitCode(
	isGood: boolean,
	findings: readonly DoctorFinding[],
	failOn: Severity | undefined,
	{ json, markdown }: Output,
	terminal: Terminal,
): ExitCode {
	if (!isGood) return 1;
	const why = failOnSentence(findings, failOn, (text) => (markdown ? `\`${text}\`` : text));
	if (why === "") return 0;
	if (!json) terminal.out(markdown ? `\n${why}` : wrap(why, terminal.columns, ""));
	return 1;
}
