/** Owns the API behind the gateway: a real HTTP server that answers as a test says, and tells what reached it. */

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { type Line, linesOf, MAX_HEADER_BYTES } from "./client.ts";

/** The request header by which the upstream tells the tests' requests apart. */
export const CASE = "X-Case";

/** A response as a test writes it: every line is sent as it is. */
export interface Reply {
	readonly status?: number;
	readonly headers?: readonly Line[];
	readonly body?: string | Buffer;
}

/** A reply, or what else a test does with the request. */
export type UpstreamAnswer = Reply | ((request: IncomingMessage, response: ServerResponse) => unknown);

/** What a test does with a request to upgrade. */
export type Upgrade = (request: IncomingMessage, socket: Socket) => unknown;

/** A request that reached the upstream. */
export interface Reached {
	readonly method: string;
	/** The request target, as it was on the wire. */
	readonly target: string;
	/** Every header line, names in lower case. */
	readonly lines: readonly Line[];
	/** The values of all lines of that name. */
	all(name: string): readonly string[];
	/** The body; empty until it was read. */
	readonly body: Buffer;
}

/** What belongs to one test, or to one request of it. */
export interface Case {
	/** The line by which a request belongs here. */
	readonly line: Line;
	/** Every request that belongs here and reached the upstream, in the order of their coming. */
	readonly reached: readonly Reached[];
}

export interface TestUpstream {
	readonly port: number;
	/** Its address, as a tenant document has it. */
	readonly origin: string;
	/** Says how the requests that carry the case's line are answered. */
	expect(answer: UpstreamAnswer, upgrade?: Upgrade): Case;
	stop(): Promise<void>;
}

interface Expected {
	readonly answer: UpstreamAnswer;
	readonly upgrade: Upgrade | undefined;
	readonly reached: Reached[];
}

/** Starts an upstream on a free port of 127.0.0.1. */
export async function startUpstream(): Promise<TestUpstream> {
	const cases = new Map<string, Expected>();
	const find = (request: IncomingMessage) => cases.get(String(request.headers[CASE.toLowerCase()]));

	const options = { keepAliveTimeout: 60_000, maxHeaderSize: MAX_HEADER_BYTES };
	const server = createServer(options, async (request, response) => {
		// A client that breaks off is what some tests are about.
		request.on("error", () => {});
		const expected = find(request);
		if (expected === undefined) return response.writeHead(500).end("Nobody expects this request.");
		const { answer, reached } = expected;
		const seen = { ...seenOf(request), body: Buffer.alloc(0) };
		reached.push(seen);
		if (typeof answer === "function") return answer(request, response);
		seen.body = await buffer(request);
		response.writeHead(answer.status ?? 200, (answer.headers ?? []).flat());
		return response.end(answer.body);
	});
	server.on("upgrade", (request, socket: Socket) => {
		socket.on("error", () => {});
		const expected = find(request);
		expected?.reached.push({ ...seenOf(request), body: Buffer.alloc(0) });
		if (expected?.upgrade === undefined) return socket.destroy();
		return expected.upgrade(request, socket);
	});
	const sockets = new Set<Socket>();
	server.on("connection", (socket) => sockets.add(socket.on("close", () => sockets.delete(socket))));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;

	return {
		port,
		origin: `http://127.0.0.1:${port}`,
		expect(answer, upgrade) {
			const name = `case-${cases.size + 1}`;
			const reached: Reached[] = [];
			cases.set(name, { answer, upgrade, reached });
			return { line: [CASE, name], reached };
		},
		async stop() {
			server.close();
			// Upgraded ones are no longer the server's, so it would wait for them for ever.
			for (const socket of sockets) socket.destroy();
			await once(server, "close");
		},
	};
}

function seenOf(request: IncomingMessage): Omit<Reached, "body"> {
	const lines = linesOf(request.rawHeaders);
	return {
		method: request.method ?? "",
		target: request.url ?? "",
		lines,
		all: (name) => lines.filter((line) => line[0] === name).map((line) => line[1]),
	};
}
