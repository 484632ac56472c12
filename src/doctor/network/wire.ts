/** Owns one request on the wire: what is sent is exactly what was asked for, what came is kept line by line. */

import { request as httpRequest, type IncomingMessage } from "node:http";
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { getProxyForUrl } from "proxy-from-env";
import type { Header, HeaderList, ReceivedResponse } from "../../browser/header-list.ts";
import { isTelling, readBodyText } from "./body.ts";
import { addressInstead, type Connection, connect, proxyAuthorization, type Reach } from "./route.ts";
import { timedOut, type WireFailure, wireFailureOf } from "./wire-fault.ts";

/** Longest head of a response that is read. */
export const MAX_HEAD_BYTES = 64 * 1024;

export interface WireRequest {
	/** Sent as written, in any case. */
	readonly method: string;
	/** Absolute, http or https. */
	readonly url: string;
	/** `Host`, `Connection` and `Content-Length` come by themselves. */
	readonly headers: HeaderList;
	readonly body: string | undefined;
	/** Whether it is a WebSocket's handshake: HTTP/1.1 alone, with a connection to keep. */
	readonly isHandshake?: boolean;
}

/** A response as it came, and the beginning of its body where it is an error. */
export interface WireResponse extends ReceivedResponse {
	readonly body: string;
}

export type WireAnswer = WireResponse | WireFailure;

const PROTOCOLS = ["h2", "http/1.1"] as const;

/** Sends a request and waits for the head of its response. Redirects are not followed, nothing is kept open. */
export async function exchangeOnce(
	request: WireRequest,
	reach: Reach,
	timeoutSeconds: number,
): Promise<WireAnswer> {
	const url = new URL(request.url);
	const abort = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	const tooLong = new Promise<WireAnswer>((resolve) => {
		timer = setTimeout(() => {
			resolve(timedOut(timeoutSeconds));
			abort.abort();
		}, timeoutSeconds * 1000);
	});
	try {
		const protocols = request.isHandshake ? (["http/1.1"] as const) : PROTOCOLS;
		const answer = connect(url, reach, protocols, abort.signal).then((connection) => {
			abort.signal.addEventListener("abort", () => connection.socket.destroy());
			return ask(request, url, connection);
		});
		return await Promise.race([answer, tooLong]);
	} catch (error) {
		return wireFailureOf(error as NodeJS.ErrnoException, url, addressInstead(url, reach));
	} finally {
		clearTimeout(timer);
		abort.abort();
	}
}

function ask(request: WireRequest, url: URL, connection: Connection): Promise<WireAnswer> {
	return connection.protocol === "h2"
		? askHttp2(request, url, connection)
		: askHttp1(request, url, connection);
}

function askHttp1(request: WireRequest, url: URL, { socket, isForwarded }: Connection): Promise<WireAnswer> {
	const path = url.pathname + url.search;
	return new Promise((resolve, reject) => {
		const sent = httpRequest({
			method: request.method,
			path: isForwarded ? url.origin + path : path,
			headers: {
				Host: url.host,
				...(isForwarded ? proxyAuthorization(new URL(getProxyForUrl(url.href))) : {}),
				...Object.fromEntries(combined(request.headers)),
			},
			createConnection: () => socket,
			maxHeaderSize: MAX_HEAD_BYTES,
		});
		// The constructor writes it in upper case; browsers do not.
		sent.method = request.method;
		sent.on("response", (response) => settle(response).then(resolve, reject));
		sent.on("upgrade", ({ statusCode = 0, rawHeaders }) =>
			resolve({ status: statusCode, headers: pairs(rawHeaders), body: "" }),
		);
		sent.on("error", reject);
		sent.end(request.body);
	});
}

async function settle(message: IncomingMessage): Promise<WireResponse> {
	const response = { status: message.statusCode ?? 0, headers: pairs(message.rawHeaders) };
	return { ...response, body: isTelling(response) ? await readBodyText(message, response) : "" };
}

/** Header names that HTTP/2 does not know. https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2 */
const NOT_IN_HTTP2: ReadonlySet<string> = new Set(["host", "connection", "upgrade", "transfer-encoding"]);

function askHttp2(request: WireRequest, url: URL, { socket }: Connection): Promise<WireAnswer> {
	return new Promise((resolve, reject) => {
		const session: ClientHttp2Session = connectHttp2(url.origin, { createConnection: () => socket });
		session.on("error", reject);
		session.on("close", () => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
		const stream = session.request(
			{
				[constants.HTTP2_HEADER_METHOD]: request.method,
				[constants.HTTP2_HEADER_PATH]: url.pathname + url.search,
				[constants.HTTP2_HEADER_AUTHORITY]: url.host,
				[constants.HTTP2_HEADER_SCHEME]: "https",
				...Object.fromEntries(
					combined(request.headers)
						.map(([name, value]) => [name.toLowerCase(), value] as const)
						.filter(([name]) => !NOT_IN_HTTP2.has(name)),
				),
			},
			{ endStream: request.body === undefined },
		);
		const done = (answer: WireAnswer) => {
			resolve(answer);
			session.destroy();
		};
		stream.on("error", reject);
		// The fourth argument has the lines as they came.
		stream.on("response", (headers, _flags, raw: unknown) => {
			const status = Number(headers[constants.HTTP2_HEADER_STATUS] ?? 0);
			const response = { status, headers: linesOf(raw, headers) };
			if (!isTelling(response)) done({ ...response, body: "" });
			else readBodyText(stream, response).then((body) => done({ ...response, body }), reject);
		});
		if (request.body !== undefined) stream.end(request.body);
	});
}

/** The lines of an HTTP/2 response without what stands for the status; of an older Node, its own reading of them. */
function linesOf(raw: unknown, headers: Readonly<Record<string, unknown>>): HeaderList {
	const all: HeaderList = Array.isArray(raw)
		? pairs(raw.map(String))
		: Object.entries(headers).flatMap(([name, value]) =>
				[value].flat().map((one): Header => [name, String(one)]),
			);
	return all.filter(([name]) => !name.startsWith(":"));
}

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
