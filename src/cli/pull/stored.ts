/** Owns what a pull makes of the values in KV: which of them are documents, and which the gateway does not serve. */

import { quote } from "../../findings/finding.ts";
import { isTenantHost } from "../../tenants/hosts.ts";
import { tenantKey } from "../../tenants/keys.ts";
import { isObject } from "../../tenants/salvage.ts";
import { type StoredValue, unservedBecause } from "../changes/changes.ts";
import { splitHosts } from "../files/tenant-file.ts";
import type { StoredDocument } from "./pull-plan.ts";

/** Something in KV that the gateway does not serve. */
export interface StoreFinding {
	readonly code: string;
	readonly key: string;
	readonly message: string;
}

/** Parts what can be a tenant file from what cannot, and says what the gateway does not serve. */
export function sound(stored: ReadonlyMap<string, StoredValue>): {
	readonly documents: ReadonlyMap<string, StoredDocument>;
	readonly findings: readonly StoreFinding[];
} {
	const documents = new Map<string, StoredDocument>();
	const findings: StoreFinding[] = [];
	for (const [host, value] of stored) {
		const key = tenantKey(host);
		if (!isTenantHost(host)) {
			findings.push({
				code: "invalid-host",
				key,
				message: `${quote(key)} names no host that a request could have, so it is never found. It was left out; delete it, or store its document under the right key.`,
			});
			continue;
		}
		if (!value.ok || !isObject(value.value)) {
			findings.push({
				code: value.ok ? "invalid-document" : "invalid-json",
				key,
				message: `${quote(key)} holds ${value.ok ? "no JSON object" : `no JSON that the gateway reads (${value.reason})`}, so the gateway refuses that host. It was left out; a push of a file that names the host replaces it.`,
			});
			continue;
		}
		const { value: document, hosts } = splitHosts(value.value);
		if (hosts !== undefined) {
			findings.push({
				code: "hosts-in-document",
				key,
				message: `${quote(key)} holds a document with "hosts", which belongs in tenant files only, so the gateway refuses it. It was pulled without; push it to put that right.`,
			});
		}
		if (!isObject(document)) continue;
		documents.set(host, document);
		const because = unservedBecause(host, { ok: true, value: document });
		if (because !== undefined) {
			findings.push({
				code: "refused-document",
				key,
				message: `${quote(key)} holds a document that the gateway does not serve: ${because}. It was pulled as it is; "cordon validate" says how to correct it, and a push puts it right.`,
			});
		}
	}
	return { documents, findings };
}
