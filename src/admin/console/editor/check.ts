/** Owns the check of a draft in the page: the gateway's own code, with the places of what it finds. */

import type { Finding } from "../../../findings/finding.ts";
import { advise } from "../../../tenants/advice.ts";
import type { ClosedDocument, TenantDocument } from "../../../tenants/schema.ts";
import { inspect, parseTenant } from "../../../tenants/tenant.ts";
import { findWarnings } from "../../../tenants/warnings.ts";
import { createPlaces, type EditorSpan } from "./places.ts";

/** A finding in a text. */
export interface DraftFinding extends Finding, EditorSpan {
	readonly severity: "error" | "warning";
}

/** What is to be said of a draft. */
export interface Checked {
	readonly findings: readonly DraftFinding[];
	/** Undefined where there are errors. */
	readonly document: TenantDocument | ClosedDocument | undefined;
}

/** Checks a draft. */
export function check(text: string): Checked {
	const result = parseTenant(text);
	const placeOf = createPlaces(text);
	const placed = (found: readonly Finding[], severity: DraftFinding["severity"]) =>
		found.map((finding) => ({ ...finding, ...placeOf(finding), severity }));
	if (!result.ok) return { findings: placed(result.errors, "error"), document: undefined };
	const { document } = result;
	const faults = { errors: [], warnings: findWarnings(document) };
	return { findings: placed(advise(document, faults, inspect, text.length).warnings, "warning"), document };
}
