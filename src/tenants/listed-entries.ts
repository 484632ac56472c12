/** Owns the entries of several policies, taken together: what each is, where it stands, and which policy decides of it. */

import { witnessOf } from "../cors/cover.ts";
import { type OriginPattern, parseOriginPattern } from "../cors/origin-pattern.ts";
import { createOriginSet, type ListEntry } from "../cors/origin-set.ts";
import type { PlacedPolicy } from "../cors/policies.ts";
import { pointerTo } from "../findings/finding.ts";

/** An entry of a policy's origins. */
export interface OriginEntry {
	/** As it was written; of a directory, as JSON. */
	readonly text: string;
	readonly pointer: string;
	/** Which policy it is in, from 0. */
	readonly policy: number;
	readonly kind: "pattern" | "directory";
	/** Stands for the origins that it allows. */
	readonly witness: string;
	/** Whether it allows any port, which only an entry that does so too can cover. */
	readonly isAnyPort: boolean;
}

/** The entries of policies, and the question which one decides. */
export interface Entries {
	readonly list: readonly OriginEntry[];
	/** The first entry by which another one, of these policies or of others, is decided. */
	decides(entry: OriginEntry): Pick<OriginEntry, "text" | "policy"> | undefined;
}

/** Reads the entries of policies; those that are not well-formed are passed over, and so is the policy of any origin. */
export function readEntries(policies: readonly PlacedPolicy[]): Entries {
	const list: OriginEntry[] = [];
	const directories = new Map<string, ListEntry>();
	const patterns = policies.map(({ cors, pointer }, policy) => {
		const parsed: OriginPattern[] = [];
		if (cors.origins === "*") return parsed;
		cors.origins.forEach((entry, index) => {
			const place = { pointer: pointerTo(pointerTo(pointer, "origins"), index), policy };
			if (typeof entry !== "string") {
				const text = JSON.stringify(entry);
				list.push({ text, ...place, kind: "directory", witness: entry.directory, isAnyPort: false });
				if (!directories.has(entry.directory)) directories.set(entry.directory, { text, policy });
				return;
			}
			const result = parseOriginPattern(entry);
			if (!result.ok) return;
			const { pattern } = result;
			parsed.push(pattern);
			const isAnyPort = pattern.port === ":*";
			list.push({ text: entry, ...place, kind: "pattern", witness: witnessOf(pattern), isAnyPort });
		});
		return parsed;
	});
	const set = createOriginSet(patterns);
	return {
		list,
		decides({ kind, witness, isAnyPort }) {
			if (kind === "directory") return directories.get(witness);
			const found = set.match(witness);
			return found === undefined || (isAnyPort && !found.text.endsWith(":*")) ? undefined : found;
		},
	};
}
