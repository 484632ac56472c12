/** Owns a stand-in for Workers KV, in a process of its own: it makes the documents it is asked for, and counts. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";

/** How many tenants there are, and what each document says besides. */
const tenants = Number(process.env["BENCH_TENANTS"] ?? 1);
const upstream = process.env["BENCH_UPSTREAM"];
/** A file with the document of `tenant:bench.example`: it may be megabytes. */
const file = process.env["BENCH_DOCUMENT_FILE"];
const fixed = file === undefined ? undefined : readFileSync(file);

let reads = 0;
let found = 0;

/** What KV's protocol in workerd asks for: `GET /<key>?urlencoded=true`. Beside it, `/counters` and the cache's own requests. */
const server = createServer((request, response) => {
	const url = request.url ?? "/";
	if (url === "/counters") {
		response.end(JSON.stringify({ reads, found }));
		return;
	}
	if (url.startsWith("http://") || url.startsWith("https://")) {
		// The Cache API's protocol: a miss is a 504, a put is swallowed.
		request.resume();
		request.once("end", () => {
			response.writeHead(request.method === "GET" ? 504 : 204, { "CF-Cache-Status": "MISS" }).end();
		});
		return;
	}
	reads++;
	const value = documentOf(decodeURIComponent(url.slice(1).split("?", 1)[0] ?? ""));
	if (value === undefined) {
		response.writeHead(404).end();
		return;
	}
	found++;
	response.end(value);
});

function documentOf(key: string): string | Buffer | undefined {
	if (key === "tenant:bench.example") return fixed;
	if (key === "tenant:directory.example") {
		return JSON.stringify({ upstream, cors: { origins: [{ directory: "customers" }], credentials: true } });
	}
	const number = /^tenant:t(\d+)\.example$/.exec(key)?.[1];
	if (number === undefined || Number(number) >= tenants) return undefined;
	return JSON.stringify({
		upstream,
		cors: {
			origins: [
				"https://app.example.com",
				`https://app-${number}.example.com`,
				`https://*.preview-${number}.example.com`,
			],
			credentials: true,
			methods: ["PUT", "PATCH", "DELETE"],
			requestHeaders: ["Content-Type", "Authorization", "X-Requested-With"],
			exposedHeaders: ["ETag", "X-Request-Id"],
		},
	});
}

server.keepAliveTimeout = 60_000;
server.listen({ port: 0, host: "127.0.0.1" }, () => {
	const address = server.address();
	console.log(JSON.stringify({ port: typeof address === "object" ? address?.port : 0 }));
});
