/** Owns a stand-in for Workers KV, in a process of its own: it makes the documents it is asked for, counts, and fails when told to. */

import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { type KvMode, REGISTERED_ORIGIN, SLOW_SECONDS } from "./kv-modes.ts";
import { largeDocument } from "./large-documents.ts";

/** How many tenants there are, and what each document says besides. */
const tenants = Number(process.env["BENCH_TENANTS"] ?? 1);
const upstream = process.env["BENCH_UPSTREAM"];
/** A file with the document of `tenant:bench.example`: it may be megabytes. */
const file = process.env["BENCH_DOCUMENT_FILE"];
const fixed = file === undefined ? undefined : readFileSync(file);

/** Whether the Cache API's puts are kept; else every look-up misses. */
const keepsCache = process.env["BENCH_CACHE"] === "yes";

let reads = 0;
let found = 0;
let calls = 0;
let mode: KvMode = "well";
const cached = new Map<string, Buffer>();
const deleted = new Set<string>();

/**
 * What KV's protocol in workerd asks for: `GET /<key>?urlencoded=true`, `POST /bulk/get`. Beside it the controls, and the cache's own requests,
 * in which workerd names no Host.
 */
const server = createServer({ requireHostHeader: false }, (request, response) => {
	const url = request.url ?? "/";
	if (url === "/counters") {
		response.end(JSON.stringify({ reads, found }));
	} else if (url.startsWith("/mode/")) {
		mode = decodeURIComponent(url.slice("/mode/".length)) as KvMode;
		response.end();
	} else if (url.startsWith("/deleted/")) {
		deleted.add(decodeURIComponent(url.slice("/deleted/".length)));
		response.end();
	} else if (url.startsWith("http://") || url.startsWith("https://")) {
		void serveCache(url, request, response);
	} else if (url.startsWith("/bulk/get")) {
		void serveKeys(request, response);
	} else {
		reads++;
		void serveKey(decodeURIComponent(url.slice(1).split("?", 1)[0] ?? ""), response);
	}
});

async function serveKey(key: string, response: ServerResponse): Promise<void> {
	if (!(await answers([key], response))) return;
	const value = heldUnder(key);
	if (value === undefined) response.writeHead(404).end();
	else response.end(value);
}

/** Several keys in one read: an object of their values, null for an absence. */
async function serveKeys(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const { keys } = JSON.parse(String(await buffer(request))) as { readonly keys: readonly string[] };
	reads += keys.length;
	if (!(await answers(keys, response))) return;
	response.end(
		JSON.stringify(Object.fromEntries(keys.map((key) => [key, heldUnder(key)?.toString() ?? null]))),
	);
}

/** Whether KV answers a read now; if not, it has failed or hangs. */
async function answers(keys: readonly string[], response: ServerResponse): Promise<boolean> {
	const isOdd = keys.some((key) => /[13579]\.example$/.test(key));
	if (mode === "slow") await sleep(SLOW_SECONDS * 1000);
	if (mode === "hanging") return false;
	const isFailing =
		mode === "failing" ||
		(mode === "flapping" && calls++ % 2 === 0) ||
		(mode === "failing for half" && isOdd);
	if (isFailing) response.writeHead(500).end("no");
	return !isFailing;
}

function heldUnder(key: string): string | Buffer | undefined {
	const value = deleted.has(key) ? undefined : documentOf(key);
	if (value === undefined) return undefined;
	found++;
	const isGarbled = mode === "garbage" && key.startsWith("tenant:");
	return isGarbled ? '{"cors": {"origins": "*", "credentials": true' : value;
}

/** The Cache API's protocol: a put brings a whole HTTP response as its body; a miss is a 504. */
async function serveCache(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
	const body = await buffer(request);
	const kept = cached.get(url);
	if (request.method === "PUT") {
		if (keepsCache) cached.set(url, body);
		response.writeHead(204).end();
	} else if (request.method === "PURGE") {
		response.writeHead(cached.delete(url) ? 200 : 404).end();
	} else if (kept === undefined) {
		response.writeHead(504, { "CF-Cache-Status": "MISS" }).end();
	} else {
		const end = kept.indexOf("\r\n\r\n");
		const [, ...lines] = kept.toString("latin1", 0, end).split("\r\n");
		const headers = lines.map((line) => line.split(/: */, 2) as [string, string]);
		response.writeHead(200, [...headers.flat(), "CF-Cache-Status", "HIT"]).end(kept.subarray(end + 4));
	}
}

function documentOf(key: string): string | Buffer | undefined {
	if (key === "tenant:bench.example") return fixed;
	if (key === "tenant:directory.example") {
		return JSON.stringify({ upstream, cors: { origins: [{ directory: "customers" }], credentials: true } });
	}
	if (key === `origin:customers:${REGISTERED_ORIGIN}`) return "";
	const large = largeDocument(key.slice("tenant:".length));
	if (large !== undefined) return large;
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
