/** Owns the explanation of a call by the registry: the document that is stored, or a draft, and the caller's directories. */

import type * as v from "valibot";
import type { CredentialsMode } from "../browser/request.ts";
import { explain } from "../explain/explain.ts";
import { pageCall, type Question } from "../explain/question.ts";
import { ORIGIN_PREFIX, tenantKey, wildcardHost } from "../tenants/keys.ts";
import { parseTenant, type TenantResult } from "../tenants/tenant.ts";
import { invalidDocument } from "./body.ts";
import { type Caller, covers, demandHost, hasDirectory } from "./caller.ts";
import { demandDirectories, directoriesIn } from "./documents.ts";
import { refusal } from "./problem.ts";
import { currentVersion } from "./registry/tenants.ts";
import { readValues } from "./registry/values.ts";
import type { explainSchema } from "./shapes.ts";

/** A document without a host is explained under this one, which nobody has. */
const NO_HOST = "host.invalid";

/** Explains a call. @throws what refuses it, as `Response` */
export async function explainFor(
	db: D1Database,
	caller: Caller,
	{
		host,
		document,
		origin,
		method,
		headers,
		path,
		redirectTo,
		credentials,
	}: v.InferOutput<typeof explainSchema>,
): Promise<object> {
	if (host !== undefined) demandHost(caller, host, "read");
	const question: Question = {
		origin,
		method,
		headers,
		path,
		credentials: modeOf(credentials),
		...(redirectTo === undefined ? {} : { redirectTo }),
	};
	if (pageCall(host ?? NO_HOST, question) === undefined) {
		throw refusal("not-found", { detail: "There is no document for this host." });
	}
	if (!isSendable(origin)) {
		throw invalidDocument([
			{
				code: "invalid-value",
				pointer: "/origin",
				message: "No header can have these characters.",
			},
		]);
	}
	const found =
		document === undefined ? await stored(db, caller, host ?? NO_HOST) : draft(document, host ?? NO_HOST);
	const { result, key } = found;
	if (!result.ok) throw invalidDocument(result.errors);
	if (document !== undefined) demandDirectories(result.document, caller);
	if (result.closed) return closed(key);
	const isAsked = directoriesIn(result.document).every((directory) => hasDirectory(caller, directory));
	// A directory that is not the caller's is not asked, and then the answer is that it has the word.
	const askDirectories = isAsked ? (keys: readonly string[]) => askRegistry(db, keys) : undefined;
	const explained = await explain(result.document, host ?? NO_HOST, question, { askDirectories });
	// Of a wildcard's document the key is its own, not that of the host that was called.
	if (!("tenant" in explained)) return explained;
	const { browser } = explained;
	return { ...explained, tenant: key, browser: credentials === undefined ? browser : browser.slice(0, 1) };
}

interface ReadTenant {
	readonly key: string;
	readonly result: TenantResult;
}

/** The document that the gateway would take: the host's own, else that of `*.<parent>`, where the caller has that too. */
async function stored(db: D1Database, caller: Caller, host: string): Promise<ReadTenant> {
	for (const candidate of [host, wildcardHost(host)]) {
		if (candidate === undefined || !covers(caller.scope, candidate)) continue;
		const current = await currentVersion(db, candidate);
		if (current === undefined || current.document === null) continue;
		return { key: tenantKey(candidate), result: parseTenant(current.document) };
	}
	throw refusal("not-found", { detail: "There is no document for this host." });
}

function draft(document: unknown, host: string): ReadTenant {
	return { key: tenantKey(host), result: parseTenant(JSON.stringify(document)) };
}

async function askRegistry(db: D1Database, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
	const read = await readValues(
		db,
		keys.filter((key) => key.startsWith(ORIGIN_PREFIX)),
	);
	const values = new Map<string, string>();
	for (const key of keys) {
		const value = await read(key);
		if (value !== null) values.set(key, value);
	}
	return values;
}

function closed(key: string): object {
	return {
		allowed: false,
		problem: "tenant-closed",
		message: `The document under ${key} closes the tenant ("closed": true): Cordon answers every request with 503 tenant-closed, preflights too, and shares it with nobody. Store a document without "closed" to open it.`,
		errors: [],
	};
}

/** `true` and `false` are what a page's `withCredentials` is. */
function modeOf(credentials: boolean | CredentialsMode | undefined): CredentialsMode {
	if (credentials === undefined || credentials === true) return "include";
	return credentials === false ? "omit" : credentials;
}

function isSendable(value: string): boolean {
	try {
		new Headers({ origin: value });
		return value.trim() === value;
	} catch {
		return false;
	}
}
