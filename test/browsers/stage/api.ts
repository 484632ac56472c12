/** Owns the API behind the gateway: it does what the path says, and gets everything wrong that an API can get wrong in CORS. */

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Line, linesOf } from "../../end-to-end/harness/client.ts";
import { echo } from "../../end-to-end/harness/websocket.ts";
import type { ReachedRequest } from "./ledger.ts";

export interface Api {
	readonly port: number;
	/** Lets a stream go on: its page says that it has the first part. */
	acknowledge(caseKey: string): void;
	stop(): Promise<void>;
}

interface ApiCall {
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly url: URL;
	/** What follows the behaviour in the path. */
	readonly rest: readonly string[];
}

type Behaviour = (exchange: ApiCall) => unknown;

/** Buffers on the way hold back less than this. */
const FIRST_PART_BYTES = 16 * 1024;
/** When a stream goes on though no page has said that it has the first part. */
const ACKNOWLEDGE_TIMEOUT_MILLISECONDS = 5000;
const EVENTS = 3;

/** Who may read, says this API: whoever asks. */
function hostile(origin: string | undefined): readonly Line[] {
	return [
		["Access-Control-Allow-Origin", origin ?? "*"],
		["Access-Control-Allow-Credentials", "true"],
		["Access-Control-Expose-Headers", "*, X-Secret, Set-Cookie"],
		["Access-Control-Allow-Methods", "*"],
		["Access-Control-Allow-Headers", "*"],
		["Timing-Allow-Origin", "*"],
	];
}

/**
 * Starts the API.
 * @param reach called with each request
 */
export async function startApi(reach: (request: ReachedRequest) => void): Promise<Api> {
	const acknowledged = new Map<string, () => void>();
	const behaviours = behavioursOf(acknowledged);
	const note = ({ method = "", url = "", rawHeaders }: IncomingMessage) =>
		reach({ method, target: url, lines: linesOf(rawHeaders) });

	const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
		note(request);
		request.on("error", () => {});
		request.resume();
		const url = new URL(request.url ?? "/", "http://any.invalid");
		const [, , behaviour = "", ...rest] = url.pathname.split("/");
		for (const [name, value] of hostile(request.headers.origin)) response.setHeader(name, value);
		response.setHeader("Cache-Control", "no-store");
		response.setHeader("Content-Type", "text/plain");
		const behave = behaviours.get(behaviour);
		if (behave === undefined) return response.writeHead(500).end(`Nothing is called ${behaviour}.`);
		return behave({ request, response, url, rest });
	});
	const accept = echo();
	server.on("upgrade", (request, socket) => {
		note(request);
		socket.on("error", () => {});
		accept(request, socket as never);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		port: (server.address() as AddressInfo).port,
		acknowledge: (caseKey) => acknowledged.get(caseKey)?.(),
		async stop() {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	};
}

function behavioursOf(acknowledged: Map<string, () => void>): ReadonlyMap<string, Behaviour> {
	const file =
		(type: string, text: string): Behaviour =>
		({ response }) =>
			response.setHeader("Content-Type", type).end(text);

	const behaviours: Readonly<Record<string, Behaviour>> = {
		hello: ({ response }) => response.end("hello"),
		login: ({ response }) =>
			response.setHeader("Set-Cookie", "session=ada; Path=/; HttpOnly; SameSite=Lax").end("hello"),
		logout: ({ response }) =>
			response.setHeader("Set-Cookie", "session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0").end("hello"),
		/** A jar has a path of its own, so that its cookies go nowhere else. */
		jar: ({ response, url, rest: [, action] }) => {
			const path = url.pathname.slice(0, url.pathname.lastIndexOf("/"));
			const cookies = { fill: ["crumb"], "fill-both": ["crumb", "loaf"] }[action ?? ""] ?? [];
			for (const name of cookies) response.appendHeader("Set-Cookie", `${name}=1; Path=${path}`);
			response.end("hello");
		},
		status: ({ response, rest: [status] }) => response.writeHead(Number(status)).end(),
		challenge: ({ request, response }) => {
			const known = request.headers.authorization !== undefined;
			if (!known) response.setHeader("WWW-Authenticate", 'Basic realm="probe"');
			response.writeHead(known ? 200 : 401).end();
		},
		redirect: ({ response, url, rest: [status] }) =>
			response
				.setHeader("Location", url.searchParams.get("to") ?? "")
				.writeHead(Number(status))
				.end(),
		headers: ({ response }) => {
			response.setHeader("ETag", '"1"').setHeader("X-Total", "42").setHeader("X-Secret", "42");
			response.setHeader("Set-Cookie", "crumb=1; Path=/none").end("hello");
		},
		doubled: ({ request, response }) => {
			response.setHeader("Access-Control-Allow-Origin", ["*", request.headers.origin ?? "*"]);
			response.setHeader("Access-Control-Allow-Credentials", ["true", "True"]).end("hello");
		},
		cached: ({ response }) => response.setHeader("Cache-Control", "max-age=600").end("hello"),
		revalidated: ({ request, response }) => {
			response.setHeader("Cache-Control", "no-cache").setHeader("ETag", '"1"');
			if (request.headers["if-none-match"] === '"1"') return response.writeHead(304).end();
			return response.end("hello");
		},
		breaks: ({ request }) => request.socket.destroy(),
		hangs: () => {},
		stream: ({ response, url }) => {
			const key = url.searchParams.get("case") ?? "";
			response.setHeader("Content-Type", "application/octet-stream");
			response.setHeader("X-Content-Type-Options", "nosniff");
			response.write(`${"x".repeat(FIRST_PART_BYTES)}\n`);
			const end = (text: string) => {
				clearTimeout(timer);
				acknowledged.delete(key);
				response.end(text);
			};
			const timer = setTimeout(() => end("late"), ACKNOWLEDGE_TIMEOUT_MILLISECONDS);
			acknowledged.set(key, () => end("in time"));
		},
		events: ({ response }) => {
			response.setHeader("Content-Type", "text/event-stream");
			for (let id = 1; id <= EVENTS; id++) response.write(`id: ${id}\ndata: hello\n\n`);
		},
		picture: file("image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'),
		script: file("text/javascript", "globalThis.probed = true;"),
		style: file("text/css", "probe-nothing { color: red }"),
	};
	return new Map(Object.entries(behaviours));
}
