/** Owns the proof of the middleware on every runtime: one table, over HTTP. */

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { APP } from "./apps.ts";
import { RUNTIMES, type Served } from "./runtimes.ts";
import { type Case, casesWith } from "./table.ts";

const directory = mkdtempSync(join(tmpdir(), "cordon-middleware-"));
const upstream = createServer(({ headers }, response) => {
	response.setHeader("Access-Control-Allow-Origin", headers.origin ?? "*");
	response.setHeader("Access-Control-Allow-Credentials", "true");
	response.setHeader("Vary", "Origin");
	response.setHeader("Set-Cookie", ["a=1", "b=2"]);
	response.end("fetched");
}).listen(0, "127.0.0.1");
await once(upstream, "listening");
const from = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/`;

afterAll(() => {
	upstream.close();
	rmSync(directory, { recursive: true, force: true });
});

for (const { name, present, serve } of RUNTIMES) {
	describe.skipIf(!present)(`on ${name}${present ? "" : " (not on this machine)"}`, () => {
		let served: Served;
		beforeAll(async () => {
			served = await serve(directory);
		});
		afterAll(() => served?.stop());

		test.each(casesWith(from))("$says", async (one) => {
			const response = await ask(served.port, one);
			const text = await bodyOf(response);
			expect({ status: response.statusCode, sharing: sharingOf(response) }, text).toEqual({
				status: one.status,
				sharing: one.sharing,
			});
			if (typeof one.body === "string") expect(text).toBe(one.body);
			else if (one.body !== undefined) expect(JSON.parse(text)).toMatchObject(one.body);
			if (one.cookies !== undefined) expect(response.headers["set-cookie"]).toEqual(one.cookies);
		});

		test("a body streams: its beginning is there before its end is made", async () => {
			const response = await ask(served.port, { target: "enforce.test/stream", origin: APP });
			const [chunk] = (await once(response, "data")) as [Buffer];
			expect(chunk.toString()).toBe("first ");
			response.destroy();
		});
	});
}

async function ask(
	port: number,
	{ target, method = "GET", origin, headers }: Pick<Case, "target" | "method" | "origin" | "headers">,
): Promise<IncomingMessage> {
	const slash = target.indexOf("/");
	const sent = request({
		port,
		method,
		host: "127.0.0.1",
		path: target.slice(slash),
		headers: { host: target.slice(0, slash), ...(origin === undefined ? {} : { origin }), ...headers },
		agent: false,
	});
	const [response] = (await once(sent.end(), "response")) as [IncomingMessage];
	return response;
}

async function bodyOf(response: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of response) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}

/** Line by line, so that a doubled header is seen. */
function sharingOf({ rawHeaders }: IncomingMessage): Readonly<Record<string, string>> {
	const found: Record<string, string> = {};
	for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
		const name = (rawHeaders[i] ?? "").toLowerCase();
		if (!name.startsWith("access-control-") && name !== "vary" && name !== "timing-allow-origin") continue;
		found[name] =
			found[name] === undefined ? (rawHeaders[i + 1] ?? "") : `${found[name]} AND ${rawHeaders[i + 1]}`;
	}
	return found;
}
