/** Owns the end-to-end tests of memory: what streams through does not stay. */

import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { beginRequest, open, responseTo } from "./harness/client.ts";
import { APP, credentialedTenant, gateway, upstream, withLines } from "./harness/stage.ts";

const host = credentialedTenant("memory.test");
const CHUNK = Buffer.alloc(1024 * 1024, "x");
const CHUNKS = 300;
const ALL_BYTES = CHUNKS * CHUNK.length;
/** Far above what moves without any stream, far below what streams through. */
const MAX_GROWTH_BYTES = ALL_BYTES / 3;
const SAMPLE_MILLISECONDS = 50;

/** Tells each chunk that is taken. */
function* chunks(taken: () => void = () => {}): Generator<Buffer> {
	for (let i = 0; i < CHUNKS; i++) {
		taken();
		yield CHUNK;
	}
}

async function countBytes(stream: AsyncIterable<Buffer>): Promise<number> {
	let bytes = 0;
	for await (const chunk of stream) bytes += chunk.length;
	return bytes;
}

/** Does the work and gives the most by which the gateway's memory grew meanwhile, in bytes; 0 where that is unknown. */
async function growthDuring(work: Promise<unknown>): Promise<number> {
	const before = (await gateway.residentBytes()) ?? 0;
	const after = work.then(() => "done");
	let most = before;
	while ((await Promise.race([after, sleep(SAMPLE_MILLISECONDS)])) !== "done") {
		most = Math.max(most, (await gateway.residentBytes()) ?? 0);
	}
	return most - before;
}

describe("300 MB", () => {
	test("down pass, and do not stay", async () => {
		const { line } = upstream.expect((_, response) => {
			response.writeHead(200, { "Content-Type": "application/octet-stream" });
			return pipeline(Readable.from(chunks()), response);
		});
		const download = open(gateway.port(), withLines({ host, origin: APP }, line)).then(({ stream }) =>
			countBytes(stream),
		);
		expect(await growthDuring(download)).toBeLessThan(MAX_GROWTH_BYTES);
		expect(await download).toBe(ALL_BYTES);
	});

	test("up pass, and do not stay", async () => {
		let arrived = 0;
		const { line } = upstream.expect(async (request, response) => {
			arrived = await countBytes(request);
			response.end();
		});
		const headers = [["Transfer-Encoding", "chunked"]] as const;
		const request = beginRequest(
			gateway.port(),
			withLines({ host, origin: APP, method: "PUT", headers }, line),
		);
		const answered = responseTo(request);
		const upload = Promise.all([pipeline(Readable.from(chunks()), request), answered]);
		expect(await growthDuring(upload)).toBeLessThan(MAX_GROWTH_BYTES);
		expect((await answered).status).toBe(200);
		expect(arrived).toBe(ALL_BYTES);
	});

	test("are not fetched where the client does not read them", async () => {
		let taken = 0;
		const { line } = upstream.expect((_, response) => {
			response.writeHead(200, { "Content-Type": "application/octet-stream" });
			const count = () => {
				taken += CHUNK.length;
			};
			return pipeline(Readable.from(chunks(count)), response).catch(() => "the client has gone");
		});
		const { stream, request } = await open(gateway.port(), withLines({ host, origin: APP }, line));
		stream.on("error", () => {});
		// Once nothing moves any more, all that stands between the two ends is full.
		for (let before = -1; before !== taken; await sleep(500)) before = taken;
		expect(taken).toBeLessThan(ALL_BYTES / 2);
		request.destroy();
		await once(request, "close");
	});
});

test.runIf(process.platform === "linux")("the gateway's memory is known here", async () => {
	expect(await gateway.residentBytes()).toBeGreaterThan(10_000_000);
});
