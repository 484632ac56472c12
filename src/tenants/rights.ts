/** Owns the comparison of what two policies grant, in words for people. */

import type { CorsConfig } from "../cors/policy.ts";

/** Names of one list that are told; of more only the number is. */
const MAX_TOLD_NAMES = 5;

/** The lists of names, with what one name and several are called. */
const LISTS = [
	["methods", "the method", "the methods"],
	["requestHeaders", "the request header", "the request headers"],
	["exposedHeaders", "the exposed header", "the exposed headers"],
] as const;

/** What `from` grants and `to` does not; empty where nothing is lost. */
export function lostRights(from: CorsConfig, to: CorsConfig): readonly string[] {
	return [
		...(from.credentials === true && to.credentials !== true ? ["credentials"] : []),
		...LISTS.flatMap(([key, one, several]) => {
			const lost = lostNames(from[key] ?? [], to[key] ?? [], key === "methods");
			if (lost.length === 0) return [];
			const shown = lost.slice(0, MAX_TOLD_NAMES).join(", ");
			const more = lost.length > MAX_TOLD_NAMES ? ` and ${lost.length - MAX_TOLD_NAMES} more` : "";
			return [`${lost.length === 1 ? one : several} ${shown}${more}`];
		}),
	];
}

type Names = "*" | readonly string[];

function lostNames(from: Names, to: Names, isMethods: boolean): readonly string[] {
	if (to === "*") return [];
	if (from === "*") return ['"*"'];
	const normalise = (name: string) => (isMethods ? name : name.toLowerCase());
	const kept = new Set([...(isMethods ? ["GET", "HEAD", "POST"] : []), ...to.map(normalise)]);
	return from.filter((name) => !kept.has(normalise(name)));
}

/** Whether two policies grant the same. */
export function isSameRights(one: CorsConfig, other: CorsConfig): boolean {
	return lostRights(one, other).length === 0 && lostRights(other, one).length === 0;
}
