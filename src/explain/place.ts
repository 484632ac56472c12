/** Owns where in a document the policies stand that decide a call, and their entries. */

import { checkOrigin } from "../cors/allowed-origins.ts";
import { createOriginSet } from "../cors/origin-set.ts";
import { type PlacedPolicy, placedPolicies } from "../cors/policies.ts";
import { pointerTo } from "../findings/finding.ts";
import type { TenantDocument } from "../tenants/schema.ts";
import type { Place } from "../tenants/tenant.ts";
import type { PassedOver } from "./report.ts";

/** The policies of a place. @param path that of the route whose cors applies; undefined for the document's own */
export function policiesAt(document: TenantDocument, path: string | undefined): readonly PlacedPolicy[] {
	const index = document.routes?.findIndex((route) => route.path === path) ?? -1;
	const route = document.routes?.[index];
	return route === undefined
		? placedPolicies(document.cors, "/cors")
		: placedPolicies(route.cors, pointerTo(pointerTo("/routes", index), "cors"));
}

/** None of their lists has the origin: what is left to tell is whether a directory could have had it. */
export function passedOver(
	policies: readonly PlacedPolicy[],
	place: Place,
	origin: string,
): readonly PassedOver[] {
	const set = createOriginSet([]);
	return policies.map(({ pointer }, index) => {
		const asking = place.policies.origins.asking.filter(({ policy }) => policy === index);
		const check = checkOrigin({ set, asking, anyPolicy: undefined }, origin);
		return { pointer, reason: (check.kind === "ask" ? check.otherwise : check.verdict).reason };
	});
}

/** Where the entry of the list stands that the gateway's verdict names. */
export function entryPointer({ cors, pointer }: PlacedPolicy, entry: string): string {
	const origins = pointerTo(pointer, "origins");
	if (cors.origins === "*") return origins;
	return pointerTo(origins, cors.origins.map(entryText).indexOf(entry));
}

/** An entry of the list, as the gateway's verdict names it. */
export function entryText(entry: string | { readonly directory: string }): string {
	return typeof entry === "string" ? entry : JSON.stringify(entry);
}
