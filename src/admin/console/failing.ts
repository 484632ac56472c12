/** Owns how a failure is told that came of what somebody has just asked for: in a dialog, with what is not lost. */

import { ApiFailure } from "./api.ts";
import { ask } from "./dialog.ts";
import { failureElement } from "./view.ts";

/** Tells it; returns once it was read. */
export async function tellFailure(
	title: string,
	error: unknown,
	...more: readonly (HTMLElement | string)[]
): Promise<void> {
	// Then the sign-in stands there by now, and says why.
	if (isSignedOut(error)) return;
	await ask({
		title,
		body: [failureElement(error), ...more],
		answers: [{ value: "ok", label: "Close" }],
	});
}

/** Whether a call failed because nobody is signed in any more. */
export function isSignedOut(error: unknown): boolean {
	return error instanceof ApiFailure && error.code === "unauthenticated";
}

/** Whether a call failed because somebody else has written meanwhile. */
export function isChangedMeanwhile(error: unknown): boolean {
	return error instanceof ApiFailure && error.code === "changed-meanwhile";
}
