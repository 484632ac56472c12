/** Owns the cause of a header that is missing because it came by a wrong name. */

import type { StepCode } from "../../browser/steps.ts";
import { displayName } from "../../browser/steps.ts";
import { ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN } from "../../cors/standard.ts";
import { misspeltIn } from "../findings/misspelt.ts";
import { crossOriginTurns } from "../seen.ts";
import type { FindCause } from "./cause.ts";

/** The header that a step looks at. */
const LOOKED_AT: ReadonlyMap<StepCode, string> = new Map<StepCode, string>([
	["allow-origin", ALLOW_ORIGIN],
	["preflight-allow-origin", ALLOW_ORIGIN],
	["allow-credentials", ALLOW_CREDENTIALS],
	["preflight-allow-credentials", ALLOW_CREDENTIALS],
	["preflight-allow-methods", ALLOW_METHODS],
	["preflight-allow-headers", ALLOW_HEADERS],
	["preflight-allow-authorization", ALLOW_HEADERS],
]);

/** The wrong name and the missing one, side by side. */
export const misspeltCause: FindCause = ({ conversation }) => {
	const failed = conversation.steps.find(({ passed }) => !passed);
	const last = crossOriginTurns(conversation).at(-1);
	const meant = failed && LOOKED_AT.get(failed.code);
	if (failed === undefined || last === undefined || meant === undefined) return undefined;
	const misspelt = misspeltIn(last).find((one) => one.meant === meant);
	if (misspelt === undefined) return undefined;
	return {
		code: "misspelt-header",
		message: `The answer has no ${displayName(meant)}, but ${misspelt.came}, which browsers do not know: write ${displayName(meant)}. (${failed.required}.)`,
		steps: [failed.code],
		requests: [last.number],
	};
};
