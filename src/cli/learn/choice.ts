/** Owns what of the denied is taken into a tenant file, and how the file then reads, comments and all. */

import { applyEdits, type FormattingOptions, modify } from "jsonc-parser";
import { createRehearsal } from "../../explain/rehearsal.ts";
import { tenantKey } from "../../tenants/keys.ts";
import { isObject } from "../../tenants/salvage.ts";
import type { Denied } from "./visitors.ts";

/** Something to add to one list of one place. */
export interface Addition {
	/** The path of the route; empty for the document's own cors. */
	readonly route: string;
	readonly list: "origins" | "methods" | "requestHeaders";
	readonly entry: string;
}

const LISTS = { origin: "origins", method: "methods", header: "requestHeaders" } as const;

/** The addition that lets something in. */
export function additionOf({ route, what, name }: Denied): Addition {
	return { route, list: LISTS[what], entry: name };
}

/** The places in which an entry would let in somebody who was denied. */
export async function placesFor(entry: string, denied: readonly Denied[]): Promise<readonly Addition[]> {
	const matches = matcherOf(entry);
	const routes = new Set<string>();
	for (const { what, name, route } of denied) {
		if (what === "origin" && !routes.has(route) && (await matches(name))) routes.add(route);
	}
	return [...routes].map((route) => ({ route, list: "origins", entry }));
}

/** Tells whether an entry of a list lets an origin in, as the gateway itself sees it. */
function matcherOf(entry: string): (origin: string) => Promise<boolean> {
	const host = "api.example.com";
	const text = JSON.stringify({ cors: { origins: [entry] } });
	const rehearse = createRehearsal(new Map([[tenantKey(host), text]]), new Set());
	return async (origin) => {
		const { verdict } = await rehearse({
			method: "GET",
			url: `https://${host}/`,
			headers: [["Origin", origin]],
		});
		return verdict?.allowed === true;
	};
}

/** Adds to the lists of a file; everything else in it stays as it is written. */
export function withAdditions(text: string, value: unknown, additions: readonly Addition[]): string {
	let edited = text;
	let current = structuredClone(value);
	for (const { route, list, entry } of additions) {
		const path = pathOf(current, route);
		if (path === undefined) continue;
		const policy = path.reduce<unknown>(
			(inner, key) => (inner as Record<string | number, unknown>)[key],
			current,
		);
		if (!isObject(policy)) continue;
		const before = policy[list];
		if (before === "*" || (Array.isArray(before) && before.includes(entry))) continue;
		const isThere = Array.isArray(before);
		const at = isThere ? [...path, list, before.length] : [...path, list];
		const edits = modify(edited, at, isThere ? entry : [entry], {
			formattingOptions: formOf(edited),
			isArrayInsertion: isThere,
		});
		edited = applyEdits(edited, edits);
		current = structuredClone(current);
		const target = path.reduce<unknown>(
			(inner, key) => (inner as Record<string | number, unknown>)[key],
			current,
		) as Record<string, unknown>;
		target[list] = isThere ? [...before, entry] : [entry];
	}
	return edited;
}

/**
 * Where a place's policy stands. Of a list of policies it is the first that is not for everybody: a person who wants it
 * elsewhere moves it.
 */
function pathOf(document: unknown, route: string): readonly (string | number)[] | undefined {
	if (!isObject(document)) return undefined;
	const routes = document["routes"];
	const index = Array.isArray(routes)
		? routes.findIndex((one) => isObject(one) && one["path"] === route)
		: -1;
	const path = index === -1 ? ["cors"] : ["routes", index, "cors"];
	const cors = path.reduce<unknown>(
		(inner, key) => (inner as Record<string | number, unknown>)[key],
		document,
	);
	if (!Array.isArray(cors)) return path;
	const policy = cors.findIndex((one) => isObject(one) && one["origins"] !== "*");
	return policy === -1 ? undefined : [...path, policy];
}

/** As the text is indented already. */
function formOf(text: string): FormattingOptions {
	const indented = text.split("\n").find((line) => /^[\t ]+\S/.test(line)) ?? "  ";
	const tabs = indented.startsWith("\t");
	return {
		insertSpaces: !tabs,
		tabSize: tabs ? 1 : indented.length - indented.trimStart().length,
		eol: text.includes("\r\n") ? "\r\n" : "\n",
	};
}
