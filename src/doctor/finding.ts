/** Owns what a finding of the doctor is. */

import type { PerEngine } from "../browser/engines.ts";

/** `danger`: a stranger can read what is not his. `warning`: something does not work. `note`: something could be better. */
export type Severity = "danger" | "warning" | "note";

/** The severities, the most serious first. */
export const SEVERITIES: readonly Severity[] = ["danger", "warning", "note"];

/** The codes are stable and part of the public interface. */
export type FindingCode =
	| "reflects-any-origin"
	| "reflects-any-origin-with-cookie"
	| "allows-null-origin"
	| "allows-origin-suffix-twin"
	| "allows-origin-prefix-twin"
	| "allows-origin-dot-twin"
	| "allows-insecure-origin"
	| "websocket-lets-anybody-in"
	| "websocket-lets-null-in"
	| "websocket-lets-look-alike-in"
	| "missing-vary-origin"
	| "cache-keeps-first-origin"
	| "doubled-header"
	| "misspelt-header"
	| "credentials-with-wildcard"
	| "credentials-not-true"
	| "cookie-same-site"
	| "cookie-not-secure"
	| "cookie-not-partitioned"
	| "cookie-domain"
	| "cookie-prefix"
	| "cookie-too-large"
	| "cookie-invalid"
	| "cookie-path"
	| "cookie-insecure-scheme"
	| "redirect-origin-null"
	| "redirect-drops-authorization"
	| "redirect-changes-method"
	| "error-without-headers"
	| "max-age-above-caps"
	| "max-age-malformed"
	| "max-age-missing"
	| "expose-headers-malformed"
	| "expose-headers-wildcard"
	| "expose-headers-forbidden";

/** Something observed beyond the outcome. */
export interface DoctorFinding {
	readonly code: FindingCode;
	readonly severity: Severity;
	/** What was seen, what it means, and how to put it right. */
	readonly message: string;
	/** Of findings about origins: those that were let in. */
	readonly origins?: readonly string[];
	/** Where the engines differ. */
	readonly engines?: PerEngine<string | number>;
	/** The numbers of the requests that show it. */
	readonly requests: readonly number[];
}
