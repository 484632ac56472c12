/** Owns what the findings are made of: exchanges that got an answer, and what they show at a glance. */

import { corsCheck } from "../browser/cors-check.ts";
import { getHeader, valuesOf } from "../browser/header-list.ts";
import { credentialsMode } from "../browser/page-request.ts";
import { ALLOW_ORIGIN, ORIGIN } from "../cors/standard.ts";
import type { Conversation } from "./conversation.ts";
import type { Exchange, Visit } from "./network/network.ts";
import type { WireResponse } from "./network/wire.ts";
import type { Probed } from "./probes.ts";
import type { TenantFix } from "./tenant-fix.ts";

/** An exchange that got an answer. */
export type AnsweredExchange = Exchange & { readonly answer: WireResponse };

/** Everything that a visit has shown. */
export interface Seen {
	readonly visit: Visit;
	readonly conversation: Conversation;
	readonly probed: Probed;
	/** What would let the call in, where Cordon itself refused its origin. */
	readonly tenantFix?: TenantFix;
}

/** Whether an answer came. */
export function isAnswered(exchange: Exchange | undefined): exchange is AnsweredExchange {
	return exchange !== undefined && !("fault" in exchange.answer);
}

/** Whether no answer came in the time that it had. */
export function isTimedOut({ answer }: Pick<Exchange, "answer">): boolean {
	return "fault" in answer && answer.fault === "timed-out";
}

/** The browser's own requests that were answered, in order. */
export function answeredTurns({ turns }: Conversation): readonly AnsweredExchange[] {
	return turns.flatMap((turn) =>
		turn.kind === "request" && isAnswered(turn.exchange) ? [turn.exchange] : [],
	);
}

/** Of those, the ones that asked for another origin, to which CORS applies. */
export function crossOriginTurns(conversation: Conversation): readonly AnsweredExchange[] {
	return answeredTurns(conversation).filter(({ headers }) => getHeader(headers, ORIGIN) !== null);
}

/** Whether an exchange is the page's request itself, or what stands in for it. */
export function isActual({ purpose }: Exchange): boolean {
	return purpose === "actual" || purpose === "stand-in";
}

/** Whether the page could read this answer if it were the whole conversation. */
export function isReadable({ page }: Visit, { answer, url }: AnsweredExchange): boolean {
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
export function allowOriginOf({ answer }: AnsweredExchange): string | null {
	return getHeader(answer.headers, ALLOW_ORIGIN);
}

/** What tells that a cache gave this answer, as it stands in a header; undefined where nothing does. */
export function cacheEvidence({ answer: { headers } }: AnsweredExchange): string | undefined {
	const age = getHeader(headers, "age");
	if (age !== null && Number(age) > 0) return `Age: ${age}`;
	const found = headers.find(([name, value]) => isHit(name.toLowerCase(), value));
	return found === undefined ? undefined : `${found[0]}: ${found[1]}`;
}

/** Caches name their headers as they like; two numbers in X-Varnish are a hit, and RFC 9211 has a form of its own. */
function isHit(name: string, value: string): boolean {
	if (name === "x-varnish") return /^\d+ \d+$/.test(value);
	if (name === "cache-status") return /;\s*hit\b/.test(value);
	return name !== "cache-control" && name.includes("cache") && /\b(hit|stale|revalidated)\b/i.test(value);
}

/** Whether the answer says that it may be kept. */
export function isKept({ answer: { headers } }: AnsweredExchange): boolean {
	const control = getHeader(headers, "cache-control") ?? "";
	if (/\b(no-store|no-cache|private)\b|max-age=0\b/i.test(control)) return false;
	return /\b(public|max-age|s-maxage|immutable)\b/i.test(control) || getHeader(headers, "expires") !== null;
}

/** Statuses that caches keep without being told to. RFC 9110, section 15.1 */
export const CACHEABLE_STATUSES: ReadonlySet<number> = new Set([
	...[200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501],
]);

/** Where an answer redirects to; undefined where it does not. */
export function redirectTarget({ answer: { status, headers }, url }: AnsweredExchange): URL | undefined {
	const [location] = valuesOf(headers, "location");
	if (status < 300 || status > 399 || location === undefined) return undefined;
	return URL.parse(location, url) ?? undefined;
}
