/** Owns the order in which causes are looked for: who answered comes before what was answered. */

import type { Seen } from "../seen.ts";
import { barePreflight } from "./bare-preflight.ts";
import { cachedAnswer } from "./cached.ts";
import type { Cause, FindCause } from "./cause.ts";
import { edgeChallenge } from "./challenge.ts";
import { cookieDependence } from "./cookie-dependence.ts";
import { cordonProblem } from "./cordon.ts";
import { redirectLoop } from "./loop.ts";
import { misspeltCause } from "./misspelt.ts";
import { nullOrigin } from "./null-origin.ts";
import { pageSendsResponseHeader } from "./page-headers.ts";
import { redirected } from "./redirected.ts";
import { originRefused } from "./refused.ts";
import { refusedPart } from "./refused-part.ts";
import { serverError } from "./server-error.ts";
import { signInRedirect } from "./sign-in.ts";
import { unansweredPreflight } from "./unanswered.ts";
import { unsafeOrigin } from "./unsafe-origin.ts";

const IN_ORDER: readonly FindCause[] = [
	unansweredPreflight,
	cordonProblem,
	edgeChallenge,
	signInRedirect,
	redirectLoop,
	pageSendsResponseHeader,
	cachedAnswer,
	misspeltCause,
	redirected,
	nullOrigin,
	refusedPart,
	unsafeOrigin,
	cookieDependence,
	originRefused,
	barePreflight,
	serverError,
];

/** Why a call is blocked; undefined where the step that failed says all that is known. */
export function findCause(seen: Seen): Cause | undefined {
	for (const find of IN_ORDER) {
		const cause = find(seen);
		if (cause !== undefined) return cause;
	}
	return undefined;
}
