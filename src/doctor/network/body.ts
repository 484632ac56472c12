/** Owns the part of a response's body that is looked at: the first bytes of an answer that says why it refuses. */

import type { Readable } from "node:stream";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { getHeader, type ReceivedResponse } from "../../browser/header-list.ts";

/** Most that is read, and most that it may unpack to. */
export const MAX_READ_BODY_BYTES = 16 * 1024;

/** How long a body is waited for once its head is there. */
const MAX_BODY_SECONDS = 2;

/** Whether a body may say something of use: only those of error responses do. */
export function isTelling({ status }: ReceivedResponse): boolean {
	return status >= 400;
}

/** Reads the beginning of a body as text; what it cannot read counts as nothing. Never rejects. */
export function readBodyText(stream: Readable, response: ReceivedResponse): Promise<string> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	return new Promise((resolve) => {
		const end = () => {
			clearTimeout(timer);
			resolve(unpacked(Buffer.concat(chunks), getHeader(response.headers, "content-encoding")));
		};
		const timer = setTimeout(end, MAX_BODY_SECONDS * 1000);
		stream.on("data", (chunk: Buffer) => {
			chunks.push(chunk);
			bytes += chunk.length;
			if (bytes >= MAX_READ_BODY_BYTES) end();
		});
		stream.on("end", end);
		stream.on("error", end);
		stream.on("close", end);
	});
}

function unpacked(body: Buffer, encoding: string | null): string {
	const unpack = UNPACKERS.get(encoding?.toLowerCase() ?? "");
	try {
		return (unpack === undefined ? body : unpack(body)).toString("utf8");
	} catch {
		return "";
	}
}

const LIMIT = { maxOutputLength: MAX_READ_BODY_BYTES } as const;

const UNPACKERS: ReadonlyMap<string, (body: Buffer) => Buffer> = new Map([
	["gzip", (body: Buffer) => gunzipSync(body, LIMIT)],
	["br", (body: Buffer) => brotliDecompressSync(body, LIMIT)],
	["deflate", (body: Buffer) => inflateSync(body, LIMIT)],
]);
