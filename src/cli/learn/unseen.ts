/** Owns which choices of the command line the records have nothing for. */

import type { TenantDocument } from "../../tenants/schema.ts";
import type { Addition } from "./choice.ts";

/** What was named on the command line. */
interface Choices {
	readonly accept: readonly string[];
	readonly "accept-method": readonly string[];
	readonly "accept-header": readonly string[];
}

/**
 * What was named on the command line and let in nobody who was denied. It is not added: a typing error would become an
 * entry that nobody looks at again.
 */
export function unseenOf(
	options: Choices,
	additions: readonly Addition[],
	isListed: (list: Addition["list"], entry: string) => boolean,
): readonly string[] {
	const named = [
		["origins", options.accept],
		["methods", options["accept-method"]],
		["requestHeaders", options["accept-header"]],
	] as const;
	return named.flatMap(([list, entries]) => {
		const added = new Set(
			additions.filter((one) => one.list === list).map(({ entry }) => entry.toLowerCase()),
		);
		return entries.filter((entry) => !added.has(entry.toLowerCase()) && !isListed(list, entry));
	});
}

/** Tells whether a document has an entry already: the same command may be run twice. */
export function isListedIn(document: TenantDocument): (list: Addition["list"], entry: string) => boolean {
	const policies = [document.cors, ...(document.routes ?? []).map(({ cors }) => cors)].flat();
	return (list, entry) =>
		policies.some(({ [list]: own }) =>
			typeof own === "string" ? own === "*" : own?.some((one) => isText(one, entry)),
		);
}

function isText(one: unknown, entry: string): boolean {
	return typeof one === "string" && one.toLowerCase() === entry.toLowerCase();
}
