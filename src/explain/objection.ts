/** Owns what validate has against a change of a document. */

import type { Fault, Finding } from "../findings/finding.ts";
import { compileTenant } from "../tenants/tenant.ts";
import { findWarnings } from "../tenants/warnings.ts";
import { say } from "../tenants/words.ts";

/** What validate has against a changed document: an error, or a warning that was not there before. */
export function objection(before: unknown, after: unknown): Finding | undefined {
	if (before === after) return undefined;
	const result = compileTenant(after);
	if (!result.ok) return result.errors[0];
	return added(before, warningsOf(result), after).find(({ code }) => code !== OF_LESS);
}

/**
 * The warning that is no reason against a change: who is let in on a path has less there than elsewhere, and still more than nothing.
 * It is told beside the change.
 */
const OF_LESS = "route-drops-rights";

/** What validate warns of once a document is changed, and did not before. */
export function newWarnings(before: unknown, after: unknown): readonly Finding[] {
	return added(before, warningsOf(compileTenant(after)), after);
}

/** The warnings of a changed document that it did not have before, in words. */
function added(before: unknown, warnings: readonly Fault[], after: unknown): readonly Finding[] {
	if (warnings.length === 0) return [];
	const keyOf = ({ code, pointer }: Fault) => `${code} ${pointer}`;
	const known = new Set(warningsOf(compileTenant(before)).map(keyOf));
	return warnings
		.filter((fault) => !known.has(keyOf(fault)))
		.map((fault) => ({ code: fault.code, pointer: fault.pointer, message: say(fault, after).message }));
}

function warningsOf(result: ReturnType<typeof compileTenant>): readonly Fault[] {
	return result.ok ? findWarnings(result.document) : [];
}
