/** Owns the finding about a missing `Vary: Origin`. */

import { extractTokens, getHeader, type ReceivedResponse } from "../../browser/header-list.ts";
import { displayName } from "../../browser/steps.ts";
import { ALLOW_ORIGIN, ORIGIN, VARY } from "../../cors/standard.ts";
import type { DoctorFinding } from "../finding.ts";
import { isAnswered, type Seen } from "../seen.ts";

/** Only where it was seen that the answer depends on the origin: a server that always sends one and the same needs no Vary. */
export function varyFindings({
	visit: { page },
	probed: { base, withoutOrigin, twins },
}: Seen): readonly DoctorFinding[] {
	if (!isAnswered(base)) return [];
	const value = getHeader(base.answer.headers, ALLOW_ORIGIN);
	if (value !== page.origin) return [];
	const others = [withoutOrigin, ...twins.map(({ exchange }) => exchange)]
		.filter(isAnswered)
		.filter(({ method }) => method === base.method);
	if (others.every(({ answer }) => getHeader(answer.headers, ALLOW_ORIGIN) === value)) return [];
	const isComparable = isAnswered(withoutOrigin) && withoutOrigin.answer.status === base.answer.status;
	const lacking = [base, ...(isComparable ? [withoutOrigin] : [])].filter(({ answer }) => lacksVary(answer));
	if (lacking.length === 0) return [];
	const where = lacking.includes(base)
		? lacking.length > 1
			? "The response"
			: "The response to a request with Origin"
		: "The response to a request without Origin";
	return [
		{
			code: "missing-vary-origin",
			severity: "warning",
			message: `${where} has no Vary: Origin, though ${displayName(ALLOW_ORIGIN)} depends on who asks: a cache hands one origin's answer to another, which is then blocked. Send Vary: Origin on every response of this URL, to requests without Origin too.`,
			requests: lacking.map(({ number }) => number),
		},
	];
}

/** What no cache may store needs no Vary. */
function lacksVary({ headers }: ReceivedResponse): boolean {
	const names = extractTokens(headers, VARY);
	const isVaried =
		names !== "failure" && names?.some((name) => name === "*" || name.toLowerCase() === ORIGIN);
	const isStored = !/(^|[\s,])no-store($|[\s,])/i.test(getHeader(headers, "cache-control") ?? "");
	return isStored && !isVaried;
}
