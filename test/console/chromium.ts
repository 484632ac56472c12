/** Owns Chromium as the console's tests drive it: real keys, real sizes and colours, over its own debugging protocol. */

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freshHome, openProcess } from "../browsers/engines/process.ts";

const FLAGS = [
	"--headless",
	"--no-sandbox",
	"--disable-gpu",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-dev-shm-usage",
	"--no-proxy-server",
	"--hide-scrollbars",
	"--remote-debugging-port=0",
];
const START_TIMEOUT_MILLISECONDS = 30_000;
const WAIT_TIMEOUT_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 25;

const KEYS: Readonly<Record<string, { readonly code: number; readonly text?: string }>> = {
	Enter: { code: 13, text: "\r" },
	Tab: { code: 9 },
	Backspace: { code: 8 },
	Escape: { code: 27 },
	ArrowDown: { code: 40 },
	End: { code: 35 },
	Home: { code: 36 },
	" ": { code: 32, text: " " },
};

const MODIFIERS = { Alt: 1, Control: 2, Meta: 4, Shift: 8 } as const;

/** How a page is shown. */
export interface Look {
	readonly width: number;
	readonly height: number;
	readonly scheme: "light" | "dark";
}

/** A page in the browser. */
export interface Page {
	goto(url: string): Promise<void>;
	/** Runs an expression in the page; what it gives goes through JSON. */
	run<Value>(expression: string): Promise<Value>;
	/** Waits until an expression holds. @throws with the page's words where it does not */
	until(expression: string): Promise<void>;
	/** Presses a key, as in "Control+s". */
	press(keys: string): Promise<void>;
	/** Types a text where the focus is. */
	type(text: string): Promise<void>;
	look(look: Look): Promise<void>;
	screenshot(): Promise<Buffer>;
	/** What the page has reported: exceptions, refusals by its own policy. */
	readonly complaints: readonly string[];
	close(): Promise<void>;
}

/** An open browser. */
export interface Chromium {
	page(): Promise<Page>;
	stop(): Promise<void>;
}

/** Opens Chromium. @param binary where it is */
export async function openChromium(binary: string): Promise<Chromium> {
	const directory = await mkdtemp(join(tmpdir(), "cordon-console-"));
	await mkdir(join(directory, "runtime"), { mode: 0o700 });
	const command = [binary, ...FLAGS, `--user-data-dir=${join(directory, "profile")}`, "about:blank"];
	const browser = openProcess(command, freshHome(directory));
	const deadline = Date.now() + START_TIMEOUT_MILLISECONDS;
	let address: string | undefined;
	while (address === undefined) {
		address = /DevTools listening on (ws:\S+)/.exec(browser.output())?.[1];
		if (Date.now() > deadline) throw new Error(`Chromium does not start:\n${browser.output()}`);
		await sleep(POLL_MILLISECONDS);
	}
	const wire = await connect(address);
	return {
		async page() {
			const { browserContextId } = await wire.send<{ browserContextId: string }>(
				"Target.createBrowserContext",
				{},
			);
			const target = await wire.send<{ targetId: string }>("Target.createTarget", {
				url: "about:blank",
				browserContextId,
			});
			const { sessionId } = await wire.send<{ sessionId: string }>("Target.attachToTarget", {
				targetId: target.targetId,
				flatten: true,
			});
			return createPage(wire, sessionId, target.targetId);
		},
		async stop() {
			wire.close();
			await browser.stop();
			await rm(directory, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

interface Wire {
	send<Result>(method: string, params: object, sessionId?: string): Promise<Result>;
	onEvent(sessionId: string, listener: (method: string, params: Record<string, unknown>) => void): void;
	close(): void;
}

interface Message {
	readonly id?: number;
	readonly result?: unknown;
	readonly error?: { readonly message: string };
	readonly method?: string;
	readonly params?: Record<string, unknown>;
	readonly sessionId?: string;
}

async function connect(address: string): Promise<Wire> {
	const socket = new WebSocket(address);
	const waiting = new Map<number, PromiseWithResolvers<unknown>>();
	const listeners = new Map<string, (method: string, params: Record<string, unknown>) => void>();
	let last = 0;
	await new Promise((resolve, reject) => {
		socket.addEventListener("open", resolve);
		socket.addEventListener("error", reject);
	});
	socket.addEventListener("message", ({ data }) => {
		const { id, result, error, method, params, sessionId } = JSON.parse(String(data)) as Message;
		if (id === undefined) {
			if (method !== undefined) listeners.get(sessionId ?? "")?.(method, params ?? {});
			return;
		}
		if (error === undefined) waiting.get(id)?.resolve(result);
		else waiting.get(id)?.reject(new Error(error.message));
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

async function createPage(wire: Wire, sessionId: string, targetId: string): Promise<Page> {
	const complaints: string[] = [];
	const send = <Result = object>(method: string, params: object = {}) =>
		wire.send<Result>(method, params, sessionId);
	wire.onEvent(sessionId, (method, params) => {
		if (method === "Runtime.exceptionThrown") complaints.push(JSON.stringify(params));
		if (method === "Audits.issueAdded") complaints.push(JSON.stringify(params));
		// Whoever is asked before leaving says yes, as a test does not come back.
		if (method === "Page.javascriptDialogOpening") send("Page.handleJavaScriptDialog", { accept: true });
	});
	await Promise.all([send("Page.enable"), send("Runtime.enable"), send("Audits.enable")]);

	const run = async <Value>(expression: string): Promise<Value> => {
		const { result, exceptionDetails } = await send<{
			result: { value: Value };
			exceptionDetails?: { exception?: { description?: string } };
		}>("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
		if (exceptionDetails !== undefined)
			throw new Error(exceptionDetails.exception?.description ?? expression);
		return result.value;
	};

	return {
		complaints,
		run,
		async goto(url) {
			await send("Page.navigate", { url });
		},
		async until(expression) {
			const deadline = Date.now() + WAIT_TIMEOUT_MILLISECONDS;
			// Between two pages there is none to ask.
			while (!(await run<boolean>(`Boolean(${expression})`).catch(() => false))) {
				if (Date.now() > deadline) {
					const words = await run<string>("document.body.innerText");
					throw new Error(`This did not come: ${expression}\nThe page says:\n${words}`);
				}
				await sleep(POLL_MILLISECONDS);
			}
		},
		async press(keys) {
			const names = keys.split("+");
			const key = names.at(-1) ?? "";
			const modifiers = names
				.slice(0, -1)
				.reduce((sum, name) => sum + MODIFIERS[name as keyof typeof MODIFIERS], 0);
			const known = KEYS[key];
			const code = known?.code ?? key.toUpperCase().charCodeAt(0);
			const text = known?.text !== undefined && modifiers === 0 ? { text: known.text } : {};
			const pressed = {
				key,
				code: known ? key : `Key${key.toUpperCase()}`,
				windowsVirtualKeyCode: code,
				modifiers,
			};
			await send("Input.dispatchKeyEvent", { type: "keyDown", ...pressed, ...text });
			await send("Input.dispatchKeyEvent", { type: "keyUp", ...pressed });
		},
		async type(text) {
			for (const character of text) {
				await send("Input.dispatchKeyEvent", { type: "keyDown", key: character, text: character });
				await send("Input.dispatchKeyEvent", { type: "keyUp", key: character });
			}
		},
		async look({ width, height, scheme }) {
			await send("Emulation.setDeviceMetricsOverride", {
				width,
				height,
				deviceScaleFactor: 1,
				mobile: false,
			});
			await send("Emulation.setEmulatedMedia", {
				features: [{ name: "prefers-color-scheme", value: scheme }],
			});
		},
		async screenshot() {
			const { data } = await send<{ data: string }>("Page.captureScreenshot", { format: "png" });
			return Buffer.from(data, "base64");
		},
		async close() {
			await wire.send("Target.closeTarget", { targetId });
		},
	};
}
