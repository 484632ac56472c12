/** Owns WebKitGTK as the console's tests drive it: its MiniBrowser, by its own WebDriver. */

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../dev/ports.ts";
import { openProcess } from "../../browsers/engines/process.ts";
import { openScreen } from "../../browsers/engines/webkit.ts";
import { performed, pressed, typed } from "./keys.ts";
import { asJson, type Browser, createPage, type Page, parseJsonOf } from "./page.ts";

const START_TIMEOUT_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 50;

/** What a window has around its page differs from machine to machine: it is measured. */
const FRAME = "[outerWidth - innerWidth, outerHeight - innerHeight]";

/** The page has no script before its own: what is refused or thrown from here on is seen. */
const WATCH = `if (!globalThis.complaints) {
	globalThis.complaints = [];
	addEventListener("securitypolicyviolation", (event) => complaints.push(event.violatedDirective + " " + event.blockedURI));
	addEventListener("error", (event) => complaints.push(event.message));
	addEventListener("unhandledrejection", (event) => complaints.push(String(event.reason)));
}`;

/** Opens WebKitGTK. @param driver its WebDriver @param binary MiniBrowser */
export async function openWebkit(driver: string, binary: string): Promise<Browser> {
	const directory = await mkdtemp(join(tmpdir(), "cordon-console-"));
	await mkdir(join(directory, "runtime"), { mode: 0o700 });
	const screen = await openScreen(directory, "1400x1100x24");
	// The driver wants to be told one.
	const port = await freePort();
	const program = openProcess([driver, "--host=127.0.0.1", `--port=${port}`], screen.env);
	const ask = asker(`http://127.0.0.1:${port}`);
	await started(ask, program.output);
	const { sessionId } = await ask<{ sessionId: string }>("POST", "/session", {
		capabilities: {
			alwaysMatch: {
				unhandledPromptBehavior: "accept",
				"webkitgtk:browserOptions": { binary, args: ["--automation"] },
			},
		},
	});
	const session = `/session/${sessionId}`;
	return {
		page: () => openPage((method, path, body) => ask(method, session + path, body)),
		async stop() {
			await ask("DELETE", session).catch(() => undefined);
			await program.stop();
			await screen.stop();
			await rm(directory, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

type Ask = <Value>(method: "GET" | "POST" | "DELETE", path: string, body?: object) => Promise<Value>;

function asker(address: string): Ask {
	return async <Value>(method: string, path: string, body?: object) => {
		const response = await fetch(address + path, {
			method,
			...(method === "POST" ? { body: JSON.stringify(body ?? {}) } : {}),
		});
		const { value } = (await response.json()) as { value: unknown };
		if (!response.ok) throw new Error(JSON.stringify(value));
		return value as Value;
	};
}

async function started(ask: Ask, output: () => string): Promise<void> {
	const deadline = Date.now() + START_TIMEOUT_MILLISECONDS;
	while ((await ask("GET", "/status").catch(() => undefined)) === undefined) {
		if (Date.now() > deadline) throw new Error(`WebKitWebDriver does not start:\n${output()}`);
		await sleep(POLL_MILLISECONDS);
	}
}

/** The one window there is: what the page before it has kept is cleared. */
async function openPage(ask: Ask): Promise<Page> {
	const execute = (script: string) => ask<unknown>("POST", "/execute/sync", { script, args: [] });
	const run = async <Value>(expression: string) =>
		parseJsonOf<Value>(await execute(`return ${asJson(expression)};`));
	const perform = (actions: ReturnType<typeof typed>) =>
		ask("POST", "/actions", { actions: performed(actions) });
	return createPage({
		run,
		async inject(script) {
			await execute(script);
		},
		async goto(url) {
			await ask("POST", "/url", { url });
			await execute(WATCH);
		},
		async press(keys) {
			await perform(pressed(keys));
		},
		async type(text) {
			await perform(typed(text));
		},
		async look({ width, height }) {
			const [aside, above] = await run<[number, number]>(FRAME);
			await ask("POST", "/window/rect", { width: width + aside, height: height + above });
		},
		async screenshot() {
			return Buffer.from(await ask<string>("GET", "/screenshot"), "base64");
		},
		complaints: () => run("globalThis.complaints ?? []"),
		async close() {
			await run("sessionStorage.clear()").catch(() => undefined);
			await ask("POST", "/url", { url: "about:blank" });
		},
	});
}
