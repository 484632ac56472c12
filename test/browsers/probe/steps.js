/** Owns what a page can do: each step tells in a word what the browser let the page see of it. */

/** @typedef {import("../stage/plan.ts").ResolvedStep} Step */

const TIMEOUT_MILLISECONDS = 12_000;
const TIMING_MILLISECONDS = 1000;
const EVENTS = 3;

const ACTIONS = { fetch: viaFetch, xhr: viaXhr, events, socket, element, timing, wait };

/**
 * Takes the steps one after another.
 * @param {readonly Step[]} steps
 * @returns {Promise<string[]>} an entry for each step; a sandbox gives those of its own steps
 */
export async function take(steps) {
	const seen = [];
	for (const step of steps) {
		if (step.do === "sandbox") seen.push(...(await sandbox(step)));
		else seen.push(await inTime(ACTIONS[step.do](step), "nothing in 12 seconds"));
	}
	return seen;
}

/** @template T @param {Promise<T>} promise @param {T} late @returns {Promise<T>} */
function inTime(promise, late) {
	const timer = Promise.withResolvers();
	setTimeout(timer.resolve, TIMEOUT_MILLISECONDS, late);
	return Promise.race([promise, timer.promise]);
}

async function viaFetch({
	url,
	method = "GET",
	credentials,
	mode = "cors",
	headers,
	text,
	acknowledge,
	...show
}) {
	let response;
	try {
		response = await fetch(url, { method, credentials, mode, headers: headers ?? {}, body: text ?? null });
	} catch (error) {
		return error instanceof TypeError ? "blocked" : `a ${error.name}, where a TypeError was due`;
	}
	if (response.type === "opaque") return "opaque";
	try {
		const body = acknowledge ? await acknowledged(response, url) : await response.text();
		return seenOf(response.status, (name) => response.headers.get(name), body, show);
	} catch {
		return `${response.status}, then broken off`;
	}
}

/** Reads the body as it comes; at its first part tells the page's server, which the API waits for with the rest. */
async function acknowledged(response, url) {
	const decoder = new TextDecoder();
	let body = "";
	for (const reader = response.body.getReader(); ; ) {
		const { done, value } = await reader.read();
		if (done) return body;
		if (body === "") {
			const caseKey = encodeURIComponent(new URL(url).searchParams.get("case"));
			await fetch(`/acknowledge?case=${caseKey}`, { method: "POST", credentials: "omit" });
		}
		body += decoder.decode(value, { stream: true });
	}
}

async function viaXhr({
	url,
	method = "GET",
	withCredentials,
	headers = {},
	text,
	upload,
	authenticate,
	...show
}) {
	const xhr = new XMLHttpRequest();
	let uploaded = false;
	if (upload) {
		xhr.upload.addEventListener("load", () => {
			uploaded = true;
		});
	}
	if (authenticate) xhr.open(method, url, true, "probe", "probe");
	else xhr.open(method, url);
	xhr.withCredentials = withCredentials;
	for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
	const ended = new Promise((resolve) => {
		for (const type of ["load", "error", "abort", "timeout"]) {
			xhr.addEventListener(type, () => resolve(type));
		}
	});
	xhr.send(text ?? null);
	const type = await ended;
	if (type === "error" && xhr.status === 0) return "blocked";
	if (type !== "load") return `the event ${type} with status ${xhr.status}`;
	const seen = seenOf(xhr.status, (name) => xhr.getResponseHeader(name), xhr.responseText, show);
	return uploaded ? `${seen}, upload seen` : seen;
}

/** The status, the headers asked for that can be read, and the last line of the body. */
function seenOf(status, header, text, { sees, body }) {
	const readable = sees?.filter((name) => header(name) !== null).map((name) => name.toLowerCase());
	const headers = readable ? `, sees ${readable.sort().join(" ") || "none"}` : "";
	return `${status}${headers}${body ? ` "${text.slice(text.lastIndexOf("\n") + 1)}"` : ""}`;
}

function events({ url, withCredentials }) {
	const source = new EventSource(url, { withCredentials });
	let count = 0;
	return new Promise((resolve) => {
		source.addEventListener("message", () => {
			count++;
			if (count === EVENTS) resolve(`${count} events`);
		});
		source.addEventListener("error", () => {
			resolve(source.readyState === EventSource.CLOSED ? "closed" : `reconnecting after ${count} events`);
		});
	}).finally(() => source.close());
}

function socket({ url }) {
	const webSocket = new WebSocket(url.replace(/^http/, "ws"));
	return new Promise((resolve) => {
		webSocket.addEventListener("open", () => webSocket.send("echo"));
		webSocket.addEventListener("message", ({ data }) => resolve(data));
		webSocket.addEventListener("close", ({ code }) => resolve(`closed ${code}`));
	}).finally(() => webSocket.close());
}

function element({ tag, url, crossOrigin }) {
	const made = document.createElement({ module: "script", stylesheet: "link" }[tag] ?? tag);
	if (crossOrigin) made.crossOrigin = crossOrigin;
	const ended = new Promise((resolve) => {
		made.addEventListener("load", () => resolve("loaded"));
		made.addEventListener("error", () => resolve("error"));
	});
	if (tag === "module") made.type = "module";
	if (tag === "stylesheet") made.rel = "stylesheet";
	made[tag === "stylesheet" ? "href" : "src"] = url;
	document.head.append(made);
	return ended.finally(() => made.remove());
}

/** The entry comes a moment after the response; a fetch that failed may leave none. */
async function timing({ url }) {
	const deadline = performance.now() + TIMING_MILLISECONDS;
	for (;;) {
		const entries = performance.getEntriesByName(url, "resource");
		if (entries.some(({ requestStart, responseStart }) => requestStart > 0 && responseStart > 0))
			return "seen";
		if (entries.length > 0 || performance.now() > deadline) return "hidden";
		await wait({ milliseconds: 50 });
	}
}

function wait({ milliseconds }) {
	return new Promise((resolve) => setTimeout(resolve, milliseconds, "waited"));
}

/** @returns {Promise<string[]>} */
async function sandbox({ steps }) {
	const frame = document.createElement("iframe");
	frame.sandbox = "allow-scripts";
	frame.src = "/sandbox.html";
	frame.hidden = true;
	const messages = new AbortController();
	const seen = new Promise((resolve) => {
		const hear = ({ source, data }) => {
			if (source !== frame.contentWindow) return;
			if (data === "ready") frame.contentWindow.postMessage(steps, "*");
			else resolve(data);
		};
		addEventListener("message", hear, { signal: messages.signal });
	});
	document.body.append(frame);
	const result = await inTime(seen, ["nothing from the sandbox"]);
	messages.abort();
	frame.remove();
	return result;
}
