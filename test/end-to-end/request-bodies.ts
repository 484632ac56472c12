/** Owns the end-to-end tests of request bodies: never buffered, never changed. */

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { beginRequest, type Line, responseTo, send } from "./harness/client.ts";
import { sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import { APP, credentialedTenant, exchange, gateway, only, upstream, withLines } from "./harness/stage.ts";

const host = credentialedTenant("requests.test");
const timed = credentialedTenant("requests-timed.test", { upstreamTimeoutSeconds: 5 });
const OCTETS: Line = ["Content-Type", "application/octet-stream"];
const CHUNKED: Line = ["Transfer-Encoding", "chunked"];
const TEN_MEGABYTES = randomBytes(10_000_000);

describe("a request", () => {
	test.each(["POST", "PUT", "PATCH", "DELETE", "QUERY"])(
		"%s of 10 MB arrives byte for byte",
		async (method) => {
			const body = method === "POST" ? TEN_MEGABYTES : TEN_MEGABYTES.subarray(0, 100_000);
			for (const tenant of [host, timed]) {
				const { reached } = await exchange({ host: tenant, origin: APP, method, body });
				const request = only(reached);
				expect(request.method).toBe(method);
				expect(request.body.equals(body)).toBe(true);
				expect(request.all("content-length")).toEqual([String(body.length)]);
			}
		},
	);

	test("streams: its first part reaches the upstream before the second is sent", async () => {
		const firstArrived = Promise.withResolvers<void>();
		const whole: Buffer[] = [];
		const { line } = upstream.expect((request, response) => {
			request.on("data", (chunk: Buffer) => {
				whole.push(chunk);
				firstArrived.resolve();
			});
			request.on("end", () => response.end(request.headers["transfer-encoding"]));
		});
		const request = beginRequest(
			gateway.port(),
			withLines({ host, origin: APP, method: "POST", headers: [CHUNKED] }, line),
		);
		request.write("first ");
		await firstArrived.promise;
		request.end("second");
		const response = await responseTo(request);
		expect(String(await buffer(response.stream))).toBe("chunked");
		expect(String(Buffer.concat(whole))).toBe("first second");
	});

	test("streams both ways at once", async () => {
		const { line } = upstream.expect((request, response) => {
			response.writeHead(200, { "Content-Type": "application/octet-stream" });
			request.pipe(response);
		});
		const request = beginRequest(
			gateway.port(),
			withLines({ host, origin: APP, method: "POST", headers: [CHUNKED] }, line),
		);
		request.write("one");
		const response = await responseTo(request);
		expect(String(await once(response.stream, "data"))).toBe("one");
		request.write("two");
		expect(String(await once(response.stream, "data"))).toBe("two");
		request.end();
		expect(String(await buffer(response.stream))).toBe("");
	});

	test.each(["GET", "HEAD"])("%s with a body, odd but legal, keeps it", async (method) => {
		const body = Buffer.from('{"query":{"match_all":{}}}');
		const { reached } = await exchange({ host, origin: APP, method, body });
		const request = only(reached);
		expect(request.method).toBe(method);
		expect(String(request.body)).toBe(String(body));
		expect(request.all("cdn-loop")).toEqual(["cordon"]);
		expect(request.all("x-forwarded-host")).toEqual([host]);
	});

	test("without a body has none at the upstream", async () => {
		for (const method of ["GET", "HEAD", "DELETE", "OPTIONS"]) {
			const request = only((await exchange({ host, origin: APP, method })).reached);
			expect(request.body.length).toBe(0);
			expect(request.all("transfer-encoding")).toEqual([]);
		}
		const posted = only((await exchange({ host, origin: APP, method: "POST", body: "" })).reached);
		expect(posted.all("content-length")).toEqual(["0"]);
	});

	test("that is compressed stays so", async () => {
		const body = gzipSync("x".repeat(20_000));
		const headers: Line[] = [["Content-Encoding", "gzip"], OCTETS];
		const request = only((await exchange({ host, origin: APP, method: "POST", headers, body })).reached);
		expect(request.all("content-encoding")).toEqual(["gzip"]);
		expect(request.body.equals(body)).toBe(true);
	});

	test("that the upstream answers before it has read it is answered so", async () => {
		const { line } = upstream.expect((_, response) => response.writeHead(413).end("too large"));
		const request = beginRequest(
			gateway.port(),
			withLines({ host, origin: APP, method: "POST", headers: [CHUNKED] }, line),
		);
		request.on("error", () => {});
		request.write("the first of many");
		const response = await responseTo(request);
		expect(response.status).toBe(413);
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
		expect(String(await buffer(response.stream))).toBe("too large");
		request.destroy();
	});

	test("that breaks off breaks off at the upstream too", async () => {
		const failed = Promise.withResolvers<void>();
		const { line } = upstream.expect((request) => {
			request.on("data", () => sender.destroy());
			request.on("close", () => {
				if (!request.complete) failed.resolve();
			});
		});
		const sender = beginRequest(
			gateway.port(),
			withLines({ host, method: "POST", headers: [["Content-Length", "1000"]] }, line),
		);
		sender.on("error", () => {});
		sender.write("half");
		await failed.promise;
	});

	test("whose connection breaks off at the upstream is not sent again, unless it is safe", async () => {
		const { line, reached } = upstream.expect((request) => request.socket.destroy());
		const outgoing = withLines({ host, origin: APP, method: "POST", body: "once" }, line);
		expect((await send(gateway.port(), outgoing)).status).toBe(502);
		expect(reached.length).toBe(1);
	});
});
