/** Owns Firefox as the console's tests drive it, over WebDriver BiDi, which it speaks by itself. */

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QUIET_PREFERENCES, writePreferences } from "../../browsers/engines/firefox.ts";
import { freshHome, openProcess } from "../../browsers/engines/process.ts";
import { performed, pressed, typed } from "./keys.ts";
import { asJson, type Browser, createPage, type Page, parseJsonOf, type Scheme } from "./page.ts";
import { printed } from "./printed.ts";
import { openWire, type Wire } from "./wire.ts";

/** Tells the tests what the page's own policy has refused. */
const WATCH =
	"() => { globalThis.refusals = []; addEventListener('securitypolicyviolation', (event) => globalThis.refusals.push(event.violatedDirective + ' ' + event.blockedURI)); }";

/** Opens Firefox. @param binary where it is @param scheme what its pages are told of light and dark */
export async function openFirefox(binary: string, scheme: Scheme): Promise<Browser> {
	const directory = await mkdtemp(join(tmpdir(), "cordon-console-"));
	const profile = join(directory, "profile");
	await mkdir(join(directory, "runtime"), { mode: 0o700 });
	await mkdir(profile);
	await writePreferences(profile, {
		...QUIET_PREFERENCES,
		"layout.css.prefers-color-scheme.content-override": scheme === "dark" ? 0 : 1,
	});
	const command = [
		binary,
		"--headless",
		"--no-remote",
		"--profile",
		profile,
		"--remote-debugging-port=0",
		"about:blank",
	];
	const browser = openProcess(command, freshHome(directory));
	const address = await printed(browser, /WebDriver BiDi listening on (ws:\S+)/);
	const wire = await openWire(`${address}/session`);
	await wire.send("session.new", { capabilities: {} });
	await wire.send("session.subscribe", { events: ["log.entryAdded", "browsingContext.userPromptOpened"] });
	await wire.send("script.addPreloadScript", { functionDeclaration: WATCH });
	return {
		page: () => openPage(wire),
		async stop() {
			wire.close();
			await browser.stop();
			await rm(directory, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

interface Evaluated {
	readonly type: "success" | "exception";
	readonly result?: { readonly value?: unknown };
	readonly exceptionDetails?: { readonly text: string };
}

async function openPage(wire: Wire): Promise<Page> {
	const { userContext } = await wire.send<{ userContext: string }>("browser.createUserContext", {});
	const { context } = await wire.send<{ context: string }>("browsingContext.create", {
		type: "tab",
		userContext,
	});
	const errors: string[] = [];
	wire.onEvent("", (method, { level, text }) => {
		if (method === "log.entryAdded" && level === "error") errors.push(String(text));
		if (method === "browsingContext.userPromptOpened") {
			wire.send("browsingContext.handleUserPrompt", { context, accept: true }).catch(() => undefined);
		}
	});
	const evaluate = async (expression: string): Promise<unknown> => {
		const { result, exceptionDetails } = await wire.send<Evaluated>("script.evaluate", {
			expression,
			target: { context },
			awaitPromise: true,
		});
		if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
		return result?.value;
	};
	const perform = (actions: ReturnType<typeof typed>) =>
		wire.send("input.performActions", { context, actions: performed(actions) });
	const run = async <Value>(expression: string) => parseJsonOf<Value>(await evaluate(asJson(expression)));
	return createPage({
		run,
		async inject(script) {
			await evaluate(`${script}; 0`);
		},
		async goto(url) {
			await wire.send("browsingContext.navigate", { context, url, wait: "none" });
		},
		async press(keys) {
			await perform(pressed(keys));
		},
		async type(text) {
			await perform(typed(text));
		},
		async look({ width, height }) {
			await wire.send("browsingContext.setViewport", { context, viewport: { width, height } });
		},
		async screenshot() {
			const { data } = await wire.send<{ data: string }>("browsingContext.captureScreenshot", { context });
			return Buffer.from(data, "base64");
		},
		async complaints() {
			return [...errors, ...(await run<readonly string[]>("globalThis.refusals ?? []"))];
		},
		async close() {
			await wire.send("browser.removeUserContext", { userContext });
		},
	});
}
