/** Owns the findings about Access-Control-Allow-Credentials where no step looks at it. */

import { getHeader } from "../../browser/header-list.ts";
import { displayName } from "../../browser/steps.ts";
import { ALLOW_CREDENTIALS, ALLOW_ORIGIN } from "../../cors/standard.ts";
import type { DoctorFinding } from "../finding.ts";
import type { AnsweredExchange } from "../seen.ts";

/** Of a call without credentials no step looks at this header; of one with them, the steps say it all. */
export function credentialsFindings({ answer, number }: AnsweredExchange): readonly DoctorFinding[] {
	const value = getHeader(answer.headers, ALLOW_CREDENTIALS);
	const name = displayName(ALLOW_CREDENTIALS);
	if (value === null || value.includes(",")) return [];
	if (value !== "true") {
		return [
			{
				code: "credentials-not-true",
				severity: "note",
				message: `${name}: ${value} means nothing: only true, in lower case, does. ${value.toLowerCase() === "true" ? "Write true." : "Leave it out."}`,
				requests: [number],
			},
		];
	}
	if (getHeader(answer.headers, ALLOW_ORIGIN) !== "*") return [];
	return [
		{
			code: "credentials-with-wildcard",
			severity: "note",
			message: `${name}: true beside ${displayName(ALLOW_ORIGIN)}: * is of no use: with credentials the asterisk counts for nothing. Leave it out; or, in place of the asterisk, send the origin that asks only if it is on the server's allowlist, with Vary: Origin.`,
			requests: [number],
		},
	];
}
