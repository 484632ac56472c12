/** Owns the KV of a Cloudflare account: the official SDK, in calls as large as the API takes. */

import { BaseAccounts } from "cloudflare/resources/accounts/accounts";
import { BaseKeys } from "cloudflare/resources/kv/namespaces/keys";
import { createClient } from "cloudflare/tree-shakable";
import { Fault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import type { Terminal } from "../shell/terminal.ts";
import { type Asked, apiFault } from "./api-faults.ts";
import { createApiFetch, MAX_RETRIES } from "./api-fetch.ts";
import { batchesOf, eachOf } from "./batches.ts";
import { BINDING, type ConfigPlace, readConfig, type WranglerConfig } from "./config.ts";
import type { Kv, KvEntry, OnProgress } from "./kv.ts";
import { apiBaseUrl, findLogin, type Login } from "./login.ts";

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
/** A large write takes its time. */
const TIMEOUT_MILLISECONDS = 120_000;
/** Of more keys that were left undone only the first are named. */
const MAX_NAMED_KEYS = 20;
/** The values of one read are too large together. */
const TOO_LARGE = 413;

type Client = ReturnType<typeof connect>;

/** What a bulk call says that it did. */
interface BulkResult {
	readonly successful_key_count?: number;
	readonly unsuccessful_keys?: readonly string[];
}

/** Opens the namespace that the configuration binds. @throws Fault where it cannot be told, or there is no login */
export async function openRemote(place: ConfigPlace, terminal: Terminal): Promise<Kv> {
	const config = await readConfig(place, terminal);
	const baseURL = apiBaseUrl();
	const login = await findLogin(config);
	const client = connect(baseURL, login, await createApiFetch(terminal));
	const known: Asked = { login: login.name, host: new URL(baseURL).host, config: config.path };
	const account_id =
		process.env["CLOUDFLARE_ACCOUNT_ID"] || config.accountId || (await onlyAccount(client, known));
	const namespace =
		config.namespaceId ??
		(await deployedNamespace(client, account_id, config, { ...known, account: account_id }));
	const asked: Asked = { ...known, account: account_id, namespace };
	const { keys: api } = client.kv.namespaces;

	async function getBatch(keys: readonly string[]): Promise<readonly (readonly [string, string])[]> {
		try {
			const answer = await api.bulkGet(namespace, { account_id, keys: [...keys], type: "text" });
			return Object.entries(answer?.values ?? {}).flatMap(([key, value]) =>
				typeof value === "string" ? [[key, value] as const] : [],
			);
		} catch (error) {
			if ((error as { status?: unknown }).status !== TOO_LARGE) throw apiFault(error, asked);
			const [only = "", ...others] = keys;
			if (others.length === 0) return [[only, await getOne(only)]];
			const half = Math.ceil(keys.length / 2);
			return [...(await getBatch(keys.slice(0, half))), ...(await getBatch(keys.slice(half)))];
		}
	}

	async function getOne(key: string): Promise<string> {
		const path = ["accounts", account_id, "storage", "kv", "namespaces", namespace, "values", key];
		return client
			.get<Response>(`/${path.map(encodeURIComponent).join("/")}`, { __binaryResponse: true })
			.then((response) => response.text())
			.catch((error: unknown) => {
				throw apiFault(error, asked);
			});
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
			const names: string[] = [];
			try {
				for await (const { name } of api.list(namespace, { account_id, prefix, limit: LIST_KEYS })) {
					names.push(name);
				}
			} catch (error) {
				throw apiFault(error, asked);
			}
			return names;
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
				(items) => api.bulkUpdate(namespace, { account_id, body: [...items] }),
				onProgress,
			),
		delete: (keys, onProgress) =>
			write(
				batchesOf(keys, WRITE_BATCH_KEYS),
				(key) => key,
				(items) => api.bulkDelete(namespace, { account_id, body: [...items] }),
				onProgress,
			),
	};
}

function connect(baseURL: string, { apiToken, apiKey, apiEmail }: Login, fetch: typeof globalThis.fetch) {
	return createClient({
		resources: [BaseKeys, BaseAccounts],
		...{ apiToken, apiKey, apiEmail, userServiceKey: null },
		baseURL,
		fetch,
		maxRetries: MAX_RETRIES,
		timeout: TIMEOUT_MILLISECONDS,
		logLevel: "off",
	});
}

function bytesOf({ key, value }: KvEntry): number {
	return Buffer.byteLength(key) + Buffer.byteLength(value);
}

/** What a bulk call did not do; where it says how many and not which, nothing counts as done. */
function undoneOf<T>(
	items: readonly T[],
	keyOf: (item: T) => string,
	result: BulkResult | null,
): readonly T[] {
	const undone = new Set(result?.unsuccessful_keys ?? []);
	if (undone.size > 0) return items.filter((item) => undone.has(keyOf(item)));
	return (result?.successful_key_count ?? items.length) < items.length ? items : [];
}

function leftUndone(keys: readonly string[]): Fault {
	const named = keys.slice(0, MAX_NAMED_KEYS).map((key) => safePart(key));
	const more = keys.length - named.length;
	return new Fault(
		"kv-incomplete",
		`Cloudflare's API left these keys undone, though they were tried ${MAX_UNDONE_TRIES} times: ${named.join(", ")}${more > 0 ? ` and ${more.toLocaleString("en")} more` : ""}.`,
	);
}

function sleep(milliseconds: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The one account of the login. @throws Fault where there are several: a guess could be another company's production */
async function onlyAccount(client: Client, asked: Asked): Promise<string> {
	const page = await client.accounts.list().catch((error: unknown) => {
		throw apiFault(error, asked);
	});
	const [only, ...others] = page.getPaginatedItems();
	if (only === undefined) {
		throw new Fault(
			"unknown-account",
			`Cloudflare shows no account for ${asked.login}, so nobody knows whose KV is meant.\nSet CLOUDFLARE_ACCOUNT_ID, or account_id in ${safePart(asked.config)}.`,
		);
	}
	if (others.length === 0) return only.id;
	const names = [only, ...others].map(({ name, id }) => `  ${safePart(id)}  ${safePart(name)}`);
	throw new Fault(
		"several-accounts",
		`${asked.login.charAt(0).toUpperCase()}${asked.login.slice(1)} is for ${names.length} accounts, and none of them is named:\n${names.slice(0, MAX_NAMED_KEYS).join("\n")}\nSet CLOUDFLARE_ACCOUNT_ID to one of them, or account_id in ${safePart(asked.config)}.`,
	);
}

/** The namespace that the first deployment made, as the deployed Worker's settings say. */
async function deployedNamespace(
	client: Client,
	account: string,
	{ worker, path }: WranglerConfig,
	asked: Asked,
): Promise<string> {
	const unknown = (why: string) =>
		new Fault(
			"unknown-namespace",
			`${safePart(path)} names no id for the namespace ${BINDING}, and ${why}.\nDeploy once ("npx wrangler deploy"), or write the namespace's id into it.`,
		);
	if (worker === undefined) throw unknown("no name of a Worker that could be asked for it");
	const settings = await client
		.get<{
			readonly result?: {
				readonly bindings?: readonly {
					readonly type?: string;
					readonly name?: string;
					readonly namespace_id?: string;
				}[];
			};
		}>(`/accounts/${encodeURIComponent(account)}/workers/scripts/${encodeURIComponent(worker)}/settings`)
		.catch((error: unknown) => {
			throw apiFault(error, { ...asked, worker });
		});
	const binding = settings.result?.bindings?.find(
		({ type, name }) => type === "kv_namespace" && name === BINDING,
	);
	if (binding?.namespace_id === undefined) {
		throw unknown(`the Worker ${safePart(worker)} of the account ${safePart(account)} has no such binding`);
	}
	return binding.namespace_id;
}
