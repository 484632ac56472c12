/** Owns `cordon explain`: what Cordon would decide on a call, and which entry of the list decides it. */

import { lstatSync } from "node:fs";
import { refusePageless } from "../../cors/origin-mend.ts";
import { isForbiddenMethod, isForbiddenRequestHeader, isToken } from "../../cors/standard.ts";
import { type ExplainedTenant, explainCall, type PageCall } from "../../explain/explanation.ts";
import { explanationReport } from "../../explain/report.ts";
import { tenantKey, wildcardHost } from "../../tenants/keys.ts";
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
	| { readonly ok: true; readonly tenant: ExplainedTenant; readonly host: string; readonly file?: TenantFile }
	| {
			readonly ok: false;
			readonly problem: string;
			readonly message: string;
			readonly findings?: Pick<TenantFile, "source" | "errors" | "warnings">;
	  };

/** A document that names no host is explained under this one, which nobody has. */
const NO_HOST = "host.invalid";

export const explain = defineCommand({
	name: "explain",
	summary: "say what Cordon decides on a page's call, and by which entry",
	details: [
		"Lets the gateway's own code answer the requests that a page's call leads to: the preflight, where its method or headers need one, and the actual request. It says which document, route and entry of the list decided, which headers the answers have, and what a browser then concludes.",
		"The document is that of a HOST in KV, or a FILE, in force or not. Origin directories are asked in KV; with a FILE, only if you say which KV.",
	],
	positionals: [
		{
			name: "HOST|FILE",
			says: "A hostname or URL whose document is in KV; or a tenant file, - for standard input.",
			required: true,
		},
	],
	options: {
		origin: {
			type: "string",
			value: "ORIGIN",
			says: "The page's origin: https://app.example.com. Required.",
		},
		method: { type: "string", value: "METHOD", says: "The method of the call. Default GET." },
		header: {
			type: "string",
			value: "NAME",
			multiple: true,
			says: "A header that the page sets. Content-Type counts as one that needs a preflight, as application/json does.",
		},
		path: { type: "string", value: "PATH", says: "The path of the call. Default /, or that of the URL." },
		...KV_OPTIONS,
	},
	examples: [
		{ line: "explain tenants/acme.jsonc --origin https://app.example.com", says: "Before it is pushed." },
		{
			line: "explain https://api.acme.com/v1/items --origin https://app.example.com --method PUT --header Content-Type --remote",
			says: "In production: why is this call blocked?",
		},
	],
	exits: {
		good: "Allowed: the page may read the response.",
		findings: "Denied, not decided, or there is no valid document.",
	},
	async work({ positionals, options, ...outside }) {
		const [target = ""] = positionals;
		const { terminal } = outside;
		const { origin, method = "GET", header } = options;
		if (origin === undefined) {
			throw usage(
				"missing-option",
				`"cordon explain" needs --origin ORIGIN: the origin of the page that calls.`,
				explain,
			);
		}
		const wanted = readCall(origin, method, header, options.path);
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
		const path = options.path ?? (target.includes("://") ? urlOf(target).pathname : "/");
		const scheme = target.startsWith("http://") ? "http" : "https";
		const call: PageCall = { ...wanted, url: new URL(path, `${scheme}://${found.host}`) };
		const explanation = await explainCall(call, found.tenant);
		if (options.json) terminal.json(explanationReport(explanation));
		else printExplanation(explanation, found.tenant.document, found.file, terminal);
		return explanation.allowed ? 0 : 1;
	},
});

/** Checks what the options say of the call. */
function readCall(
	origin: string,
	method: string,
	headers: readonly string[],
	path: string | undefined,
): Omit<PageCall, "url"> {
	const refuse = (what: string) => usage("invalid-value", what, explain);
	if (origin === "") throw refuse("--origin is empty, and no browser sends that. Name the page's origin.");
	const pageless = refusePageless(origin);
	if (pageless !== undefined) throw refuse(`--origin ${pageless}`);
	if (!isSendable(origin)) throw refuse("--origin has characters that no header can have. Correct it.");
	if (!isToken(method)) throw refuse(`${JSON.stringify(method)} is no method. Name one, such as PUT.`);
	if (isForbiddenMethod(method)) {
		throw refuse(`${method} is a forbidden method: no browser lets a page send it. Name another one.`);
	}
	for (const name of headers) {
		if (!isToken(name)) {
			throw refuse(
				`${JSON.stringify(name)} is no header name: --header takes the name alone. Give no value.`,
			);
		}
		if (isForbiddenRequestHeader(name.toLowerCase())) {
			throw refuse(`${name} is set by browsers themselves, and no page can. Leave it out.`);
		}
	}
	if (path !== undefined && !path.startsWith("/"))
		throw refuse("--path begins with a slash, as every path does.");
	return { origin, method: normalizedMethod(method), headers };
}

/** https://fetch.spec.whatwg.org/#concept-method-normalize */
function normalizedMethod(method: string): string {
	const upper = method.toUpperCase();
	return ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"].includes(upper) ? upper : method;
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
	const stored = JSON.stringify(file.value);
	const result = file.errors.length === 0 ? parseTenant(stored) : undefined;
	if (!result?.ok) {
		const message = `${safePart(name)} is not valid, so every request would be refused. Correct it first.`;
		return { ok: false, problem: "invalid-document", message, findings: file };
	}
	if (result.closed) return closed(`The document in ${name}`);
	const host = file.hosts?.[0] ?? NO_HOST;
	const { tenant, document } = result;
	const kv = place && openKv(place);
	return {
		ok: true,
		host,
		file,
		tenant: {
			key: tenantKey(host),
			holder: name,
			text: stored,
			tenant,
			document,
			askDirectories: kv && ((keys) => kv.get(keys)),
		},
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
	const { tenant, document } = result;
	return {
		ok: true,
		host: url.host,
		tenant: { key, holder: kv.name, text, tenant, document, askDirectories: (asked) => kv.get(asked) },
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
	if (url !== null && (url.protocol === "https:" || url.protocol === "http:")) return url;
	throw new Fault(
		"invalid-host",
		`${JSON.stringify(target)} is neither a hostname, nor an http or https URL, nor a file. Name the API's host, such as api.acme.com, or a tenant file.`,
	);
}
