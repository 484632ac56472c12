/** Owns what a push warns of that no file shows by itself: tenants that it closes, services that nothing binds, cookies for other hosts. */

import { coversHost, REMOVE_DOMAIN } from "../../tenants/cookie-domain.ts";
import { isObject } from "../../tenants/salvage.ts";
import type { TenantFolder } from "../files/folder.ts";
import type { PlacedFinding } from "../files/source.ts";
import type { TenantFile } from "../files/tenant-file.ts";

/** Of more hosts than these only the number is told. */
const MAX_NAMED_HOSTS = 5;

/** Tells which service bindings the gateway has; undefined where that cannot be told. */
type ReadServices = () => Promise<ReadonlySet<string> | undefined>;

/** Adds the warnings to those of the files. Services are read only if a document names one. */
export async function withPushWarnings(
	folder: TenantFolder,
	readServices: ReadServices,
): Promise<TenantFolder> {
	const isAsked = folder.files.some((file) => serviceOf(file) !== undefined);
	const services = isAsked ? await readServices() : undefined;
	const files = folder.files.map((file) => {
		const own = [...closing(file), ...unboundService(file, services), ...uncoveredHosts(file)];
		return own.length === 0 ? file : { ...file, warnings: [...own, ...file.warnings] };
	});
	return { ...folder, files };
}

function closing(file: TenantFile): readonly PlacedFinding[] {
	if (!isObject(file.value) || file.value["closed"] !== true) return [];
	return placed(file, {
		code: "closes-tenant",
		pointer: "/closed",
		message:
			'This closes the tenant: everything is answered with 503 tenant-closed, preflights too, and nothing is shared with anybody. To open it again, take "closed" out and push.',
	});
}

function unboundService(
	file: TenantFile,
	services: ReadonlySet<string> | undefined,
): readonly PlacedFinding[] {
	const service = serviceOf(file);
	if (service === undefined || services === undefined || services.has(service)) return [];
	const known = services.size === 0 ? "it has none" : `it has ${[...services].join(", ")}`;
	return placed(file, {
		code: "unbound-service",
		pointer: "/upstream/service",
		message: `wrangler.toml has no service binding ${JSON.stringify(service)} (${known}), so requests would be answered with 502. Add [[services]] with binding = ${JSON.stringify(service)} and deploy before you push.`,
	});
}

function uncoveredHosts(file: TenantFile): readonly PlacedFinding[] {
	const cookies = isObject(file.value) ? file.value["cookies"] : undefined;
	const domain = isObject(cookies) ? cookies["domain"] : undefined;
	if (typeof domain !== "string" || domain === REMOVE_DOMAIN) return [];
	const hosts = (file.hosts ?? []).filter((host) => !coversHost(domain, host));
	if (hosts.length === 0) return [];
	const shown = hosts.slice(0, MAX_NAMED_HOSTS).join(", ");
	const more = hosts.length > MAX_NAMED_HOSTS ? ` and ${hosts.length - MAX_NAMED_HOSTS} more` : "";
	return placed(file, {
		code: "cookie-domain-of-other-hosts",
		pointer: "/cookies/domain",
		message: `Browsers drop a cookie for ${JSON.stringify(domain)} that comes from ${shown}${more}, which is not under it. Name a domain that all hosts of the file are under, or write "${REMOVE_DOMAIN}".`,
	});
}

function serviceOf({ value }: TenantFile): string | undefined {
	const upstream = isObject(value) ? value["upstream"] : undefined;
	const service = isObject(upstream) ? upstream["service"] : undefined;
	return typeof service === "string" ? service : undefined;
}

function placed(file: TenantFile, finding: PlacedFinding["finding"]): readonly PlacedFinding[] {
	return [{ finding, span: file.locate(finding) }];
}
