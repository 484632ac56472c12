/** Owns a request to Cloudflare's API: whole answers alone, so that the SDK tries again what came broken. */

import { isObject } from "../../tenants/salvage.ts";
import type { Terminal } from "../shell/terminal.ts";

/** Tries of one request after the first; with the SDK's back-off they take about 15 seconds. */
export const MAX_RETRIES = 5;
/** The API's own limit counts over five minutes; who is asked to wait longer is told so instead. */
export const MAX_RETRY_AFTER_SECONDS = 300;
/** Waits that are worth a line, where lines are all there is. */
const LONG_WAIT_SECONDS = 5;

/** An answer that is not of the API: a proxy's page, or half of something. */
export class ForeignAnswer extends Error {
	override readonly name = "ForeignAnswer";
	readonly status: number;
	readonly isHtml: boolean;

	constructor(status: number, isHtml: boolean) {
		super(isHtml ? "a page of HTML" : "an answer that is not JSON");
		this.status = status;
		this.isHtml = isHtml;
	}
}

/**
 * Makes the fetch of the SDK. The SDK tries again what is rejected here as it does a dropped connection; by itself it
 * would take a proxy's page, or an answer that breaks off, for what was asked.
 */
export async function createApiFetch(terminal: Terminal): Promise<typeof fetch> {
	const send = await proxyingFetch();
	return async (input, init) => {
		const whole = await read(send, input, init).catch((error: unknown) => {
			const isTimeout = init?.signal?.aborted === true;
			if (isTimeout && Number(new Headers(init?.headers).get(RETRY_COUNT) ?? 0) > 0) return undefined;
			const what = isTimeout
				? "Cloudflare's API does not answer"
				: "The connection to Cloudflare's API broke off";
			terminal.busy(`${what}: trying again …`);
			throw error;
		});
		if (whole === undefined) return new Response("{}", { status: UNANSWERED, headers: NO_RETRY });
		const { response, body } = whole;
		const url = String(input instanceof Request ? input.url : input);
		const headers = new Headers(response.headers);
		// It has been decoded.
		for (const name of ["content-encoding", "content-length"]) headers.delete(name);
		let { status } = response;
		const type = headers.get("content-type") ?? "";
		const isValue = response.ok && url.includes("/values/");
		const isHtml = type.includes("html") || (!isValue && body.trimStart().startsWith("<"));
		if (isHtml) throw new ForeignAnswer(status, true);
		if (!isValue) {
			const parsed = parse(body);
			const said = isObject(parsed) ? parsed["success"] : undefined;
			if (response.ok && typeof said !== "boolean") throw new ForeignAnswer(status, false);
			// The SDK does not look at it.
			if (response.ok && said === false) status = SUCCESSLESS;
			if (response.ok) headers.set("content-type", "application/json");
			if (isObject(parsed) && isUsedUp(parsed)) headers.set("x-should-retry", "false");
		}
		if (status === 429 || status >= 500) prepareWait(headers, status, terminal);
		return new Response(body, { status, statusText: response.statusText, headers });
	};
}

/** Where the SDK says how often it has tried before. */
const RETRY_COUNT = "x-stainless-retry-count";
/** What the SDK heeds more than its own rules. */
const NO_RETRY = { "x-should-retry": "false" };
/** In place of an answer that did not come a second time; six waits would take minutes. */
export const UNANSWERED = 408;

async function read(send: typeof fetch, ...[input, init]: Parameters<typeof fetch>) {
	const response = await send(input, init);
	return { response, body: await response.text() };
}

/** In place of 200, where the answer says that nothing was done. */
const SUCCESSLESS = 400;
/** The free plan's operations of the day are used up; no second try will have any. */
export const DAY_USED_UP = 10_048;

function isUsedUp({ errors }: { readonly errors?: unknown }): boolean {
	return Array.isArray(errors) && errors.some((error) => isObject(error) && error["code"] === DAY_USED_UP);
}

function parse(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

/** Tells how long the wait is, and decides whether it is worth it. The SDK would take a wait of a year, and NaN for none. */
function prepareWait(headers: Headers, status: number, terminal: Terminal): void {
	const seconds = waitSeconds(headers.get("retry-after"));
	headers.delete("retry-after");
	if (seconds !== undefined) headers.set("retry-after", String(seconds));
	if (seconds !== undefined && seconds > MAX_RETRY_AFTER_SECONDS) {
		headers.set("x-should-retry", "false");
		return;
	}
	const what = status === 429 ? "Cloudflare's API limits the rate" : `Cloudflare's API answered ${status}`;
	if (seconds !== undefined && seconds >= LONG_WAIT_SECONDS) {
		terminal.progress(`${what}: going on in ${Math.ceil(seconds)} s …`);
	} else terminal.busy(`${what}: trying again …`);
}

/** RFC 9110, 10.2.3: seconds, or a date. @returns undefined where it says nothing, so that the SDK's own back-off counts */
function waitSeconds(text: string | null): number | undefined {
	if (text === null) return undefined;
	const seconds = /^\s*\d/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
	return seconds > 0 ? seconds : undefined;
}

/** Node's own fetch passes the environment's proxies over; wrangler's does not, so neither may ours. */
async function proxyingFetch(): Promise<typeof fetch> {
	const { HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy } = process.env;
	if (!(HTTPS_PROXY || https_proxy || HTTP_PROXY || http_proxy)) return fetch;
	const undici = await import("undici");
	const dispatcher = new undici.EnvHttpProxyAgent();
	// The two fetches are one standard's, and their types differ in names alone.
	return ((input: string, init: object) =>
		undici.fetch(input, { ...init, dispatcher })) as unknown as typeof fetch;
}
