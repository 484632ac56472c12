/** Owns the refusals of origin patterns: their codes' classes, and what mends them. */

import type { Refusal } from "../findings/finding.ts";

/** A refusal with, where there is an obvious one, a text that comes closer to what was meant. */
export interface Faulty {
	readonly ok: false;
	readonly fault: Refusal & { readonly mend?: string | undefined };
}

/** Refuses what is malformed. */
export function invalid(code: string, message: string, mend?: string): Faulty {
	return { ok: false, fault: { code: `invalid-origin-${code}`, message, mend } };
}

/** Refuses what is well-formed, but unsafe or without any effect. */
export function prohibited(code: string, message: string, mend?: string): Faulty {
	return { ok: false, fault: { code: `prohibited-origin-${code}`, message, mend } };
}
