/** Owns the CORS check: whether one response may be shared with the request's origin. */

import { ALLOW_CREDENTIALS, ALLOW_ORIGIN } from "../cors/standard.ts";
import { sendIfListed, wrongOriginWords } from "./allow-origin-words.ts";
import { getHeader, type ReceivedResponse, valuesOf } from "./header-list.ts";
import { type BrowserRequest, serializedOrigin } from "./request.ts";
import { type Check, displayName, failed, passed, shown } from "./steps.ts";

/**
 * The CORS check, its two headers judged apart so that both faults are seen at once; it passes where both do.
 * https://fetch.spec.whatwg.org/#concept-cors-check
 * @param request the actual request, for a preflight's response too
 * @param prefix of the steps' codes
 */
export function corsCheck(
	request: BrowserRequest,
	response: ReceivedResponse,
	prefix: "" | "preflight-",
): readonly Check[] {
	const originCheck = checkAllowOrigin(request, response, `${prefix}allow-origin`);
	return request.credentials === "include"
		? [originCheck, checkAllowCredentials(response, `${prefix}allow-credentials`)]
		: [originCheck];
}

function checkAllowOrigin(
	request: BrowserRequest,
	response: ReceivedResponse,
	code: "allow-origin" | "preflight-allow-origin",
): Check {
	const value = getHeader(response.headers, ALLOW_ORIGIN);
	const origin = serializedOrigin(request);
	const received = shown(ALLOW_ORIGIN, value);
	const anyOrigin = request.credentials !== "include";
	const required = shown(ALLOW_ORIGIN, anyOrigin ? `${origin}, or *` : origin);
	if (value === origin || (anyOrigin && value === "*")) return passed(code, received, required);
	return failed(code, received, required, originAdvice(request, response, value, origin, code));
}

function originAdvice(
	request: BrowserRequest,
	{ status, headers }: ReceivedResponse,
	value: string | null,
	origin: string,
	code: "allow-origin" | "preflight-allow-origin",
): string {
	const name = displayName(ALLOW_ORIGIN);
	if (origin === "null" && request.origin !== "null") {
		const open = request.credentials === "include" ? "" : ", or let it send * if its data are public";
		return `A redirect from one foreign origin to another has made this request's origin null, so call ${request.urls.at(-1)} directly${open}.`;
	}
	if (value === null) {
		if (status >= 400 && code === "allow-origin")
			return `Send ${name} with errors too, or the page cannot even see the status ${status}.`;
		return `Let the server allow ${origin}, exactly as it stands here, and send ${name} on this response.`;
	}
	if (value === "") return `${name} is there but empty: ${sendIfListed(origin)}.`;
	const lines = valuesOf(headers, ALLOW_ORIGIN);
	if (lines.length > 1) {
		return new Set(lines).size > 1
			? `${name} came ${lines.length} times, with different values: it takes one origin and no list. Send back the one that asked, if it is on your list, and from one place only.`
			: twiceWords(name, lines.length);
	}
	return wrongOriginWords(value, origin);
}

/** One layer may set a header twice, so that there are two is a guess. */
function twiceWords(name: string, times: number): string {
	return `${name} came ${times} times, often because two layers set it: set it only once.`;
}

function checkAllowCredentials(
	{ headers }: ReceivedResponse,
	code: "allow-credentials" | "preflight-allow-credentials",
): Check {
	const name = displayName(ALLOW_CREDENTIALS);
	const value = getHeader(headers, ALLOW_CREDENTIALS);
	const received = shown(ALLOW_CREDENTIALS, value);
	const required = `${name}: true`;
	if (value === "true") return passed(code, received, required);
	const lines = valuesOf(headers, ALLOW_CREDENTIALS);
	return failed(
		code,
		received,
		required,
		value === null
			? `Send ${name}: true, or call without credentials if the API needs none.`
			: lines.length > 1
				? twiceWords(name, lines.length)
				: `Only true, in lower case, counts: write exactly that.`,
	);
}
