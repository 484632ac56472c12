/** Owns one request on the wire: what is sent is exactly what was asked for, what came is kept line by line. */

import { lookup } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import type { LookupFunction } from "node:net";
import type { Header, HeaderList, ReceivedResponse } from "../browser/header-list.ts";
import { isLoopback } from "../cors/origin-syntax.ts";
import { reasonOf } from "../findings/reason.ts";

/** Longest head of a response that is read. Of its body, nothing is: no check needs it. */
export const MAX_HEAD_BYTES = 64 * 1024;

export interface WireRequest {
	/** Sent as written, in whatever case. */
	readonly method: string;
	/** Absolute, http or https. */
	readonly url: string;
	/** `Host`, `Connection` and `Content-Length` come by themselves. */
	readonly headers: HeaderList;
	readonly body: string | undefined;
}

/** Why nothing came back. */
export type WireFault =
	| "host-not-found"
	| "connection-refused"
	| "connection-lost"
	| "tls-failed"
	| "timed-out"
	| "invalid-response"
	| "not-connected";

export type WireAnswer = ReceivedResponse | { readonly networkError: string; readonly fault: WireFault };

/** Sends a request and waits for the head of its response. Redirects are not followed, nothing is decoded, nothing is kept open. */
export function exchange(request: WireRequest, timeoutSeconds: number): Promise<WireAnswer> {
	const url = new URL(request.url);
	return new Promise((resolve) => {
		const sent = (url.protocol === "https:" ? https : http).request(url.href, {
			method: request.method,
			headers: Object.fromEntries(combined(request.headers)),
			agent: false,
			lookup: lookupAsBrowser,
			maxHeaderSize: MAX_HEAD_BYTES,
		});
		// The constructor writes it in upper case; browsers do not.
		sent.method = request.method;
		const settle = (answer: WireAnswer) => {
			clearTimeout(timer);
			sent.destroy();
			resolve(answer);
		};
		const timer = setTimeout(
			() => settle({ fault: "timed-out", networkError: `no answer within ${timeoutSeconds} s` }),
			timeoutSeconds * 1000,
		);
		sent.on("response", ({ statusCode = 0, rawHeaders }) =>
			settle({ status: statusCode, headers: pairs(rawHeaders) }),
		);
		sent.on("upgrade", ({ statusCode = 0, rawHeaders }) =>
			settle({ status: statusCode, headers: pairs(rawHeaders) }),
		);
		sent.on("error", (error) => settle(networkError(error, url)));
		sent.end(request.body);
	});
}

/** Browsers take every name under localhost for this machine, whatever DNS says. */
const lookupAsBrowser: LookupFunction = (hostname, options, callback) =>
	lookup(isLoopback(hostname) && hostname.endsWith(".localhost") ? "localhost" : hostname, options, callback);

/** One line a name, as browsers send what a page has set twice. */
function combined(headers: HeaderList): readonly Header[] {
	const lines = new Map<string, Header>();
	for (const [name, value] of headers) {
		const before = lines.get(name.toLowerCase());
		lines.set(
			name.toLowerCase(),
			before === undefined ? [name, value] : [before[0], `${before[1]}, ${value}`],
		);
	}
	return [...lines.values()];
}

function pairs(rawHeaders: readonly string[]): HeaderList {
	const headers: Header[] = [];
	for (let i = 0; i + 1 < rawHeaders.length; i += 2)
		headers.push([rawHeaders[i] ?? "", rawHeaders[i + 1] ?? ""]);
	return headers;
}

function networkError(error: NodeJS.ErrnoException, { host, hostname }: URL): WireAnswer {
	const code = error.code ?? "";
	if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
		return { fault: "host-not-found", networkError: `DNS knows no address of ${hostname}` };
	}
	if (code === "ECONNREFUSED") {
		return { fault: "connection-refused", networkError: `${host} refuses the connection` };
	}
	if (code === "ETIMEDOUT") return { fault: "timed-out", networkError: `${host} does not answer` };
	if (code === "ECONNRESET" || code === "EPIPE") {
		return { fault: "connection-lost", networkError: `${host} closes the connection without an answer` };
	}
	if (code.startsWith("HPE_")) {
		return {
			fault: "invalid-response",
			networkError: `what ${host} answers is no HTTP/1.1: ${reasonOf(error)}`,
		};
	}
	if (/CERT|TLS|SSL|EPROTO|ISSUER|SIGNATURE/.test(code)) {
		return { fault: "tls-failed", networkError: `TLS with ${host} fails: ${reasonOf(error)}` };
	}
	return { fault: "not-connected", networkError: `${host} cannot be reached: ${reasonOf(error) || code}` };
}
