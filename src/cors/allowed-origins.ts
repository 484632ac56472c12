/** Owns who is allowed: `cors.origins` of one policy checked, those of all policies compiled into one, and the question to it. */

import type { Findings } from "../findings/collector.ts";
import { pointerTo, quote, type Refusal } from "../findings/finding.ts";
import { type OriginPattern, parseOriginPattern } from "./origin-pattern.ts";
import { createOriginSet, isSerializedOrigin, type ListEntry, type OriginSet } from "./origin-set.ts";
import { isLoopback, MAX_ORIGIN_BYTES, splitOrigin } from "./origin-syntax.ts";
import { judgeOriginPattern, type PatternSafety } from "./pattern-safety.ts";

/** An entry of the list that asks a directory kept outside the document. */
export interface DirectoryEntry {
	readonly directory: string;
}

/** `cors.origins` as it is configured. */
export type OriginsConfig = "*" | readonly (string | DirectoryEntry)[];

/** `cors.origins` of one policy, checked: any origin, or a list. */
export type PolicyOrigins =
	| { readonly kind: "any" }
	| {
			readonly kind: "list";
			readonly patterns: readonly OriginPattern[];
			/** Names of origin directories, in the list's order. */
			readonly directories: readonly string[];
			/** Whether a directory's http: origins count although they are not loopback. */
			readonly insecureDirectoryOrigins: boolean;
	  };

/** The origins of one or more policies, compiled into one: the first policy that allows an origin applies to it. */
export interface AllowedOrigins {
	readonly set: OriginSet;
	/** The policies that ask directories, in order. */
	readonly asking: readonly AskingPolicy[];
	/** The last policy, where that allows every origin. */
	readonly anyPolicy: number | undefined;
}

/** A policy that asks directories. */
export interface AskingPolicy {
	readonly policy: number;
	readonly directories: readonly string[];
	readonly insecureDirectoryOrigins: boolean;
}

/** Whether an origin is allowed, by which policy and entry, or why not. */
export type OriginVerdict =
	| {
			readonly allowed: true;
			readonly reason: "listed" | "in-directory" | "any-origin";
			readonly entry: string;
			/** Which policy of the list, from 0. */
			readonly policy: number;
	  }
	| { readonly allowed: false; readonly reason: DenialReason };

/** What the lists say of an origin, before any directory was asked. */
export type OriginCheck = { readonly kind: "decided"; readonly verdict: OriginVerdict } | DirectoryQuestions;

/** Whose directories have to be asked, one policy after the other; none where an earlier policy has decided. */
export interface DirectoryQuestions {
	readonly kind: "ask";
	readonly policies: readonly AskingPolicy[];
	/** What holds where none of them has the origin. */
	readonly otherwise: OriginVerdict;
}

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
	/** There is none, and another site embeds this or submits to it. */
	| "not-isolated"
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

/** Directories that the policies of one place may ask, all of them together: for one request KV is read once for each. */
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
 * Checks the `cors.origins` of one policy. What is beyond the quota is counted out and not looked at.
 * @param pointer where the list stands
 * @param findings takes one for each entry that is refused
 * @param quota of the document that the list is in
 * @param asked by the policies of the same place so far; those of this one are added
 */
export function checkOrigins(
	config: OriginsConfig,
	safety: PatternSafety,
	pointer: string,
	findings: Findings,
	quota: OriginQuota,
	asked: Set<string>,
): PolicyOrigins {
	if (config === "*") {
		if (safety.credentials) {
			findings.add({ code: "prohibited-origin-any-with-credentials", pointer });
		}
		return { kind: "any" };
	}
	const patterns: OriginPattern[] = [];
	const directories = new Set<string>();
	const askedBefore = asked.size;
	for (let index = 0; index < config.length && !findings.isEnough(); index++) {
		const entry = config[index];
		if (entry === undefined) continue;
		const place = () => pointerTo(pointer, index);
		if (typeof entry !== "string") {
			const { directory } = entry;
			if (isDirectoryName(directory)) {
				directories.add(directory);
				asked.add(directory);
			} else {
				findings.add(() => ({ ...badDirectory(directory), pointer: pointerTo(place(), "directory") }));
			}
			continue;
		}
		if (!takeFrom(quota, entry.includes("*") ? "wildcards" : "exact", pointer, findings)) continue;
		const result = parseOriginPattern(entry);
		const refusal = result.ok ? judgeOriginPattern(result.pattern, safety) : result.refusal;
		if (refusal !== undefined) findings.add(() => ({ ...refusal, pointer: place() }));
		else if (result.ok) patterns.push(result.pattern);
	}
	if (asked.size > Math.max(MAX_DIRECTORIES, askedBefore)) {
		findings.add({
			code: "too-many-directories",
			pointer,
			message: `${asked.size} origin directories are asked up to here, all policies together, and ${MAX_DIRECTORIES} are the most: each is a read of KV for one request. Keep their origins in fewer directories.`,
		});
	}
	return {
		kind: "list",
		patterns,
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
 * Compiles the origins of all policies into one.
 * @param policies in order; only the last can be that of any origin
 */
export function combineOrigins(policies: readonly PolicyOrigins[]): AllowedOrigins {
	const asking: AskingPolicy[] = [];
	for (const [policy, origins] of policies.entries()) {
		if (origins.kind === "any" || origins.directories.length === 0) continue;
		const { directories, insecureDirectoryOrigins } = origins;
		asking.push({ policy, directories, insecureDirectoryOrigins });
	}
	return {
		set: createOriginSet(policies.map((origins) => (origins.kind === "any" ? [] : origins.patterns))),
		asking,
		anyPolicy: policies.at(-1)?.kind === "any" ? policies.length - 1 : undefined,
	};
}

/**
 * Asks the lists about an `Origin` value; compares byte for byte, never normalises. A listed origin goes by its policy unless
 * a directory of an earlier one has it: only that is left to ask.
 * @param origin the header's value, not empty
 */
export function checkOrigin({ set, asking, anyPolicy }: AllowedOrigins, origin: string): OriginCheck {
	const isTooLong = origin.length > MAX_ORIGIN_BYTES;
	const listed = isTooLong ? undefined : set.match(origin);
	const allowed = listed === undefined ? anyOrigin(anyPolicy) : byEntry(listed);
	const [first] = asking;
	if (allowed !== undefined && (first === undefined || first.policy >= allowed.policy))
		return decided(allowed);
	if (isTooLong) return decided(allowed ?? denied("origin-too-long"));
	if (origin === "null") return decided(allowed ?? denied("origin-null"));
	if (first === undefined) return decided(denied("not-listed"));
	if (!isSerializedOrigin(origin)) return decided(allowed ?? denied("origin-malformed"));
	const isPlainHttp = isInsecure(origin);
	const policies = asking.filter(
		({ policy, insecureDirectoryOrigins }) =>
			(allowed === undefined || policy < allowed.policy) && (insecureDirectoryOrigins || !isPlainHttp),
	);
	if (policies.length === 0) return decided(allowed ?? denied("origin-insecure"));
	return { kind: "ask", policies, otherwise: allowed ?? denied("not-in-directory") };
}

function byEntry({ text: entry, policy }: ListEntry) {
	return { allowed: true, reason: "listed", entry, policy } as const;
}

function anyOrigin(policy: number | undefined) {
	return policy === undefined
		? undefined
		: ({ allowed: true, reason: "any-origin", entry: "*", policy } as const);
}

function decided(verdict: OriginVerdict): OriginCheck {
	return { kind: "decided", verdict };
}

function denied(reason: DenialReason): OriginVerdict {
	return { allowed: false, reason };
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
