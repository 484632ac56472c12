/** Owns the way to Workers KV: the user's own wrangler with its login. */

import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { reasonOf } from "../../findings/reason.ts";
import { withPrivateFolder } from "../files/private-folder.ts";
import { Fault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { LOCAL_STATE, runWrangler, WRANGLER_CONFIG } from "./wrangler.ts";

const BINDING = "TENANTS";

/** Which KV is meant. */
export type KvPlace =
	| {
			readonly kind: "local";
			readonly directory: string | undefined;
			readonly environment: string | undefined;
	  }
	| { readonly kind: "remote"; readonly environment: string | undefined };

/** Told after each batch how many keys are done. */
export type OnProgress = (done: number) => void;

/** What is written under a key. */
export interface KvEntry {
	readonly key: string;
	readonly value: string;
}

/** A KV namespace. Every call rejects with a Fault where KV cannot be reached. */
export interface Kv {
	/** What messages call it: `local KV` or `remote KV`. */
	readonly name: string;
	/** Lists the keys that begin with `prefix`. */
	list(prefix: string): Promise<readonly string[]>;
	/** Reads values; a key that is absent is absent from the answer. */
	get(keys: readonly string[], onProgress?: OnProgress): Promise<ReadonlyMap<string, string>>;
	put(entries: readonly KvEntry[], onProgress?: OnProgress): Promise<void>;
	delete(keys: readonly string[], onProgress?: OnProgress): Promise<void>;
}

/** As many keys as Cloudflare's API gives at once. */
const REMOTE_READ_BATCH_KEYS = 100;
const LOCAL_READ_BATCH_KEYS = 1000;
/** As many as wrangler itself writes at once; the API takes 10,000, but no more than 100 MB. */
const WRITE_BATCH_KEYS = 1000;
const WRITE_BATCH_BYTES = 50_000_000;
/** Each is a process of its own; what it waits for is the network. */
const REMOTE_READS_AT_ONCE = 4;
/** The API's answer where the values of one read are too large together. */
const TOO_LARGE = "413";

/** Runs wrangler with arguments, and gives what it prints on standard output. Rejects with a Fault where it fails. */
export type Wrangler = (args: readonly string[], place: KvPlace) => Promise<string>;

/** Opens the KV namespace that wrangler.toml binds as TENANTS; nothing is read yet. */
export function openKv(place: KvPlace, wrangler: Wrangler = askWrangler): Kv {
	const readBatchKeys = place.kind === "local" ? LOCAL_READ_BATCH_KEYS : REMOTE_READ_BATCH_KEYS;
	const readsAtOnce = place.kind === "local" ? 1 : REMOTE_READS_AT_ONCE;
	const options = [
		`--config=${WRANGLER_CONFIG}`,
		`--binding=${BINDING}`,
		// A binding with a preview namespace besides would make wrangler ask which one.
		"--preview=false",
		...(place.environment === undefined ? [] : [`--env=${place.environment}`]),
		...(place.kind === "remote" ? ["--remote"] : ["--local"]),
		...(place.kind === "local" ? [`--persist-to=${resolve(place.directory ?? LOCAL_STATE)}`] : []),
	];

	const kv = (command: readonly string[]) => wrangler(["kv", ...command, ...options], place);

	const bulk = (action: "get" | "put" | "delete", content: unknown, flags: readonly string[] = []) =>
		withFile(JSON.stringify(content), (file) => kv(["bulk", action, file, ...flags]));

	async function getBatch(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
		try {
			return parseValues(await bulk("get", keys));
		} catch (error) {
			if (keys.length === 1 || !reasonOf(error).includes(TOO_LARGE)) throw error;
			const half = Math.ceil(keys.length / 2);
			const parts = [await getBatch(keys.slice(0, half)), await getBatch(keys.slice(half))];
			return new Map(parts.flatMap((part) => [...part]));
		}
	}

	return {
		name: `${place.kind} KV`,
		async list(prefix) {
			const listed = parseJson(await kv(["key", "list", `--prefix=${prefix}`]));
			if (!Array.isArray(listed)) throw misunderstood();
			return listed.map((item: { readonly name: string }) => item.name);
		},
		async get(keys, onProgress) {
			const values = new Map<string, string>();
			const batches = batchesOf(keys, readBatchKeys);
			let done = 0;
			const worker = async () => {
				for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
					for (const [key, value] of await getBatch(batch)) values.set(key, value);
					done += batch.length;
					onProgress?.(done);
				}
			};
			await Promise.all(Array.from({ length: readsAtOnce }, worker));
			return values;
		},
		async put(entries, onProgress) {
			let done = 0;
			const bytes = ({ key, value }: KvEntry) => Buffer.byteLength(key) + Buffer.byteLength(value);
			for (const batch of batchesOf(entries, WRITE_BATCH_KEYS, bytes)) {
				await bulk("put", batch);
				done += batch.length;
				onProgress?.(done);
			}
		},
		async delete(keys, onProgress) {
			let done = 0;
			for (const batch of batchesOf(keys, WRITE_BATCH_KEYS)) {
				await bulk("delete", batch, ["--force"]);
				done += batch.length;
				onProgress?.(done);
			}
		},
	};
}

function batchesOf<T>(items: readonly T[], maxItems: number, bytesOf: (item: T) => number = () => 0): T[][] {
	const batches: T[][] = [];
	let batch: T[] = [];
	let bytes = 0;
	for (const item of items) {
		const more = bytesOf(item);
		if (batch.length === maxItems || (batch.length > 0 && bytes + more > WRITE_BATCH_BYTES)) {
			batches.push(batch);
			batch = [];
			bytes = 0;
		}
		batch.push(item);
		bytes += more;
	}
	return batch.length > 0 ? [...batches, batch] : batches;
}

/** Local and remote answers differ: `{key: {value}}` and `{key: value}`; null is absent. */
function parseValues(output: string): ReadonlyMap<string, string> {
	const parsed = parseJson(output);
	if (typeof parsed !== "object" || parsed === null) throw misunderstood();
	const values = new Map<string, string>();
	for (const [key, answer] of Object.entries(parsed)) {
		const value: unknown = typeof answer === "object" && answer !== null ? answer.value : answer;
		if (typeof value === "string") values.set(key, value);
	}
	return values;
}

/** The JSON in what wrangler prints, whatever notice it prints before. */
function parseJson(output: string): unknown {
	const start = output.split("\n").findIndex((line) => line.startsWith("{") || line.startsWith("["));
	try {
		return JSON.parse(output.split("\n").slice(start).join("\n"));
	} catch {
		throw misunderstood();
	}
}

function misunderstood(): Fault {
	return new Fault(
		"kv-unavailable",
		'wrangler answered in a form that Cordon does not understand. Run "npm ci", so that wrangler is the one that Cordon was tested with.',
	);
}

/** Hands a content to wrangler in a file that only this user can read, and removes it. */
function withFile<T>(content: string, use: (path: string) => Promise<T>): Promise<T> {
	return withPrivateFolder(async (folder) => {
		const path = join(folder, "bulk.json");
		await writeFile(path, content);
		return use(path);
	});
}

async function askWrangler(args: readonly string[], place: KvPlace): Promise<string> {
	const { code, output, errors } = await runWrangler(args);
	if (code === 0) return output;
	throw new Fault("kv-unavailable", failure(`${errors}\n${output}`, place));
}

/** Lines of wrangler's that are shown where it fails. */
const MAX_SAID_LINES = 40;

function failure(said: string, place: KvPlace): string {
	const reason = stripVTControlCharacters(said)
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "" && !line.includes("open beta"))
		.slice(0, MAX_SAID_LINES)
		.map((line) => `  ${safePart(line)}`)
		.join("\n");
	const advice =
		place.kind === "remote"
			? 'Log in with "npx wrangler login" or set CLOUDFLARE_API_TOKEN, deploy once so that the namespace exists, and try again.'
			: "Nothing but wrangler itself is needed for it: try again, or see what wrangler says.";
	return `The ${place.kind} KV did not answer; this is what wrangler says:\n${reason}\n${advice}`;
}
