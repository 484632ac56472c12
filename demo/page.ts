/** Owns the demo page's server: three static files, and the facts that the page needs as JSON. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import type { Ports } from "./ports.ts";
import { allowedOrigin, demoDocument, refusedOrigin } from "./tenants.ts";

const ASSETS = [
	{ path: "/", file: "page.html", type: "text/html; charset=utf-8" },
	{ path: "/page.css", file: "page.css", type: "text/css; charset=utf-8" },
	{ path: "/page.js", file: "page.js", type: "text/javascript; charset=utf-8" },
] as const;

/** One server for both origins of the page: http://localhost and http://127.0.0.1 differ for the browser only. */
export async function createPageServer(ports: Ports): Promise<Server> {
	const answers = new Map<string, { readonly type: string; readonly body: string }>();
	for (const { path, file, type } of ASSETS) {
		answers.set(path, { type, body: await readFile(join(import.meta.dirname, "static", file), "utf8") });
	}
	const facts = {
		ports,
		pages: { allowed: allowedOrigin(ports), refused: refusedOrigin(ports) },
		tenant: demoDocument(ports),
	};
	answers.set("/demo.json", { type: "application/json", body: JSON.stringify(facts) });

	return createServer((request, response) => {
		const found = answers.get(request.url?.split("?")[0] ?? "");
		response.writeHead(found ? 200 : 404, {
			"Content-Type": found?.type ?? "text/plain",
			"Cache-Control": "no-store",
		});
		response.end(found?.body ?? "Not found\n");
	});
}
