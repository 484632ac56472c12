/** Owns how keys are read from the KV binding. */

import type { ReadKeys } from "../isolate/read-through-cache.ts";

/** The least that KV takes; what is fresh is decided in the isolate. */
export const KV_CACHE_TTL_SECONDS = 30;

/** How texts are read from Workers KV. */
interface ReadOptions {
	readonly type: "text";
	readonly cacheTtl: number;
}

/** What is used of a Workers KV namespace. */
export interface KvNamespace {
	get(key: string, options: ReadOptions): Promise<string | null>;
	get(keys: string[], options: ReadOptions): Promise<Map<string, string | null>>;
}

/** Makes the reader of a namespace: several keys are one read, and one subrequest. */
export function createKvReader(namespace: KvNamespace): ReadKeys {
	const options = { type: "text", cacheTtl: KV_CACHE_TTL_SECONDS } as const;
	return async (keys) => {
		const [only] = keys;
		if (only !== undefined && keys.length === 1) return new Map([[only, await namespace.get(only, options)]]);
		return namespace.get([...keys], options);
	};
}
