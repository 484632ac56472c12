/** Owns where in a document the policy stands that decides a call, and its entries. */

import type { CorsConfig } from "../cors/policy.ts";
import { pointerTo } from "../findings/finding.ts";
import type { TenantDocument } from "../tenants/schema.ts";

/** A cors object of a document. */
export interface CorsPlace {
	readonly cors: CorsConfig;
	readonly pointer: string;
}

/** @param path that of the route whose cors applies; undefined for the document's own */
export function corsPlace(document: TenantDocument, path: string | undefined): CorsPlace {
	const index = document.routes?.findIndex((route) => route.path === path) ?? -1;
	const route = document.routes?.[index];
	return route === undefined
		? { cors: document.cors, pointer: "/cors" }
		: { cors: route.cors, pointer: pointerTo(pointerTo("/routes", index), "cors") };
}

/** Where the entry of the list stands that the gateway's verdict names. */
export function entryPointer({ cors, pointer }: CorsPlace, entry: string): string {
	const origins = pointerTo(pointer, "origins");
	if (cors.origins === "*") return origins;
	return pointerTo(origins, cors.origins.map(entryText).indexOf(entry));
}

/** An entry of the list, as the gateway's verdict names it. */
export function entryText(entry: string | { readonly directory: string }): string {
	return typeof entry === "string" ? entry : JSON.stringify(entry);
}
