/** Owns the question whether one origin pattern says nothing that another one does not say already. */

import type { OriginPattern } from "./origin-pattern.ts";
import { createOriginSet } from "./origin-set.ts";
import { MAX_LABEL_BYTES } from "./origin-syntax.ts";

/** Stands for what a wildcard may match; nobody writes it into a pattern. */
const WITNESS = "0cordon0witness0";
const WITNESS_PORT = ":64999";

/**
 * Finds the patterns that another, broader pattern of the list covers whole.
 * @returns by each covered pattern's index the text of the pattern that covers it
 */
export function findCovered(patterns: readonly OriginPattern[]): ReadonlyMap<number, string> {
	const wildcards = createOriginSet([patterns.filter(({ host }) => host.kind !== "exact")]);
	const anyPort = createOriginSet([
		patterns.filter(({ host, port }) => host.kind === "exact" && port === ":*"),
	]);
	const covered = new Map<number, string>();
	patterns.forEach((pattern, index) => {
		const witness = witnessOf(pattern);
		const cover = (
			wildcards.matchWildcards(witness) ??
			(pattern.port === ":*" ? undefined : anyPort.matchWildcards(witness))
		)?.text;
		if (cover === undefined || cover === pattern.text) return;
		if (pattern.port === ":*" && !cover.endsWith(":*")) return;
		covered.set(index, cover);
	});
	return covered;
}

/** An origin that the pattern allows, and that another one allows only if it allows them all. */
export function witnessOf({ scheme, host, port }: OriginPattern): string {
	const shownPort = port === ":*" ? WITNESS_PORT : port;
	switch (host.kind) {
		case "exact":
			return `${scheme}://${host.host}${shownPort}`;
		case "any":
			return `${scheme}://${WITNESS}`;
		case "subdomains":
			// Two labels, which no in-label glob matches.
			return `${scheme}://${WITNESS}.${WITNESS}.${host.parent}${shownPort}`;
		case "glob": {
			const room = MAX_LABEL_BYTES - host.prefix.length - host.suffix.length;
			return `${scheme}://${host.prefix}${WITNESS.slice(0, room)}${host.suffix}.${host.parent}${shownPort}`;
		}
	}
}
