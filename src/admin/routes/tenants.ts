/** Owns the routes of tenants: their list, and one document to read, write and delete. */

import { type Context, Hono } from "hono";
import { tenantKey } from "../../tenants/keys.ts";
import { copyToKv, takesOnly, timeOf, versionJson } from "../answers.ts";
import type { AdminEnv } from "../bindings.ts";
import { boundedBody, readText } from "../body.ts";
import { demandHost } from "../caller.ts";
import { pageOf, readCursor } from "../cursor.ts";
import { CURSOR, DOCUMENT, describeApiRoute } from "../describe.ts";
import { checkDocument, demandStorableHost } from "../documents.ts";
import { entityTag, holds, isKnown, type Precondition, readPrecondition } from "../preconditions.ts";
import { adminProblem, refusal } from "../problem.ts";
import { currentVersion, listTenants, type Write, writeVersion } from "../registry/tenants.ts";
import { tenantsSchema, writtenOrNotSchema, writtenSchema } from "../shapes.ts";

/** Longest prefix: no host is longer. */
const MAX_PREFIX_CHARACTERS = 255;

/** The routes of tenants. */
export const tenantRoutes = new Hono<AdminEnv>();

tenantRoutes.get(
	"/",
	describeApiRoute({
		id: "listTenants",
		tag: "Tenants",
		summary: "List tenants",
		description: "Hosts that have a document and are the caller's, 100 a page, in their order.",
		query: [
			{ name: "prefix", description: "What the hosts begin with.", schema: { type: "string" } },
			CURSOR,
		],
		answers: { 200: { description: "A page.", body: tenantsSchema } },
		problems: ["invalid-request"],
	}),
	async (c) => {
		const prefix = c.req.query("prefix") ?? "";
		if (prefix.length > MAX_PREFIX_CHARACTERS) {
			throw refusal("invalid-request", { detail: "No host is as long as this prefix." });
		}
		const after = readCursor(c.req.query("cursor"));
		const found = await listTenants(c.env.REGISTRY, c.get("caller").scope, prefix, after);
		const { entries, cursor } = pageOf(found, ({ host }) => host);
		return c.json({ tenants: entries.map((entry) => ({ ...entry, at: timeOf(entry.at) })), cursor });
	},
);
takesOnly(tenantRoutes, "/", "GET");

tenantRoutes.get(
	"/:host",
	describeApiRoute({
		id: "readTenant",
		tag: "Tenants",
		summary: "Read a tenant's document",
		answers: {
			200: { description: "The document.", body: DOCUMENT, headers: ["ETag"] },
			304: { description: "It is the version that If-None-Match names.", headers: ["ETag"] },
		},
		problems: ["not-found"],
	}),
	async (c) => {
		const host = c.req.param("host");
		demandHost(c.get("caller"), host, "read");
		const current = await currentVersion(c.env.REGISTRY, host);
		if (current === undefined || current.document === null) throw refusal("not-found");
		const headers = { etag: entityTag(current.version) };
		if (isKnown(c.req.header("if-none-match"), current.version)) return c.body(null, 304, headers);
		return c.body(current.document, 200, { ...headers, "content-type": "application/json" });
	},
);

tenantRoutes.put(
	"/:host",
	describeApiRoute({
		id: "writeTenant",
		tag: "Tenants",
		summary: "Write a tenant's document",
		description:
			"Checks it as the gateway does, and writes a new version and KV. If another was faster, nothing is written. A document may name only directories that the caller has.",
		query: [
			{
				name: "dryRun",
				description: "Whether to stop before writing, with everything else as it would be.",
				schema: { type: "boolean", default: false },
			},
		],
		conditions: ["If-Match", "If-None-Match"],
		body: DOCUMENT,
		answers: {
			200: {
				description: "Written over the version before; or, with dryRun, what would have been.",
				body: writtenOrNotSchema,
				headers: ["ETag"],
			},
			201: {
				description: "Written where there was none.",
				body: writtenSchema,
				headers: ["ETag", "Location"],
			},
		},
		problems: [
			"invalid-request",
			"changed-meanwhile",
			"too-large",
			"invalid-document",
			"precondition-required",
		],
	}),
	boundedBody,
	async (c) => {
		const host = c.req.param("host");
		const caller = c.get("caller");
		demandHost(caller, host, "write");
		demandStorableHost(host);
		const isDryRun = readFlag(c, "dryRun");
		const precondition = preconditionOf(c);
		const { text, warnings } = checkDocument(await readText(c), caller);
		if (isDryRun) {
			const current = await currentVersion(c.env.REGISTRY, host);
			const state = { version: current?.version ?? 0, alive: (current?.document ?? null) !== null };
			if (!holds(precondition, state)) return changedProblem(c, host);
			return c.json({ host, dryRun: true, warnings });
		}
		const answer = await write(c, { host, action: "put", document: text }, precondition, warnings);
		return answer ?? changedProblem(c, host);
	},
);

tenantRoutes.delete(
	"/:host",
	describeApiRoute({
		id: "deleteTenant",
		tag: "Tenants",
		summary: "Delete a tenant",
		description: "Its history stays, and a later document goes on with its version numbers.",
		conditions: ["If-Match"],
		answers: { 204: { description: "Deleted." } },
		problems: ["not-found", "changed-meanwhile", "precondition-required"],
	}),
	async (c) => {
		const host = c.req.param("host");
		const caller = c.get("caller");
		demandHost(caller, host, "write");
		const precondition = readPrecondition(c.req.header("if-match"), undefined);
		const current = await currentVersion(c.env.REGISTRY, host);
		if (current === undefined || current.document === null) throw refusal("not-found");
		const answer = await write(c, { host, action: "delete", document: null }, precondition, []);
		return answer === undefined ? changedProblem(c, host) : c.body(null, 204);
	},
);
takesOnly(tenantRoutes, "/:host", "GET", "PUT", "DELETE");

/** The precondition that a request has. */
export function preconditionOf(c: Context<AdminEnv>): Precondition {
	return readPrecondition(c.req.header("if-match"), c.req.header("if-none-match"));
}

/** Writes a version and its copy; undefined where the precondition does not hold. */
export async function write(
	c: Context<AdminEnv>,
	what: Pick<Write, "host" | "action" | "document" | "restores">,
	precondition: Precondition,
	warnings: readonly object[],
): Promise<Response | undefined> {
	const { host, action, restores = null } = what;
	const caller = c.get("caller");
	const at = Date.now();
	const written = await writeVersion(c.env.REGISTRY, { ...what, caller, at }, precondition);
	if (written === undefined) return undefined;
	const { version, change } = written;
	const copied = await copyToKv(c, new Map([[tenantKey(host), change]]));
	const record = versionJson({ version, at, by: caller.name, via: caller.via, action, restores });
	const isNew = !precondition.alive;
	return c.json({ host, ...record, copied, warnings }, isNew ? 201 : 200, {
		etag: entityTag(version),
		...(isNew ? { location: `/v1/tenants/${encodeURIComponent(host)}` } : {}),
	});
}

/** Says what there is now, and whose it is. */
export async function changedProblem(c: Context<AdminEnv>, host: string): Promise<Response> {
	const current = await currentVersion(c.env.REGISTRY, host);
	return adminProblem("changed-meanwhile", {
		current: current === undefined ? null : versionJson(current),
		...(current === undefined || current.document === null
			? {}
			: { headers: { etag: entityTag(current.version) } }),
	});
}

function readFlag(c: Context<AdminEnv>, name: string): boolean {
	const value = c.req.query(name);
	if (value === undefined || value === "false") return false;
	if (value === "true") return true;
	throw refusal("invalid-request", { detail: `${name} is true or false.` });
}
