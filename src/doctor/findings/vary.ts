/** Owns the finding about a missing `Vary: Origin`. */

import { extractTokens, getHeader, type ReceivedResponse } from "../../browser/header-list.ts";
import { displayName } from "../../browser/steps.ts";
import { ALLOW_ORIGIN, ORIGIN, VARY } from "../../cors/standard.ts";
import type { DoctorFinding } from "../finding.ts";
import type { Exchange } from "../network/network.ts";
import {
	type AnsweredExchange,
	CACHEABLE_STATUSES,
	isAnswered,
	isKept,
	isReadable,
	type Seen,
} from "../seen.ts";

/** Only where it was seen that the answer depends on the origin: a server that always sends one and the same needs no Vary. */
export function varyFindings({
	visit,
	probed: { base, withoutOrigin, twins },
}: Seen): readonly DoctorFinding[] {
	if (!isAnswered(base)) return [];
	const value = getHeader(base.answer.headers, ALLOW_ORIGIN);
	if (value === "*") return asteriskFindings(base, withoutOrigin);
	if (value !== visit.page.origin) return [];
	const others = [withoutOrigin, ...twins.map(({ exchange }) => exchange)]
		.filter(isAnswered)
		.filter(({ method }) => method === base.method);
	if (others.every(({ answer }) => getHeader(answer.headers, ALLOW_ORIGIN) === value)) return [];
	const isComparable = isAnswered(withoutOrigin) && withoutOrigin.answer.status === base.answer.status;
	if (!CACHEABLE_STATUSES.has(base.answer.status) && !isKept(base)) return [];
	// What the page could read as well, such as the asterisk, does no harm where a cache keeps it.
	const isHarmful = isComparable && !isReadable(visit, withoutOrigin);
	const lacking = [base, ...(isHarmful ? [withoutOrigin] : [])].filter(({ answer }) => lacksVary(answer));
	if (lacking.length === 0) return [];
	const isMild = !lacking.includes(base) && lacking.every((exchange) => !isKept(exchange));
	if (isMild) {
		return [
			{
				code: "missing-vary-origin",
				severity: "note",
				message: `The response to a request without Origin has no Vary: Origin. Nothing in it says that caches may keep it; should one do so all the same (as some do by their own settings), a page that asks later gets it without ${displayName(ALLOW_ORIGIN)}. Send Vary: Origin with it too.`,
				requests: lacking.map(({ number }) => number),
			},
		];
	}
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

/** Some servers send the asterisk to requests with Origin alone: then a cache may keep the answer that lacks it. */
function asteriskFindings(
	base: AnsweredExchange,
	withoutOrigin: Exchange | undefined,
): readonly DoctorFinding[] {
	if (!isAnswered(withoutOrigin) || withoutOrigin.answer.status !== base.answer.status) return [];
	if (getHeader(withoutOrigin.answer.headers, ALLOW_ORIGIN) !== null) return [];
	if (!isKept(withoutOrigin) || !lacksVary(withoutOrigin.answer)) return [];
	return [
		{
			code: "missing-vary-origin",
			severity: "warning",
			message: `The response to a request without Origin has neither ${displayName(ALLOW_ORIGIN)} nor Vary: Origin, and caches may keep it: a page that asks later gets it and is blocked. Send ${displayName(ALLOW_ORIGIN)}: * with every response, or Vary: Origin with the one to requests without Origin too.`,
			requests: [withoutOrigin.number],
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
