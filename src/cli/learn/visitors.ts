/** Owns what report mode saw that a tenant file would deny: by origin, with how often and when. */

import { SAFELISTED_METHODS } from "../../cors/standard.ts";
import { rehearse } from "../../explain/rehearsal.ts";
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
	const found = new Map<string, Denied>();
	for (const group of groups) {
		const cors = document.routes?.find(({ path }) => path === group.route)?.cors ?? document.cors;
		const judgement = await judge(cors, group);
		for (const { what, name } of judgement) {
			const key = JSON.stringify([group.route, what, name]);
			found.set(key, merged(found.get(key), group, what, name));
		}
	}
	return [...found.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}

function merged(before: Denied | undefined, group: Group, what: Denied["what"], name: string): Denied {
	const union = (one: readonly string[] = [], more: Iterable<string>) => [...new Set([...one, ...more])];
	const times = (one: number | undefined, other: number | undefined, of: (...all: number[]) => number) =>
		one === undefined || other === undefined ? (one ?? other) : of(one, other);
	return {
		route: group.route,
		what,
		name,
		origins: union(before?.origins, [group.origin]),
		methods: union(before?.methods, group.method === "" ? [] : [group.method]),
		headers: union(before?.headers, group.headers),
		count: (before?.count ?? 0) + group.count,
		firstMilliseconds: times(before?.firstMilliseconds, group.first, Math.min),
		lastMilliseconds: times(before?.lastMilliseconds, group.last, Math.max),
	};
}

const HOST = "api.example.com";

/** Asks the gateway itself, with the policy of the place alone. */
async function judge(
	cors: TenantDocument["cors"],
	{ origin, method, headers, isInDirectory }: Group,
): Promise<readonly { readonly what: Denied["what"]; readonly name: string }[]> {
	const asked = method === "" ? "GET" : method;
	const names = [...headers];
	const request = new Request(`https://${HOST}/`, {
		method: "OPTIONS",
		headers: {
			Origin: origin,
			"Access-Control-Request-Method": asked,
			...(names.length === 0 ? {} : { "Access-Control-Request-Headers": names.join(",") }),
		},
	});
	const text = JSON.stringify({ cors });
	const { verdict, headers: answer } = await rehearse(request, new Map([[tenantKey(HOST), text]]), new Set());
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
