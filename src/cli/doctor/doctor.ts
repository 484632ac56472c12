/** Owns `cordon doctor`: why a browser blocks a page's call to an API on the network, and what else is wrong with its CORS. */

import type { Header, HeaderList } from "../../browser/header-list.ts";
import type { CredentialsMode } from "../../browser/request.ts";
import { refusePageless } from "../../cors/origin-mend.ts";
import { isSerializedOrigin } from "../../cors/origin-set.ts";
import { isToken } from "../../cors/standard.ts";
import { diagnose, diagnosisReport } from "../../doctor/diagnosis.ts";
import { MAX_REQUESTS, type Visit } from "../../doctor/network.ts";
import { defineCommand, usage } from "../shell/command.ts";
import { Fault } from "../shell/fault.ts";
import { printDiagnosis } from "./words.ts";

/** How long a request may take, unless said otherwise. */
const DEFAULT_TIMEOUT_SECONDS = 10;
const MAX_TIMEOUT_SECONDS = 300;

export const doctor = defineCommand({
	name: "doctor",
	summary: "say why a browser blocks a page's call to an API, and what to fix",
	details: [
		"Sends what a browser would send for a page's call, the preflight first where one is needed, follows redirects as it does, and judges the answers step by step as the Fetch standard has it. The API may be any on the network, behind Cordon or not.",
		`Then it looks for what is wrong beyond this one call: origins that nobody should allow, caches, cookies, errors. For that it sends a few safe requests more, never over ${MAX_REQUESTS} in all, and only to the host of the URL. What changes data is sent once at most, and only where a browser would send it.`,
	],
	positionals: [{ name: "URL", says: "What the page calls: https://api.acme.com/v1/items.", required: true }],
	options: {
		origin: {
			type: "string",
			value: "ORIGIN",
			says: "The page's origin: https://app.example.com. Required.",
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
		"follow-to": {
			type: "string",
			value: "HOST",
			multiple: true,
			says: "A further host that a redirect may be followed to, with its port unless that is the default one.",
		},
		timeout: {
			type: "string",
			value: "SECONDS",
			says: `How long to wait for each answer. Default ${DEFAULT_TIMEOUT_SECONDS}.`,
		},
	},
	examples: [
		{
			line: "doctor https://api.acme.com/v1/items --origin https://app.example.com",
			says: "fetch(url, { credentials: 'include' })",
		},
		{
			line: "doctor https://api.acme.com/v1/items --origin https://app.example.com --method PUT --header 'Content-Type: application/json' --data '{}'",
			says: "A call that is preflighted. If the browser gets that far, the PUT is really sent.",
		},
	],
	exits: {
		good: "Readable: the page gets the response. Findings beyond that, dangers too, do not change it: see them in --json.",
		findings: "Blocked; or not decided, because a redirect leads to a host that was not named.",
	},
	async work({ positionals, options, terminal }) {
		const { origin, data } = options;
		if (origin === undefined) {
			throw refuse(
				"missing-option",
				`"cordon doctor" needs --origin ORIGIN: the origin of the page that calls.`,
			);
		}
		const url = readUrl(positionals[0] ?? "");
		const headers = options.header.map(readHeader);
		const visit: Visit = {
			page: {
				api: "fetch",
				origin: readOrigin(origin),
				url: url.href,
				method: readMethod(options.method ?? (data === undefined ? "GET" : "POST")),
				headers,
				credentials: readCredentials(options.credentials ?? "include"),
				body: data === undefined ? null : { contentType: "text/plain;charset=UTF-8" },
			},
			body: data,
			cookie: options.cookie === undefined ? undefined : readCookie(options.cookie),
			hosts: new Set([url.host, ...options["follow-to"].map((host) => readHost(host))]),
			timeoutSeconds: readTimeout(options.timeout),
		};
		const diagnosis = await diagnose(visit, ({ method, url, probe }) =>
			terminal.busy(`${method} ${url}${probe === undefined ? "" : ` (trying ${probe})`} …`),
		);
		const { failure } = diagnosis.conversation;
		if (failure !== undefined && diagnosis.exchanges.length === 1) {
			throw new Fault(
				failure.code,
				`${failure.message}. This is no question of CORS yet: see that the API is up and can be reached from here at ${url.href}.`,
			);
		}
		if (options.json) terminal.json(diagnosisReport(diagnosis));
		else printDiagnosis(diagnosis, terminal);
		if (failure !== undefined) return 2;
		return diagnosis.readable ? 0 : 1;
	},
});

function refuse(code: string, message: string): Fault {
	return usage(code, message, doctor);
}

function readUrl(text: string): URL {
	const url = URL.parse(text.includes("://") ? text : `https://${text}`);
	if (url !== null && (url.protocol === "https:" || url.protocol === "http:")) {
		url.hash = "";
		return url;
	}
	throw refuse(
		"invalid-value",
		`${JSON.stringify(text)} is no http or https URL. Name the API's, such as https://api.acme.com/v1/items.`,
	);
}

/** Only what a browser could send: anything else would be blocked for its own sake. */
function readOrigin(text: string): string {
	const pageless = refusePageless(text);
	if (pageless !== undefined) throw refuse("invalid-value", `--origin ${pageless}`);
	const url = URL.parse(text);
	const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
	if (text === "null" || (isWeb ? url.origin === text : isSerializedOrigin(text))) return text;
	const meant = isWeb
		? ` Browsers send ${url.origin}.`
		: " Name a scheme and a host: https://app.example.com.";
	throw refuse("invalid-value", `--origin ${JSON.stringify(text)} is no origin as browsers send it.${meant}`);
}

function readMethod(text: string): string {
	if (isToken(text)) return text;
	throw refuse("invalid-value", `${JSON.stringify(text)} is no method. Name one, such as PUT.`);
}

function readHeader(text: string): Header {
	const colon = text.indexOf(":");
	const name = text.slice(0, Math.max(colon, 0));
	const value = text.slice(colon + 1).trim();
	if (colon !== -1 && isToken(name) && isSendable(value)) return [name, value];
	throw refuse(
		"invalid-value",
		`--header ${JSON.stringify(text)} is no header. Write its name, a colon and its value: --header 'X-Request-Id: 1'.`,
	);
}

function readCookie(text: string): string {
	if (isSendable(text)) return text;
	throw refuse("invalid-value", "--cookie has characters that no header can have. Correct it.");
}

function isSendable(value: string): boolean {
	try {
		new Headers([["x", value]] satisfies HeaderList as [string, string][]);
		return true;
	} catch {
		return false;
	}
}

function readCredentials(text: string): CredentialsMode {
	if (text === "include" || text === "same-origin" || text === "omit") return text;
	throw refuse(
		"invalid-value",
		`--credentials is include, same-origin or omit, not ${JSON.stringify(text)}.`,
	);
}

function readHost(text: string): string {
	const url = URL.parse(text.includes("://") ? text : `https://${text}`);
	if (url !== null && url.host !== "") return url.host;
	throw refuse("invalid-value", `--follow-to ${JSON.stringify(text)} is no host. Write it as in a URL.`);
}

function readTimeout(text: string | undefined): number {
	const seconds = text === undefined ? DEFAULT_TIMEOUT_SECONDS : Number(text);
	if (seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS) return seconds;
	throw refuse(
		"invalid-value",
		`--timeout is a number of seconds up to ${MAX_TIMEOUT_SECONDS}, not ${JSON.stringify(text)}.`,
	);
}
