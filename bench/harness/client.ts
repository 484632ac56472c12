/** Owns the load: a closed loop of HTTP/1.1 requests over kept connections, cheap enough not to disturb what it measures. */

import { connect, type Socket } from "node:net";

/** A request, ready to be written. */
export type Wire = Buffer;

/** What a turn of requests brought. */
export interface TurnResult {
	/** Of each response, in milliseconds. */
	readonly latencies: number[];
	/** How often each status came. */
	readonly statuses: Map<number, number>;
}

/** A pool of connections to one server. */
export interface Client {
	/** Opens every connection that is not open; workerd closes idle ones after 5 s. */
	open(): Promise<void>;
	/**
	 * Sends requests, each connection its next one once the last is answered.
	 * @param next the requests, by number
	 */
	turn(next: (index: number) => Wire, count: number): Promise<TurnResult>;
	close(): void;
}

/** Serializes a request. `body` brings its Content-Length. */
export function wire(
	method: string,
	path: string,
	headers: Readonly<Record<string, string>>,
	body?: Buffer,
): Wire {
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	if (body !== undefined) lines.push(`Content-Length: ${body.length}\r\n`);
	const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1");
	return body === undefined ? head : Buffer.concat([head, body]);
}

const HEAD_END = Buffer.from("\r\n\r\n");
/** No body of the upstream's has this within it, so the end of a chunked one is plain to see. */
const LAST_CHUNK = "0\r\n\r\n";

/** Makes a client; nothing is opened yet. */
export function createClient(port: number, connections: number): Client {
	const lanes = Array.from({ length: connections }, () => createLane(port));
	return {
		async open() {
			await Promise.all(lanes.map((lane) => lane.open()));
		},
		async turn(next, count) {
			const latencies: number[] = [];
			const statuses = new Map<number, number>();
			let sent = 0;
			await Promise.all(
				lanes.map(async (lane) => {
					while (sent < count) {
						const request = next(sent++);
						const begun = performance.now();
						const status = await lane.exchange(request);
						latencies.push(performance.now() - begun);
						statuses.set(status, (statuses.get(status) ?? 0) + 1);
					}
				}),
			);
			return { latencies, statuses };
		},
		close() {
			for (const lane of lanes) lane.close();
		},
	};
}

interface Lane {
	open(): Promise<void>;
	/** Sends one request; gives the status once the whole response is there. */
	exchange(request: Wire): Promise<number>;
	close(): void;
}

function createLane(port: number): Lane {
	let socket: Socket | undefined;
	let onResponse: ((status: number) => void) | undefined;
	let onFailure: ((error: Error) => void) | undefined;
	let head: Buffer | undefined;
	let status = 0;
	/** Bytes of the body still to come; -1: chunked. */
	let remaining = 0;
	let tail = "";

	function finish(): void {
		head = undefined;
		tail = "";
		const done = onResponse;
		onResponse = undefined;
		onFailure = undefined;
		const answered = status;
		status = 0;
		done?.(answered);
	}

	function takeBody(bytes: Buffer): void {
		if (remaining === -1) {
			tail = (tail + bytes.toString("latin1", Math.max(0, bytes.length - 8))).slice(-8);
			if (tail.endsWith(LAST_CHUNK)) finish();
			return;
		}
		remaining -= bytes.length;
		if (remaining <= 0) finish();
	}

	function take(bytes: Buffer): void {
		if (status !== 0) {
			takeBody(bytes);
			return;
		}
		const all = head === undefined ? bytes : Buffer.concat([head, bytes]);
		const end = all.indexOf(HEAD_END);
		if (end === -1) {
			head = all;
			return;
		}
		const text = all.toString("latin1", 0, end);
		status = Number(text.slice(9, 12));
		const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
		remaining = status === 204 || status === 304 ? 0 : length === undefined ? -1 : Number(length);
		const rest = all.subarray(end + HEAD_END.length);
		if (remaining === 0) finish();
		else if (rest.length > 0) takeBody(rest);
	}

	function open(): Promise<void> {
		if (socket !== undefined && !socket.destroyed && socket.writable) return Promise.resolve();
		return new Promise((resolve, reject) => {
			const opened = connect({ port, host: "127.0.0.1", noDelay: true }, resolve);
			socket = opened;
			opened.on("data", take);
			opened.once("error", (error) => {
				reject(error);
				onFailure?.(error);
			});
			opened.once("close", () => {
				if (socket === opened) socket = undefined;
				onFailure?.(new Error("The connection was closed."));
			});
		});
	}

	function attempt(request: Wire): Promise<number> {
		return new Promise((resolve, reject) => {
			onResponse = resolve;
			onFailure = reject;
			head = undefined;
			status = 0;
			socket?.write(request);
		});
	}

	return {
		open,
		async exchange(request) {
			await open();
			try {
				return await attempt(request);
			} catch {
				// The server had closed an idle connection just then.
				socket?.destroy();
				await open();
				return attempt(request);
			}
		},
		close: () => socket?.destroy(),
	};
}
