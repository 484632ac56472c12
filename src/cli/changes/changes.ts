/** Owns the difference between the tenants that are wanted and those that KV holds. */

import { isDeepStrictEqual } from "node:util";
import { quote } from "../../findings/finding.ts";
import { scanJson } from "../../findings/json-scan.ts";
import { isTenantHost } from "../../tenants/hosts.ts";
import { TENANT_PREFIX, tenantKey } from "../../tenants/keys.ts";
import { isObject } from "../../tenants/salvage.ts";
import { inspect, MAX_DOCUMENT_BYTES } from "../../tenants/tenant.ts";
import type { WantedTenant } from "../files/folder.ts";
import type { Kv } from "../kv/kv.ts";
import { counted, progressOf, type Terminal } from "../shell/terminal.ts";

/** What differs for one host. */
export type Change =
	| { readonly kind: "added"; readonly host: string; readonly file: string; readonly after: unknown }
	| {
			readonly kind: "changed";
			readonly host: string;
			readonly file: string;
			readonly before: StoredValue;
			readonly after: unknown;
	  }
	| { readonly kind: "removed"; readonly host: string; readonly before: StoredValue };

/** A value of KV, read as JSON. */
export type StoredValue =
	| { readonly ok: true; readonly value: unknown }
	| { readonly ok: false; readonly text: string; readonly reason: string };

/**
 * Reads every tenant that KV holds, with progress.
 * @param hosts asked for by name, as the list of keys lags behind what has just been written
 * @returns by host, sorted
 */
export async function readStored(
	kv: Kv,
	hosts: Iterable<string>,
	terminal: Terminal,
): Promise<ReadonlyMap<string, StoredValue>> {
	terminal.busy(`Reading ${kv.name} …`);
	const listed = await kv.list(TENANT_PREFIX);
	const keys = [...new Set([...listed, ...Array.from(hosts, tenantKey)])].toSorted();
	const values = await kv.get(keys, (done) =>
		terminal.busy(`Reading ${kv.name}: ${progressOf(done, keys.length, "tenant")}`, done / keys.length),
	);
	return new Map(
		keys.flatMap((key) => {
			const text = values.get(key);
			return text === undefined ? [] : [[key.slice(TENANT_PREFIX.length), parseStored(text)] as const];
		}),
	);
}

/** What no gateway reads is not taken apart here either: some of it could not be compared without end. */
function parseStored(text: string): StoredValue {
	if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) return { ok: false, text, reason: "it is too large" };
	let twice: string | undefined;
	const isFlat = scanJson(text, ({ key }) => {
		twice = key;
		return false;
	});
	// Nobody says which of the two counts, so the gateway takes neither.
	if (twice !== undefined) return { ok: false, text, reason: `it has the key ${quote(twice)} twice` };
	if (!isFlat) return { ok: false, text, reason: "it is nested too deeply" };
	try {
		return { ok: true, value: JSON.parse(text) as unknown };
	} catch (error) {
		return { ok: false, text, reason: error instanceof Error ? error.message : String(error) };
	}
}

/** Finds what differs, sorted by host; documents that differ in form alone do not. */
export function findChanges(
	wanted: ReadonlyMap<string, WantedTenant>,
	stored: ReadonlyMap<string, StoredValue>,
): readonly Change[] {
	const hosts = [...new Set([...wanted.keys(), ...stored.keys()])].sort();
	return hosts.flatMap((host): Change[] => {
		const want = wanted.get(host);
		const before = stored.get(host);
		if (want === undefined) return before === undefined ? [] : [{ kind: "removed", host, before }];
		const { file, value: after } = want;
		if (before === undefined) return [{ kind: "added", host, file, after }];
		if (before.ok && isDeepStrictEqual(before.value, after)) return [];
		return [{ kind: "changed", host, file, before, after }];
	});
}

/**
 * Reads again what changes are about to overwrite.
 * @returns the hosts where KV is not any more what the changes were shown against
 */
export async function hostsChangedMeanwhile(kv: Kv, changes: readonly Change[]): Promise<readonly string[]> {
	const now = await kv.get(changes.map(({ host }) => tenantKey(host)));
	const isChanged = (change: Change) => {
		const text = now.get(tenantKey(change.host));
		if (change.kind === "added" || text === undefined)
			return (change.kind === "added") === (text !== undefined);
		return !isDeepStrictEqual(parseStored(text), change.before);
	};
	return changes.filter(isChanged).map(({ host }) => host);
}

/** Why the gateway serves nothing of a value, in words that follow "because"; undefined where it may. */
export function unservedBecause(host: string, stored: StoredValue): string | undefined {
	if (!isTenantHost(host)) return "no request can have that hostname";
	if (!stored.ok) return `it is not JSON that the gateway reads (${stored.reason})`;
	return isObject(stored.value) ? invalidBecause(stored.value) : "it is not a JSON object";
}

/** What is asked of one value several times over. */
const found = new WeakMap<object, string>();

function invalidBecause(document: object): string | undefined {
	let because = found.get(document);
	if (because === undefined) {
		const [first, ...others] = inspect(document).errors;
		const more = others.length === 0 ? "" : `, and ${counted(others.length, "other error")}`;
		because = first === undefined ? "" : `it is not valid (${first.code} at ${quote(first.pointer)}${more})`;
		found.set(document, because);
	}
	return because === "" ? undefined : because;
}
