/** Owns entity tags and preconditions (RFC 9110, sections 8.8.3 and 13.1): what a write says that it replaces. */

import { refusal } from "./problem.ts";

/** What must be stored for a write to happen; decided by the database, in the statement that writes. */
export interface Precondition {
	/** Whether there must be a document, or must be none. */
	readonly alive: boolean;
	/** The versions that it may be; "any" where that does not matter. */
	readonly versions: readonly number[] | "any";
}

/** A strong tag: two documents of one version are the same byte for byte. */
export function entityTag(version: number): string {
	return `"${version}"`;
}

const OUR_TAG = /^"([1-9]\d{0,14})"$/;
const TAGS = /(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"/g;
const TAG_LIST =
	/^[ \t]*(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"(?:[ \t]*,[ \t]*(?:(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*")?)*[ \t]*$/;

/** The versions in a list of tags. Weak ones never match strongly, and others' tags are nobody's version. */
function versionsIn(list: string): readonly number[] {
	if (!TAG_LIST.test(list)) return [];
	return (list.match(TAGS) ?? []).flatMap((tag) => {
		const version = OUR_TAG.exec(tag)?.[1];
		return version === undefined ? [] : [Number(version)];
	});
}

/**
 * Reads the precondition of a write.
 * @throws 428 where there is none: a write that names nothing would overwrite what its sender has never seen
 */
export function readPrecondition(ifMatch: string | undefined, ifNoneMatch: string | undefined): Precondition {
	const isNew = ifNoneMatch?.trim() === "*";
	const hasMatch = ifMatch !== undefined && ifMatch.trim() !== "";
	if (!hasMatch && !isNew) throw refusal("precondition-required");
	if (!hasMatch) return { alive: false, versions: "any" };
	// Both at once can never hold.
	if (isNew) return { alive: true, versions: [] };
	return { alive: true, versions: ifMatch.trim() === "*" ? "any" : versionsIn(ifMatch) };
}

/** Whether what is stored is what the precondition asks for. */
export function holds(
	{ alive, versions }: Precondition,
	current: { readonly version: number; readonly alive: boolean },
): boolean {
	return current.alive === alive && (versions === "any" || versions.includes(current.version));
}

/** Whether a reader has this version already (If-None-Match, compared weakly). */
export function isKnown(ifNoneMatch: string | undefined, version: number): boolean {
	if (ifNoneMatch === undefined) return false;
	return (
		ifNoneMatch.trim() === "*" ||
		(TAG_LIST.test(ifNoneMatch) && versionsIn(ifNoneMatch.replaceAll("W/", "")).includes(version))
	);
}
