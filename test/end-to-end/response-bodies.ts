/** Owns the end-to-end tests of response bodies: never buffered, never changed. */

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Line, open, sendBytes } from "./harness/client.ts";
import { sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import { APP, credentialedTenant, exchange, gateway, only, upstream, withLines } from "./harness/stage.ts";
import { CASE, type UpstreamAnswer } from "./harness/upstream.ts";

const host = credentialedTenant("responses.test");
const timed = credentialedTenant("responses-timed.test", { upstreamTimeoutSeconds: 5 });
const OCTETS: Line = ["Content-Type", "application/octet-stream"];
const TEN_MEGABYTES = randomBytes(10_000_000);

describe("a response", () => {
	test.each([
		["text/event-stream", "data: first\n\n", "data: second\n\n"],
		["application/octet-stream", "first", "second"],
		["application/x-ndjson", "1\n", "2\n"],
	])("of %s streams: its first part arrives before the second is sent", async (type, first, second) => {
		const firstArrived = Promise.withResolvers<void>();
		const { line } = upstream.expect(async (_, response) => {
			response.writeHead(200, { "Content-Type": type });
			response.write(first);
			await firstArrived.promise;
			response.end(second);
		});
		const opened = await open(gateway.port(), withLines({ host, origin: APP }, line));
		expect(sharingOf(opened)).toEqual(sharedWithCredentials(APP));
		const [chunk] = await once(opened.stream, "data");
		expect(String(chunk)).toBe(first);
		firstArrived.resolve();
		expect(String(await buffer(opened.stream))).toBe(second);
	});

	test("gives its headers away before there is any body", async () => {
		const headArrived = Promise.withResolvers<void>();
		const { line } = upstream.expect(async (_, response) => {
			response.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
			await headArrived.promise;
			response.end("late");
		});
		const opened = await open(gateway.port(), withLines({ host, origin: APP }, line));
		headArrived.resolve();
		expect(String(await buffer(opened.stream))).toBe("late");
	});

	test.each([
		["with a length", [OCTETS, ["Content-Length", "10000000"]] as const],
		["in chunks", [OCTETS] as const],
	])("of 10 MB arrives byte for byte, %s", async (_, headers) => {
		for (const tenant of [host, timed]) {
			const { response } = await exchange({ host: tenant, origin: APP }, { headers, body: TEN_MEGABYTES });
			expect(response.body.equals(TEN_MEGABYTES)).toBe(true);
			expect(response.header("content-length")).toBe(headers.length === 2 ? "10000000" : undefined);
			expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
		}
	});

	test.each([
		["gzip", gzipSync("x".repeat(20_000))],
		["br", brotliCompressSync("x".repeat(20_000))],
	])("in %s arrives as the upstream compressed it", async (encoding, body) => {
		const headers: Line[] = [OCTETS, ["Content-Encoding", encoding], ["Content-Length", String(body.length)]];
		for (const accepted of [encoding, "gzip, deflate, br, zstd"]) {
			const { response, reached } = await exchange(
				{ host, origin: APP, headers: [["Accept-Encoding", accepted]] },
				{ headers, body },
			);
			expect(only(reached).all("accept-encoding")).toEqual([expect.stringContaining(encoding)]);
			expect(response.header("content-encoding")).toBe(encoding);
			expect(response.body.equals(body)).toBe(true);
			expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
		}
	});

	test("to HEAD keeps its length and has no body", async () => {
		const { line } = upstream.expect({ headers: [OCTETS, ["Content-Length", "12345"], ["ETag", '"x"']] });
		const answer = await sendBytes(
			gateway.port(),
			`HEAD / HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${APP}\r\n${line.join(": ")}\r\nConnection: close\r\n\r\n`,
		);
		const [head, ...rest] = answer.split("\r\n\r\n");
		expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
		expect(head?.toLowerCase()).toContain("\r\ncontent-length: 12345");
		expect(head?.toLowerCase()).toContain('\r\netag: "x"');
		expect(rest).toEqual([""]);
	});

	test.each([204, 304])("of %i has no body", async (status) => {
		const { line } = upstream.expect({ status, headers: [["ETag", '"x"']] });
		const answer = await sendBytes(
			gateway.port(),
			`GET / HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${APP}\r\nIf-None-Match: "x"\r\n${line.join(": ")}\r\nConnection: close\r\n\r\n`,
		);
		const [head, ...rest] = answer.split("\r\n\r\n");
		expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
		expect(head?.toLowerCase()).toContain('\r\netag: "x"');
		expect(head?.toLowerCase()).toContain(`\r\naccess-control-allow-origin: ${APP}`);
		expect(rest).toEqual([""]);
	});

	test("of 206 is the part that was asked for", async () => {
		const { response, reached } = await exchange(
			{
				host,
				origin: APP,
				headers: [
					["Range", "bytes=2-4"],
					["If-Range", '"x"'],
				],
			},
			{
				status: 206,
				headers: [
					OCTETS,
					["Content-Range", "bytes 2-4/10"],
					["Content-Length", "3"],
					["Accept-Ranges", "bytes"],
				],
				body: "cde",
			},
		);
		expect(only(reached).all("range")).toEqual(["bytes=2-4"]);
		expect(only(reached).all("if-range")).toEqual(['"x"']);
		expect(response.status).toBe(206);
		expect(response.header("content-range")).toBe("bytes 2-4/10");
		expect(response.header("content-length")).toBe("3");
		expect(response.body.toString()).toBe("cde");
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
	});

	test("is the last of several: interim ones are not the answer", async () => {
		const { response } = await exchange({ host, origin: APP }, (request) =>
			request.socket.end(
				"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
			),
		);
		expect(response.status).toBe(200);
		expect(response.header("link")).toBeUndefined();
		expect(response.body.toString()).toBe("ok");
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
	});

	test("that ends with the connection, as in HTTP/1.0, is whole", async () => {
		const { response } = await exchange({ host, origin: APP }, (request) =>
			request.socket.end("HTTP/1.0 200 OK\r\nX-Old: yes\r\n\r\nuntil the end"),
		);
		expect(response.header("x-old")).toBe("yes");
		expect(response.body.toString()).toBe("until the end");
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
	});

	test("that nobody waits for any more ends at the upstream too", async () => {
		for (const tenant of [host, timed]) {
			const closed = Promise.withResolvers<void>();
			const { line } = upstream.expect(async (request, response) => {
				request.socket.once("close", closed.resolve);
				response.writeHead(200, { "Content-Type": "application/octet-stream" });
				while (!request.socket.destroyed) {
					response.write(Buffer.alloc(1000));
					await sleep(10);
				}
			});
			const opened = await open(gateway.port(), withLines({ host: tenant, origin: APP }, line));
			await once(opened.stream, "data");
			opened.stream.on("error", () => {});
			opened.request.destroy();
			await closed.promise;
		}
	});

	const brokenOff: Readonly<Record<string, UpstreamAnswer>> = {
		"with a length": (request, response) => {
			response.writeHead(200, [OCTETS, ["Content-Length", "1000"]].flat());
			response.write("half", () => request.socket.destroy());
		},
		"in chunks": (request, response) => {
			response.writeHead(200, OCTETS.slice());
			response.write("half", () => request.socket.destroy());
		},
	};

	test.each(Object.entries(brokenOff))(
		"that breaks off, %s, breaks off, and never hangs",
		async (_, answer) => {
			for (const tenant of [host, timed]) {
				const { line } = upstream.expect(answer);
				const opened = await open(gateway.port(), withLines({ host: tenant, origin: APP }, line));
				expect(opened.status).toBe(200);
				await expect(buffer(opened.stream)).rejects.toThrow();
				expect(opened.stream.complete).toBe(false);
			}
			const { response } = await exchange({ host, origin: APP });
			expect(response.body.toString()).toBe("hello");
		},
	);
});

test("a connection serves one request after the other", async () => {
	const { line } = upstream.expect({ headers: [["Content-Length", "2"]], body: "ok" });
	const request = (connection: string, origin: string) =>
		`GET / HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\n${CASE}: ${line[1]}\r\nConnection: ${connection}\r\n\r\n`;
	const answers = await sendBytes(
		gateway.port(),
		request("keep-alive", APP) + request("keep-alive", "null") + request("close", APP),
	);
	const each = answers.split("HTTP/1.1 200 OK\r\n").slice(1);
	expect(each.map((answer) => /^access-control-allow-origin: (.*)\r$/im.exec(answer)?.[1])).toEqual([
		APP,
		undefined,
		APP,
	]);
});
