/** Owns what a cause is: why a call is blocked, in better words than those of the step that failed. */

import type { StepCode } from "../../browser/steps.ts";
import type { Seen } from "../seen.ts";

/** The codes are stable and part of the public interface. */
export type CauseCode =
	| "cordon-problem"
	| "edge-challenge"
	| "sign-in-redirect"
	| "preflight-unanswered"
	| "redirect-loop"
	| "cached-for-another-origin"
	| "origin-refused"
	| "options-refused"
	| "preflight-refuses-part"
	| "preflight-without-headers"
	| "preflight-redirected"
	| "redirect-without-headers"
	| "redirect-to-plain-http"
	| "server-error"
	| "page-sends-response-header"
	| "null-origin"
	| "unsafe-origin"
	| "depends-on-cookie"
	| "misspelt-header";

/** Why the call is blocked, where more is known of it than the step that failed says. */
export interface Cause {
	readonly code: CauseCode;
	/** What was seen, what it means, and how to put it right. */
	readonly message: string;
	/** The steps whose own advice it replaces. */
	readonly steps: readonly StepCode[];
	/** The numbers of the requests that show it. */
	readonly requests: readonly number[];
}

/** Finds one cause; undefined where that is not the one. */
export type FindCause = (seen: Seen) => Cause | undefined;

/** The steps that judge whether an answer to a preflight consents. */
export const PREFLIGHT_STEPS: readonly StepCode[] = [
	...(["preflight-allow-origin", "preflight-allow-credentials", "preflight-status"] as const),
	...(["preflight-allow-methods", "preflight-allow-headers", "preflight-allow-authorization"] as const),
];

/** The steps that judge whether an answer is shared. */
export const SHARING_STEPS: readonly StepCode[] = ["allow-origin", "allow-credentials"];

/** Every step that judges CORS headers. */
export const CORS_STEPS: readonly StepCode[] = [...PREFLIGHT_STEPS, ...SHARING_STEPS];
