/** Owns `cors.origins` as a whole: any origin, or a list of patterns and origin directories. */

import type { Findings } from "../findings/collector.ts";
import { pointerTo, quote, type Refusal } from "../findings/finding.ts";
import { type OriginPattern, parseOriginPattern } from "./origin-pattern.ts";
import { createOriginSet, isSerializedOrigin, type OriginSet } from "./origin-set.ts";
import { isLoopback, MAX_ORIGIN_BYTES, splitOrigin } from "./origin-syntax.ts";
import { judgeOriginPattern, type PatternSafety } from "./pattern-safety.ts";

/** An entry of the list that asks a directory kept outside the document. */
export interface DirectoryEntry {
	readonly directory: string;
}

/** `cors.origins` as it is configured. */
export type OriginsConfig = "*" | readonly (string | DirectoryEntry)[];

/** `cors.origins`, compiled. */
export type AllowedOrigins =
	| { readonly kind: "any" }
	| {
			readonly kind: "list";
			readonly set: OriginSet;
			/** Names of origin directories, in the list's order. */
			readonly directories: readonly string[];
			/** Whether a directory's http: origins count although they are not loopback. */
			readonly insecureDirectoryOrigins: boolean;
	  };

/** Whether an origin is allowed, with the entry of the list that says so, or why not. */
export type OriginVerdict =
	| {
			readonly allowed: true;
			readonly reason: "listed" | "in-directory" | "any-origin";
			readonly entry: string;
	  }
	| { readonly allowed: false; readonly reason: DenialReason };

/** What the list says of an origin, before any directory was asked. */
export type OriginCheck =
	| { readonly kind: "decided"; readonly verdict: OriginVerdict }
	| { readonly kind: "ask"; readonly directories: readonly string[] };

/** Why an origin is denied; for the operator, never for the client. */
export type DenialReason =
	| "not-listed"
	/** Not listed, but the request's own: no cross-origin request at all. */
	| "own-origin"
	| "not-in-directory"
	| "origin-too-long"
	| "origin-null"
	| "origin-malformed"
	| "origin-insecure"
	/** A server behind may read the path so that another route counts. */
	| "ambiguous-path"
	| "directory-unavailable";

/** A directory's name: `[a-z0-9-]{1,64}`. */
const MAX_DIRECTORY_NAME_CHARACTERS = 64;

/** Tells whether `name` can name an origin directory. */
export function isDirectoryName(name: string): boolean {
	if (name.length === 0 || name.length > MAX_DIRECTORY_NAME_CHARACTERS) return false;
	for (const character of name) {
		if (!"abcdefghijklmnopqrstuvwxyz0123456789-".includes(character)) return false;
	}
	return true;
}

/** Directories that one policy may ask: for one request KV is read once for each. */
export const MAX_DIRECTORIES = 8;

/** Entries that one document may have in all its lists together. */
export const MAX_EXACT_ORIGINS = 100_000;
export const MAX_WILDCARD_ORIGINS = 10_000;

/** How many more entries a document may have; below 0 once it was said that there are too many. */
export interface OriginQuota {
	exact: number;
	wildcards: number;
}

/** The quota of a document of which no list was compiled yet. */
export function createOriginQuota(): OriginQuota {
	return { exact: MAX_EXACT_ORIGINS, wildcards: MAX_WILDCARD_ORIGINS };
}

/**
 * Checks and compiles `cors.origins`. What is beyond the quota is counted out and not looked at.
 * @param pointer where the list stands
 * @param findings takes one for each entry that is refused
 * @param quota of the document that the list is in
 */
export function compileOrigins(
	config: OriginsConfig,
	safety: PatternSafety,
	pointer: string,
	findings: Findings,
	quota: OriginQuota,
): AllowedOrigins {
	if (config === "*") {
		if (safety.credentials) {
			findings.add({ code: "prohibited-origin-any-with-credentials", pointer });
		}
		return { kind: "any" };
	}
	const patterns: OriginPattern[] = [];
	const directories = new Set<string>();
	for (let index = 0; index < config.length && !findings.isEnough(); index++) {
		const entry = config[index];
		if (entry === undefined) continue;
		const place = () => pointerTo(pointer, index);
		if (typeof entry !== "string") {
			const { directory } = entry;
			if (isDirectoryName(directory)) directories.add(directory);
			else findings.add(() => ({ ...badDirectory(directory), pointer: pointerTo(place(), "directory") }));
			continue;
		}
		if (!takeFrom(quota, entry.includes("*") ? "wildcards" : "exact", pointer, findings)) continue;
		const result = parseOriginPattern(entry);
		const refusal = result.ok ? judgeOriginPattern(result.pattern, safety) : result.refusal;
		if (refusal !== undefined) findings.add(() => ({ ...refusal, pointer: place() }));
		else if (result.ok) patterns.push(result.pattern);
	}
	if (directories.size > MAX_DIRECTORIES) {
		findings.add({
			code: "too-many-directories",
			pointer,
			message: `This policy asks ${directories.size} origin directories, ${MAX_DIRECTORIES} are the most: each is a read of KV for one request. Keep their origins in fewer directories.`,
		});
	}
	return {
		kind: "list",
		// Of a document that is refused nothing is used.
		set: createOriginSet(findings.count() === 0 ? patterns : []),
		directories: [...directories],
		insecureDirectoryOrigins: !safety.credentials || safety.dangerouslyAllowInsecureOrigins,
	};
}

/** @returns whether there was something left; that there was nothing is said once */
function takeFrom(quota: OriginQuota, kind: keyof OriginQuota, pointer: string, findings: Findings): boolean {
	quota[kind]--;
	if (quota[kind] === -1) findings.add({ ...tooMany(kind), pointer });
	return quota[kind] >= 0;
}

/** Worded when it is needed: to write numbers for people costs milliseconds the first time, and a Worker has to start. */
function tooMany(kind: keyof OriginQuota): Refusal {
	switch (kind) {
		case "exact":
			return {
				code: "too-many-origins",
				message: `This document has more than ${MAX_EXACT_ORIGINS.toLocaleString("en")} exact origins, all its lists together; those beyond were not checked. Keep them in an origin directory, {"directory": "customers"}, which has no bound.`,
			};
		case "wildcards":
			return {
				code: "too-many-wildcards",
				message: `This document has more than ${MAX_WILDCARD_ORIGINS.toLocaleString("en")} patterns with a wildcard, all its lists together; those beyond were not checked. Keep the exact origins that are meant in an origin directory, {"directory": "customers"}.`,
			};
	}
}

/**
 * Asks the list about an `Origin` value; compares byte for byte, never normalises.
 * @param origin the header's value, not empty
 */
export function checkOrigin(allowed: AllowedOrigins, origin: string): OriginCheck {
	if (allowed.kind === "any") return ANY_ORIGIN;
	if (origin.length > MAX_ORIGIN_BYTES) return denied("origin-too-long");
	const entry = allowed.set.match(origin);
	if (entry !== undefined) return { kind: "decided", verdict: { allowed: true, reason: "listed", entry } };
	if (origin === "null") return denied("origin-null");
	if (allowed.directories.length === 0) return denied("not-listed");
	if (!isSerializedOrigin(origin)) return denied("origin-malformed");
	if (!allowed.insecureDirectoryOrigins && isInsecure(origin)) return denied("origin-insecure");
	return { kind: "ask", directories: allowed.directories };
}

const ANY_ORIGIN: OriginCheck = {
	kind: "decided",
	verdict: { allowed: true, reason: "any-origin", entry: "*" },
};

function denied(reason: DenialReason): OriginCheck {
	return { kind: "decided", verdict: { allowed: false, reason } };
}

function isInsecure(origin: string): boolean {
	const parts = splitOrigin(origin);
	return parts?.scheme === "http" && !isLoopback(parts.host);
}

function badDirectory(name: string) {
	return {
		code: "invalid-directory-name",
		message: `${quote(name)} cannot name an origin directory: a name is 1 to ${MAX_DIRECTORY_NAME_CHARACTERS} of a-z 0-9 -. Its origins are kept under origin:<name>:<origin>. Rename it.`,
	};
}
