/** Owns what a KV namespace is to the commands, and which one is opened: that of an account, or that of this machine. */

import type { Terminal } from "../shell/terminal.ts";
import type { ConfigPlace } from "./config.ts";

/** Which KV is meant. */
export type KvPlace = ConfigPlace &
	(
		| {
				readonly kind: "local";
				/** Where it is kept, as `--persist-to` names it; undefined: beside the configuration. */
				readonly directory: string | undefined;
		  }
		| { readonly kind: "remote" }
		/** The control plane's API, which writes to KV itself. */
		| { readonly kind: "api"; readonly url: string }
	);

/** Told after each batch how many keys are done. */
export type OnProgress = (done: number) => void;

/** What is written under a key. */
export interface KvEntry {
	readonly key: string;
	readonly value: string;
}

/**
 * A KV namespace. Every call rejects with a CommandFault where KV cannot be reached, and where a write was left undone: what
 * resolves has happened. test/cli/stores.ts is what every one of them passes.
 */
export interface Kv {
	/** What messages call it: `local KV`, `remote KV`, `the control plane`. */
	readonly name: string;
	/** Lists the keys that begin with `prefix`; what has just been written may be absent, what has gone may be there. */
	list(prefix: string): Promise<readonly string[]>;
	/** Reads values; a key that is absent is absent from the answer. */
	get(keys: readonly string[], onProgress?: OnProgress): Promise<ReadonlyMap<string, string>>;
	put(entries: readonly KvEntry[], onProgress?: OnProgress): Promise<void>;
	/** Deletes keys; one that is absent is not a fault. */
	delete(keys: readonly string[], onProgress?: OnProgress): Promise<void>;
	/** What wrangler warns of in the configuration that names it. */
	warnings?(): Promise<readonly string[]>;
	/** Lets go of what it holds. Nothing may be asked of it afterwards. */
	close?(): Promise<void>;
}

/** Opens a KV namespace; nothing is read yet, and nothing loaded that only the other one needs. */
export function openKv(place: KvPlace, terminal: Terminal): Kv {
	let opened: Promise<Kv> | undefined;
	const open = () => {
		opened ??= openPlace(place, terminal);
		return opened;
	};
	return {
		name: place.kind === "api" ? "the control plane" : `${place.kind} KV`,
		list: async (prefix) => (await open()).list(prefix),
		get: async (keys, onProgress) => (keys.length === 0 ? new Map() : (await open()).get(keys, onProgress)),
		async put(entries, onProgress) {
			if (entries.length > 0) await (await open()).put(entries, onProgress);
		},
		async delete(keys, onProgress) {
			if (keys.length > 0) await (await open()).delete(keys, onProgress);
		},
		warnings: async () => (place.kind === "api" ? [] : await warningsOf(place, terminal)),
		async close() {
			const kv = await opened?.catch(() => undefined);
			await kv?.close?.();
		},
	};
}

async function warningsOf(place: KvPlace, terminal: Terminal): Promise<readonly string[]> {
	return (await import("./wrangler-warnings.ts")).readWarnings(place, terminal);
}

async function openPlace(place: KvPlace, terminal: Terminal): Promise<Kv> {
	if (place.kind === "api") return (await import("./control-plane.ts")).openControlPlane(place.url);
	if (place.kind === "local") return (await import("./local.ts")).openLocal(place, terminal);
	return (await import("./remote.ts")).openRemote(place, terminal);
}
