/** Owns the KV of this machine: Miniflare on the state that `wrangler dev` and `wrangler kv --local` keep. */

import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { makeFolder } from "../files/make-folder.ts";
import { requireTemporaryFolder } from "../files/private-folder.ts";
import { systemReason } from "../files/regular-file.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import type { Terminal } from "../shell/terminal.ts";
import { batchesOf } from "./batches.ts";
import { BINDING, type ConfigPlace, readConfig } from "./config.ts";
import type { Kv } from "./kv.ts";
import { findMiniflare } from "./peers.ts";

/** Keys that are asked of the Worker at once. */
const BATCH_KEYS = 1000;
const BATCH_BYTES = 50_000_000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The Worker that works on the namespace: a call of Miniflare's own from outside is a request for each key, and a
 * thousand of them take seconds.
 */
const WORKER = `
const each = (list, work) => Promise.all(list.map(work));
const operations = {
	async list(kv, prefix) {
		const names = [];
		for (let cursor; ; ) {
			const page = await kv.list({ prefix, cursor });
			names.push(...page.keys.map(({ name }) => name));
			if (page.list_complete) return names;
			cursor = page.cursor;
		}
	},
	async get(kv, keys) {
		const found = [];
		for (let at = 0; at < keys.length; at += 100) {
			const some = keys.slice(at, at + 100);
			// Values that are too large together are asked for one by one.
			const values = await kv.get(some).catch(async () => new Map(await each(some, async (key) => [key, await kv.get(key)])));
			found.push(...values);
		}
		return found.filter(([, value]) => value !== null);
	},
	put: (kv, entries) => each(entries, ({ key, value }) => kv.put(key, value)),
	delete: (kv, keys) => each(keys, (key) => kv.delete(key)),
};
export default {
	async fetch(request, { KV }) {
		const { operation, argument } = await request.json();
		return Response.json((await operations[operation](KV, argument)) ?? null);
	},
};`;

/** The part of Miniflare that is used; its fourth and fifth version differ in how a namespace is told its folder. */
interface Miniflare {
	dispatchFetch(
		url: string,
		init: { method: string; body: string },
	): Promise<{
		readonly ok: boolean;
		json(): Promise<unknown>;
		text(): Promise<string>;
	}>;
	readonly ready: Promise<URL>;
	dispose(): Promise<void>;
}

interface MiniflareModule {
	readonly Miniflare: new (options: unknown) => Miniflare;
	readonly convertV4MiniflareOptions?: (options: unknown) => unknown;
	readonly Log: new (level: number) => unknown;
	readonly LogLevel: { readonly NONE: number };
}

/** Opens the KV of this machine. @throws CommandFault where Miniflare is not there, or does not start */
export async function openLocal(
	place: ConfigPlace & { readonly directory: string | undefined },
	terminal: Terminal,
): Promise<Kv> {
	const config = await readConfig(place, terminal);
	const state = resolve(place.directory ?? join(dirname(config.path), ".wrangler/state"));
	// As `wrangler dev` names it, which takes the preview namespace where there is one.
	const id = config.previewId ?? config.namespaceId ?? BINDING;
	const path = findMiniflare(config.path);
	const root = join(state, "v3");
	// Miniflare would make both with Node's `recursive`.
	requireTemporaryFolder();
	try {
		makeFolder(root);
	} catch (error) {
		throw unavailable(state, error);
	}
	const miniflare = await start(path, root, id).catch((error: unknown) => {
		throw error instanceof CommandFault ? error : unavailable(state, error);
	});

	async function ask(operation: string, argument: unknown): Promise<unknown> {
		try {
			const body = JSON.stringify({ operation, argument });
			const response = await miniflare.dispatchFetch("http://kv/", { method: "POST", body });
			if (!response.ok) throw new Error((await response.text()).split("\n", 1)[0]);
			return await response.json();
		} catch (error) {
			throw unavailable(state, error);
		}
	}

	return {
		name: "local KV",
		list: async (prefix) => (await ask("list", prefix)) as readonly string[],
		async get(keys, onProgress) {
			const values = new Map<string, string>();
			let done = 0;
			for (const batch of batchesOf(keys, BATCH_KEYS)) {
				const found = (await ask("get", batch)) as readonly (readonly [string, string])[];
				for (const [key, value] of found) values.set(key, value);
				done += batch.length;
				onProgress?.(done);
			}
			return values;
		},
		async put(entries, onProgress) {
			let done = 0;
			const bytes = ({ key, value }: { key: string; value: string }) => key.length + value.length;
			for (const batch of batchesOf(entries, BATCH_KEYS, BATCH_BYTES, bytes)) {
				await ask("put", batch);
				done += batch.length;
				onProgress?.(done);
			}
		},
		async delete(keys, onProgress) {
			let done = 0;
			for (const batch of batchesOf(keys, BATCH_KEYS)) {
				await ask("delete", batch);
				done += batch.length;
				onProgress?.(done);
			}
		},
		close: () => miniflare.dispose(),
	};
}

async function start(path: string, root: string, id: string): Promise<Miniflare> {
	const module = (await import(pathToFileURL(path).href)) as MiniflareModule;
	const options = {
		modules: true,
		script: WORKER,
		compatibilityDate: "2025-01-01",
		kvNamespaces: { KV: id },
		cf: false,
		host: "127.0.0.1",
		port: 0,
		log: new module.Log(module.LogLevel.NONE),
		handleRuntimeStdio: () => {},
	};
	const before = SIGNALS.map((signal) => process.listeners(signal));
	const miniflare = new module.Miniflare(
		module.convertV4MiniflareOptions === undefined
			? { ...options, kvPersist: join(root, "kv") }
			: module.convertV4MiniflareOptions({ ...options, resourcePersistencePath: root }),
	);
	// It would end the process at once, before an interrupt has said what was done; when the process exits it tidies up too.
	for (const [index, signal] of SIGNALS.entries()) {
		for (const listener of process.listeners(signal)) {
			if (!before[index]?.includes(listener)) process.off(signal, listener);
		}
	}
	try {
		await miniflare.ready;
	} catch (error) {
		await miniflare.dispose().catch(() => {});
		throw error;
	}
	return miniflare;
}

function unavailable(state: string, error: unknown): CommandFault {
	return new CommandFault(
		"kv-unavailable",
		`The local KV in ${safePart(state)} cannot be used: ${systemReason(error).split("\n", 1)[0]}\nCheck that it is a folder that you may write to, or name another one: --persist-to DIR.`,
	);
}
