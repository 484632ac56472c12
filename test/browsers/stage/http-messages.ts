/** Owns the reading of HTTP/1.1 off a byte stream: where each message's head and body end. RFC 9112, sections 2 to 7 */

import type { Line } from "../../end-to-end/harness/client.ts";

/** A message's head, as it was on the wire. */
export interface MessageHead {
	readonly startLine: string;
	/** Every header line, names in lower case. */
	readonly lines: readonly Line[];
	/** The bytes, the empty line at the end included. */
	readonly bytes: Buffer;
}

/** What a reader finds, in the order of the bytes. */
export interface MessageEvents {
	head(head: MessageHead): void;
	/** Bytes of the body, framing included, as they were on the wire. */
	body(bytes: Buffer): void;
}

/** The body's framing; `tunnel` is what follows a 101, and what ends only with the connection. */
export type Framing =
	| { readonly kind: "none" }
	| { readonly kind: "length"; readonly bytes: number }
	| { readonly kind: "chunked" }
	| { readonly kind: "tunnel" };

const END_OF_HEAD = "\r\n\r\n";
const END_OF_LINE = "\r\n";

/** The value of a head's first line of that name. */
export function headerOf(head: MessageHead, name: string): string | undefined {
	return head.lines.find((line) => line[0] === name)?.[1];
}

/** The framing that a head announces, leaving aside what the method or the status say. RFC 9112, section 6.3 */
export function announcedFraming(head: MessageHead): Framing | undefined {
	if (headerOf(head, "transfer-encoding")?.toLowerCase().endsWith("chunked")) return { kind: "chunked" };
	const length = headerOf(head, "content-length");
	if (length === undefined) return undefined;
	return length === "0" ? { kind: "none" } : { kind: "length", bytes: Number(length) };
}

/**
 * Makes a reader; it is fed with the bytes of one direction of one connection.
 * @param framingOf says how the body that follows a head is framed; asked before the event goes out
 */
export function createMessageReader(
	framingOf: (head: MessageHead) => Framing,
	events: MessageEvents,
): (bytes: Buffer) => void {
	let pending: Buffer = Buffer.alloc(0);
	/** Reads what it can off `pending`; false where more bytes are wanted. */
	let read: () => boolean = readHead;

	function take(bytes: number): Buffer {
		const taken = pending.subarray(0, bytes);
		pending = pending.subarray(bytes);
		return taken;
	}

	function readHead(): boolean {
		const end = pending.indexOf(END_OF_HEAD);
		if (end === -1) return false;
		const head = parseHead(take(end + END_OF_HEAD.length));
		const framing = framingOf(head);
		events.head(head);
		if (framing.kind === "chunked") read = readChunk;
		if (framing.kind === "length") read = bytesThen(framing.bytes, readHead);
		if (framing.kind === "tunnel") read = bytesThen(Number.POSITIVE_INFINITY, readHead);
		return true;
	}

	function bytesThen(count: number, next: () => boolean): () => boolean {
		let left = count;
		return () => {
			if (pending.length === 0) return false;
			const taken = take(Math.min(left, pending.length));
			left -= taken.length;
			events.body(taken);
			if (left === 0) read = next;
			return true;
		};
	}

	function readChunk(): boolean {
		const end = pending.indexOf(END_OF_LINE);
		if (end === -1) return false;
		const line = take(end + END_OF_LINE.length);
		events.body(line);
		const size = Number.parseInt(line.toString("latin1"), 16);
		read = size === 0 ? readTrailer : bytesThen(size + END_OF_LINE.length, readChunk);
		return true;
	}

	function readTrailer(): boolean {
		const end = pending.indexOf(END_OF_LINE);
		if (end === -1) return false;
		events.body(take(end + END_OF_LINE.length));
		if (end === 0) read = readHead;
		return true;
	}

	return (bytes) => {
		pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
		while (pending.length > 0 && read());
	};
}

function parseHead(bytes: Buffer): MessageHead {
	const [startLine = "", ...fields] = bytes
		.toString("latin1")
		.slice(0, -END_OF_HEAD.length)
		.split(END_OF_LINE);
	const lines = fields.map((field): Line => {
		const colon = field.indexOf(":");
		return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
	});
	return { startLine, lines, bytes };
}
