/** Owns `cors.origins` as a whole: any origin, or a list of patterns and origin directories. */

import { type Finding, pointerTo, quote } from "../findings/finding.ts";
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

/**
 * Checks and compiles `cors.origins`.
 * @param pointer where the list stands
 * @param errors takes a finding for each entry that is refused
 */
export function compileOrigins(
	config: OriginsConfig,
	safety: PatternSafety,
	pointer: string,
	errors: Finding[],
): AllowedOrigins {
	if (config === "*") {
		if (safety.credentials) {
			errors.push({
				code: "prohibited-origin-any-with-credentials",
				pointer,
				message: `"*" with "credentials": true would let every page in the world read the API as the user who visits it, and browsers refuse it. Nothing allows this: list the origins, or drop "credentials".`,
			});
		}
		return { kind: "any" };
	}
	const patterns: OriginPattern[] = [];
	const directories: string[] = [];
	config.forEach((entry, index) => {
		const place = pointerTo(pointer, index);
		if (typeof entry !== "string") {
			if (isDirectoryName(entry.directory)) directories.push(entry.directory);
			else errors.push({ ...badDirectory(entry.directory), pointer: pointerTo(place, "directory") });
			return;
		}
		const result = parseOriginPattern(entry);
		const refusal = result.ok ? judgeOriginPattern(result.pattern, safety) : result.refusal;
		if (refusal !== undefined) errors.push({ ...refusal, pointer: place });
		else if (result.ok) patterns.push(result.pattern);
	});
	return {
		kind: "list",
		set: createOriginSet(patterns),
		directories,
		insecureDirectoryOrigins: !safety.credentials || safety.dangerouslyAllowInsecureOrigins,
	};
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
		message: `${quote(name)} is no name for an origin directory: 1 to ${MAX_DIRECTORY_NAME_CHARACTERS} of a-z 0-9 -. Its origins are kept under origin:<name>:<origin>. Rename it.`,
	};
}
