/** Owns the reading of Kubernetes' Gateway API: the CORS filter of an HTTPRoute. */

import { globOrExact, namesOf, rulesOf } from "../rules.ts";
import type { Format, Remark, SourcePath, SourcePolicy } from "../source-policy.ts";
import { isOn, items, member, path, secondsOf, type Tree, textOf, texts } from "../tree.ts";

export const gatewayApi: Format = {
	name: "gateway-api",
	title: "Kubernetes Gateway API (HTTPRoute)",
	read(document) {
		if (textOf(member(document, "kind")) === "List")
			return items(member(document, "items")).flatMap(gatewayApi.read);
		return textOf(member(document, "kind")) === "HTTPRoute" ? routesOf(document) : [];
	},
};

function routesOf(route: Tree): readonly SourcePolicy[] {
	const name = textOf(path(route, "metadata", "name")) ?? "";
	const hosts = texts(path(route, "spec", "hostnames")).map(({ text }) => text);
	return items(path(route, "spec", "rules")).flatMap((rule, index) =>
		items(member(rule, "filters")).flatMap((filter) => {
			const cors = member(filter, "cors");
			if (cors === undefined || textOf(member(filter, "type"))?.toUpperCase() !== "CORS") return [];
			return [{ ...policyOf(cors, rule, `rule ${index + 1} of HTTPRoute ${name}`, hosts), scope: name }];
		}),
	);
}

/** What the standard says where none is named. */
const DEFAULT_MAX_AGE_SECONDS = 5;

function policyOf(cors: Tree, rule: Tree, name: string, hosts: readonly string[]): SourcePolicy {
	const credentials = isOn(member(cors, "allowCredentials"));
	const remarks: Remark[] = [];
	// With credentials an implementation has to answer with what was asked for.
	const star = credentials ? "any" : "literal-star";
	return {
		name,
		line: cors.line,
		hosts,
		paths: pathsOf(rule, remarks),
		origins: rulesOf(member(cors, "allowOrigins"), globOrExact),
		credentials,
		methods: namesOf(member(cors, "allowMethods"), "any", []),
		requestHeaders: namesOf(member(cors, "allowHeaders"), star, []),
		exposedHeaders: namesOf(member(cors, "exposeHeaders"), "literal-star", []),
		maxAgeSeconds: secondsOf(member(cors, "maxAge")) ?? DEFAULT_MAX_AGE_SECONDS,
		remarks,
	};
}

function pathsOf(rule: Tree, remarks: Remark[]): readonly SourcePath[] {
	const paths: SourcePath[] = [];
	for (const match of items(member(rule, "matches"))) {
		const what = ["headers", "queryParams", "method"].find((name) => member(match, name));
		if (what !== undefined) {
			remarks.push({
				line: match.line,
				text: `This rule is for some requests alone (${what}); in Cordon a path has one policy for all of them.`,
			});
		}
		const at = member(match, "path");
		const value = textOf(member(at, "value")) ?? "/";
		const type = textOf(member(at, "type")) ?? "PathPrefix";
		if (type === "RegularExpression") {
			paths.push({ kind: "regex", path: value });
		} else paths.push({ kind: type === "Exact" ? "exact" : "prefix", path: value });
	}
	return paths.some(({ kind, path: one }) => kind === "prefix" && one === "/") ? [] : paths;
}
