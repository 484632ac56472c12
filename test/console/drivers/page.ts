/** Owns what a page in a browser is to the console's tests, whichever engine shows it: real keys, sizes, pictures. */

import { setTimeout as sleep } from "node:timers/promises";

const WAIT_TIMEOUT_MILLISECONDS = 45_000;
const POLL_MILLISECONDS = 25;

/** How a page is shown. */
export interface Look {
	readonly width: number;
	readonly height: number;
	/** Where an engine cannot change it while it runs, it is what the engine was opened with. */
	readonly scheme: Scheme;
}

/** What the user has asked the system for. */
export type Scheme = "light" | "dark";

/** What every engine's protocol can do. */
export interface Driver {
	goto(url: string): Promise<void>;
	/** Runs an expression in the page; what it gives goes through JSON. */
	run<Value>(expression: string): Promise<Value>;
	/** Runs a script in the page. */
	inject(script: string): Promise<void>;
	/** Presses a key, as in "Control+s". */
	press(keys: string): Promise<void>;
	/** Types a text where the focus is. */
	type(text: string): Promise<void>;
	look(look: Look): Promise<void>;
	screenshot(): Promise<Buffer>;
	/** What the page has reported: exceptions, refusals by its own policy. */
	complaints(): Promise<readonly string[]>;
	close(): Promise<void>;
}

/** A page in a browser. */
export interface Page extends Driver {
	/** Waits until an expression holds. @throws with the page's words where it does not */
	until(expression: string): Promise<void>;
	/** The text of an element, as it is read. */
	text(selector: string): Promise<string>;
	/** Goes with Tab to what says this. */
	tabTo(words: string): Promise<void>;
}

/** An open browser. */
export interface Browser<OfPage extends Page = Page> {
	page(): Promise<OfPage>;
	stop(): Promise<void>;
}

/** Longest way with Tab. */
const MAX_TABS = 150;

/** An expression whose value goes through JSON. */
export function asJson(expression: string): string {
	return `(async () => JSON.stringify(await (${expression})))()`;
}

/** Reads what such an expression gives; nothing is undefined. */
export function parseJsonOf<Value>(json: unknown): Value {
	return (typeof json === "string" ? JSON.parse(json) : undefined) as Value;
}

/** Makes a page of a driver. */
export function createPage(driver: Driver): Page {
	const { run } = driver;
	const focused = () => run<string>("(document.activeElement.innerText || document.activeElement.id).trim()");
	return {
		...driver,
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
		text: (selector) => run(`document.querySelector(${JSON.stringify(selector)}).innerText`),
		async tabTo(words) {
			for (let presses = 0; presses < MAX_TABS; presses++) {
				if ((await focused()) === words) return;
				await driver.press("Tab");
			}
			throw new Error(`Tab does not reach ${words}.`);
		},
	};
}
