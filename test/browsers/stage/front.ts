/** Owns the front: what stands before pages and gateway, passes bytes on as they are, and sees what a browser really sends. */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import type { Line } from "../../end-to-end/harness/client.ts";
import { announcedFraming, createMessageReader, headerOf, type MessageHead } from "./http-messages.ts";

/** A request to the gateway. Only here can preflights be seen: they must not reach the API. */
export interface SeenRequest {
	readonly method: string;
	/** The request target, as it was on the wire. */
	readonly target: string;
	readonly lines: readonly Line[];
	/** Whether a TLS client certificate came with the connection. */
	readonly certificate: boolean;
	/** The status of the answer; undefined until it came. A browser sends again what met a closing connection. */
	status: number | undefined;
}

/** Where requests to an authority go. */
export interface Destination {
	/** On 127.0.0.1. */
	readonly port: number;
	/** Called with each request; left out where nobody wants to know. */
	readonly see?: (request: SeenRequest) => void;
}

export interface FrontOptions {
	/** The address to listen on. */
	readonly address: string;
	/** 0 or left out: any that is free. */
	readonly port?: number;
	/** Undefined where the authority is nobody's: the connection is closed. */
	readonly destinationOf: (authority: string) => Destination | undefined;
	/** Left out: plain http. `ca` asks the client for a certificate of that authority; it need not have one. */
	readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string };
}

export interface Front {
	readonly port: number;
	stop(): Promise<void>;
}

/** Starts a front. */
export async function startFront(options: FrontOptions): Promise<Front> {
	const { tls, destinationOf } = options;
	const sockets = new Set<Socket>();
	const serve = (socket: Socket) => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
		relay(socket, destinationOf);
	};
	const server: Server =
		tls === undefined
			? createServer(serve)
			: createTlsServer(
					{
						...tls,
						ALPNProtocols: ["http/1.1"],
						requestCert: tls.ca !== undefined,
						rejectUnauthorized: false,
					},
					serve,
				);
	server.listen(options.port ?? 0, options.address);
	await once(server, "listening");
	return {
		port: (server.address() as AddressInfo).port,
		async stop() {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, "close");
		},
	};
}

/** Joins one connection of a browser with one to its destination, known by the first `Host`. */
function relay(client: Socket, destinationOf: FrontOptions["destinationOf"]): void {
	const added = addedLines(client);
	const certificate = certificateOf(client) !== undefined;
	const waiting: SeenRequest[] = [];
	let destination: Destination | undefined;
	let server: Socket | undefined;
	let isTunnel = false;

	const readAnswer = createMessageReader(
		(head) => {
			const status = Number(head.startLine.split(" ")[1]);
			if (status === 101) return { kind: "tunnel" };
			const hasNoBody = status < 200 || status === 204 || status === 304 || waiting[0]?.method === "HEAD";
			return hasNoBody ? { kind: "none" } : (announcedFraming(head) ?? { kind: "tunnel" });
		},
		{
			head({ startLine, bytes }) {
				const status = Number(startLine.split(" ")[1]);
				if (status >= 200 || status === 101) {
					const request = waiting.shift();
					if (request !== undefined) request.status = status;
				}
				isTunnel ||= status === 101;
				client.write(bytes);
			},
			body: (bytes) => client.write(bytes),
		},
	);

	function begin(head: MessageHead): Socket | undefined {
		destination = destinationOf(headerOf(head, "host") ?? "");
		if (destination === undefined) {
			client.destroy();
			return undefined;
		}
		const opened = connect(destination.port, "127.0.0.1");
		opened.setNoDelay(true);
		opened.on("data", readAnswer);
		opened.on("error", () => client.destroy());
		opened.on("close", () => client.end());
		return opened;
	}

	const readRequest = createMessageReader((head) => announcedFraming(head) ?? { kind: "none" }, {
		head(head) {
			server ??= begin(head);
			const [method = "", target = ""] = head.startLine.split(" ");
			const request: SeenRequest = { method, target, lines: head.lines, certificate, status: undefined };
			waiting.push(request);
			destination?.see?.(request);
			server?.write(destination?.see === undefined ? head.bytes : withLines(head, added(head)));
		},
		body: (bytes) => server?.write(bytes),
	});

	client.setNoDelay(true);
	client.on("data", (bytes: Buffer) => (isTunnel ? server?.write(bytes) : readRequest(bytes)));
	client.on("error", () => server?.destroy());
	client.on("close", () => server?.destroy());
}

/** What the edge would tell the Worker: `wrangler dev` takes the scheme and `request.cf` from these lines. */
function addedLines(client: Socket): (head: MessageHead) => readonly string[] {
	if (!(client instanceof TLSSocket)) return () => [];
	const certificate = certificateOf(client);
	if (certificate === undefined) return () => ["X-Forwarded-Proto: https"];
	const tlsClientAuth = {
		certPresented: "1",
		certVerified: client.authorized ? "SUCCESS" : "FAILED",
		certRevoked: "0",
		certRFC9440: `:${certificate.toString("base64")}:`,
	};
	return (head) => [
		"X-Forwarded-Proto: https",
		`MF-CF-Blob: ${JSON.stringify({ clientAcceptEncoding: headerOf(head, "accept-encoding") ?? "", tlsClientAuth })}`,
	];
}

/** The certificate that the client showed, in DER. */
function certificateOf(client: Socket): Buffer | undefined {
	return client instanceof TLSSocket ? client.getPeerCertificate().raw : undefined;
}

function withLines(head: MessageHead, lines: readonly string[]): Buffer {
	if (lines.length === 0) return head.bytes;
	const at = head.startLine.length + 2;
	const inserted = Buffer.from(`${lines.join("\r\n")}\r\n`, "latin1");
	return Buffer.concat([head.bytes.subarray(0, at), inserted, head.bytes.subarray(at)]);
}
