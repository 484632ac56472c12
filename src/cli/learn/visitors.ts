/** Owns what report mode saw that a tenant file would deny: by origin, with how often and when. */

import { SAFELISTED_METHODS } from "../../cors/standard.ts";
import { createRehearsal, type Rehearse } from "../../explain/rehearsal.ts";
import { tenantKey } from "../../tenants/keys.ts";
import type { TenantDocument } from "../../tenants/schema.ts";
import type { RecordedVerdict } from "./records.ts";

/** What one place of a document (its own cors, or that of a route) would deny. */
export interface Denied {
	/** The path of the route; empty for the document's own cors. */
	readonly route: string;
	/** `origin`: nothing of it is shared. Else a method or a header that an allowed origin asked for. */
	readonly what: "origin" | "method" | "header";
	/** The origin, the method or the header. */
	readonly name: string;
	/** The origins that asked for it; of an origin, itself. */
	readonly origins: readonly string[];
	readonly methods: readonly string[];
	readonly headers: readonly string[];
	readonly count: number;
	readonly firstMilliseconds: number | undefined;
	readonly lastMilliseconds: number | undefined;
}

/** Different origins, methods and routes that are looked at; a flood of made-up ones must not take the memory. */
const MAX_GROUPS = 20_000;

interface Group {
	readonly route: string;
	readonly origin: string;
	readonly method: string;
	readonly headers: Set<string>;
	readonly isInDirectory: boolean;
	count: number;
	first: number | undefined;
	last: number | undefined;
}

/** Gathers verdicts; a million lines of one origin are one group. */
export interface Visitors {
	add(verdict: RecordedVerdict): void;
	/** How many records were of these hosts. */
	readonly count: () => number;
	/** How many groups there was no room for. */
	readonly leftOut: () => number;
	groups(): readonly Group[];
}

/** @param isOwn whether a hostname is one of the file's */
export function createVisitors(isOwn: (hostname: string) => boolean): Visitors {
	const groups = new Map<string, Group>();
	let count = 0;
	let leftOut = 0;
	return {
		add(verdict) {
			if (!isOwn(verdict.hostname) || verdict.reason === "own-origin") return;
			count += verdict.count;
			const key = JSON.stringify([verdict.route, verdict.origin, verdict.method]);
			let group = groups.get(key);
			if (group === undefined) {
				if (groups.size >= MAX_GROUPS) {
					leftOut += 1;
					return;
				}
				group = {
					route: verdict.route,
					origin: verdict.origin,
					method: verdict.method,
					headers: new Set(),
					isInDirectory: verdict.reason === "in-directory",
					count: 0,
					first: undefined,
					last: undefined,
				};
				groups.set(key, group);
			}
			group.count += verdict.count;
			for (const name of verdict.requestHeaders) group.headers.add(name.toLowerCase());
			const at = verdict.atMilliseconds;
			if (at !== undefined) {
				group.first = Math.min(group.first ?? at, at);
				group.last = Math.max(group.last ?? at, at);
			}
		},
		count: () => count,
		leftOut: () => leftOut,
		groups: () => [...groups.values()],
	};
}

/** What a document would deny of what was seen, most often first. */
export async function deniedBy(
	document: TenantDocument,
	groups: readonly Group[],
): Promise<readonly Denied[]> {
	const found = new Map<string, Gathered>();
	const rehearsals = new Map<string, Rehearse>();
	for (const group of groups) {
		const { route } = group;
		const cors = document.routes?.find(({ path }) => path === route)?.cors ?? document.cors;
		const rehearse = rehearsals.get(route) ?? rehearsalOf(cors);
		rehearsals.set(route, rehearse);
		const judgement = await judge(rehearse, group);
		for (const { what, name } of judgement) {
			const key = JSON.stringify([route, what, name]);
			let gathered = found.get(key);
			if (gathered === undefined) {
				gathered = { route, what, name, groups: [] };
				found.set(key, gathered);
			}
			gathered.groups.push(group);
		}
	}
	return [...found.values()].map(denied).sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}

/** Something denied, and all who asked for it: joined once, for there may be thousands. */
interface Gathered extends Pick<Denied, "route" | "what" | "name"> {
	readonly groups: Group[];
}

function denied({ groups, ...what }: Gathered): Denied {
	const unique = (texts: Iterable<string>) => [...new Set(texts)];
	const times = (of: "first" | "last") => groups.map((group) => group[of]).filter((at) => at !== undefined);
	return {
		...what,
		origins: unique(groups.map(({ origin }) => origin)),
		methods: unique(groups.flatMap(({ method }) => (method === "" ? [] : [method]))),
		headers: unique(groups.flatMap(({ headers }) => [...headers])),
		count: groups.reduce((sum, { count }) => sum + count, 0),
		firstMilliseconds: times("first").reduce<number | undefined>((a, b) => Math.min(a ?? b, b), undefined),
		lastMilliseconds: times("last").reduce<number | undefined>((a, b) => Math.max(a ?? b, b), undefined),
	};
}

const HOST = "api.example.com";

/** The gateway itself, with the policies of one place alone. */
function rehearsalOf(cors: TenantDocument["cors"]): Rehearse {
	return createRehearsal(new Map([[tenantKey(HOST), JSON.stringify({ cors })]]), new Set());
}

async function judge(
	rehearse: Rehearse,
	{ origin, method, headers, isInDirectory }: Group,
): Promise<readonly { readonly what: Denied["what"]; readonly name: string }[]> {
	const asked = method === "" ? "GET" : method;
	const names = [...headers];
	const { verdict, response } = await rehearse({
		method: "OPTIONS",
		url: `https://${HOST}/`,
		headers: [
			["Origin", origin],
			["Access-Control-Request-Method", asked],
			...(names.length === 0 ? [] : [["Access-Control-Request-Headers", names.join(",")] as const]),
		],
	});
	const answer = new Map(response.headers.map(([name, value]) => [name.toLowerCase(), value]));
	if (verdict?.allowed !== true) return isInDirectory ? [] : [{ what: "origin", name: origin }];
	const listed = (header: string) => (answer.get(header) ?? "").split(",").map((name) => name.trim());
	const methods = listed("access-control-allow-methods");
	const allowedHeaders = listed("access-control-allow-headers").map((name) => name.toLowerCase());
	const isMethod = SAFELISTED_METHODS.includes(asked) || methods.includes(asked) || methods.includes("*");
	const missing = names.filter(
		(name) => !allowedHeaders.includes(name) && !(allowedHeaders.includes("*") && name !== "authorization"),
	);
	return [
		...(isMethod ? [] : [{ what: "method" as const, name: asked }]),
		...missing.map((name) => ({ what: "header" as const, name })),
	];
}
