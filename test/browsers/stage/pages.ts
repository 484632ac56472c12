/** Owns the pages' server: the probe page on every page origin, its plan, and its report, which never depend on the gateway. */

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Runs } from "./runs.ts";
import { PAGES, type PageName, type World } from "./world.ts";

const DIRECTORY = join(import.meta.dirname, "../probe");

const FILES = [
	{ path: "/", file: "probe.html", type: "text/html; charset=utf-8" },
	{ path: "/sandbox.html", file: "sandbox.html", type: "text/html; charset=utf-8" },
	{ path: "/probe.js", file: "probe.js", type: "text/javascript; charset=utf-8" },
	{ path: "/steps.js", file: "steps.js", type: "text/javascript; charset=utf-8" },
	{ path: "/table.js", file: "table.js", type: "text/javascript; charset=utf-8" },
	{ path: "/probe.css", file: "probe.css", type: "text/css; charset=utf-8" },
] as const;

export interface Pages {
	readonly port: number;
	stop(): Promise<void>;
}

export interface PagesOptions {
	readonly world: World;
	readonly runs: Runs;
	/** Called when a page cannot go on. */
	readonly onFailure: (run: string, reason: string) => void;
	/** Called when a page has the first part of a stream. */
	readonly acknowledge: (caseKey: string) => void;
}

/** Starts the server. A page is known by the authority that it is asked under. */
export async function startPages({ world, runs, onFailure, acknowledge }: PagesOptions): Promise<Pages> {
	const files = new Map<string, { readonly type: string; readonly body: Buffer }>();
	for (const { path, file, type } of FILES) {
		files.set(path, { type, body: await readFile(join(DIRECTORY, file)) });
	}
	const pageOf = (host: string | undefined) =>
		PAGES.find((page) => URL.parse(world.pages[page] ?? "")?.host === host);

	async function answer(request: IncomingMessage, page: PageName, url: URL): Promise<unknown> {
		const run = url.searchParams.get("run") ?? "";
		const userAgent = request.headers["user-agent"] ?? "";
		switch (`${request.method} ${url.pathname}`) {
			case "GET /plan":
				return { page, pages: world.pages, ...runs.plan(run, page, userAgent) };
			case "POST /report": {
				const saw = new Map(Object.entries(sawOf(await text(request))));
				const { outcomes } = runs.report(run, page, userAgent, saw);
				const next = runs.next(page);
				return { outcomes, next: next && world.pages[next] };
			}
			case "POST /failure":
				onFailure(run, `the ${page} page failed: ${await text(request)}`);
				return {};
			case "POST /acknowledge":
				acknowledge(url.searchParams.get("case") ?? "");
				return {};
			default:
				return undefined;
		}
	}

	async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? "/", "http://any.invalid");
		const page = pageOf(request.headers.host);
		const file = request.method === "GET" ? files.get(url.pathname) : undefined;
		const data = file === undefined && page !== undefined ? await answer(request, page, url) : undefined;
		const json = data === undefined ? undefined : { type: "application/json", body: JSON.stringify(data) };
		const found = file ?? json;
		response.writeHead(found ? 200 : 404, {
			"Content-Type": found?.type ?? "text/plain",
			"Cache-Control": "no-store",
			// A sandboxed frame has no origin of its own, and wants the scripts all the same.
			...(file && { "Access-Control-Allow-Origin": "*" }),
		});
		response.end(found?.body ?? "Not found\n");
	}

	const server = createServer((request, response) => {
		serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		port: (server.address() as AddressInfo).port,
		async stop() {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	};
}

/** What a page saw, by case. Throws on anything else. */
function sawOf(json: string): Readonly<Record<string, readonly string[]>> {
	const saw: unknown = JSON.parse(json);
	const isSaw = (value: unknown): value is Readonly<Record<string, readonly string[]>> =>
		typeof value === "object" &&
		value !== null &&
		Object.values(value).every(
			(entries) => Array.isArray(entries) && entries.every((entry) => typeof entry === "string"),
		);
	if (!isSaw(saw)) throw new Error("A report is an object of lists of strings.");
	return saw;
}
