/** Owns what is missing beyond the step that failed, where a browser does not get to it: an advice that left it out would not be enough. */

import { extractTokens, getHeader } from "../browser/header-list.ts";
import { credentialsMode } from "../browser/page-request.ts";
import { isSafelistedMethod } from "../browser/preflight-reasons.ts";
import { displayName, shown } from "../browser/steps.ts";
import {
	ALLOW_CREDENTIALS,
	ALLOW_HEADERS,
	ALLOW_METHODS,
	ALLOW_ORIGIN,
	REQUEST_HEADERS,
	REQUEST_METHOD,
} from "../cors/standard.ts";
import type { Cause } from "./causes/cause.ts";
import { SERVED_OTHERWISE } from "./conversation.ts";
import {
	type AnsweredExchange,
	allowOriginOf,
	answeredTurns,
	isAnswered,
	isReadable,
	type Seen,
} from "./seen.ts";

/** Causes after which the server is to answer the preflight anew; the others leave its lists as they are. */
const ANSWERED_ANEW: ReadonlySet<Cause["code"]> = new Set([
	"server-error",
	"options-refused",
	"origin-refused",
	"preflight-without-headers",
]);

/** Causes that say nothing of the response itself. */
const OF_THE_PREFLIGHT_ALONE: ReadonlySet<Cause["code"]> = new Set([
	"server-error",
	"options-refused",
	"preflight-refuses-part",
]);

/**
 * What else is needed, as sentences with a blank before each; empty where nothing is. The standard stops at the first block
 * of checks that fails; whoever puts things right should not have to.
 */
export function alsoNeeded(seen: Seen, cause: Cause | undefined): string {
	const last = answeredTurns(seen.conversation).at(-1);
	if (last?.purpose !== "preflight") return "";
	return `${listsNeeded(seen, last, cause)}${responseNeeded(seen, cause)}`;
}

function listsNeeded(
	{ visit: { page }, conversation }: Seen,
	last: AnsweredExchange,
	cause: Cause | undefined,
): string {
	if (cause !== undefined && !ANSWERED_ANEW.has(cause.code)) return "";
	const { status, headers } = last.answer;
	const areJudged = conversation.steps.some(({ code }) => LIST_STEPS.test(code));
	if (areJudged || (status >= 300 && status <= 399)) return "";
	const isCredentialed = credentialsMode(page) === "include";
	const named = (header: typeof ALLOW_METHODS | typeof ALLOW_HEADERS) => {
		const names = extractTokens(headers, header);
		const all = names === "failure" || names === null ? [] : names;
		return isCredentialed ? all.filter((name) => name !== "*") : all;
	};
	const method = getHeader(last.headers, REQUEST_METHOD) ?? "GET";
	const methods = named(ALLOW_METHODS);
	const isMethodMissing = !isSafelistedMethod(method) && !methods.includes(method) && !methods.includes("*");
	const allowed = named(ALLOW_HEADERS).map((name) => name.toLowerCase());
	const isAllowed = (name: string) =>
		allowed.includes(name) || (allowed.includes("*") && name !== "authorization");
	const missing = (getHeader(last.headers, REQUEST_HEADERS) ?? "")
		.split(",")
		.filter((name) => name !== "" && !isAllowed(name));
	const origin = getHeader(headers, ALLOW_ORIGIN);
	const isShared = origin === page.origin || (origin === "*" && !isCredentialed);
	// Without a cause the steps say this themselves, and a refused origin is what that cause speaks of.
	const isOriginMissing = cause !== undefined && cause.code !== "origin-refused" && !isShared;
	const areCredentialsMissing =
		cause !== undefined && isCredentialed && getHeader(headers, ALLOW_CREDENTIALS) !== "true";
	const bad = ([ALLOW_METHODS, ALLOW_HEADERS] as const).filter(
		(header) => extractTokens(headers, header) === "failure",
	);
	const malformed = bad.map(
		(header) =>
			` ${displayName(header)} has a bad element, which makes the whole list invalid: write names only, separated by commas.`,
	);
	const needs = [
		...(isOriginMissing ? [`${displayName(ALLOW_ORIGIN)}: ${page.origin}`] : []),
		...(areCredentialsMissing ? [`${displayName(ALLOW_CREDENTIALS)}: true`] : []),
		...(isMethodMissing ? [`${displayName(ALLOW_METHODS)}: ${method}`] : []),
		...(missing.length === 0 ? [] : [`${displayName(ALLOW_HEADERS)}: ${missing.join(", ")}`]),
	];
	return `${malformed.join("")}${needs.length === 0 ? "" : ` The answer needs ${listed(needs)} as well.`}`;
}

const LIST_STEPS = /^preflight-allow-(methods|headers)/;

/** The preflight is one answer, the response another; a GET of the page's own origin shows whether that one is shared. */
function responseNeeded({ visit, probed: { base } }: Seen, cause: Cause | undefined): string {
	if (cause !== undefined && !OF_THE_PREFLIGHT_ALONE.has(cause.code)) return "";
	// That cause has told of it.
	if (cause?.code === "server-error" && isAnswered(base) && base.answer.status >= 500) return "";
	if (!isAnswered(base) || isReadable(visit, base)) return "";
	const { status } = base.answer;
	const isOtherwise = SERVED_OTHERWISE.has(status) && base.method !== visit.page.method;
	if ((status >= 300 && status <= 399) || isOtherwise) return "";
	const how = status >= 400 ? `is answered with ${status} and` : "is";
	const allowed = allowOriginOf(base);
	const isNamed = allowed === visit.page.origin;
	const lacking = isNamed ? getHeader(base.answer.headers, ALLOW_CREDENTIALS) : allowed;
	return ` A ${base.method} of this URL ${how} not shared with the page either (${shown(isNamed ? ALLOW_CREDENTIALS : ALLOW_ORIGIN, lacking)}): put the response itself right too.`;
}

function listed(parts: readonly string[]): string {
	return parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join("; ")} and ${parts.at(-1)}`;
}
