/** Owns where the middleware's tenants come from: one document that the app hands over, or Workers KV by hostname. */

import type { Lookup } from "../isolate/memory.ts";
import { createSecondCopy } from "../isolate/second-copy.ts";
import { TENANT_PREFIX } from "../tenants/keys.ts";
import { KV_CACHE_TTL_SECONDS } from "../tenants/kv-reader.ts";
import { createTenantStore, type StoreOptions, type TenantStore } from "../tenants/store.ts";
import type { Tenant } from "../tenants/tenant.ts";

/** A KV namespace, or another store that keeps documents under the same keys: `tenant:<hostname>`, `origin:<directory>:<origin>`. */
export interface TenantsNamespace {
	/** Gives the text under a key; null where there is none. */
	get(key: string, options: { readonly type: "text"; readonly cacheTtl: number }): Promise<string | null>;
}

/** The store of an app that has one document for all its hosts. */
export function singleTenantStore(tenant: Tenant): TenantStore {
	let found: Lookup<Tenant> | undefined;
	return {
		// Workers have no clock before the first request.
		findTenant: () => (found ??= { kind: "present", value: tenant, readAtMilliseconds: Date.now() }),
		// Never asked: a document with directories is refused.
		findOrigin: async () => ({ allowed: false, reason: "not-in-directory" }),
		bytes: () => tenant.weightBytes,
	};
}

/** Each namespace has one store, however many middlewares read it: the isolate knows its tenants once. */
const stores = new WeakMap<TenantsNamespace, TenantStore>();

/**
 * Finds the store of a namespace, or makes it.
 * @param onFailure told of failing reads; of a namespace that several middlewares read, that of the first one is
 */
export function storeOf(namespace: TenantsNamespace, onFailure: StoreOptions["onFailure"]): TenantStore {
	let store = stores.get(namespace);
	if (store === undefined) {
		store = withoutCertificates(
			createTenantStore({
				// One by one: not everything that has `get` takes several keys at once, as Workers KV does.
				async read(keys) {
					const options = { type: "text", cacheTtl: KV_CACHE_TTL_SECONDS } as const;
					return new Map(
						await Promise.all(keys.map(async (key) => [key, await namespace.get(key, options)] as const)),
					);
				},
				now: Date.now,
				onFailure,
				...secondCopy(),
			}),
			onFailure,
		);
		stores.set(namespace, store);
	}
	return store;
}

/** Elsewhere a Cache API may be a disk that outlives the program, or none at all. */
function secondCopy(): Pick<StoreOptions, "secondCopy"> {
	return typeof navigator !== "undefined" && navigator.userAgent === "Cloudflare-Workers"
		? { secondCopy: createSecondCopy(() => caches.open("cordon-last-good")) }
		: {};
}

const NO_CERTIFICATES =
	'the document has "clientCertificate", which only the gateway can keep: in process nothing removes what a client itself sends as Client-Cert';

/**
 * A tenant that relies on client certificates is unavailable in process: to pass over that key would silently take a
 * protection away. The other keys of the gateway (`upstream`, `originHeader`, `upstreamTimeoutSeconds`) say how the API
 * is reached, which goes without saying here; to refuse those too would keep a document from serving both.
 */
function withoutCertificates(store: TenantStore, onFailure: StoreOptions["onFailure"]): TenantStore {
	type Found = Awaited<ReturnType<TenantStore["findTenant"]>>;
	const checked = (found: Found, hostname: string): Found => {
		if (found.kind !== "present" || found.value.closed || found.value.clientCertificate === "ignore")
			return found;
		onFailure({ key: TENANT_PREFIX + hostname, reason: NO_CERTIFICATES, served: "nothing" });
		return { kind: "unavailable", reason: "invalid" };
	};
	return {
		...store,
		findTenant(hostname, background) {
			const found = store.findTenant(hostname, background);
			return found instanceof Promise
				? found.then((later) => checked(later, hostname))
				: checked(found, hostname);
		},
	};
}
