/** Owns the shared way in which tests ask what a configuration becomes. */

import { carryPolicy } from "../../../src/cli/import/carry.ts";
import { readDocuments } from "../../../src/cli/import/documents.ts";
import { recognise } from "../../../src/cli/import/formats.ts";
import type { ImportedDocument } from "../../../src/cli/import/places.ts";
import { tenantFiles } from "../../../src/cli/import/tenants.ts";
import { checkOrigin } from "../../../src/cors/allowed-origins.ts";
import { compileTenant } from "../../../src/tenants/tenant.ts";

/** What a configuration became. */
export interface Importing {
	readonly format: string | undefined;
	/** By host, or by the name of the file in parentheses. */
	readonly documents: Readonly<Record<string, ImportedDocument>>;
	/** Each entry with its outcome: `made-safe x → y: why`. */
	readonly entries: readonly string[];
	/** Everything else that is said. */
	readonly remarks: string;
	/** How many of the remarks say that something is left out. */
	readonly leftOut: number;
}

/** Imports a text; what is written has to validate. */
export function importing(text: string, name = "source.yaml"): Importing {
	const found = recognise(readDocuments(name, text));
	const policies = (found?.policies ?? []).map((policy) => carryPolicy(policy, { deeperSubdomains: false }));
	const files = tenantFiles(policies, "source");
	const documents: Record<string, ImportedDocument> = {};
	for (const file of files) {
		const result = compileTenant(JSON.parse(JSON.stringify(file.document)));
		if (!result.ok) throw new Error(JSON.stringify(result.errors));
		for (const host of file.hosts ?? [`(${file.name})`]) documents[host] = file.document;
	}
	const remarks = [...policies, ...files].flatMap((one) => one.remarks);
	return {
		format: found?.format.name,
		documents,
		entries: policies.flatMap(({ entries }) =>
			entries.map((entry) => `${entry.outcome} ${entry.text} → ${entry.entries.join(" ")}: ${entry.why}`),
		),
		remarks: remarks.map((remark) => remark.text).join("\n"),
		leftOut: remarks.filter(({ isLeftOut }) => isLeftOut === true).length,
	};
}

/** Whether an origin may read at a place, which is a host and a path (`api.acme.com/v1`), or the name of a file and a path. */
export function mayRead({ documents }: Importing, place: string, origin: string): boolean {
	const slash = place.indexOf("/");
	const document = documents[place.slice(0, slash)];
	if (document === undefined) return false;
	const result = compileTenant(JSON.parse(JSON.stringify(document)));
	if (!result.ok || result.closed) throw new Error("It does not validate.");
	const { tenant } = result;
	const { policies } = tenant.routes?.find(place.slice(slash))?.value ?? tenant.place;
	const check = checkOrigin(policies.origins, origin);
	return check.kind === "decided" && check.verdict.allowed;
}
