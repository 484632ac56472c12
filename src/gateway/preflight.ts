/** Owns the answer to a CORS-preflight request; it never reaches the upstream. */

import { type HeaderRule, type Policy, PREFLIGHT_VARY } from "../cors/policy.ts";
import {
	ALLOW_HEADERS,
	ALLOW_METHODS,
	isToken,
	isTokenList,
	REQUEST_HEADERS,
	REQUEST_METHOD,
	VARY,
} from "../cors/standard.ts";
import { ownResponse } from "./own-response.ts";

/** Longest value that is echoed, in characters. */
export const MAX_ECHO_CHARACTERS = 8 * 1024;

/**
 * Answers a preflight of an allowed origin: for one policy and origin always the same full set, no matter what was asked,
 * so that a browser fills its preflight cache in one go. https://fetch.spec.whatwg.org/#cors-preflight-fetch
 * @param asked the preflight's headers; only a `"*"` with credentials looks at them
 */
export function answerPreflight(policy: Policy, origin: string, asked: Headers): Response {
	const response = ownResponse(null, 204, policy.preflightHeaders(origin));
	if (isAsked(policy.allowMethods)) echo(response, ALLOW_METHODS, asked.get(REQUEST_METHOD), isToken);
	if (isAsked(policy.allowHeaders)) echo(response, ALLOW_HEADERS, asked.get(REQUEST_HEADERS), isTokenList);
	return response;
}

/** Refusals of preflights vary as the answers do. */
export function varyAsPreflight(headers: Headers): void {
	headers.set(VARY, PREFLIGHT_VARY);
}

function isAsked(rule: HeaderRule): boolean {
	return rule?.kind === "asked";
}

/** Says back what was asked, where it is well-formed and bounded; else the header is left out. */
function echo(
	response: Response,
	name: string,
	value: string | null,
	isWellFormed: (value: string) => boolean,
): void {
	if (value !== null && value.length <= MAX_ECHO_CHARACTERS && isWellFormed(value)) {
		response.headers.set(name, value);
	}
}
