/** Owns where the routes of Kubernetes lie, and which of a file's routes name a policy that is kept apart from them. */

import { byCondition, type SourcePlace } from "./rules.ts";
import type { Remark, SourcePath } from "./source-policy.ts";
import { entries, items, member, path, type Tree, textOf, texts } from "./tree.ts";

/** What a resource is. */
export function resourceKind(document: Tree): string {
	return textOf(member(document, "kind")) ?? "";
}

/** What a resource is called. */
export function resourceName(document: Tree): string {
	return textOf(path(document, "metadata", "name")) ?? "";
}

/** An annotation, by its very name. */
export function annotationOf(document: Tree, name: string): Tree | undefined {
	return entries(path(document, "metadata", "annotations")).find(([key]) => key === name)?.[1];
}

/** The places of an Ingress: each host has its own paths, and those with the same ones are one place. */
export function ingressPlaces(document: Tree, isRegex = false): readonly SourcePlace[] {
	const rules = items(path(document, "spec", "rules"));
	if (rules.length === 0) return [{ hosts: [], paths: [] }];
	const places = new Map<string, { readonly hosts: string[]; readonly paths: readonly SourcePath[] }>();
	for (const rule of rules) {
		const paths = ingressPaths(rule, isRegex);
		const host = textOf(member(rule, "host"));
		const key = JSON.stringify([host === undefined, paths]);
		const place = places.get(key) ?? { hosts: [], paths };
		if (host !== undefined) place.hosts.push(host);
		places.set(key, place);
	}
	return [...places.values()];
}

function ingressPaths(rule: Tree, isRegex: boolean): readonly SourcePath[] {
	const paths = items(path(rule, "http", "paths")).map((entry): SourcePath => {
		const at = textOf(member(entry, "path")) ?? "/";
		// Kong's mark of an expression.
		if (at.startsWith("/~")) return { kind: "regex", path: at.slice(2) };
		if (textOf(member(entry, "pathType")) === "Exact") return { kind: "exact", path: at };
		return { kind: isRegex && /[^\w/.-]/.test(at) ? "regex" : "prefix", path: at };
	});
	return paths.some(({ kind, path: at }) => kind === "prefix" && at === "/") ? [] : paths;
}

/** The places of one rule of an HTTPRoute; without matches it is for every path. */
export function rulePlaces(rule: Tree, remarks: Remark[]): readonly Omit<SourcePlace, "hosts">[] {
	const matches = items(member(rule, "matches"));
	if (matches.length === 0) return [{ paths: [] }];
	return byCondition(
		matches.map((match) => {
			const at = member(match, "path");
			const value = textOf(member(at, "value")) ?? "/";
			const type = textOf(member(at, "type")) ?? "PathPrefix";
			if (member(match, "method") !== undefined) {
				remarks.push({
					line: match.line,
					text: "This rule is for some methods alone; in Cordon a path has one policy for all of them.",
				});
			}
			const kind = type === "RegularExpression" ? "regex" : type === "Exact" ? "exact" : "prefix";
			const what = ["headers", "queryParams"].find((name) => items(member(match, name)).length > 0);
			return {
				path: { kind, path: value },
				partly: what === undefined ? undefined : `those of certain ${what}`,
			};
		}),
	);
}

/** The places of an HTTPRoute's rules. @param isWanted which of its rules */
export function httpRoutePlaces(
	route: Tree,
	isWanted: (rule: Tree) => boolean = () => true,
): readonly SourcePlace[] {
	const hosts = texts(path(route, "spec", "hostnames")).map(({ text }) => text);
	return items(path(route, "spec", "rules"))
		.filter(isWanted)
		.flatMap((rule) => rulePlaces(rule, []).map((place) => ({ ...place, hosts })));
}

/** The places of every Ingress that names something in an annotation. */
export function ingressesNaming(
	documents: readonly Tree[],
	annotation: string,
	isName: (name: string) => boolean,
): readonly SourcePlace[] {
	return documents
		.filter((document) => resourceKind(document) === "Ingress")
		.filter((document) => texts(annotationOf(document, annotation)).some(({ text }) => isName(text)))
		.flatMap((document) => ingressPlaces(document));
}
