/** Owns the API behind every contender: a small server in a process of its own. It sends no CORS headers, as the peers' cors packages expect. */

import { createServer } from "node:http";
import { LARGE_BODY_BYTES, MANY_HEADERS } from "./upstream.ts";

const SMALL = Buffer.from(
	JSON.stringify({ user: "ada", items: Array.from({ length: 12 }, (_, id) => ({ id })) }),
);
const LARGE = Buffer.alloc(LARGE_BODY_BYTES, "x");

const COMMON = [
	["Content-Type", "application/json; charset=utf-8"],
	["Cache-Control", "private, no-cache"],
	["ETag", '"5d8c72a5edda8d6a"'],
	["Vary", "Accept-Encoding"],
	["Set-Cookie", "session=0123456789abcdef; Path=/; HttpOnly; Secure; SameSite=Lax"],
	["X-Request-Id", "0f8c9d7e6b5a43210f8c9d7e6b5a4321"],
] as const;

const server = createServer((request, response) => {
	for (const [name, value] of COMMON) response.setHeader(name, value);
	if (request.url === "/many-headers") {
		for (let i = COMMON.length; i < MANY_HEADERS; i++) response.setHeader(`X-Header-${i}`, `value ${i}`);
	}
	const body = request.url === "/large" ? LARGE : SMALL;
	response.setHeader("Content-Length", body.length);
	request.on("data", () => {});
	request.once("end", () => response.end(request.method === "HEAD" ? undefined : body));
});
server.keepAliveTimeout = 60_000;
server.listen({ port: 0, host: "127.0.0.1" }, () => {
	const address = server.address();
	console.log(JSON.stringify({ port: typeof address === "object" ? address?.port : 0 }));
});
