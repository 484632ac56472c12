/** Owns what a pull does to a folder: which file takes which hosts, and what it then says. */

import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../tenants/salvage.ts";
import { editJson, formatJson } from "../files/json-edit.ts";
import type { TenantFile } from "../files/tenant-file.ts";

/** A tenant document that KV holds. */
export type StoredDocument = Readonly<Record<string, unknown>>;

/** A file that is written, new or anew. */
export interface PulledFile {
	readonly path: string;
	readonly hosts: readonly string[];
	readonly text: string;
	readonly isNew: boolean;
	/** What the file said before, where it was there. */
	readonly before?: string;
}

/** What a pull does. */
export interface PullPlan {
	readonly writes: readonly PulledFile[];
	/** Files whose hosts KV does not have, and that are to go. */
	readonly deletes: readonly string[];
	/** Hosts that KV does not have, and that stay in their files. */
	readonly kept: readonly { readonly path: string; readonly hosts: readonly string[] }[];
}

/** An existing file, and what is to become of it. */
interface Target {
	readonly file: TenantFile;
	readonly value: unknown;
	hosts: readonly string[];
}

/** Longest name of a file that is made from a host, in characters: file systems take 255 bytes. */
const MAX_NAME_CHARACTERS = 200;

/**
 * Plans a pull. A host that a file names stays in that file; others with the same document as a file join it; the
 * rest get files of their own, one for each document.
 * @param stored by host, sorted
 * @param files those of the folder; no two name the same host
 * @param names every name in the folder, tenant files or not
 * @param prune whether hosts that KV does not have go from the folder
 */
export function planPull(
	stored: ReadonlyMap<string, StoredDocument>,
	files: readonly TenantFile[],
	directory: string,
	names: readonly string[],
	prune: boolean,
): PullPlan {
	const targets: Target[] = [];
	const byDocument = new Map<string, Target>();
	const deletes: string[] = [];
	const kept: { path: string; hosts: readonly string[] }[] = [];
	const homeless = new Set(stored.keys());

	for (const file of files) {
		const hosts = file.hosts ?? [];
		const path = file.source.name;
		const absent = hosts.filter((host) => !stored.has(host));
		if (absent.length > 0 && !prune) kept.push({ path, hosts: absent });
		const present = hosts.filter((host) => stored.has(host));
		const [first] = present;
		if (first === undefined) {
			if (prune && hosts.length > 0) deletes.push(path);
			continue;
		}
		const same = present.some((host) => isDeepStrictEqual(stored.get(host), file.value));
		const value = same ? file.value : stored.get(first);
		const staying = new Set(present.filter((host) => isDeepStrictEqual(stored.get(host), value)));
		for (const host of staying) homeless.delete(host);
		const target = {
			file,
			value,
			hosts: hosts.filter((host) => staying.has(host) || (!prune && !stored.has(host))),
		};
		targets.push(target);
		const text = canonical(value);
		if (!byDocument.has(text)) byDocument.set(text, target);
	}

	const taken = new Set(names.map((name) => name.toLowerCase()));
	const made: PulledFile[] = [];
	for (const [text, group] of Map.groupBy(homeless, (host) => canonical(stored.get(host)))) {
		const [first = ""] = group;
		const value = stored.get(first);
		const target = byDocument.get(text);
		if (target !== undefined) {
			target.hosts = [...target.hosts, ...group];
			continue;
		}
		const name = freeName(first, taken);
		taken.add(name.toLowerCase());
		made.push({
			path: join(directory, name),
			hosts: group,
			text: formatJson({ hosts: group, ...value }),
			isNew: true,
		});
	}

	const changed = targets.flatMap(({ file, value, hosts }): PulledFile[] => {
		// What is expected of it stays in the file: KV never has it.
		const expect = file.expect === undefined ? {} : { expect: file.expect };
		const before = { hosts: file.hosts, ...expect, ...(isObject(file.value) ? file.value : {}) };
		const after = { hosts, ...expect, ...(isObject(value) ? value : {}) };
		if (isDeepStrictEqual(before, after)) return [];
		const text = editJson(file.source.text, before, after);
		return [{ path: file.source.name, hosts, text, isNew: false, before: file.source.text }];
	});
	return { writes: [...changed, ...made], deletes, kept };
}

/** `*.acme.com` becomes `_wildcard.acme.com.json`; colons, which Windows does not take, become underscores. */
function freeName(host: string, taken: ReadonlySet<string>): string {
	const wild = host.startsWith("*") ? `_wildcard${host.slice(1)}` : host;
	const stem = basename(wild.replaceAll(":", "_")).slice(0, MAX_NAME_CHARACTERS);
	for (let number = 1; ; number++) {
		const name = `${stem}${number === 1 ? "" : `-${number}`}.json`;
		if (!taken.has(name)) return name;
	}
}

/** A text that is the same for values that are deeply equal. */
function canonical(value: unknown): string {
	return JSON.stringify(value, (_, part: unknown) =>
		isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
	);
}
