/** Owns the strict reading of the doctor's arguments: each value is what a browser could send, or is refused with words. */

import type { Header, HeaderList } from "../../browser/header-list.ts";
import type { CredentialsMode } from "../../browser/request.ts";
import { refusePageless } from "../../cors/origin-mend.ts";
import { isSerializedOrigin } from "../../cors/origin-set.ts";
import { isToken } from "../../cors/standard.ts";
import { SEVERITIES, type Severity } from "../../doctor/finding.ts";
import type { Refuse } from "../reach.ts";

/** How long a request may take, unless said otherwise. */
export const DEFAULT_TIMEOUT_SECONDS = 10;
const MAX_TIMEOUT_SECONDS = 300;

/** The URL of the call, and whether it is that of a WebSocket. */
export interface CalledUrl {
	/** With http or https, which is what goes over the network. */
	readonly url: URL;
	/** As the user wrote it; undefined where it is not a WebSocket's. */
	readonly socketUrl: string | undefined;
}

export function readUrl(text: string, refuse: Refuse): CalledUrl {
	const written = URL.parse(text.includes("://") ? text : `https://${text}`);
	const isSocket = written?.protocol === "ws:" || written?.protocol === "wss:";
	const url = isSocket ? new URL(written.href.replace(/^ws/, "http")) : written;
	if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
		throw refuse(
			"invalid-value",
			`${JSON.stringify(text)} is not an http or https URL. Name the API's, such as https://api.acme.com/v1/items, or a WebSocket's, such as wss://api.acme.com/live.`,
		);
	}
	url.hash = "";
	return { url, socketUrl: isSocket ? written.href : undefined };
}

/** Only what a browser could send: anything else would be blocked for its own sake. */
export function readOrigin(text: string, refuse: Refuse): string {
	const pageless = refusePageless(text);
	if (pageless !== undefined) throw refuse("invalid-value", `--origin ${pageless}`);
	const url = URL.parse(text);
	const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
	if (text === "null" || (isWeb ? url.origin === text : isSerializedOrigin(text))) return text;
	const meant = isWeb
		? ` Browsers send ${url.origin}.`
		: " Name a scheme and a host: https://app.example.com.";
	throw refuse(
		"invalid-value",
		`--origin ${JSON.stringify(text)} is not an origin as browsers send it.${meant}`,
	);
}

export function readMethod(text: string, refuse: Refuse): string {
	if (isToken(text)) return text;
	throw refuse("invalid-value", `${JSON.stringify(text)} is not a method. Name one, such as PUT.`);
}

export function headerOption(text: string, refuse: Refuse): Header {
	const colon = text.indexOf(":");
	const name = text.slice(0, Math.max(colon, 0));
	const value = text.slice(colon + 1).trim();
	if (colon !== -1 && isToken(name) && isSendable(value)) return [name, value];
	throw refuse(
		"invalid-value",
		`--header ${JSON.stringify(text)} is not a header. Write its name, a colon and its value: --header 'X-Request-Id: 1'.`,
	);
}

export function readCookie(text: string, refuse: Refuse): string {
	if (isSendable(text)) return text;
	throw refuse("invalid-value", "--cookie has characters that no header can have.");
}

/** Whether a value can stand in a header. */
export function isSendable(value: string): boolean {
	try {
		new Headers([["x", value]] satisfies HeaderList as [string, string][]);
		return true;
	} catch {
		return false;
	}
}

export function readCredentials(text: string, refuse: Refuse): CredentialsMode {
	if (text === "include" || text === "same-origin" || text === "omit") return text;
	throw refuse(
		"invalid-value",
		`--credentials is include, same-origin or omit, not ${JSON.stringify(text)}.`,
	);
}

export function readHost(text: string, refuse: Refuse): string {
	const url = URL.parse(text.includes("://") ? text : `https://${text}`);
	if (url !== null && url.host !== "") return url.host;
	throw refuse("invalid-value", `--follow-to ${JSON.stringify(text)} is not a host. Write it as in a URL.`);
}

export function readTimeout(text: string | undefined, refuse: Refuse): number {
	const seconds = text === undefined ? DEFAULT_TIMEOUT_SECONDS : Number(text);
	if (seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS) return seconds;
	throw refuse(
		"invalid-value",
		`--timeout is a number of seconds up to ${MAX_TIMEOUT_SECONDS}, not ${JSON.stringify(text)}.`,
	);
}

/** From which severity on findings make the exit code 1. */
export function readFailOn(text: string | undefined, refuse: Refuse): Severity | undefined {
	if (text === undefined || text === "danger" || text === "warning") return text;
	throw refuse("invalid-value", `--fail-on is danger or warning, not ${JSON.stringify(text)}.`);
}

/** Whether any of these severities is at least as serious. */
export function reaches(severities: readonly Severity[], failOn: Severity | undefined): boolean {
	if (failOn === undefined) return false;
	return severities.some((severity) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn));
}
