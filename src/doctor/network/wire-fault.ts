/** Owns the words for what keeps a response from coming: each kind of failure has a code and a sentence. */

import { reasonOf } from "../../findings/reason.ts";

/** Why nothing came back. */
export type WireFault =
	| "host-not-found"
	| "connection-refused"
	| "connection-lost"
	| "tls-failed"
	| "timed-out"
	| "invalid-response"
	| "not-connected";

/** No response, and why. */
export interface WireFailure {
	readonly fault: WireFault;
	readonly networkError: string;
}

/** The failure of a server that says nothing in time. */
export function timedOut(seconds: number): WireFailure {
	return { fault: "timed-out", networkError: `no answer within ${seconds} s` };
}

/** OpenSSL's words for an answer that is not TLS at all. */
const NOT_TLS: ReadonlySet<string> = new Set([
	...["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "ERR_SSL_HTTP_REQUEST"],
	...["ERR_SSL_RECORD_LAYER_FAILURE", "ERR_SSL_UNSUPPORTED_PROTOCOL", "ERR_SSL_UNKNOWN_PROTOCOL"],
]);

/** Whether a handshake failed because the other side does not speak TLS at all. */
export function isNotTls(error: unknown): boolean {
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	return NOT_TLS.has(code) || /wrong version number|packet length too long/i.test(reasonOf(error));
}

/**
 * The failure that an error of Node's network modules stands for.
 * @param instead the machine that was asked in place of the URL's host
 */
export function wireFailureOf(
	error: NodeJS.ErrnoException,
	{ host: own, hostname: ownName, href, protocol, port }: URL,
	instead?: string,
): WireFailure {
	const code = codeOf(error);
	const host = instead === undefined ? own : `${instead}, asked in place of ${own},`;
	const hostname = instead === undefined ? ownName : instead.replace(/:\d+$/, "");
	if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
		return { fault: "host-not-found", networkError: `DNS has no address for ${hostname}` };
	}
	if (code === "ECONNREFUSED") {
		return { fault: "connection-refused", networkError: `${host} refuses the connection` };
	}
	if (code === "ETIMEDOUT") return { fault: "timed-out", networkError: `${host} does not answer` };
	if (code === "ECONNRESET" || code === "EPIPE") {
		const isPlain = protocol === "http:" && port !== "";
		const hint = isPlain
			? ` (if it speaks https on this port, write ${href.replace(/^http:/, "https:")})`
			: "";
		return {
			fault: "connection-lost",
			networkError: `${host} closes the connection without an answer${hint}`,
		};
	}
	if (code.startsWith("HPE_")) {
		return {
			fault: "invalid-response",
			networkError: `what ${host} answers is not HTTP/1.1: ${reasonOf(error)}`,
		};
	}
	if (isNotTls(error)) {
		const plain = href.replace(/^https:/, "http:");
		return {
			fault: "tls-failed",
			networkError: `${host} speaks plain http on this port, and was asked by https, so TLS fails: write ${plain}, or ask the port where the server speaks https`,
		};
	}
	if (/CERT|TLS|SSL|EPROTO|ISSUER|SIGNATURE|ALTNAME/.test(code)) {
		return {
			fault: "tls-failed",
			networkError: `TLS with ${host} fails: ${reasonOf(error)}${/CERT|ISSUER|SIGNATURE|ALTNAME/.test(code) ? " (of a test server, --ca FILE makes its certificate count, and -k takes any)" : ""}`,
		};
	}
	return { fault: "not-connected", networkError: `${host} cannot be reached: ${reasonOf(error) || code}` };
}

/** Of several attempts, one for each address, what says most: a refusal more than an address that is not there. */
function codeOf(error: NodeJS.ErrnoException): string {
	if (error instanceof AggregateError) {
		const codes = error.errors.map((one: NodeJS.ErrnoException) => one.code ?? "");
		return codes.find((code) => code === "ECONNREFUSED") ?? codes[0] ?? "";
	}
	return error.code ?? "";
}
