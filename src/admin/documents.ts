/** Owns the check of a document that is to be stored: what the gateway would say of it, and whose directories it names. */

import type { Finding } from "../findings/finding.ts";
import { advise } from "../tenants/advice.ts";
import { isTenantHost } from "../tenants/hosts.ts";
import type { ClosedDocument, TenantDocument } from "../tenants/schema.ts";
import { inspect, parseTenant } from "../tenants/tenant.ts";
import { findWarnings } from "../tenants/warnings.ts";
import { invalidDocument } from "./body.ts";
import { type Caller, hasDirectory } from "./caller.ts";
import { refusal } from "./problem.ts";

/** A document that may be stored. */
export interface Sound {
	/** As it is stored: what `cordon push` would write. */
	readonly text: string;
	readonly warnings: readonly Finding[];
}

/**
 * Checks a document with the gateway's own code.
 * @throws 422 with all findings; 403 where it names a directory that the caller does not have
 */
export function checkDocument(text: string, caller: Caller): Sound {
	const result = parseTenant(text);
	if (!result.ok) throw invalidDocument(result.errors);
	demandDirectories(result.document, caller);
	const value: unknown = JSON.parse(text);
	const faults = { errors: [], warnings: findWarnings(result.document) };
	return { text: JSON.stringify(value), warnings: advise(value, faults, inspect, text.length).warnings };
}

/** Refuses a host that no request could have: nothing under that name would ever be found. */
export function demandStorableHost(host: string): void {
	if (isTenantHost(host)) return;
	throw invalidDocument([
		{
			code: "invalid-host",
			pointer: "",
			message: `${JSON.stringify(host)} is not a host that a request could have: a lower-case ASCII hostname without scheme, port, path or trailing dot ("api.acme.com"), or one "*." before a domain ("*.acme.com").`,
		},
	]);
}

/** Directories are one space for all tenants: who may name another's learns by trying who its customers are. */
export function demandDirectories(document: TenantDocument | ClosedDocument, caller: Caller): void {
	const foreign = directoriesIn(document).find((directory) => !hasDirectory(caller, directory));
	if (foreign === undefined) return;
	throw refusal("forbidden", {
		detail: `The document names the directory ${JSON.stringify(foreign)}, which is not among those of this caller, whether it exists or not.`,
	});
}

/** The directories that a document names, in its own policies and its routes'. */
export function directoriesIn(document: TenantDocument | ClosedDocument): readonly string[] {
	if ("closed" in document) return [];
	const policies = [document.cors, ...(document.routes ?? []).map(({ cors }) => cors)].flat();
	return policies.flatMap(({ origins }) =>
		origins === "*" ? [] : origins.flatMap((entry) => (typeof entry === "string" ? [] : [entry.directory])),
	);
}
