/** Owns the KV of a Cloudflare account: the official SDK, in calls as large as the API takes. */

import { isObject } from "../../tenants/salvage.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import type { Terminal } from "../shell/terminal.ts";
import {
	createCloudflareClient,
	deployedNamespace,
	onlyAccount,
	pathTo,
	TIMEOUT_MILLISECONDS,
} from "./account.ts";
import { type Addressee, apiFault, hasCode, KEY_NOT_FOUND } from "./api-faults.ts";
import { createApiFetch } from "./api-fetch.ts";
import { batchesOf, eachOf } from "./batches.ts";
import { type ConfigPlace, readConfig } from "./config.ts";
import type { Kv, KvEntry, OnProgress } from "./kv.ts";
import { apiBaseUrl, findLogin } from "./login.ts";

/** As many keys as the API lists at once. */
const LIST_KEYS = 1000;
/** As many values as it gives at once. */
const READ_BATCH_KEYS = 100;
/** What waits is the network; the API allows four requests a second for long, and many more for a while. */
const READS_AT_ONCE = 8;
/** As many as it writes or deletes at once; all of them together 100 MB at most. */
const WRITE_BATCH_KEYS = 10_000;
const WRITE_BATCH_BYTES = 50_000_000;
/** Tries of keys that the API left undone, and the wait before the second one; each next wait is twice as long. */
const MAX_UNDONE_TRIES = 5;
const UNDONE_WAIT_MILLISECONDS = 250;
/** A write has the time of other calls, and more by its size: half a megabyte a second is a slow line. */
const WRITE_BYTES_PER_MILLISECOND = 500;
/** Of more keys that were left undone only the first are named. */
const MAX_NAMED_KEYS = 20;
/** The values of one read are too large together. */
const TOO_LARGE = 413;
const NOT_FOUND = 404;

/** What a bulk call says that it did. */
interface BulkResult {
	readonly successful_key_count?: number;
	readonly unsuccessful_keys?: readonly string[];
}

/** Opens the namespace that the configuration binds. @throws CommandFault where it cannot be told, or there is no login */
export async function openRemote(place: ConfigPlace, terminal: Terminal): Promise<Kv> {
	const config = await readConfig(place, terminal);
	const baseURL = apiBaseUrl();
	const login = await findLogin(config);
	const client = createCloudflareClient(baseURL, login, await createApiFetch(terminal));
	const known: Addressee = { login: login.name, host: new URL(baseURL).host, config: config.path };
	const account_id =
		process.env["CLOUDFLARE_ACCOUNT_ID"] || config.accountId || (await onlyAccount(client, known));
	const namespace =
		config.namespaceId ??
		(await deployedNamespace(client, account_id, config, { ...known, account: account_id }));
	const asked: Addressee = { ...known, account: account_id, namespace };
	const { keys: api } = client.kv.namespaces;
	const path = ["accounts", account_id, "storage", "kv", "namespaces", namespace];
	const writing = (bytes: number) => ({
		timeout: TIMEOUT_MILLISECONDS + Math.ceil(bytes / WRITE_BYTES_PER_MILLISECOND),
	});

	async function getBatch(keys: readonly string[]): Promise<readonly (readonly [string, string])[]> {
		try {
			const answer = await api.bulkGet(namespace, { account_id, keys: [...keys], type: "text" });
			const values = answer?.values;
			// Taken for "nothing is stored", it would make a push write everything, and a pull delete it.
			if (!isObject(values)) throw unusable(asked, "values");
			return Object.entries(values).flatMap(([key, value]) =>
				typeof value === "string" ? [[key, value] as const] : [],
			);
		} catch (error) {
			if (statusOf(error) !== TOO_LARGE) throw apiFault(error, asked);
			const [only = "", ...others] = keys;
			if (others.length === 0) return await getOne(only);
			const half = Math.ceil(keys.length / 2);
			return [...(await getBatch(keys.slice(0, half))), ...(await getBatch(keys.slice(half)))];
		}
	}

	async function getOne(key: string): Promise<readonly (readonly [string, string])[]> {
		try {
			const response = await client.get<Response>(pathTo([...path, "values", key]), {
				__binaryResponse: true,
			});
			return [[key, await response.text()]];
		} catch (error) {
			// It has gone since.
			if (statusOf(error) === NOT_FOUND && hasCode(error, KEY_NOT_FOUND)) return [];
			throw apiFault(error, asked);
		}
	}

	/**
	 * A page of keys. The SDK's own way through the pages ends at an empty one, and after a deletion such a page may have
	 * others behind it; and it goes on for ever where a cursor leads to itself.
	 */
	async function listPage(prefix: string, cursor: string): Promise<KeyPage> {
		const page = await client
			.get<{ readonly result?: unknown; readonly result_info?: { readonly cursor?: string } | null }>(
				pathTo([...path, "keys"]),
				{ query: { prefix, limit: LIST_KEYS, ...(cursor === "" ? {} : { cursor }) } },
			)
			.catch((error: unknown) => {
				throw apiFault(error, asked);
			});
		if (!Array.isArray(page.result)) throw unusable(asked, "a list of keys");
		const names = page.result.flatMap((key: unknown) =>
			isObject(key) && typeof key["name"] === "string" ? [key["name"]] : [],
		);
		return { names, cursor: page.result_info?.cursor ?? "" };
	}

	/** Writes, or deletes: what the API leaves undone is tried again, and then named. */
	async function write<T>(
		batches: readonly (readonly T[])[],
		keyOf: (item: T) => string,
		call: (items: readonly T[]) => Promise<BulkResult | null>,
		onProgress: OnProgress | undefined,
	): Promise<void> {
		let done = 0;
		for (const batch of batches) {
			let left = batch;
			for (let tries = 1; ; tries++) {
				const result = await call(left).catch((error: unknown) => {
					throw apiFault(error, { ...asked, isWrite: true });
				});
				const undone = undoneOf(left, keyOf, result);
				if (undone.length < left.length) {
					done += left.length - undone.length;
					onProgress?.(done);
				}
				left = undone;
				if (left.length === 0) break;
				if (tries === MAX_UNDONE_TRIES) throw leftUndone(left.map(keyOf));
				terminal.busy("Cloudflare's API left keys undone: trying them again …");
				await sleep(UNDONE_WAIT_MILLISECONDS * 2 ** (tries - 1));
			}
		}
	}

	return {
		name: "remote KV",
		async list(prefix) {
			const names = new Set<string>();
			const cursors = new Set<string>();
			for (let cursor = ""; ; ) {
				const page = await listPage(prefix, cursor);
				for (const name of page.names) names.add(name);
				cursor = page.cursor;
				if (cursor === "") return [...names];
				if (cursors.has(cursor)) throw endless(asked);
				cursors.add(cursor);
			}
		},
		async get(keys, onProgress) {
			const values = new Map<string, string>();
			let done = 0;
			await eachOf(batchesOf(keys, READ_BATCH_KEYS), READS_AT_ONCE, async (batch) => {
				for (const [key, value] of await getBatch(batch)) values.set(key, value);
				done += batch.length;
				onProgress?.(done);
			});
			return values;
		},
		put: (entries, onProgress) =>
			write(
				batchesOf(entries, WRITE_BATCH_KEYS, WRITE_BATCH_BYTES, bytesOf),
				({ key }) => key,
				(items) =>
					api.bulkUpdate(namespace, { account_id, body: [...items] }, writing(total(items, bytesOf))),
				onProgress,
			),
		delete: (keys, onProgress) =>
			write(
				batchesOf(keys, WRITE_BATCH_KEYS),
				(key) => key,
				(items) =>
					api.bulkDelete(
						namespace,
						{ account_id, body: [...items] },
						writing(total(items, Buffer.byteLength)),
					),
				onProgress,
			),
	};
}

function bytesOf({ key, value }: KvEntry): number {
	return Buffer.byteLength(key) + Buffer.byteLength(value);
}

function total<T>(items: readonly T[], bytes: (item: T) => number): number {
	return items.reduce((sum, item) => sum + bytes(item), 0);
}

/** What a bulk call did not do; where it says how many and not which, or which but not of these, nothing counts as done. */
function undoneOf<T>(
	items: readonly T[],
	keyOf: (item: T) => string,
	result: BulkResult | null,
): readonly T[] {
	const undone = new Set(result?.unsuccessful_keys ?? []);
	const left = items.filter((item) => undone.has(keyOf(item)));
	const isTold = left.length === undone.size;
	return isTold && left.length + (result?.successful_key_count ?? items.length) >= items.length
		? left
		: items;
}

interface KeyPage {
	readonly names: readonly string[];
	/** Empty: there are no more. */
	readonly cursor: string;
}

function statusOf(error: unknown): unknown {
	return (error as { status?: unknown } | undefined)?.status;
}

function unusable({ host }: Addressee, what: string): CommandFault {
	return new CommandFault(
		"kv-unavailable",
		`${host} answered without ${what}, so nobody knows what is stored; that is not Cloudflare's API, or it has a fault.\nCheck CLOUDFLARE_API_BASE_URL, see https://www.cloudflarestatus.com, and try again.`,
	);
}

function endless({ host }: Addressee): CommandFault {
	return new CommandFault(
		"kv-unavailable",
		`${host} lists the keys in a circle: it has given the same cursor twice, so nobody knows all that is stored.\nSee https://www.cloudflarestatus.com, and try again later.`,
	);
}

function leftUndone(keys: readonly string[]): CommandFault {
	const named = keys.slice(0, MAX_NAMED_KEYS).map((key) => safePart(key));
	const more = keys.length - named.length;
	return new CommandFault(
		"kv-incomplete",
		`Cloudflare's API left these keys undone, though they were tried ${MAX_UNDONE_TRIES} times: ${named.join(", ")}${more > 0 ? ` and ${more.toLocaleString("en")} more` : ""}.`,
	);
}

function sleep(milliseconds: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
