/** Owns the routes of origin directories: one origin, a page of them, and thousands at once. */

import { Hono } from "hono";
import { isDirectoryName } from "../../cors/allowed-origins.ts";
import { createFindings } from "../../findings/collector.ts";
import { type Finding, valueOfText } from "../../findings/finding.ts";
import { checkDirectoryOrigin, warnDirectoryOrigin } from "../../tenants/directory-origin.ts";
import { copyToKv, takesOnly, timeOf } from "../answers.ts";
import type { AdminEnv } from "../bindings.ts";
import { boundedBody, invalidDocument, readBody, worded } from "../body.ts";
import { demandDirectory } from "../caller.ts";
import { pageOf, readCursor } from "../cursor.ts";
import { CURSOR, describeApiRoute } from "../describe.ts";
import { refusal } from "../problem.ts";
import { changeDirectory, findMember, listMembers } from "../registry/directories.ts";
import { changedSchema, changeSchema, MAX_ORIGINS_PER_CALL, memberSchema, membersSchema } from "../shapes.ts";

const LIST = "/:directory/origins";
// What follows is the origin, percent-encoded; or as it is, which many a client sends.
const ONE = "/:directory/origins/:origin{.+}";

/** The routes of origin directories. */
export const directoryRoutes = new Hono<AdminEnv>();

directoryRoutes.get(
	LIST,
	describeApiRoute({
		id: "listOrigins",
		tag: "Directories",
		summary: "List a directory's origins",
		description: "100 a page, in their order. A directory that nothing was ever put into is an empty one.",
		query: [CURSOR],
		answers: { 200: { description: "A page.", body: membersSchema } },
		problems: ["invalid-request"],
	}),
	async (c) => {
		const directory = c.req.param("directory");
		demandDirectory(c.get("caller"), directory, "read");
		const found = await listMembers(c.env.REGISTRY, directory, readCursor(c.req.query("cursor")));
		const { entries, cursor } = pageOf(found, ({ origin }) => origin);
		return c.json({ directory, origins: entries.map(({ origin }) => origin), cursor });
	},
);

directoryRoutes.post(
	LIST,
	describeApiRoute({
		id: "changeOrigins",
		tag: "Directories",
		summary: "Add and remove origins, thousands at once",
		description:
			"All of them or none: if one is bad, nothing is written. What one run of the Worker cannot write to KV follows with the cron trigger, and copied is false then.",
		body: changeSchema,
		answers: { 200: { description: "Done.", body: changedSchema } },
		problems: ["too-large", "invalid-document"],
	}),
	boundedBody,
	async (c) => {
		const directory = c.req.param("directory");
		const caller = c.get("caller");
		demandDirectory(caller, directory, "write");
		demandDirectoryName(directory);
		const { add, remove } = await readBody(c, changeSchema);
		if (add.length + remove.length > MAX_ORIGINS_PER_CALL) {
			throw refusal("too-large", {
				detail: `One call adds and removes ${MAX_ORIGINS_PER_CALL.toLocaleString("en")} origins at most. Split it into several.`,
			});
		}
		demandOrigins(add, remove);
		const done = await changeDirectory(c.env.REGISTRY, { directory, add, remove, caller, at: Date.now() });
		const { added, removed } = done;
		return c.json({
			directory,
			added,
			removed,
			copied: await copyToKv(c, done.changes),
			warnings: warningsOf(add),
		});
	},
);
takesOnly(directoryRoutes, LIST, "GET", "POST");

directoryRoutes.get(
	ONE,
	describeApiRoute({
		id: "readOrigin",
		tag: "Directories",
		summary: "Say whether an origin is in a directory",
		answers: { 200: { description: "It is.", body: memberSchema } },
		problems: ["not-found"],
	}),
	async (c) => {
		const { directory, origin } = c.req.param();
		demandDirectory(c.get("caller"), directory, "read");
		const member = await findMember(c.env.REGISTRY, directory, origin);
		if (member === undefined) throw refusal("not-found");
		return c.json({ directory, ...member, at: timeOf(member.at) });
	},
);

directoryRoutes.put(
	ONE,
	describeApiRoute({
		id: "addOrigin",
		tag: "Directories",
		summary: "Put an origin into a directory",
		description: "An origin that is there already stays as it is.",
		answers: {
			200: { description: "It was there before.", body: changedSchema },
			201: { description: "It is there now.", body: changedSchema },
		},
		problems: ["invalid-document"],
	}),
	async (c) => {
		const { directory, origin } = c.req.param();
		const caller = c.get("caller");
		demandDirectory(caller, directory, "write");
		demandDirectoryName(directory);
		const refused = checkDirectoryOrigin(origin);
		if (refused !== undefined) throw invalidDocument([{ ...refused, pointer: "" }]);
		const done = await changeDirectory(c.env.REGISTRY, {
			directory,
			add: [origin],
			remove: [],
			caller,
			at: Date.now(),
		});
		const { added, removed } = done;
		const copied = await copyToKv(c, done.changes);
		const warning = warnDirectoryOrigin(origin);
		const warnings = warning === undefined ? [] : [{ ...warning, pointer: "" }];
		return c.json({ directory, added, removed, copied, warnings }, added > 0 ? 201 : 200);
	},
);

directoryRoutes.delete(
	ONE,
	describeApiRoute({
		id: "removeOrigin",
		tag: "Directories",
		summary: "Take an origin out of a directory",
		answers: { 204: { description: "It is gone." } },
		problems: ["not-found"],
	}),
	async (c) => {
		const { directory, origin } = c.req.param();
		const caller = c.get("caller");
		demandDirectory(caller, directory, "write");
		const done = await changeDirectory(c.env.REGISTRY, {
			directory,
			add: [],
			remove: [origin],
			caller,
			at: Date.now(),
		});
		if (done.removed === 0) throw refusal("not-found");
		await copyToKv(c, done.changes);
		return c.body(null, 204);
	},
);
takesOnly(directoryRoutes, ONE, "GET", "PUT", "DELETE");

/** A token of all directories can name one that no document could. */
function demandDirectoryName(directory: string): void {
	if (isDirectoryName(directory)) return;
	throw invalidDocument([
		{
			code: "invalid-directory-name",
			pointer: "",
			message: `${JSON.stringify(directory)} is not a name for an origin directory: 1 to 64 of a-z 0-9 -. Choose another one.`,
			value: valueOfText(directory),
		},
	]);
}

/** What is to be removed need only not be added at once: a bad origin must be able to go. */
function demandOrigins(add: readonly string[], remove: readonly string[]): void {
	const findings = createFindings();
	const removed = new Set(remove);
	add.forEach((origin, index) => {
		const pointer = `/add/${index}`;
		const refused = checkDirectoryOrigin(origin);
		if (refused !== undefined) findings.add({ ...refused, pointer });
		else if (removed.has(origin)) findings.add(bothWays(origin, pointer));
	});
	if (findings.count() > 0) throw invalidDocument(findings.list());
}

function bothWays(origin: string, pointer: string): Finding {
	return {
		code: "added-and-removed",
		pointer,
		message: `${JSON.stringify(origin)} is to be added and removed at once. Take it out of one of the two.`,
	};
}

function warningsOf(add: readonly string[]): readonly Finding[] {
	const warnings = createFindings();
	add.forEach((origin, index) => {
		const warning = warnDirectoryOrigin(origin);
		if (warning !== undefined) warnings.add({ ...warning, pointer: `/add/${index}` });
	});
	return worded(warnings.list());
}
