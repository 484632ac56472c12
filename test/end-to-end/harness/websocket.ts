/** Owns the little of RFC 6455 that the tests speak: the handshake, unfragmented frames, an echo. */

import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { beginRequest, type Head, headOf, type Outgoing } from "./client.ts";
import type { Upgrade } from "./upstream.ts";

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A frame, whole: nothing here is fragmented. */
export interface Frame {
	readonly opcode: number;
	readonly payload: Buffer;
}

/** A socket after the handshake, from either side. */
export interface WebSocketEnd {
	send(opcode: number, payload: string | Buffer): void;
	/** The next frame that comes; undefined where the connection ends first. */
	next(): Promise<Frame | undefined>;
}

/** What became of a handshake: a socket, or a response like any other. */
export interface HandshakeResult {
	readonly head: Head;
	/** Undefined where the upgrade was refused. */
	readonly end: WebSocketEnd | undefined;
	/** The body of the refusal. */
	body(): Promise<Buffer>;
	close(): void;
}

/** Asks for an upgrade, as a browser does. */
export async function shakeHands(port: number, outgoing: Outgoing): Promise<HandshakeResult> {
	const request = beginRequest(port, {
		...outgoing,
		headers: [
			["Connection", "Upgrade"],
			["Upgrade", "websocket"],
			["Sec-WebSocket-Version", "13"],
			["Sec-WebSocket-Key", randomBytes(16).toString("base64")],
			...(outgoing.headers ?? []),
		],
	});
	request.end();
	const upgraded = once(request, "upgrade") as Promise<[IncomingMessage, Socket, Buffer]>;
	const refused = once(request, "response") as Promise<[IncomingMessage]>;
	const [message, socket, early] = await Promise.race([upgraded, refused]);
	const close = () => request.destroy();
	const answer = { head: headOf(message), body: () => buffer(message), close };
	if (socket === undefined || early === undefined) return { ...answer, end: undefined };
	socket.on("error", () => {});
	return { ...answer, end: endOf(socket, early, true) };
}

/** An upstream that accepts and says back what it is told, until it is told to close. */
export function echo(...lines: readonly string[]): Upgrade {
	return async (request, socket) => {
		const key = String(request.headers["sec-websocket-key"]);
		const accept = createHash("sha1")
			.update(key + GUID)
			.digest("base64");
		const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
		socket.write([...head, `Sec-WebSocket-Accept: ${accept}`, ...lines, "", ""].join("\r\n"));
		const end = endOf(socket, Buffer.alloc(0), false);
		for (let frame = await end.next(); frame !== undefined; frame = await end.next()) {
			end.send(frame.opcode, frame.payload);
			if (frame.opcode === CLOSE) socket.end();
		}
	};
}

function endOf(socket: Socket, early: Buffer, isClient: boolean): WebSocketEnd {
	let pending = early;
	let ended = false;
	let wake = () => {};
	socket.on("data", (chunk: Buffer) => {
		pending = Buffer.concat([pending, chunk]);
		wake();
	});
	socket.on("close", () => {
		ended = true;
		wake();
	});
	return {
		send: (opcode, payload) => socket.write(encode(opcode, Buffer.from(payload), isClient)),
		async next() {
			for (;;) {
				const decoded = decode(pending);
				if (decoded !== undefined) {
					pending = pending.subarray(decoded.bytes);
					return decoded.frame;
				}
				if (ended) return undefined;
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
		},
	};
}

/** Encodes a frame; a client's is masked. RFC 6455, section 5.2 */
function encode(opcode: number, payload: Buffer, masked: boolean): Buffer {
	const head = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10);
	head[0] = 0x80 | opcode;
	if (head.length === 2) head[1] = payload.length;
	if (head.length === 4) head.writeUIntBE(126 * 65_536 + payload.length, 1, 3);
	if (head.length === 10) {
		head[1] = 127;
		head.writeBigUInt64BE(BigInt(payload.length), 2);
	}
	if (!masked) return Buffer.concat([head, payload]);
	head[1] = 0x80 | (head[1] ?? 0);
	const mask = randomBytes(4);
	return Buffer.concat([head, mask, unmask(payload, mask)]);
}

function decode(bytes: Buffer): { readonly frame: Frame; readonly bytes: number } | undefined {
	if (bytes.length < 2) return undefined;
	const short = bytes.readUInt8(1) & 0x7f;
	const masked = (bytes.readUInt8(1) & 0x80) !== 0;
	const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
	const maskAt = 2 + lengthBytes;
	const payloadAt = maskAt + (masked ? 4 : 0);
	if (bytes.length < payloadAt) return undefined;
	const length =
		lengthBytes === 8 ? Number(bytes.readBigUInt64BE(2)) : lengthBytes === 2 ? bytes.readUInt16BE(2) : short;
	if (bytes.length < payloadAt + length) return undefined;
	const payload = bytes.subarray(payloadAt, payloadAt + length);
	return {
		frame: {
			opcode: bytes.readUInt8(0) & 0x0f,
			payload: masked ? unmask(payload, bytes.subarray(maskAt, payloadAt)) : payload,
		},
		bytes: payloadAt + length,
	};
}

function unmask(payload: Buffer, mask: Buffer): Buffer {
	return Buffer.from(payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)));
}
