/** Owns where the document comes from that `cordon explain` explains: a tenant file, or KV. */

import type { AskDirectories } from "../../explain/explanation.ts";
import { tenantKey, wildcardHost, withoutDot } from "../../tenants/keys.ts";
import type { TenantDocument } from "../../tenants/schema.ts";
import { parseTenant } from "../../tenants/tenant.ts";
import { MAX_TENANT_FILE_BYTES, readInput, STANDARD_INPUT } from "../files/input.ts";
import { readJson } from "../files/json-text.ts";
import { kindAt } from "../files/kind.ts";
import { createSource } from "../files/source.ts";
import { readTenantFile, type TenantFile } from "../files/tenant-file.ts";
import { kvPlace, requiredKvPlace } from "../kv/kv-options.ts";
import type { Outside } from "../shell/command.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";

/** The document, or what is wrong with it. */
export type FoundDocument =
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

type PlaceOptions = Parameters<typeof kvPlace>[0];

/** Finds the document. @param target a file, or a host or URL whose document is in KV */
export function findDocument(
	target: string,
	options: PlaceOptions,
	outside: Outside,
): Promise<FoundDocument> {
	return isFile(target) ? fromFile(target, options, outside) : fromKv(target, options, outside);
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
		kindAt(target) === "other"
	);
}

async function fromFile(
	path: string,
	options: PlaceOptions,
	{ terminal, openKv }: Outside,
): Promise<FoundDocument> {
	const place = kvPlace(options);
	const { name, text } = await readInput(path, MAX_TENANT_FILE_BYTES, terminal);
	const file = readTenantFile(name, text);
	const result = file.errors.length === 0 ? parseTenant(JSON.stringify(file.value)) : undefined;
	if (!result?.ok) {
		const message = `${safePart(name)} is not valid, so every request would be refused. Correct it first.`;
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

async function fromKv(
	target: string,
	options: PlaceOptions,
	{ terminal, openKv }: Outside,
): Promise<FoundDocument> {
	if (kvPlace(options) === undefined && kindAt(target) === "folder") {
		throw new CommandFault(
			"unreadable-file",
			`${safePart(target)} is a folder, and one call is explained by one document. Name the file in it.`,
		);
	}
	const url = urlOf(target);
	const name = withoutDot(url.hostname);
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

function closed(which: string): FoundDocument {
	return {
		ok: false,
		problem: "tenant-closed",
		message: `${which} closes the tenant ("closed": true): Cordon answers every request with 503 tenant-closed, preflights too, and shares it with nobody. Push a document without "closed" to open it.`,
	};
}

/** A hostname, with a port or not, or a URL. */
export function urlOf(target: string): URL {
	const url = URL.parse(target.includes("://") ? target : `https://${target}`);
	if (url !== null && ["https:", "http:", "wss:", "ws:"].includes(url.protocol)) return url;
	throw new CommandFault(
		"invalid-host",
		`${JSON.stringify(target)} is neither a hostname, nor an http, https, ws or wss URL, nor a file. Name the API's host, such as api.acme.com, or a tenant file.`,
	);
}
