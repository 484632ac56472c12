/** Owns the finding about errors that come without CORS headers. */

import type { DoctorFinding } from "../finding.ts";
import { isAnswered, isReadable, type Seen } from "../seen.ts";

export function errorFindings({ visit, probed: { base, missingPath } }: Seen): readonly DoctorFinding[] {
	if (!isAnswered(base) || !isAnswered(missingPath)) return [];
	const { status } = missingPath.answer;
	if (status < 400 || base.answer.status >= 400) return [];
	if (!isReadable(visit, base) || isReadable(visit, missingPath)) return [];
	return [
		{
			code: "error-without-headers",
			severity: "warning",
			message: `A path that does not exist is answered with ${status} and without the headers that share it: the page sees a network error in place of the status. Set the CORS headers on errors too, outside of the routes.`,
			requests: [missingPath.number],
		},
	];
}
