/** Owns a WebSocket on which commands are answered by their numbers, and events come: so are Chromium and Firefox driven. */

/** An event, with the part of the browser that it is of. */
export type Listener = (method: string, params: Readonly<Record<string, unknown>>) => void;

/** An open line to a browser. */
export interface Wire {
	send<Result>(method: string, params: object, sessionId?: string): Promise<Result>;
	/** Events of one session; those without one are of "". */
	onEvent(sessionId: string, listener: Listener): void;
	close(): void;
}

interface Message {
	readonly id?: number | null;
	readonly result?: unknown;
	/** Of Chromium an object; of WebDriver a word, with the message beside it. */
	readonly error?: { readonly message: string } | string;
	readonly message?: string;
	readonly method?: string;
	readonly params?: Readonly<Record<string, unknown>>;
	readonly sessionId?: string;
}

/** Opens it. */
export async function openWire(address: string): Promise<Wire> {
	const socket = new WebSocket(address);
	const waiting = new Map<number, PromiseWithResolvers<unknown>>();
	const listeners = new Map<string, Listener>();
	let last = 0;
	await new Promise((resolve, reject) => {
		socket.addEventListener("open", resolve);
		socket.addEventListener("error", () => reject(new Error(`Nobody answers at ${address}.`)));
	});
	const failAll = () => {
		for (const answer of waiting.values()) answer.reject(new Error("The browser has gone."));
		waiting.clear();
	};
	socket.addEventListener("close", failAll);
	socket.addEventListener("message", ({ data }) => {
		const { id, result, error, message, method, params, sessionId } = JSON.parse(String(data)) as Message;
		if (typeof id !== "number") {
			if (method !== undefined) listeners.get(sessionId ?? "")?.(method, params ?? {});
			return;
		}
		if (error === undefined) waiting.get(id)?.resolve(result);
		else
			waiting.get(id)?.reject(new Error(typeof error === "string" ? `${error}: ${message}` : error.message));
		waiting.delete(id);
	});
	return {
		send<Result>(method: string, params: object, sessionId?: string) {
			const id = ++last;
			const answer = Promise.withResolvers<unknown>();
			waiting.set(id, answer);
			socket.send(JSON.stringify({ id, method, params, sessionId }));
			return answer.promise as Promise<Result>;
		},
		onEvent: (sessionId, listener) => listeners.set(sessionId, listener),
		close: () => socket.close(),
	};
}
