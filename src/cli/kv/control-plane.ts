/** Owns the way through the control plane: its API as the store of the commands, which never overwrites another's edit. */

import { reasonOf } from "../../findings/reason.ts";
import { ORIGIN_PREFIX, TENANT_PREFIX } from "../../tenants/keys.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import type { Kv, KvEntry, OnProgress } from "./kv.ts";
import { secretVariable } from "./secret.ts";

/** What a call of the API answered. */
export interface ApiAnswer {
	readonly status: number;
	readonly etag: string | null;
	/** Undefined where the body is not JSON. */
	readonly json: unknown;
	readonly text: string;
}

/** The API, as its bearer may ask it. */
export interface ControlPlane {
	/** @throws CommandFault where it cannot be reached, or refuses the bearer */
	ask(method: string, path: string, options?: AskOptions): Promise<ApiAnswer>;
}

interface AskOptions {
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

const TIMEOUT_MILLISECONDS = 60_000;
/** Requests under way at once. */
const MAX_AT_ONCE = 8;
/** Origins that one call adds or removes. */
const MAX_ORIGINS_PER_CALL = 10_000;
/** Origins of one directory that are asked for one by one; of more the whole directory is read. */
const MAX_SINGLE_ORIGINS = 20;

/**
 * Opens the API.
 * @param address as `--api` names it
 * @throws CommandFault where there is no token, or where it would go over the network in the clear
 */
export function openApi(address: string): ControlPlane {
	const url = URL.parse(address);
	const isLocal = url !== null && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
	if (url === null || (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal))) {
		throw new CommandFault(
			"invalid-value",
			`--api ${safePart(address)} is not an address that a token can be sent to: https://…, or http on this machine.`,
		);
	}
	const token = secretVariable("CORDON_TOKEN");
	if (token === "") {
		throw new CommandFault(
			"missing-token",
			"--api needs a token of the control plane in the variable CORDON_TOKEN.",
		);
	}
	return {
		async ask(method, path, { headers = {}, body } = {}) {
			const answer = await send(new URL(`/v1/${path}`, url), {
				method,
				headers: { ...headers, authorization: `Bearer ${token}` },
				redirect: "error",
				signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
				...(body === undefined ? {} : { body }),
			});
			if ([401, 403, 500, 503].includes(answer.status)) throw refused(answer, path);
			return answer;
		},
	};
}

async function send(url: URL, init: RequestInit): Promise<ApiAnswer> {
	try {
		const response = await fetch(url, init);
		const text = await response.text();
		return { status: response.status, etag: response.headers.get("etag"), json: parsed(text), text };
	} catch (error) {
		throw new CommandFault(
			"api-unreachable",
			`The control plane at ${url.origin} cannot be reached: ${safePart(reasonOf(error))}.`,
		);
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** The fault of an answer that is not what was asked for, in the API's own words. */
export function refused({ status, json }: ApiAnswer, path: string): CommandFault {
	const { code = "unexpected-answer", detail = "It did not say why." } = (json ?? {}) as {
		readonly code?: string;
		readonly detail?: string;
	};
	return new CommandFault(
		`api-${safePart(String(code))}`,
		`The control plane refuses ${safePart(path)} with ${status} ${safePart(String(code))}: ${safePart(String(detail))}`,
	);
}

/** Makes the API a store. What is written is written over what was read here, and over nothing else. */
export function openControlPlane(address: string): Kv {
	const api = openApi(address);
	/** The ETag that each key had when it was read; null where there was nothing. */
	const read = new Map<string, string | null>();

	async function getTenant(key: string): Promise<string | undefined> {
		const path = pathOf(key);
		const answer = await api.ask("GET", path);
		if (answer.status !== 200 && answer.status !== 404) throw refused(answer, path);
		read.set(key, answer.status === 200 ? answer.etag : null);
		return answer.status === 200 ? answer.text : undefined;
	}

	async function precondition(key: string): Promise<Record<string, string>> {
		if (!read.has(key)) await getTenant(key);
		const etag = read.get(key);
		return typeof etag === "string" ? { "if-match": etag } : { "if-none-match": "*" };
	}

	async function write(method: "PUT" | "DELETE", key: string, body?: string): Promise<void> {
		const path = pathOf(key);
		const headers = await precondition(key);
		const answer = await api.ask(method, path, { headers, ...(body === undefined ? {} : { body }) });
		if (answer.status === 412) throw changedMeanwhile(key);
		if (answer.status >= 300 && !(method === "DELETE" && answer.status === 404)) throw refused(answer, path);
		read.delete(key);
	}

	async function listOrigins(directory: string): Promise<readonly string[]> {
		const keys: string[] = [];
		await pages(api, `directories/${encodeURIComponent(directory)}/origins`, (page) => {
			for (const origin of page.origins ?? []) keys.push(`${ORIGIN_PREFIX}${directory}:${origin}`);
		});
		return keys;
	}

	async function getOrigins(keys: readonly string[]): Promise<readonly string[]> {
		const found: string[] = [];
		for (const [directory, wanted] of byDirectory(keys)) {
			if (wanted.length > MAX_SINGLE_ORIGINS) {
				const all = new Set(await listOrigins(directory));
				found.push(
					...wanted.map((origin) => `${ORIGIN_PREFIX}${directory}:${origin}`).filter((key) => all.has(key)),
				);
				continue;
			}
			await eachOf(wanted, async (origin) => {
				const path = `directories/${encodeURIComponent(directory)}/origins/${encodeURIComponent(origin)}`;
				const answer = await api.ask("GET", path);
				if (answer.status === 200 || answer.status === 204)
					found.push(`${ORIGIN_PREFIX}${directory}:${origin}`);
				else if (answer.status !== 404) throw refused(answer, path);
			});
		}
		return found;
	}

	async function changeOrigins(
		keys: readonly string[],
		kind: "add" | "remove",
		onDone: OnProgress,
	): Promise<void> {
		let done = 0;
		for (const [directory, origins] of byDirectory(keys)) {
			const path = `directories/${encodeURIComponent(directory)}/origins`;
			for (let start = 0; start < origins.length; start += MAX_ORIGINS_PER_CALL) {
				const batch = origins.slice(start, start + MAX_ORIGINS_PER_CALL);
				const answer = await api.ask("POST", path, { body: JSON.stringify({ [kind]: batch }) });
				if (answer.status >= 300) throw refused(answer, path);
				done += batch.length;
				onDone(done);
			}
		}
	}

	const tenantsIn = (keys: readonly string[]) => keys.filter((key) => key.startsWith(TENANT_PREFIX));
	const originsIn = (keys: readonly string[]) => keys.filter((key) => key.startsWith(ORIGIN_PREFIX));
	return {
		name: "the control plane",
		async list(prefix) {
			if (prefix.startsWith(ORIGIN_PREFIX)) {
				return listOrigins(prefix.slice(ORIGIN_PREFIX.length).split(":")[0] ?? "");
			}
			const keys: string[] = [];
			await pages(api, "tenants", (page) => {
				for (const { host } of page.tenants ?? []) keys.push(TENANT_PREFIX + host);
			});
			return keys.filter((key) => key.startsWith(prefix));
		},
		async get(keys, onProgress) {
			const values = new Map<string, string>();
			let done = 0;
			await eachOf(tenantsIn(keys), async (key) => {
				const text = await getTenant(key);
				if (text !== undefined) values.set(key, text);
				onProgress?.(++done);
			});
			for (const key of await getOrigins(originsIn(keys))) values.set(key, "");
			return values;
		},
		async put(entries, onProgress) {
			let done = 0;
			for (const { key, value } of entries.filter(({ key }) => key.startsWith(TENANT_PREFIX))) {
				await write("PUT", key, value);
				onProgress?.(++done);
			}
			await changeOrigins(originsIn(entries.map(({ key }: KvEntry) => key)), "add", (origins) =>
				onProgress?.(done + origins),
			);
		},
		async delete(keys, onProgress) {
			let done = 0;
			for (const key of tenantsIn(keys)) {
				await write("DELETE", key);
				onProgress?.(++done);
			}
			await changeOrigins(originsIn(keys), "remove", (origins) => onProgress?.(done + origins));
		},
	};
}

function pathOf(key: string): string {
	return `tenants/${encodeURIComponent(key.slice(TENANT_PREFIX.length))}`;
}

function changedMeanwhile(key: string): CommandFault {
	return new CommandFault(
		"changed-meanwhile",
		`${safePart(key.slice(TENANT_PREFIX.length))} was changed by somebody else since it was read, and is left as it is. Push again, and look at the difference anew.`,
	);
}

/** `origin:<directory>:<origin>`, by directory. */
function byDirectory(keys: readonly string[]): ReadonlyMap<string, readonly string[]> {
	const found = new Map<string, string[]>();
	for (const key of keys) {
		const rest = key.slice(ORIGIN_PREFIX.length);
		const colon = rest.indexOf(":");
		const directory = rest.slice(0, colon);
		found.set(directory, [...(found.get(directory) ?? []), rest.slice(colon + 1)]);
	}
	return found;
}

interface Page {
	readonly tenants?: readonly { readonly host: string }[];
	readonly origins?: readonly string[];
	readonly cursor?: string | null;
}

async function pages(api: ControlPlane, path: string, take: (page: Page) => void): Promise<void> {
	let cursor: string | null = null;
	do {
		const answer = await api.ask(
			"GET",
			cursor === null ? path : `${path}?cursor=${encodeURIComponent(cursor)}`,
		);
		if (answer.status !== 200) throw refused(answer, path);
		const page = (answer.json ?? {}) as Page;
		take(page);
		cursor = page.cursor ?? null;
	} while (cursor !== null);
}

/** Does work for each of many, some at once. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
	const rest = items.values();
	await Promise.all(
		Array.from({ length: Math.min(MAX_AT_ONCE, items.length) }, async () => {
			for (const item of rest) await work(item);
		}),
	);
}
