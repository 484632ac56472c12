/** Owns how keys are read from the KV binding. */

import type { ReadKeys } from "../isolate/read-through-cache.ts";

/** The least that KV takes; what is fresh is decided in the isolate. */
export const KV_CACHE_TTL_SECONDS = 30;

/** Makes the reader of a namespace: several keys are one read, and one subrequest. */
export function createKvReader(namespace: Pick<KVNamespace, "get">): ReadKeys {
	const options = { type: "text", cacheTtl: KV_CACHE_TTL_SECONDS } as const;
	return async (keys) => {
		const [only] = keys;
		if (only !== undefined && keys.length === 1) return new Map([[only, await namespace.get(only, options)]]);
		return namespace.get([...keys], options);
	};
}
