/** Owns `cordon explain`: what Cordon would decide on a call, and which entry of the list decides it. */

import { lstatSync } from "node:fs";
import type { CredentialsMode } from "../../browser/request.ts";
import { refusePageless } from "../../cors/origin-mend.ts";
import { isForbiddenMethod, isForbiddenRequestHeader, isToken } from "../../cors/standard.ts";
import { explain as explainDocument } from "../../explain/explain.ts";
import type { AskDirectories } from "../../explain/explanation.ts";
import { type Question, readHeader } from "../../explain/question.ts";
import { tenantKey, wildcardHost } from "../../tenants/keys.ts";
import type { TenantDocument } from "../../tenants/schema.ts";
import { parseTenant } from "../../tenants/tenant.ts";
import { MAX_TENANT_FILE_BYTES, readInput, STANDARD_INPUT } from "../files/input.ts";
import { readJson } from "../files/json-text.ts";
import { fileReport, printFindings } from "../files/report.ts";
import { createSource } from "../files/source.ts";
import { readTenantFile, type TenantFile } from "../files/tenant-file.ts";
import { KV_OPTIONS, kvPlace, requiredKvPlace } from "../kv/kv-options.ts";
import { defineCommand, type Outside, usage } from "../shell/command.ts";
import { Fault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { printExplanation } from "./words.ts";

/** Where the document comes from, or what is wrong with it. */
type Found =
	| {
			readonly ok: true;
			readonly document: TenantDocument;
			/** What holds it: a file, or a KV. */
			readonly holder: string;
			/** The key in KV; undefined of a file, which is as if under the host that is asked. */
			readonly key?: string;
			readonly host: string;
			readonly file?: TenantFile;
			readonly askDirectories: AskDirectories | undefined;
	  }
	| {
			readonly ok: false;
			readonly problem: string;
			readonly message: string;
			readonly findings?: Pick<TenantFile, "source" | "errors" | "warnings">;
	  };

/** A document that names no host is explained under this one, which nobody has. */
const NO_HOST = "host.invalid";

const MODES: readonly CredentialsMode[] = ["include", "same-origin", "omit"];

export const explain = defineCommand({
	name: "explain",
	summary: "say what Cordon decides on a page's call, and by which entry",
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
		const found = isFile(target)
			? await fromFile(target, options, outside)
			: await fromKv(target, options, outside);
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
		if ("problem" in explained) throw new Fault(explained.problem, explained.message);
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
	return { origin, method, headers: header, credentials, uploadProgress: options["upload-progress"] };
}

function isSendable(value: string): boolean {
	try {
		new Headers({ origin: value });
		return value.trim() === value;
	} catch {
		return false;
	}
}

/** What looks like a path, or is one. */
function isFile(target: string): boolean {
	if (target.includes("://")) return false;
	const lower = target.toLowerCase();
	return (
		target === STANDARD_INPUT ||
		lower.endsWith(".json") ||
		lower.endsWith(".jsonc") ||
		// What is neither file nor folder is one that is refused.
		lstatSync(target, { throwIfNoEntry: false })?.isDirectory() === false
	);
}

type PlaceOptions = Parameters<typeof kvPlace>[0];

async function fromFile(path: string, options: PlaceOptions, { terminal, openKv }: Outside): Promise<Found> {
	const place = kvPlace(options);
	const { name, text } = await readInput(path, MAX_TENANT_FILE_BYTES, terminal);
	const file = readTenantFile(name, text);
	const result = file.errors.length === 0 ? parseTenant(JSON.stringify(file.value)) : undefined;
	if (!result?.ok) {
		const message = `${safePart(name)} is not valid, so every request would be refused. Correct the document first.`;
		return { ok: false, problem: "invalid-document", message, findings: file };
	}
	if (result.closed) return closed(`The document in ${name}`);
	const host = file.hosts?.[0] ?? NO_HOST;
	const kv = place && openKv(place);
	return {
		ok: true,
		host,
		file,
		document: result.document,
		holder: name,
		askDirectories: kv && ((keys) => kv.get(keys)),
	};
}

async function fromKv(target: string, options: PlaceOptions, { terminal, openKv }: Outside): Promise<Found> {
	const url = urlOf(target);
	const name = url.hostname.endsWith(".") ? url.hostname.slice(0, -1) : url.hostname;
	const kv = openKv(requiredKvPlace(options));
	const wildcard = wildcardHost(name);
	const keys = [tenantKey(name), ...(wildcard === undefined ? [] : [tenantKey(wildcard)])];
	terminal.busy(`Reading ${kv.name} …`);
	const values = await kv.get(keys);
	const key = keys.find((candidate) => values.has(candidate));
	const text = key === undefined ? undefined : values.get(key);
	if (key === undefined || text === undefined) {
		return {
			ok: false,
			problem: "unknown-tenant",
			message: `${kv.name} has no document under ${keys.join(" or ")}: Cordon answers every request with 404 unknown-tenant (or forwards it untouched, with UNKNOWN_HOSTS = "forward"). Push a tenant file that names the host.`,
		};
	}
	const result = parseTenant(text);
	if (!result.ok) {
		const source = createSource(key, text);
		const { locate } = readJson(source);
		const errors = result.errors.map((finding) => ({ finding, span: locate(finding) }));
		return {
			ok: false,
			problem: "tenant-unavailable",
			message: `The document under ${key} is not valid, so Cordon answers with 503 tenant-unavailable, or goes on with the last good copy for an hour. Push a valid one.`,
			findings: { source, errors, warnings: [] },
		};
	}
	if (result.closed) return closed(`The document under ${key} in ${kv.name}`);
	return {
		ok: true,
		host: url.host,
		key,
		holder: kv.name,
		document: result.document,
		askDirectories: (asked) => kv.get(asked),
	};
}

function closed(which: string): Found {
	return {
		ok: false,
		problem: "tenant-closed",
		message: `${which} closes the tenant ("closed": true): Cordon answers every request with 503 tenant-closed, preflights too, and shares it with nobody. Push a document without "closed" to open it.`,
	};
}

/** A hostname, with a port or not, or a URL. */
function urlOf(target: string): URL {
	const url = URL.parse(target.includes("://") ? target : `https://${target}`);
	if (url !== null && ["https:", "http:", "wss:", "ws:"].includes(url.protocol)) return url;
	throw new Fault(
		"invalid-host",
		`${JSON.stringify(target)} is neither a hostname, nor an http, https, ws or wss URL, nor a file. Name the API's host, such as api.acme.com, or a tenant file.`,
	);
}
