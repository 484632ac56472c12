/** Owns a store with everything outside it in the test's hands: clock, KV, second copy, background. */

import type { Copy } from "../../src/isolate/freshness.ts";
import type { Lookup } from "../../src/isolate/memory.ts";
import type { ReadFailure } from "../../src/isolate/read-through-cache.ts";
import { createTenantStore, type StoredTenant } from "../../src/tenants/store.ts";

export const HOST = "api.example.com";
export const KEY = `tenant:${HOST}`;
export const WILDCARD = "tenant:*.example.com";

export const ONE = "https://one.example";
export const TWO = "https://two.example";

/** A document that allows one origin. */
export function documentFor(origin: string): string {
	return JSON.stringify({ cors: { origins: [origin], credentials: true } });
}

/** A store of one isolate; those that get the same copies are in the same place. */
export function setUp(copies = new Map<string, Copy>()) {
	const kv = new Map<string, string>();
	const failures: ReadFailure[] = [];
	const background: Promise<unknown>[] = [];
	const state = {
		now: 1_000_000,
		/** The keys that were read. */
		reads: [] as string[],
		/** How many calls that took. */
		calls: 0,
		/** The keys whose second copy was written. */
		writes: [] as string[],
		broken: false,
		delay: undefined as Promise<void> | undefined,
		copyDelay: undefined as Promise<void> | undefined,
	};
	const store = createTenantStore({
		read: async (keys) => {
			state.calls++;
			state.reads.push(...keys);
			if (state.delay !== undefined) await state.delay;
			if (state.broken) throw new Error("KV GET failed: 500");
			return new Map(keys.map((key) => [key, kv.get(key) ?? null]));
		},
		now: () => state.now,
		onFailure: (failure) => failures.push(failure),
		secondCopy: {
			read: async (key) => {
				if (state.copyDelay !== undefined) await state.copyDelay;
				return copies.get(key);
			},
			write: async (key, copy) => {
				state.writes.push(key);
				const kept = copies.get(key);
				if (kept === undefined || kept.readAtMilliseconds <= copy.readAtMilliseconds) copies.set(key, copy);
			},
		},
	});
	const wait = (work: Promise<unknown>) => background.push(work);
	return {
		kv,
		copies,
		failures,
		state,
		store,
		/** Looks the host up; tells besides whether the answer was there without waiting. */
		find: async (host = HOST) => {
			const answer = store.findTenant(host, wait);
			return { waited: answer instanceof Promise, found: await answer };
		},
		/** What a page of `ONE` or `TWO` would see. */
		served: async (host = HOST) => allowed(await store.findTenant(host, wait)),
		findOrigin: (origin: string, ...directories: string[]) =>
			store.findOrigin(HOST, questions(directories), origin, wait),
		findOriginAt: (host: string, origin: string, ...directories: string[]) =>
			store.findOrigin(host, questions(directories), origin, wait),
		settle: () => Promise.all(background.splice(0)),
		advance: (seconds: number) => {
			state.now += seconds * 1000;
		},
	};
}

/** The first origin that the found policy allows, or what was found instead. */
export function allowed(found: Lookup<StoredTenant>): string {
	if (found.kind === "unavailable") return found.reason;
	if (found.kind === "absent" || found.value.closed) return found.kind;
	const { set } = found.value.place.policies.origins;
	return [ONE, TWO].find((origin) => set.match(origin) !== undefined) ?? "nobody";
}

/** What one policy that lists directories alone leads to. */
function questions(directories: readonly string[]) {
	const otherwise = { allowed: false, reason: "not-in-directory" } as const;
	return { policies: [{ policy: 0, directories, insecureDirectoryOrigins: true }], otherwise };
}

/** A promise and what ends it. */
export function gate(): { readonly promise: Promise<void>; readonly open: () => void } {
	let open = () => {};
	const promise = new Promise<void>((resolve) => {
		open = resolve;
	});
	return { promise, open };
}
