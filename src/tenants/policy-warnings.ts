/** Owns the warnings about several policies together: entries that never decide, and routes that drop what was meant. */

import { type PlacedPolicy, placedPolicies } from "../cors/policies.ts";
import type { Findings } from "../findings/collector.ts";
import { pointerTo, quote } from "../findings/finding.ts";
import { type Entries, type OriginEntry, readEntries } from "./listed-entries.ts";
import { isSameRights, lostRights } from "./rights.ts";
import type { TenantDocument } from "./schema.ts";

/** Warns of the document and of each route. */
export function warnOfPolicies({ cors, routes }: TenantDocument, warnings: Findings): void {
	const own = placedPolicies(cors, "/cors");
	if (own.length === 1 && routes === undefined) return;
	const ownEntries = readEntries(own);
	warnOverlaps(own, ownEntries, warnings);
	const budget = { checks: MAX_ROUTE_CHECKS };
	routes?.forEach((route, index) => {
		const policies = placedPolicies(route.cors, pointerTo(pointerTo("/routes", index), "cors"));
		const entries = readEntries(policies);
		warnOverlaps(policies, entries, warnings);
		warnLostRights({ own, ownEntries, policies, entries }, budget, warnings);
	});
}

/** An entry that an earlier policy decides of has no part in anything. */
function warnOverlaps(
	policies: readonly PlacedPolicy[],
	{ list, decides }: Entries,
	warnings: Findings,
): void {
	if (policies.length === 1) return;
	for (const entry of list) {
		const first = decides(entry);
		if (first === undefined || first.policy >= entry.policy) continue;
		const [earlier, own] = [policies[first.policy], policies[entry.policy]];
		if (earlier === undefined || own === undefined) continue;
		// Of a directory, plain http may count in the later policy alone.
		if (entry.kind === "directory" && !countsInsecure(earlier) && countsInsecure(own)) continue;
		const { pointer } = entry;
		if (isSameRights(earlier.cors, own.cors)) {
			warnings.add(() => ({
				code: "covered-origin",
				pointer,
				message: `${quote(entry.text)} adds nothing: ${whatCovers(entry, first.text)} of the policy at ${earlier.pointer} covers it already, and the first policy that allows an origin applies. Remove one of the two.`,
			}));
			continue;
		}
		const less = lostRights(own.cors, earlier.cors);
		const more = lostRights(earlier.cors, own.cors);
		warnings.add(() => ({
			code: entry.text === first.text ? "origin-in-two-policies" : "origin-of-earlier-policy",
			pointer,
			message: `${quote(entry.text)} never gets what this policy grants: ${whatCovers(entry, first.text)} of the policy at ${earlier.pointer} allows it first, and that one alone applies.${difference("It does not grant", less)}${difference("It grants besides", more)} Remove it from one of the two, or put the policy that is meant first.`,
		}));
	}
}

function whatCovers(entry: OriginEntry, text: string): string {
	return entry.text === text ? "the same entry" : quote(text);
}

function difference(beginning: string, rights: readonly string[]): string {
	return rights.length === 0 ? "" : ` ${beginning} ${rights.join(", ")}.`;
}

function countsInsecure({ cors }: PlacedPolicy): boolean {
	return cors.credentials !== true || cors.dangerouslyAllowInsecureOrigins === true;
}

interface RouteEntries {
	readonly own: readonly PlacedPolicy[];
	readonly ownEntries: Entries;
	readonly policies: readonly PlacedPolicy[];
	readonly entries: Entries;
}

/**
 * How many entries of the document are held against its routes' wildcards, all routes together: 1,000 routes times 100,000 entries
 * would take minutes. A route's own entries are always held against the document's, which is linear.
 */
const MAX_ROUTE_CHECKS = 200_000;

/**
 * A route replaces cors whole, so that one which names only origins drops the rest. One warning for each pair of policies, with
 * the first origin that both allow. A route that is open to every origin says so, and never has credentials: none is needed there.
 */
function warnLostRights(
	{ own, ownEntries, policies, entries }: RouteEntries,
	budget: { checks: number },
	warnings: Findings,
): void {
	const seen = new Set<string>();
	const compare = (
		before: Pick<OriginEntry, "policy">,
		after: Pick<OriginEntry, "policy">,
		shown: string,
	) => {
		const pair = `${before.policy} ${after.policy}`;
		if (seen.has(pair)) return;
		seen.add(pair);
		const [from, to] = [own[before.policy], policies[after.policy]];
		const lost = from === undefined || to === undefined ? [] : lostRights(from.cors, to.cors);
		if (lost.length === 0) return;
		warnings.add(() => ({
			code: "route-drops-rights",
			pointer: to?.pointer ?? "",
			message: `A route replaces cors whole, and here ${quote(shown)} loses what ${from?.pointer} grants it: ${lost.join(", ")}. Repeat here what is meant to hold on this path too.`,
		}));
	};
	const open = own.at(-1)?.cors.origins === "*" ? { policy: own.length - 1 } : undefined;
	for (const entry of entries.list) {
		const [before, after] = [ownEntries.decides(entry) ?? open, entries.decides(entry)];
		if (before !== undefined && after !== undefined) compare(before, after, entry.text);
	}
	if (!entries.list.some(({ text, kind }) => kind === "pattern" && text.includes("*"))) return;
	const pairs = own.length * policies.length;
	for (const entry of ownEntries.list) {
		if (seen.size === pairs || budget.checks-- <= 0) return;
		const [before, after] = [ownEntries.decides(entry), entries.decides(entry)];
		if (before !== undefined && after !== undefined) compare(before, after, entry.text);
	}
}
