/** Owns the checks of the response to a preflight, and what it grants. */

import { ALLOW_HEADERS, ALLOW_METHODS, MAX_AGE } from "../cors/standard.ts";
import { corsCheck } from "./cors-check.ts";
import { DEFAULT_MAX_AGE_SECONDS, PREFLIGHT_CACHING } from "./engines.ts";
import {
	type Extracted,
	extractDeltaSeconds,
	extractTokens,
	getHeader,
	type ReceivedResponse,
} from "./header-list.ts";
import type { PreflightGrant } from "./preflight-cache.ts";
import { isSafelistedMethod } from "./preflight-reasons.ts";
import { REDIRECT_STATUSES } from "./redirect.ts";
import type { BrowserRequest } from "./request.ts";
import { unsafeRequestHeaders } from "./safelisted-headers.ts";
import { type Check, displayName, failed, passed, shown } from "./steps.ts";

/** What came of a preflight; the grant is undefined where a check failed. */
export interface PreflightOutcome {
	readonly checks: readonly Check[];
	readonly grant: PreflightGrant | undefined;
}

const AUTHORIZATION = "authorization";

/**
 * Judges the response to a preflight, block after block as the standard does; inside a block everything is judged, so
 * that all faults are seen at once. https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, from step 7
 * @param request the actual request
 */
export function judgePreflight(request: BrowserRequest, response: ReceivedResponse): PreflightOutcome {
	const consent = [...corsCheck(request, response, "preflight-"), checkStatus(response)];
	if (!consent.every(isPassed)) return { checks: consent, grant: undefined };

	const { headers } = response;
	const methods = extractTokens(headers, ALLOW_METHODS);
	const headerNames = extractTokens(headers, ALLOW_HEADERS);
	if (methods === "failure" || headerNames === "failure") {
		const syntax = [
			...(methods === "failure" ? [syntaxFault(response, ALLOW_METHODS)] : []),
			...(headerNames === "failure" ? [syntaxFault(response, ALLOW_HEADERS)] : []),
		];
		return { checks: [...consent, ...syntax], grant: undefined };
	}

	// Without the header, a request that is preflighted for its upload alone gets the method that it has.
	const grantedMethods = methods ?? (request.preflightFlag === undefined ? [] : [request.method]);
	const lists = [
		checkMethod(request, response, grantedMethods),
		...checkAuthorization(request, response, headerNames ?? []),
		...checkHeaderNames(request, response, headerNames ?? []),
	];
	if (!lists.every(isPassed)) return { checks: [...consent, ...lists], grant: undefined };

	const maxAge = extractDeltaSeconds(headers, MAX_AGE);
	return {
		checks: [...consent, ...lists, noteMaxAge(response, maxAge)],
		grant: {
			methods: grantedMethods,
			headerNames: headerNames ?? [],
			maxAgeSeconds: maxAge === "failure" || maxAge === null ? DEFAULT_MAX_AGE_SECONDS : maxAge,
		},
	};
}

function isPassed(check: Check): boolean {
	return check.passed;
}

/** https://fetch.spec.whatwg.org/#ok-status */
function checkStatus({ status }: ReceivedResponse): Check {
	const required = "a status from 200 to 299";
	if (status >= 200 && status <= 299) return passed("preflight-status", String(status), required);
	return failed("preflight-status", String(status), required, statusAdvice(status));
}

function statusAdvice(status: number): string {
	if (REDIRECT_STATUSES.has(status)) {
		return "No preflight follows a redirect: answer OPTIONS at the very URL that the page calls, slash and scheme included.";
	}
	if (status === 403) {
		return "A 403 to a preflight refuses the origin, or OPTIONS to everybody: let the server allow the origin, or let OPTIONS pass.";
	}
	if (status === 401 || status === 407) {
		return "A preflight never carries credentials: answer it before anything asks for them.";
	}
	if (status === 404 || status === 405 || status === 501) {
		return "The server has no answer to OPTIONS at this path: add one, with status 204.";
	}
	return "Answer preflights with 204 before any other handling.";
}

function syntaxFault(
	{ headers }: ReceivedResponse,
	name: typeof ALLOW_METHODS | typeof ALLOW_HEADERS,
): Check {
	return failed(
		name === ALLOW_METHODS ? "preflight-allow-methods-syntax" : "preflight-allow-headers-syntax",
		shown(name, getHeader(headers, name)),
		`${displayName(name)}: names, separated by commas`,
		"One bad element makes the whole list invalid: write names only, without quotes, separated by commas.",
	);
}

function checkMethod(
	{ method, credentials }: BrowserRequest,
	{ headers }: ReceivedResponse,
	methods: readonly string[],
): Check {
	const value = getHeader(headers, ALLOW_METHODS);
	const received = shown(ALLOW_METHODS, value);
	const required = isSafelistedMethod(method)
		? `nothing: ${method} needs no mention`
		: `${displayName(ALLOW_METHODS)}: ${method}`;
	const wildcard = credentials !== "include" && methods.includes("*");
	if (methods.includes(method) || isSafelistedMethod(method) || wildcard) {
		return passed("preflight-allow-methods", received, required);
	}
	const otherCase = methods.find((other) => other.toUpperCase() === method.toUpperCase());
	return failed(
		"preflight-allow-methods",
		received,
		required,
		otherCase !== undefined
			? `Methods are compared byte for byte, and ${otherCase} is not ${method}: write both in upper case, in the page and in the answer.`
			: methods.includes("*")
				? `With credentials the asterisk stands for nothing but itself: name ${method}.`
				: `Name ${method} in ${displayName(ALLOW_METHODS)}.`,
		[method],
	);
}

/** https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name */
function checkAuthorization(
	request: BrowserRequest,
	{ headers }: ReceivedResponse,
	headerNames: readonly string[],
): readonly Check[] {
	if (getHeader(request.headers, AUTHORIZATION) === null) return [];
	const received = shown(ALLOW_HEADERS, getHeader(headers, ALLOW_HEADERS));
	const required = `${displayName(ALLOW_HEADERS)}: ${AUTHORIZATION}`;
	if (includesName(headerNames, AUTHORIZATION)) {
		return [passed("preflight-allow-authorization", received, required)];
	}
	return [
		failed(
			"preflight-allow-authorization",
			received,
			required,
			headerNames.includes("*")
				? "The asterisk never stands for Authorization: name it beside the asterisk."
				: `Name Authorization in ${displayName(ALLOW_HEADERS)}.`,
			[AUTHORIZATION],
		),
	];
}

function checkHeaderNames(
	request: BrowserRequest,
	{ headers }: ReceivedResponse,
	headerNames: readonly string[],
): readonly Check[] {
	// Authorization has its own step.
	const asked = unsafeRequestHeaders(request.headers)
		.map(({ name }) => name)
		.filter((name) => name !== AUTHORIZATION);
	if (asked.length === 0) return [];
	const received = shown(ALLOW_HEADERS, getHeader(headers, ALLOW_HEADERS));
	const required = `${displayName(ALLOW_HEADERS)}: ${asked.join(", ")}`;
	const wildcard = request.credentials !== "include" && headerNames.includes("*");
	const missing = wildcard ? [] : asked.filter((name) => !includesName(headerNames, name));
	if (missing.length === 0) return [passed("preflight-allow-headers", received, required)];
	return [
		failed(
			"preflight-allow-headers",
			received,
			required,
			headerNames.includes("*")
				? `With credentials the asterisk stands for nothing but itself: name ${missing.join(", ")}.`
				: `Name ${missing.join(", ")} in ${displayName(ALLOW_HEADERS)}.`,
			missing,
		),
	];
}

/** @param name in lower case */
function includesName(names: readonly string[], name: string): boolean {
	return names.some((other) => other.toLowerCase() === name);
}

/** How long the answer is kept never decides anything: this step cannot fail. */
function noteMaxAge({ headers }: ReceivedResponse, maxAge: Extracted<number>): Check {
	const highestCap = PREFLIGHT_CACHING.firefox.capSeconds;
	const advice =
		maxAge === null
			? `Without ${displayName(MAX_AGE)} the answer is kept for ${DEFAULT_MAX_AGE_SECONDS} seconds only: send one.`
			: maxAge === "failure"
				? "This is not a number of seconds, and engines disagree on what it means: write digits only, once."
				: maxAge > highestCap
					? `No browser keeps an answer longer than ${highestCap} seconds.`
					: undefined;
	return passed(
		"preflight-max-age",
		shown(MAX_AGE, getHeader(headers, MAX_AGE)),
		`${displayName(MAX_AGE)}: seconds`,
		advice,
	);
}
