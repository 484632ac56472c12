/** Owns the caller: who asks, and which hosts and directories are theirs. */

import { refusal } from "./problem.ts";

/** Hosts that somebody has. */
export interface HostScope {
	readonly all: boolean;
	readonly hosts: readonly string[];
	/** The parents of `*.<parent>`: every host one label below, as a tenant's own key `*.<parent>` means it, and that key. */
	readonly parents: readonly string[];
}

/** Who asks. */
export interface Caller {
	/** The token's name, or the identity at Cloudflare Access. */
	readonly name: string;
	readonly via: "token" | "access";
	readonly scope: HostScope;
	readonly directories: "all" | ReadonlySet<string>;
	readonly mayWrite: boolean;
}

const WILDCARD = "*.";

/** What follows a host's first dot; empty for a single label. */
export function parentOf(host: string): string {
	const dot = host.indexOf(".");
	return dot === -1 ? "" : host.slice(dot + 1);
}

/** Makes a scope of hosts, `*.<parent>` among them, or of `*`. */
export function scopeOf(entries: readonly string[]): HostScope {
	return {
		all: entries.includes("*"),
		hosts: entries.filter((entry) => !entry.startsWith("*")),
		parents: entries
			.filter((entry) => entry.startsWith(WILDCARD))
			.map((entry) => entry.slice(WILDCARD.length)),
	};
}

/** Whether a host is in a scope. */
export function covers({ all, hosts, parents }: HostScope, host: string): boolean {
	return all || hosts.includes(host) || parents.includes(parentOf(host));
}

/** Whether a directory is the caller's. */
export function hasDirectory({ directories }: Caller, directory: string): boolean {
	return directories === "all" || directories.has(directory);
}

/** Refuses what is outside the caller's scope, in the same words whether it exists or not. */
export function demandHost(caller: Caller, host: string, purpose: "read" | "write"): void {
	if (!covers(caller.scope, host)) throw refusal("forbidden");
	if (purpose === "write") demandWrite(caller);
}

/** Refuses a directory that is not the caller's, in the same words whether it exists or not. */
export function demandDirectory(caller: Caller, directory: string, purpose: "read" | "write"): void {
	if (!hasDirectory(caller, directory)) throw refusal("forbidden");
	if (purpose === "write") demandWrite(caller);
}

function demandWrite({ mayWrite }: Caller): void {
	if (!mayWrite) throw refusal("forbidden", { detail: "This token may read, but not write." });
}
