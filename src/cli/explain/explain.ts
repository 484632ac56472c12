/** Owns `cordon explain`: what Cordon would decide on a call, and which entry of the list decides it. */

import type { CredentialsMode } from "../../browser/request.ts";
import { refusePageless } from "../../cors/origin-mend.ts";
import { isForbiddenMethod, isForbiddenRequestHeader, isToken } from "../../cors/standard.ts";
import { explain as explainDocument } from "../../explain/explain.ts";
import { type Question, readHeader, readRedirect } from "../../explain/question.ts";
import { wildcardHost } from "../../tenants/keys.ts";
import { fileReport, printFindings } from "../files/report.ts";
import type { TenantFile } from "../files/tenant-file.ts";
import { KV_OPTIONS } from "../kv/kv-options.ts";
import { defineCommand, usage } from "../shell/command.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { findDocument, urlOf } from "./document.ts";
import { printExplanation } from "./words.ts";

const MODES: readonly CredentialsMode[] = ["include", "same-origin", "omit"];

export const explain = defineCommand({
	name: "explain",
	details: [
		"Lets the gateway's own code answer the requests that a page's call leads to, and a model of the browser conclude from its answers. It says which document, route and entry of the list decided, which headers the answers have, and what the page gets. What it advises was tried: validate accepts it, and it makes the call allowed.",
		"The document is that of a HOST in KV, or a FILE, in force or not. Origin directories are asked in KV; with a FILE, only if you say which KV. The API is taken to answer 200.",
	],
	positionals: [
		{
			name: "HOST|FILE",
			says: "A hostname or URL whose document is in KV (wss:// for a WebSocket); or a tenant file, - for standard input.",
			required: true,
		},
	],
	options: {
		origin: {
			type: "string",
			value: "ORIGIN",
			says: "The page's origin: https://app.example.com. Required.",
		},
		method: {
			type: "string",
			value: "METHOD",
			says: "The method, as the page writes it. Default GET.",
		},
		header: {
			type: "string",
			value: "HEADER",
			multiple: true,
			says: "A header that the page sets: its name, or 'Name: value'. Without a value, Content-Type and Range count as ones that need a preflight.",
		},
		credentials: {
			type: "string",
			value: "MODE",
			says: "fetch()'s credentials: include (the default), same-origin or omit.",
		},
		"upload-progress": {
			type: "boolean",
			says: "The page listens for the progress of an upload, which always needs a preflight.",
		},
		"redirect-to": {
			type: "string",
			value: "URL",
			says: "The API redirects the call there: the value of its Location, with a status before it or not ('308 /v1/items/'; 302 if left out).",
		},
		path: { type: "string", value: "PATH", says: "The path of the call. Default /, or that of the URL." },
		url: { type: "string", value: "URL", says: "With a FILE: the URL of the call, in place of --path." },
		...KV_OPTIONS,
	},
	examples: [
		{ line: "explain tenants/acme.jsonc --origin https://app.example.com", says: "Before it is pushed." },
		{
			line: "explain https://api.acme.com/v1/items --origin https://app.example.com --method PUT --header Content-Type --remote",
			says: "In production: why is this call blocked?",
		},
		{
			line: "explain wss://api.acme.com/socket --origin https://app.example.com --remote",
			says: "Whether a page may open a WebSocket.",
		},
	],
	exits: {
		good: "Allowed: the page may read the response.",
		findings: "Denied, not decided, or there is no valid document.",
	},
	async work({ positionals, options, ...outside }) {
		const [target = ""] = positionals;
		const { terminal } = outside;
		const wanted = readQuestion(options);
		const isSocket = /^wss?:/i.test(options.url ?? target);
		if (isSocket && (options.header.length > 0 || options.method !== undefined)) {
			throw usage(
				"invalid-value",
				"A page opens a WebSocket with GET, and can set no header. Leave --method and --header out.",
				explain,
			);
		}
		const found = await findDocument(target, options, outside);
		if (!found.ok) {
			const { problem, message, findings } = found;
			if (options.json) {
				const errors = findings === undefined ? [] : fileReport(findings).errors;
				terminal.json({ allowed: false, problem, message, errors });
			} else {
				if (findings !== undefined) printFindings([findings], terminal);
				terminal.out(`${terminal.colors.red("denied:")} ${message}`);
			}
			return 1;
		}
		const { document, file, holder, key, askDirectories } = found;
		const given = callUrl(target, options.url, file);
		const host = given?.host ?? found.host;
		const question: Question = {
			...wanted,
			path: options.path ?? given?.pathname ?? "/",
			...(given === undefined
				? {}
				: { scheme: schemeOf(given), userInfo: given.username + given.password !== "" }),
		};
		const explained = await explainDocument(document, host, question, { askDirectories });
		if ("problem" in explained) throw new CommandFault(explained.problem, explained.message);
		const explanation = key === undefined ? explained : { ...explained, tenant: key };
		if (options.json) terminal.json(explanation);
		else printExplanation(explanation, { document, file, holder }, terminal);
		return explanation.allowed ? 0 : 1;
	},
});

/** The URL of the call, where one was given. */
function callUrl(target: string, option: string | undefined, file: TenantFile | undefined): URL | undefined {
	if (file === undefined) {
		if (option !== undefined) {
			throw usage("invalid-value", "--url goes with a FILE; give the URL in place of the host.", explain);
		}
		return target.includes("://") ? urlOf(target) : undefined;
	}
	if (option === undefined) return undefined;
	const url = urlOf(option);
	const hosts = file.hosts ?? [url.hostname];
	if (hosts.includes(url.hostname) || hosts.includes(wildcardHost(url.hostname) ?? "")) return url;
	throw usage(
		"invalid-value",
		`${safePart(file.source.name)} is not for the host ${url.hostname}: it names ${hosts.join(", ")}.`,
		explain,
	);
}

function schemeOf({ protocol }: URL): "https" | "http" | "wss" | "ws" {
	return protocol === "http:" ? "http" : protocol === "wss:" ? "wss" : protocol === "ws:" ? "ws" : "https";
}

/** What the options say of the call. */
interface CallOptions {
	readonly origin: string | undefined;
	readonly method: string | undefined;
	readonly header: readonly string[];
	readonly credentials: string | undefined;
	readonly "upload-progress": boolean;
	readonly path: string | undefined;
	readonly "redirect-to": string | undefined;
}

/** Checks what the options say of the call. */
function readQuestion({ origin, method = "GET", header, path, ...options }: CallOptions): Question {
	const refuse = (what: string) => usage("invalid-value", what, explain);
	if (origin === undefined) {
		throw usage(
			"missing-option",
			`"cordon explain" needs --origin ORIGIN: the origin of the page that calls.`,
			explain,
		);
	}
	if (origin === "") throw refuse("--origin is empty, and no browser sends that. Name the page's origin.");
	const pageless = refusePageless(origin);
	if (pageless !== undefined) throw refuse(`--origin ${pageless}`);
	if (!isSendable(origin)) throw refuse("--origin has characters that no header can have.");
	if (!isToken(method)) throw refuse(`${JSON.stringify(method)} is not a method. Name one, such as PUT.`);
	if (isForbiddenMethod(method)) {
		throw refuse(`${method} is a forbidden method: no browser lets a page send it. Name another one.`);
	}
	for (const text of header) {
		const [name, value] = readHeader(text);
		if (!isToken(name)) {
			throw refuse(
				`${JSON.stringify(name)} is not a header name. Write --header Name, or --header 'Name: value'.`,
			);
		}
		if (isForbiddenRequestHeader(name.toLowerCase())) {
			throw refuse(`${name} is set by browsers themselves, and no page can. Leave it out.`);
		}
		if (!isSendable(value)) throw refuse(`The value of ${name} has characters that no header can have.`);
	}
	if (path !== undefined && !path.startsWith("/"))
		throw refuse("--path begins with a slash, as every path does.");
	const credentials = MODES.find((mode) => mode === (options.credentials ?? "include"));
	if (credentials === undefined) {
		throw refuse(
			`${JSON.stringify(options.credentials)} is not a credentials mode. The modes are ${MODES.join(", ")}.`,
		);
	}
	const redirectTo = options["redirect-to"];
	if (redirectTo !== undefined && !isLocation(readRedirect(redirectTo).location)) {
		throw refuse("--redirect-to is the value of a Location header: a URL or a path, such as /v1/items/.");
	}
	return {
		origin,
		method,
		headers: header,
		credentials,
		uploadProgress: options["upload-progress"],
		...(redirectTo === undefined ? {} : { redirectTo }),
	};
}

/** Without blanks, so that a status that is none, as in `200 /x`, is told. */
function isLocation(value: string): boolean {
	return value !== "" && !/\s/.test(value) && isSendable(value);
}

function isSendable(value: string): boolean {
	try {
		new Headers({ origin: value });
		return value.trim() === value;
	} catch {
		return false;
	}
}
