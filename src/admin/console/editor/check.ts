/** Owns the check of a draft in the page: the gateway's own code, with the places of what it finds. */

import type { Finding } from "../../../findings/finding.ts";
import type { ClosedDocument, TenantDocument } from "../../../tenants/schema.ts";
import { parseTenant } from "../../../tenants/tenant.ts";
import { findWarnings } from "../../../tenants/warnings.ts";
import { createPlaces, type Span } from "./places.ts";

/** A finding in a text. */
export interface PlacedFinding extends Finding, Span {
	readonly severity: "error" | "warning";
}

/** What is to be said of a draft. */
export interface Checked {
	readonly findings: readonly PlacedFinding[];
	/** Undefined where there are errors. */
	readonly document: TenantDocument | ClosedDocument | undefined;
}

/** Checks a draft. */
export function check(text: string): Checked {
	const result = parseTenant(text);
	const found = result.ok ? findWarnings(result.document) : result.errors;
	const severity = result.ok ? "warning" : "error";
	const placeOf = createPlaces(text);
	const findings = found.map((finding) => ({ ...finding, ...placeOf(finding), severity }) as const);
	return { findings, document: result.ok ? result.document : undefined };
}
