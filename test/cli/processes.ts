/** Owns the command line as a process of its own, with what an outsider can do to it: its folder, its environment, signals. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Ran } from "./harness.ts";

const BIN = join(import.meta.dirname, "../../bin/cordon.js");

export interface Started {
	readonly child: ChildProcess;
	/** What it led to, once it is over. */
	readonly ran: Promise<Ran>;
}

/** Starts a command line in a folder; its home is there too, and no other API is named but in what is given. */
export function start(
	argv: readonly string[],
	cwd: string,
	environment: Readonly<Record<string, string>> = {},
	nodeOptions: readonly string[] = [],
): Started {
	const child: ChildProcess = spawn(process.execPath, [...nodeOptions, BIN, ...argv], {
		cwd,
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, CLOUDFLARE_API_BASE_URL: undefined, HOME: cwd, CI: "1", ...environment },
	});
	const written = ["", ""];
	for (const [index, stream] of [child.stdout, child.stderr].entries()) {
		stream?.on("data", (chunk) => {
			written[index] += chunk;
		});
	}
	const ran = once(child, "close").then(([code]) => ({ code, out: written[0] ?? "", err: written[1] ?? "" }));
	return { child, ran };
}

/** A server that stands for Cloudflare's API, or for a thief. */
export interface Listener {
	readonly url: string;
	readonly port: number;
	/** Every request that came, as "METHOD URL authorization". */
	readonly seen: readonly string[];
}

/** Starts a server; closed after the test. */
export async function listen(
	answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listener> {
	const seen: string[] = [];
	const note = ({ method, url, headers }: IncomingMessage) =>
		seen.push(`${method} ${url} ${headers.authorization}`);
	const server = createServer((request, response) => {
		note(request);
		answer(request, response);
	});
	server.on("connect", (request, socket) => {
		note(request);
		socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/client/v4`,
		port,
		seen,
	};
}
