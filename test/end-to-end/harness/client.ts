/** Owns the client's half: requests whose header lines, target and body are exactly what a test wrote. */

import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";

/** Both ends take more than the gateway does, so that its bounds are seen and not theirs. */
export const MAX_HEADER_BYTES = 1_000_000;

/** One header line: name and value. */
export type Line = readonly [name: string, value: string];

/** A request as a test writes it. */
export interface Outgoing {
	/** The tenant's hostname, for the `Host` line. */
	readonly host: string;
	readonly method?: string | undefined;
	/** The request target, sent as it is. */
	readonly path?: string | undefined;
	/** Left out: no `Origin` line. */
	readonly origin?: string | undefined;
	/** Further lines, sent as they are. */
	readonly headers?: readonly Line[] | undefined;
	readonly body?: string | Buffer | undefined;
}

/** A response's head. */
export interface Head {
	readonly status: number;
	/** Every header line, names in lower case. */
	readonly lines: readonly Line[];
	/** The value of a header that has at most one line. */
	header(name: string): string | undefined;
	/** The values of all lines of that name. */
	all(name: string): readonly string[];
}

/** A response, read to its end. */
export interface Incoming extends Head {
	readonly body: Buffer;
}

/** A response whose body is still to come. */
export interface Opened extends Head {
	readonly stream: IncomingMessage;
	readonly request: ClientRequest;
}

/** Sends a request and reads the whole response. Rejects where the connection breaks off. */
export async function send(port: number, outgoing: Outgoing): Promise<Incoming> {
	const { stream, request: _, ...head } = await open(port, outgoing);
	return { ...head, body: await buffer(stream) };
}

/** Sends a request and resolves with the response's head. */
export async function open(port: number, outgoing: Outgoing): Promise<Opened> {
	return responseTo(beginRequest(port, outgoing).end(outgoing.body));
}

/** Begins a request whose body the test writes. */
export function beginRequest(port: number, outgoing: Outgoing): ClientRequest {
	const { host, method = "GET", path = "/", origin, headers = [], body } = outgoing;
	const lines: Line[] = [["Host", host]];
	if (origin !== undefined) lines.push(["Origin", origin]);
	lines.push(...headers);
	if (body !== undefined) lines.push(["Content-Length", String(Buffer.byteLength(body))]);
	return request({
		host: "127.0.0.1",
		port,
		method,
		path,
		agent: false,
		headers: lines.flat(),
		maxHeaderSize: MAX_HEADER_BYTES,
	});
}

/** Waits for the head of the response. */
export async function responseTo(request: ClientRequest): Promise<Opened> {
	const [stream] = (await once(request, "response")) as [IncomingMessage];
	return { ...headOf(stream), stream, request };
}

/** The head of a response that node has parsed. */
export function headOf(message: IncomingMessage): Head {
	const lines = linesOf(message.rawHeaders);
	const all = (name: string) => lines.filter((line) => line[0] === name).map((line) => line[1]);
	return {
		status: message.statusCode ?? 0,
		lines,
		header(name) {
			const values = all(name);
			if (values.length > 1) throw new Error(`${name} has ${values.length} lines: ${values.join(" | ")}`);
			return values[0];
		},
		all,
	};
}

/** Pairs what node keeps as one flat list; names in lower case. */
export function linesOf(rawHeaders: readonly string[]): readonly Line[] {
	const lines: Line[] = [];
	for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
		lines.push([(rawHeaders[i] ?? "").toLowerCase(), rawHeaders[i + 1] ?? ""]);
	}
	return lines;
}

/** Sends bytes as they are and gives everything that comes back until the connection ends, one character a byte. */
export async function sendBytes(port: number, bytes: string): Promise<string> {
	const socket = connect(port, "127.0.0.1");
	socket.write(bytes, "latin1");
	// A reset after the answer is an end like any other.
	const chunks: Buffer[] = [];
	socket.on("data", (chunk: Buffer) => chunks.push(chunk));
	socket.on("error", () => {});
	await once(socket, "close");
	return Buffer.concat(chunks).toString("latin1");
}
