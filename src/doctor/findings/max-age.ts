/** Owns the findings about how long a preflight's answer is kept. */

import { keptSecondsPerEngine, PREFLIGHT_CACHING } from "../../browser/engines.ts";
import { extractDeltaSeconds, getHeader } from "../../browser/header-list.ts";
import { displayName } from "../../browser/steps.ts";
import { MAX_AGE } from "../../cors/standard.ts";
import type { DoctorFinding } from "../finding.ts";
import type { AnsweredExchange } from "../seen.ts";

export function maxAgeFindings({ answer: { headers }, number }: AnsweredExchange): readonly DoctorFinding[] {
	const seconds = extractDeltaSeconds(headers, MAX_AGE);
	const name = displayName(MAX_AGE);
	const highest = Math.max(...Object.values(PREFLIGHT_CACHING).map(({ capSeconds }) => capSeconds));
	const base = { engines: keptSecondsPerEngine(headers), requests: [number] };
	if (seconds === null) {
		return [
			{
				...base,
				code: "max-age-missing",
				severity: "note",
				message: `The preflight's answer has no ${name}, so it is kept for 5 seconds, and nearly every call costs a second request. Send one: 7200.`,
			},
		];
	}
	if (seconds === "failure") {
		return [
			{
				...base,
				code: "max-age-malformed",
				severity: "warning",
				message: `${name}: ${getHeader(headers, MAX_AGE)} is not a number of seconds, and engines disagree on what it means. Write digits only, once.`,
			},
		];
	}
	if (seconds <= highest) return [];
	return [
		{
			...base,
			code: "max-age-above-caps",
			severity: "note",
			message: `${name}: ${getHeader(headers, MAX_AGE)} is more than any browser honours. Send ${highest} or less.`,
		},
	];
}
