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
		const response = await send(input, init);
		const body = await response.text();
		const url = String(input instanceof Request ? input.url : input);
		const headers = new Headers(response.headers);
		// It has been decoded.
		for (const name of ["content-encoding", "content-length"]) headers.delete(name);
		let { status } = response;
		if (!(response.ok && url.includes("/values/"))) {
			const type = headers.get("content-type") ?? "";
			const isHtml = type.includes("html") || body.trimStart().startsWith("<");
			const parsed = parse(body);
			if (isHtml || (response.ok && parsed === undefined)) throw new ForeignAnswer(status, isHtml);
			// The SDK does not look at it.
			if (response.ok && isObject(parsed) && parsed["success"] === false) status = 400;
			if (response.ok) headers.set("content-type", "application/json");
		}
		if (status === 429 || status >= 500) tellWait(headers, status, terminal);
		return new Response(body, { status, statusText: response.statusText, headers });
	};
}

function parse(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

function tellWait(headers: Headers, status: number, terminal: Terminal): void {
	const seconds = Number(headers.get("retry-after") ?? Number.NaN);
	if (seconds > MAX_RETRY_AFTER_SECONDS) {
		headers.set("x-should-retry", "false");
		return;
	}
	const what = status === 429 ? "Cloudflare's API limits the rate" : `Cloudflare's API answered ${status}`;
	if (seconds >= LONG_WAIT_SECONDS) terminal.progress(`${what}: going on in ${seconds} s …`);
	else terminal.busy(`${what}: trying again …`);
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
