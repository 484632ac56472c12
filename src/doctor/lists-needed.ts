/** Owns what the lists of a preflight's answer lack where a browser does not get to them: an advice that left it out would not be enough. */

import { extractTokens, getHeader } from "../browser/header-list.ts";
import { credentialsMode } from "../browser/page-request.ts";
import { isSafelistedMethod } from "../browser/preflight-reasons.ts";
import { displayName } from "../browser/steps.ts";
import {
	ALLOW_CREDENTIALS,
	ALLOW_HEADERS,
	ALLOW_METHODS,
	ALLOW_ORIGIN,
	REQUEST_HEADERS,
	REQUEST_METHOD,
} from "../cors/standard.ts";
import type { Cause } from "./causes/cause.ts";
import { answeredTurns, type Seen } from "./seen.ts";

/** Causes after which the server is to answer the preflight anew; the others leave its lists as they are. */
const ANSWERED_ANEW: ReadonlySet<Cause["code"]> = new Set([
	"server-error",
	"options-refused",
	"origin-refused",
]);

/**
 * What else the answer needs, as a sentence with a blank before it; empty where nothing is missing, or where the lists have
 * been judged. The standard stops at the first block of checks that fails, whoever puts things right should not have to.
 */
export function listsNeeded({ visit: { page }, conversation }: Seen, cause: Cause | undefined): string {
	const last = answeredTurns(conversation).at(-1);
	if (last?.purpose !== "preflight" || (cause !== undefined && !ANSWERED_ANEW.has(cause.code))) return "";
	const areJudged = conversation.steps.some(({ code }) => code.startsWith("preflight-allow-methods"));
	const { status, headers } = last.answer;
	if (areJudged || (status >= 300 && status <= 399)) return "";
	const named = (header: typeof ALLOW_METHODS | typeof ALLOW_HEADERS) => {
		const names = extractTokens(headers, header);
		return names === "failure" || names === null ? [] : names;
	};
	const method = getHeader(last.headers, REQUEST_METHOD) ?? "GET";
	const isMethodMissing =
		!isSafelistedMethod(method) && !["*", method].some((one) => named(ALLOW_METHODS).includes(one));
	const allowed = named(ALLOW_HEADERS).map((name) => name.toLowerCase());
	const missing = (getHeader(last.headers, REQUEST_HEADERS) ?? "")
		.split(",")
		.filter(
			(name) =>
				name !== "" && !allowed.includes(name) && !(allowed.includes("*") && name !== "authorization"),
		);
	const lacks = (name: string) => getHeader(headers, name) === null;
	// Without a cause the steps say this themselves, and a refused origin is what that cause speaks of.
	const isOriginMissing = cause !== undefined && cause.code !== "origin-refused" && lacks(ALLOW_ORIGIN);
	const areCredentialsMissing =
		cause !== undefined && credentialsMode(page) === "include" && lacks(ALLOW_CREDENTIALS);
	const needs = [
		...(isOriginMissing ? [`${displayName(ALLOW_ORIGIN)}: ${page.origin}`] : []),
		...(areCredentialsMissing ? [`${displayName(ALLOW_CREDENTIALS)}: true`] : []),
		...(isMethodMissing ? [`${displayName(ALLOW_METHODS)}: ${method}`] : []),
		...(missing.length === 0 ? [] : [`${displayName(ALLOW_HEADERS)}: ${missing.join(", ")}`]),
	];
	return needs.length === 0 ? "" : ` The answer needs ${listed(needs)} as well.`;
}

function listed(parts: readonly string[]): string {
	return parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join("; ")} and ${parts.at(-1)}`;
}
