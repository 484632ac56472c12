/** Owns the routes of a tenant's history: its versions, one of them, and the way back. */

import { Hono } from "hono";
import { takesOnly, versionJson } from "../answers.ts";
import type { AdminEnv } from "../bindings.ts";
import { boundedBody, readBody } from "../body.ts";
import { demandHost } from "../caller.ts";
import { pageOf, readCursor } from "../cursor.ts";
import { CURSOR, describeApiRoute } from "../describe.ts";
import { checkDocument } from "../documents.ts";
import type { Precondition } from "../preconditions.ts";
import { refusal } from "../problem.ts";
import { currentVersion, listVersions, oneVersion } from "../registry/tenants.ts";
import { rollbackSchema, versionsSchema, writtenSchema } from "../shapes.ts";
import { changedProblem, preconditionOf, write } from "./tenants.ts";

/** The routes of a tenant's history. */
export const historyRoutes = new Hono<AdminEnv>();

historyRoutes.get(
	"/:host/versions",
	describeApiRoute({
		id: "listVersions",
		tag: "History",
		summary: "List a tenant's versions",
		description: "Who, when and what, newest first, 100 a page; of a deleted tenant too.",
		query: [CURSOR],
		answers: { 200: { description: "A page.", body: versionsSchema } },
		problems: ["invalid-request", "not-found"],
	}),
	async (c) => {
		const host = c.req.param("host");
		demandHost(c.get("caller"), host, "read");
		const found = await listVersions(c.env.REGISTRY, host, readBefore(c.req.query("cursor")));
		if (found.length === 0 && c.req.query("cursor") === undefined) throw refusal("not-found");
		const { entries, cursor } = pageOf(found, ({ version }) => String(version));
		return c.json({ host, versions: entries.map(versionJson), cursor });
	},
);
takesOnly(historyRoutes, "/:host/versions", "GET");

historyRoutes.get(
	"/:host/versions/:version",
	describeApiRoute({
		id: "readVersion",
		tag: "History",
		summary: "Read one version, with its document",
		answers: {
			200: {
				description: "The version.",
				body: {
					type: "object",
					required: ["host", "version", "at", "by", "via", "action", "document"],
					properties: {
						host: { type: "string" },
						version: { type: "integer" },
						at: { type: "string", format: "date-time" },
						by: { type: "string" },
						via: { type: "string", enum: ["token", "access"] },
						action: { type: "string", enum: ["put", "delete", "rollback"] },
						restores: { type: "integer" },
						document: {
							oneOf: [{ $ref: "#/components/schemas/TenantDocument" }, { type: "null" }],
							description: "As it was; null where this version is a deletion.",
						},
					},
				},
			},
		},
		problems: ["not-found"],
	}),
	async (c) => {
		const host = c.req.param("host");
		demandHost(c.get("caller"), host, "read");
		const version = readVersionNumber(c.req.param("version"));
		const found = version === undefined ? undefined : await oneVersion(c.env.REGISTRY, host, version);
		if (found === undefined) throw refusal("not-found");
		const document: unknown = found.document === null ? null : JSON.parse(found.document);
		return c.json({ host, ...versionJson(found), document });
	},
);
takesOnly(historyRoutes, "/:host/versions/:version", "GET");

historyRoutes.post(
	"/:host/rollback",
	describeApiRoute({
		id: "rollBack",
		tag: "History",
		summary: "Bring a version back, as a new one",
		description:
			"Checked like any other write: what was valid once may not be so today. With If-Match (or If-None-Match: * for a deleted tenant) it replaces only the version that you read; without, any version.",
		conditions: ["If-Match", "If-None-Match"],
		body: rollbackSchema,
		answers: {
			200: { description: "Written over the version before.", body: writtenSchema, headers: ["ETag"] },
			201: {
				description: "Written where there was none.",
				body: writtenSchema,
				headers: ["ETag", "Location"],
			},
		},
		problems: ["not-found", "changed-meanwhile", "too-large", "invalid-document"],
	}),
	boundedBody,
	async (c) => {
		const host = c.req.param("host");
		const caller = c.get("caller");
		demandHost(caller, host, "write");
		const { version } = await readBody(c, rollbackSchema);
		const { REGISTRY } = c.env;
		const [found, current] = await Promise.all([
			oneVersion(REGISTRY, host, version),
			currentVersion(REGISTRY, host),
		]);
		if (found === undefined || current === undefined || found.document === null) {
			throw refusal("not-found", { detail: "This host has no such version, or it is a deletion." });
		}
		const { text, warnings } = checkDocument(found.document, caller);
		const isAsked = c.req.header("if-match") !== undefined || c.req.header("if-none-match") !== undefined;
		const precondition: Precondition = isAsked
			? preconditionOf(c)
			: { alive: current.document !== null, versions: [current.version] };
		const what = { host, action: "rollback", document: text, restores: version } as const;
		return (await write(c, what, precondition, warnings)) ?? changedProblem(c, host);
	},
);
takesOnly(historyRoutes, "/:host/rollback", "POST");

/** The version that a page comes after; the cursor of the first page is none. */
function readBefore(cursor: string | undefined): number {
	const last = readCursor(cursor);
	if (last === "") return Number.MAX_SAFE_INTEGER;
	const version = readVersionNumber(last);
	if (version === undefined) throw refusal("invalid-request", { detail: "This cursor is of another list." });
	return version;
}

function readVersionNumber(text: string): number | undefined {
	return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
