/** Owns which call of a page a recorded request was, as far as a recording shows it. */

import { getHeader, type Header, type HeaderList } from "../browser/header-list.ts";
import type { FetchCall } from "../browser/page-request.ts";
import type { CredentialsMode } from "../browser/request.ts";
import {
	ALLOW_CREDENTIALS,
	ALLOW_ORIGIN,
	ORIGIN,
	REQUEST_HEADERS,
	REQUEST_METHOD,
} from "../cors/standard.ts";
import type { Entry } from "./recorded-entry.ts";
import { announcedHeaders, pageHeaders } from "./recorded-headers.ts";

/** The headers as lines; HTTP/2's own are none. */
export function headersOf({ headers }: Pick<Entry["request"], "headers">): HeaderList {
	return headers
		.filter(({ name }) => !name.startsWith(":"))
		.map(({ name, value }): Header => [name, value.replaceAll("\n", ", ")]);
}

/**
 * The page's call, where the entry is one across origins.
 * @param preflight the one before it, where it was recorded
 * @param title of the page that it is listed under: Chromium has the page's URL there
 * @param credentials in place of what the recording shows
 */
export function recordedCall(
	entry: Entry,
	preflight: Entry | undefined,
	title: string | undefined,
	credentials: CredentialsMode | undefined,
): FetchCall | undefined {
	const { request } = entry;
	const headers = headersOf(request);
	const origin = getHeader(headers, ORIGIN) ?? unsentOrigin(entry, preflight, title);
	const url = URL.parse(request.url);
	if (origin === undefined || url === null || url.origin === origin) return undefined;
	// Forms that navigate, and WebSockets, have an Origin as well, and no CORS check follows them.
	if ((getHeader(headers, "sec-fetch-mode") ?? "cors") !== "cors") return undefined;
	if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
	url.hash = "";
	const own = pageHeaders(headers);
	// Chromium exports without Authorization, unless it is told otherwise; the preflight names it still.
	const announced = announcedHeaders(
		preflight && getHeader(headersOf(preflight.request), REQUEST_HEADERS),
	).filter(([name]) => getHeader(own, name.toLowerCase()) === null);
	return {
		api: "fetch",
		origin,
		url: url.href,
		method: request.method,
		headers: [...own, ...announced],
		credentials: credentials ?? recordedCredentials(entry, preflight),
		body: request.postData && request.method !== "GET" ? { contentType: null } : null,
	};
}

/** The call that a preflight asks for, of which nothing else was recorded. */
export function announcedCall(
	preflight: Entry,
	credentials: CredentialsMode | undefined,
): FetchCall | undefined {
	const headers = headersOf(preflight.request);
	const [origin, method] = [getHeader(headers, ORIGIN), getHeader(headers, REQUEST_METHOD)];
	const url = URL.parse(preflight.request.url);
	if (origin === null || method === null || url === null || url.origin === origin) return undefined;
	url.hash = "";
	return {
		api: "fetch",
		origin,
		url: url.href,
		method,
		headers: announcedHeaders(getHeader(headers, REQUEST_HEADERS)),
		credentials: credentials ?? recordedCredentials(undefined, preflight),
		body: null,
	};
}

/** Of what it never sent, Chromium records no Origin. */
function unsentOrigin(
	{ request, response, _resourceType }: Entry,
	preflight: Entry | undefined,
	title = "",
): string | undefined {
	const isCall = preflight !== undefined || _resourceType === "fetch" || _resourceType === "xhr";
	if (response.status > 0 || !isCall) return undefined;
	const asked = preflight && getHeader(headersOf(preflight.request), ORIGIN);
	const page = URL.parse(getHeader(headersOf(request), "referer") ?? title);
	return asked ?? (page === null || page.origin === "null" ? undefined : page.origin);
}

/**
 * A recording does not say the mode. A cookie that went along, or an answer made for credentials, shows `include`; and so does
 * an answer that is shared and was blocked all the same, where exporting has taken the cookies out.
 */
function recordedCredentials(call: Entry | undefined, preflight: Entry | undefined): CredentialsMode {
	const hasCookie = call !== undefined && getHeader(headersOf(call.request), "cookie") !== null;
	const answers = [call, preflight].flatMap((entry) =>
		entry === undefined ? [] : [headersOf(entry.response)],
	);
	const isMadeFor = answers.some((headers) => getHeader(headers, ALLOW_CREDENTIALS) === "true");
	const shared = answers[0] === undefined ? null : getHeader(answers[0], ALLOW_ORIGIN);
	const isBlocked =
		call !== undefined && call.response.status > 0 && call.response._error === "net::ERR_FAILED";
	if (hasCookie || (isBlocked && shared !== null)) return "include";
	return isMadeFor && shared !== "*" ? "include" : "same-origin";
}

/** Why there is no answer, by the error that Chromium records. */
const ERRORS: readonly (readonly [errors: RegExp, words: string])[] = [
	[
		/BLOCKED_BY_CLIENT|BLOCKED_BY_ADMINISTRATOR/,
		"an extension, or a rule of the browser, has blocked it, and CORS has no part in that.",
	],
	[
		/NAME_NOT_RESOLVED|CONNECTION_|ADDRESS_|TIMED_OUT|INTERNET_DISCONNECTED|EMPTY_RESPONSE|NETWORK_CHANGED/,
		"the server was not reached, and CORS has no part in that.",
	],
	[/CERT_|SSL_/, "TLS with the server failed, and CORS has no part in that."],
	[/ABORTED/, "the page has given it up, or was left."],
];

/** Why a recorded request has no answer, and what to do. */
export function unansweredWords(error: string | null | undefined): string {
	const known = ERRORS.find(([errors]) => error != null && errors.test(error));
	return (
		known?.[1] ?? "browsers leave out what they block. Ask the server itself, with the URL in place of --har."
	);
}
