/** Owns the page's addresses: which view a fragment names, and back. */

/** Where one is. */
export type ViewPlace =
	| { readonly view: "tenants" }
	| { readonly view: "new" }
	| { readonly view: "document" | "history"; readonly host: string };

/** Reads a fragment; what nobody knows is the list. */
export function viewPlaceOf(hash: string): ViewPlace {
	const [first = "", host = "", last] = hash.replace(/^#\/?/, "").split("/").map(decoded);
	if (first === "new") return { view: "new" };
	if (first !== "tenants" || host === "") return { view: "tenants" };
	return { view: last === "history" ? "history" : "document", host };
}

/** The fragment of a place. */
export function hrefOf(place: ViewPlace): string {
	if (place.view === "tenants") return "#/";
	if (place.view === "new") return "#/new";
	const tenant = `#/tenants/${encodeURIComponent(place.host)}`;
	return place.view === "history" ? `${tenant}/history` : tenant;
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
