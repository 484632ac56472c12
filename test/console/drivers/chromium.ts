/** Owns Chromium as the console's tests drive it, over its own debugging protocol. */

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshHome, openProcess } from "../../browsers/engines/process.ts";
import { asJson, type Browser, createPage, type Page, parseJsonOf } from "./page.ts";
import { printed } from "./printed.ts";
import { openWire, type Wire } from "./wire.ts";

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
const KEYS: Readonly<Record<string, { readonly code: number; readonly text?: string }>> = {
	Enter: { code: 13, text: "\r" },
	Tab: { code: 9 },
	Backspace: { code: 8 },
	Escape: { code: 27 },
	ArrowDown: { code: 40 },
	ArrowUp: { code: 38 },
	Delete: { code: 46 },
	End: { code: 35 },
	Home: { code: 36 },
	" ": { code: 32, text: " " },
};

const MODIFIERS = { Alt: 1, Control: 2, Meta: 4, Shift: 8 } as const;

/** What Chromium alone can be asked for. */
export interface ChromiumPage extends Page {
	/** The addresses of all that the page has asked for, whether it came or not. */
	readonly requests: readonly string[];
	/** Has no connection from now on, or has it again. */
	setOffline(isOffline: boolean): Promise<void>;
	/** Whether the user wants less motion. */
	setReducedMotion(isReduced: boolean): Promise<void>;
	/** Has nothing against complaints that are like this. */
	forgive(pattern: RegExp): void;
	/** Runs in each document before anything of its own. */
	before(script: string): Promise<void>;
}

/** Opens Chromium. @param binary where it is */
export async function openChromium(binary: string): Promise<Browser<ChromiumPage>> {
	const directory = await mkdtemp(join(tmpdir(), "cordon-console-"));
	await mkdir(join(directory, "runtime"), { mode: 0o700 });
	const command = [binary, ...FLAGS, `--user-data-dir=${join(directory, "profile")}`, "about:blank"];
	const browser = openProcess(command, freshHome(directory));
	const wire = await openWire(await printed(browser, /DevTools listening on (ws:\S+)/));
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
			return openPage(wire, sessionId, target.targetId);
		},
		async stop() {
			wire.close();
			await browser.stop();
			await rm(directory, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

/** That a page was left without a click is not a fault, nor that a test reads document.cookie. */
const HARMLESS = /NavigationEntryMarkedSkippable|"performanceIssueType":"DocumentCookie"/;

async function openPage(wire: Wire, sessionId: string, targetId: string): Promise<ChromiumPage> {
	const complaints: string[] = [];
	const forgiven = [HARMLESS];
	const requests: string[] = [];
	const send = <Result = object>(method: string, params: object = {}) =>
		wire.send<Result>(method, params, sessionId);
	wire.onEvent(sessionId, (method, params) => {
		if (method === "Runtime.exceptionThrown") complaints.push(JSON.stringify(params));
		if (method === "Audits.issueAdded") complaints.push(JSON.stringify(params));
		if (method === "Runtime.consoleAPICalled" && ["error", "assert"].includes(String(params["type"])))
			complaints.push(JSON.stringify(params["args"]));
		if (method === "Network.requestWillBeSent")
			requests.push((params["request"] as { readonly url: string }).url);
		// Whoever is asked before leaving says yes, as a test does not come back.
		if (method === "Page.javascriptDialogOpening")
			send("Page.handleJavaScriptDialog", { accept: true }).catch(() => undefined);
	});
	await Promise.all([
		send("Page.enable"),
		send("Runtime.enable"),
		send("Audits.enable"),
		send("Network.enable"),
	]);

	const evaluate = async (expression: string): Promise<unknown> => {
		const { result, exceptionDetails } = await send<{
			result: { value: unknown };
			exceptionDetails?: { exception?: { description?: string } };
		}>("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
		if (exceptionDetails !== undefined)
			throw new Error(exceptionDetails.exception?.description ?? expression);
		return result.value;
	};
	const features = new Map<string, string>();
	const emulate = async (name: string, value: string) => {
		features.set(name, value);
		await send("Emulation.setEmulatedMedia", {
			features: [...features].map(([name, value]) => ({ name, value })),
		});
	};

	const page = createPage({
		run: async <Value>(expression: string) => parseJsonOf<Value>(await evaluate(asJson(expression))),
		async inject(script) {
			await evaluate(`${script}; 0`);
		},
		async goto(url) {
			await send("Page.navigate", { url });
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
			await emulate("prefers-color-scheme", scheme);
		},
		async screenshot() {
			const { data } = await send<{ data: string }>("Page.captureScreenshot", { format: "png" });
			return Buffer.from(data, "base64");
		},
		complaints: async () => complaints.filter((each) => !forgiven.some((pattern) => pattern.test(each))),
		async close() {
			await wire.send("Target.closeTarget", { targetId });
		},
	});
	return {
		...page,
		requests,
		forgive: (pattern) => void forgiven.push(pattern),
		setReducedMotion: (isReduced) =>
			emulate("prefers-reduced-motion", isReduced ? "reduce" : "no-preference"),
		async setOffline(offline) {
			await send("Network.emulateNetworkConditions", {
				offline,
				latency: 0,
				downloadThroughput: -1,
				uploadThroughput: -1,
			});
		},
		async before(source) {
			await send("Page.addScriptToEvaluateOnNewDocument", { source });
		},
	};
}
