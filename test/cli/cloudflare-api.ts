/** Owns the stand-in for Cloudflare's API: accounts, a namespace, a Worker's settings, and all that goes wrong with them. */

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, onTestFinished, vi } from "vitest";
import { folder } from "./harness.ts";

export const ACCOUNT = "a".repeat(32);
export const NAMESPACE = "b".repeat(32);
export const TOKEN = "USERS-TOKEN";

/** A call as it came. */
export interface ApiCall {
	readonly method: string;
	/** Below the account's namespace where it is about one, such as `/bulk/get`. */
	readonly path: string;
	readonly query: URLSearchParams;
	readonly authorization: string | undefined;
	readonly body: unknown;
	/** How many calls of the same method and path came before it. */
	readonly before: number;
}

/** What goes wrong with a call. */
export type ApiFault =
	| {
			readonly kind: "status";
			readonly status: number;
			readonly code?: number;
			readonly message?: string;
			readonly retryAfter?: string;
	  }
	/** An answer of any kind. */
	| { readonly kind: "body"; readonly status: number; readonly body: string }
	| { readonly kind: "html"; readonly status: number }
	/** The connection is dropped, before the answer or in the middle of it. */
	| { readonly kind: "drop"; readonly midway?: true }
	/** No answer at all. */
	| { readonly kind: "hang" }
	/** A bulk call does all but these. */
	| { readonly kind: "undone"; readonly keys: readonly string[] };

export interface ApiOptions {
	readonly values?: ReadonlyMap<string, string>;
	readonly accounts?: readonly { readonly id: string; readonly name: string }[];
	/** Asked of every call. */
	readonly fault?: (call: ApiCall) => ApiFault | undefined;
	/** What lists show, where they lag behind. */
	readonly listed?: readonly string[];
	/** Before a call is answered: somebody else may write. */
	readonly onCall?: (call: ApiCall, values: Map<string, string>) => void;
	/** How long each answer takes. */
	readonly milliseconds?: number;
}

export interface CloudflareApi {
	readonly url: string;
	readonly values: Map<string, string>;
	readonly calls: readonly ApiCall[];
	/** "METHOD path" of each. */
	readonly lines: readonly string[];
	/** The environment of a process that asks it. */
	readonly environment: Readonly<Record<string, string>>;
}

/** Fault of the first `count` calls that match. */
export function first(
	count: number,
	method: string,
	path: string,
	fault: ApiFault,
): NonNullable<ApiOptions["fault"]> {
	return (call) => (call.method === method && call.path === path && call.before < count ? fault : undefined);
}

/** Fault of every call that matches. */
export function every(method: string, path: string, fault: ApiFault) {
	return first(Number.POSITIVE_INFINITY, method, path, fault);
}

/** A folder with a configuration that binds the stand-in's namespace, and other files. */
export function project(files: Readonly<Record<string, unknown>> = {}, id: string | undefined = NAMESPACE) {
	return folder({ "wrangler.toml": configOf(id), ...files });
}

/** A configuration. */
export function configOf(id: string | undefined = NAMESPACE): string {
	const named = id === undefined ? "" : `id = "${id}"\n`;
	return `name = "gateway"\nmain = "index.js"\ncompatibility_date = "2026-10-23"\n[[kv_namespaces]]\nbinding = "TENANTS"\n${named}`;
}

/** Room for the SDK's own back-off. */
export const BACK_OFF_TIMEOUT_MILLISECONDS = 120_000;

/** Has every test of a file run without what the machine's environment says of proxies and of wrangler's. */
export function inPlainEnvironment(): void {
	beforeEach(() => {
		for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "CLOUDFLARE_ENV"]) {
			vi.stubEnv(name, undefined);
		}
	});
	afterEach(() => {
		vi.unstubAllEnvs();
	});
}

/** Starts the stand-in; closed after the test. */
export async function cloudflareApi(options: ApiOptions = {}): Promise<CloudflareApi> {
	const values = new Map(options.values ?? []);
	const calls: ApiCall[] = [];
	const server = createServer(async (request, response) => {
		const call = await read(request, calls);
		calls.push(call);
		options.onCall?.(call, values);
		if (options.milliseconds !== undefined) {
			await new Promise((resolve) => setTimeout(resolve, options.milliseconds));
		}
		const fault = options.fault?.(call);
		if (fault !== undefined && fault.kind !== "undone") fail(fault, response);
		else answer(call, values, options, new Set(fault?.keys ?? []), response);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/client/v4`;
	return {
		url,
		values,
		calls,
		get lines() {
			return calls.map(({ method, path }) => `${method} ${path}`);
		},
		environment: {
			CLOUDFLARE_API_BASE_URL: url,
			CLOUDFLARE_API_TOKEN: TOKEN,
			CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
		},
	};
}

async function read(request: IncomingMessage, calls: readonly ApiCall[]): Promise<ApiCall> {
	let text = "";
	for await (const chunk of request) text += chunk;
	const { pathname, searchParams: query } = new URL(request.url ?? "/", "http://api");
	const { method = "" } = request;
	const path = pathname
		.replace("/client/v4", "")
		.replace(`/accounts/${ACCOUNT}/storage/kv/namespaces/${NAMESPACE}`, "");
	return {
		...{ method, path, query },
		authorization: request.headers.authorization,
		body: text === "" ? undefined : JSON.parse(text),
		before: calls.filter((other) => other.method === method && other.path === path).length,
	};
}

function fail(fault: Exclude<ApiFault, { kind: "undone" }>, response: ServerResponse): void {
	switch (fault.kind) {
		case "status": {
			const { status, code = 10_099, message = "the stand-in says so", retryAfter } = fault;
			if (retryAfter !== undefined) response.setHeader("retry-after", retryAfter);
			send(response, status, {
				success: false,
				errors: [{ code, message }],
				messages: [],
				result: null,
			});
			return;
		}
		case "body":
			response.writeHead(fault.status, { "content-type": "application/json" });
			response.end(fault.body);
			return;
		case "html":
			response.writeHead(fault.status, { "content-type": "text/html" });
			response.end("<!doctype html><title>Log in to the network</title>");
			return;
		case "drop":
			if (fault.midway) {
				response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
				response.write('{"success": true, "result": {');
				setTimeout(() => response.destroy(), 20);
			} else response.destroy();
			return;
		case "hang":
	}
}

const PAGE_KEYS = 1000;

function answer(
	{ method, path, query, body }: ApiCall,
	values: Map<string, string>,
	{ accounts = [{ id: ACCOUNT, name: "Acme" }], listed }: ApiOptions,
	undone: ReadonlySet<string>,
	response: ServerResponse,
): ServerResponse {
	const good = (result: unknown, info?: object) =>
		send(response, 200, { success: true, errors: [], messages: [], result, result_info: info });
	const bulk = (keys: readonly string[]) =>
		good({
			successful_key_count: keys.filter((key) => !undone.has(key)).length,
			unsuccessful_keys: keys.filter((key) => undone.has(key)),
		});
	if (path === "/accounts") {
		const page = accounts.slice(0, 20);
		return good(page, { page: 1, per_page: 20, count: page.length, total_count: accounts.length });
	}
	if (path.endsWith("/workers/scripts/gateway/settings")) {
		return good({ bindings: [{ type: "kv_namespace", name: "TENANTS", namespace_id: NAMESPACE }] });
	}
	switch (`${method} ${path}`) {
		case "GET /keys": {
			const all = (listed ?? [...values.keys()]).filter((key) => key.startsWith(query.get("prefix") ?? ""));
			const start = Number(query.get("cursor") ?? 0);
			const limit = Math.min(Number(query.get("limit") ?? PAGE_KEYS), PAGE_KEYS);
			const page = all.toSorted().slice(start, start + limit);
			const cursor = start + limit < all.length ? String(start + limit) : "";
			return good(
				page.map((name) => ({ name })),
				{ count: page.length, cursor },
			);
		}
		case "POST /bulk/get": {
			const { keys } = body as { readonly keys: readonly string[] };
			if (keys.length > 100) return send(response, 400, { success: false, errors: [{ code: 10_029 }] });
			return good({ values: Object.fromEntries(keys.map((key) => [key, values.get(key) ?? null])) });
		}
		case "PUT /bulk": {
			const entries = body as readonly { readonly key: string; readonly value: string }[];
			if (entries.length > 10_000) return send(response, 400, { success: false, errors: [{ code: 10_029 }] });
			for (const { key, value } of entries) if (!undone.has(key)) values.set(key, value);
			return bulk(entries.map(({ key }) => key));
		}
		case "POST /bulk/delete": {
			const keys = body as readonly string[];
			if (keys.length > 10_000) return send(response, 400, { success: false, errors: [{ code: 10_029 }] });
			for (const key of keys) if (!undone.has(key)) values.delete(key);
			return bulk(keys);
		}
	}
	const value = path.startsWith("/values/") ? values.get(decodeURIComponent(path.slice(8))) : undefined;
	if (value !== undefined) return response.end(value);
	return send(response, 404, { success: false, errors: [{ code: 10_013, message: "namespace not found" }] });
}

function send(response: ServerResponse, status: number, body: unknown): ServerResponse {
	response.writeHead(status, { "content-type": "application/json" });
	return response.end(JSON.stringify(body));
}
