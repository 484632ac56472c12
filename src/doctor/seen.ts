/** Owns what the findings are made of: exchanges that got an answer, and what they show at a glance. */

import { corsCheck } from "../browser/cors-check.ts";
import { getHeader } from "../browser/header-list.ts";
import { credentialsMode } from "../browser/page-request.ts";
import { ALLOW_ORIGIN, ORIGIN } from "../cors/standard.ts";
import type { Conversation } from "./conversation.ts";
import type { Exchange, Visit } from "./network/network.ts";
import type { WireResponse } from "./network/wire.ts";
import type { Probed } from "./probes.ts";
import type { TenantFix } from "./tenant-fix.ts";

/** An exchange that got an answer. */
export type Answered = Exchange & { readonly answer: WireResponse };

/** Everything that a visit has shown. */
export interface Seen {
	readonly visit: Visit;
	readonly conversation: Conversation;
	readonly probed: Probed;
	/** What would let the call in, where Cordon itself refused its origin. */
	readonly tenantFix?: TenantFix;
}

/** Whether an answer came. */
export function isAnswered(exchange: Exchange | undefined): exchange is Answered {
	return exchange !== undefined && !("fault" in exchange.answer);
}

/** The browser's own requests that were answered, in order. */
export function answeredTurns({ turns }: Conversation): readonly Answered[] {
	return turns.flatMap((turn) =>
		turn.kind === "request" && isAnswered(turn.exchange) ? [turn.exchange] : [],
	);
}

/** Of those, the ones that asked for another origin, to which CORS applies. */
export function crossOriginTurns(conversation: Conversation): readonly Answered[] {
	return answeredTurns(conversation).filter(({ headers }) => getHeader(headers, ORIGIN) !== null);
}

/** Whether an exchange is the page's request itself, or what stands in for it. */
export function isActual({ purpose }: Exchange): boolean {
	return purpose === "actual" || purpose === "stand-in";
}

/** Whether the page could read this answer if it were the whole conversation. */
export function isReadable({ page }: Visit, { answer, url }: Answered): boolean {
	return corsCheck(
		{
			method: "GET",
			headers: [],
			origin: page.origin,
			urls: [url],
			credentials: credentialsMode(page),
			preflightFlag: undefined,
			body: "none",
			tainting: "cors",
		},
		answer,
		"",
	).every(({ passed }) => passed);
}

/** The value of Access-Control-Allow-Origin; null where there is none. */
export function allowedOrigin({ answer }: Answered): string | null {
	return getHeader(answer.headers, ALLOW_ORIGIN);
}

/** What tells that a cache gave this answer, as it stands in a header; undefined where nothing does. */
export function cacheEvidence({ answer: { headers } }: Answered): string | undefined {
	const age = getHeader(headers, "age");
	if (age !== null && Number(age) > 0) return `Age: ${age}`;
	for (const name of ["cf-cache-status", "x-cache", "x-cache-status", "x-vercel-cache", "x-proxy-cache"]) {
		const value = getHeader(headers, name);
		if (value !== null && /\b(hit|stale|revalidated)\b/i.test(value)) return `${name}: ${value}`;
	}
	return undefined;
}
