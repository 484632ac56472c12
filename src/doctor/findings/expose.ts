/** Owns the findings about Access-Control-Expose-Headers. */

import { extractTokens, getHeader } from "../../browser/header-list.ts";
import { credentialsMode } from "../../browser/page-request.ts";
import { displayName } from "../../browser/steps.ts";
import { EXPOSE_HEADERS, isForbiddenResponseHeader } from "../../cors/standard.ts";
import type { DoctorFinding } from "../finding.ts";
import type { Visit } from "../network/network.ts";
import type { AnsweredExchange } from "../seen.ts";

export function exposeFindings(
	{ page }: Visit,
	{ answer, number }: AnsweredExchange,
): readonly DoctorFinding[] {
	const names = extractTokens(answer.headers, EXPOSE_HEADERS);
	const name = displayName(EXPOSE_HEADERS);
	const base = { severity: "warning" as const, requests: [number] };
	if (names === "failure") {
		return [
			{
				...base,
				code: "expose-headers-malformed",
				message: `${name}: ${getHeader(answer.headers, EXPOSE_HEADERS)} has a bad element, which makes the whole list invalid: nothing is exposed. Write names only, separated by commas.`,
			},
		];
	}
	const asterisk: DoctorFinding = {
		...base,
		code: "expose-headers-wildcard",
		message: `${name}: * exposes nothing to a call with credentials. Name the headers that the page reads.`,
	};
	const forbidden: DoctorFinding = {
		...base,
		code: "expose-headers-forbidden",
		severity: "note",
		message: `${name} names Set-Cookie, which no page can ever read. Take it off the list.`,
	};
	return [
		...(credentialsMode(page) === "include" && names?.includes("*") ? [asterisk] : []),
		...(names?.some((exposed) => isForbiddenResponseHeader(exposed.toLowerCase())) ? [forbidden] : []),
	];
}
