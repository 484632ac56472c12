/** Owns the reading of Envoy's CORS policy, and of those that are made into one: Istio's and Envoy Gateway's. */

import { globOrExact, namesOf, rulesOf } from "../rules.ts";
import type { Format, OriginMatch, OriginRule, SourcePath, SourcePolicy } from "../source-policy.ts";
import { findMappings, isOn, items, member, path, secondsOf, type Tree, textOf, texts } from "../tree.ts";

export const envoy: Format = {
	name: "envoy",
	title: "Envoy, Istio (VirtualService), Envoy Gateway (SecurityPolicy)",
	read(document) {
		switch (textOf(member(document, "kind"))) {
			case "VirtualService":
				return istio(document);
			case "SecurityPolicy":
				return securityPolicy(document);
			default:
				return findMappings(document, (tree) => member(tree, "virtual_hosts") !== undefined).flatMap((tree) =>
					items(member(tree, "virtual_hosts")).flatMap(virtualHost),
				);
		}
	},
};

interface Place {
	readonly name: string;
	readonly hosts: readonly string[];
	readonly paths: readonly SourcePath[];
}

function virtualHost(host: Tree): readonly SourcePolicy[] {
	const name = `virtual host ${textOf(member(host, "name")) ?? ""}`;
	const domains = texts(member(host, "domains")).map(({ text }) => text);
	// A patch of Istio's names the virtual host by its domain and port.
	const named = textOf(member(host, "name")) ?? "";
	const hosts = (domains.length === 0 && /^[a-z0-9.-]+\.[a-z]+:\d+$/.test(named) ? [named] : domains)
		.map((text) => text.replace(/:\d+$/, ""))
		.filter((text) => text !== "*");
	const scope = hosts.length === 0 ? named : "";
	const own = corsOf(host).map((cors) => ({ ...policyOf(cors, { name, hosts, paths: [] }), scope, rank: 1 }));
	const ofRoutes = items(member(host, "routes")).flatMap((route) => {
		const match = member(route, "match");
		const exact = textOf(member(match, "path"));
		const prefix = textOf(member(match, "path_separated_prefix", "prefix"));
		const regex = textOf(path(match, "safe_regex", "regex")) ?? textOf(member(match, "regex"));
		const paths: readonly SourcePath[] =
			regex !== undefined
				? [{ kind: "regex", path: regex }]
				: exact !== undefined
					? [{ kind: "exact", path: exact }]
					: prefix === undefined || prefix === "/"
						? []
						: [{ kind: "prefix", path: prefix }];
		// A route's own replaces that of its virtual host.
		return [...corsOf(route), ...corsOf(member(route, "route"))].map((cors) => ({
			...policyOf(cors, { name: `a route of ${name}`, hosts, paths }),
			scope,
			rank: 2,
		}));
	});
	return [...own, ...ofRoutes];
}

function corsOf(tree: Tree | undefined): readonly Tree[] {
	const filters = member(tree, "typed_per_filter_config");
	const typed = member(filters, "envoy.filters.http.cors", "envoy.cors");
	return [typed, member(tree, "cors")].filter((one) => one !== undefined).filter((one) => !isOff(one));
}

/** Switched off in the old way or by a share of none; one that only watches is read all the same. */
function isOff(cors: Tree): boolean {
	if (textOf(member(cors, "enabled")) === "false") return true;
	const share = textOf(path(cors, "filter_enabled", "default_value", "numerator"));
	return share === "0" && member(cors, "shadow_enabled") === undefined;
}

function istio(document: Tree): readonly SourcePolicy[] {
	const hosts = texts(path(document, "spec", "hosts")).map(({ text }) => text);
	return items(path(document, "spec", "http")).flatMap((route) => {
		const cors = member(route, "corsPolicy");
		if (cors === undefined) return [];
		const paths = items(member(route, "match")).flatMap((match): SourcePath[] => {
			const exact = textOf(path(match, "uri", "exact"));
			const prefix = textOf(path(match, "uri", "prefix"));
			const regex = textOf(path(match, "uri", "regex"));
			if (regex !== undefined) return [{ kind: "regex", path: regex }];
			if (exact !== undefined) return [{ kind: "exact", path: exact }];
			return [{ kind: "prefix", path: prefix ?? "/" }];
		});
		const name = `VirtualService ${textOf(path(document, "metadata", "name")) ?? ""}`;
		const place = { hosts: hosts.filter((host) => host.includes(".")), paths };
		return [
			{ ...policyOf(cors, { name, ...place }), scope: textOf(path(document, "metadata", "name")) ?? "" },
		];
	});
}

function securityPolicy(document: Tree): readonly SourcePolicy[] {
	const cors = path(document, "spec", "cors");
	if (cors === undefined) return [];
	const name = `SecurityPolicy ${textOf(path(document, "metadata", "name")) ?? ""}`;
	const policy = policyOf(cors, { name, hosts: [], paths: [] });
	return [
		{
			...policy,
			scope: textOf(path(document, "metadata", "name")) ?? "",
			origins: rulesOf(member(cors, "allowOrigins"), globOrExact),
		},
	];
}

function policyOf(cors: Tree, place: Place): SourcePolicy {
	const credentials = isOn(member(cors, "allow_credentials"));
	const matchers = member(cors, "allow_origin_string_match", "allow_origins");
	const origins = [
		...items(matchers).flatMap(ruleOf),
		...rulesOf(member(cors, "allow_origin"), (text) => (text === "*" ? { kind: "any" } : { kind: "exact" })),
		...items(member(cors, "allow_origin_regex")).flatMap((tree) => ruleOf(asMatcher(tree))),
	];
	return {
		...place,
		line: cors.line,
		origins,
		credentials,
		methods: namesOf(member(cors, "allow_methods"), "literal-star", []),
		requestHeaders: namesOf(member(cors, "allow_headers"), "literal-star", []),
		exposedHeaders: namesOf(member(cors, "expose_headers"), "literal-star", []),
		maxAgeSeconds: secondsOf(member(cors, "max_age")),
		report: isOn(path(cors, "shadow_enabled", "runtime_key")) || member(cors, "shadow_enabled") !== undefined,
		remarks: [],
	};
}

function asMatcher(tree: Tree): Tree {
	return {
		value: { safe_regex: tree.value },
		line: tree.line,
		work: tree.work,
		child: (key) => (key === "safe_regex" ? tree : undefined),
	};
}

/** One `StringMatcher`. */
function ruleOf(matcher: Tree): readonly OriginRule[] {
	const ignoreCase = isOn(member(matcher, "ignore_case"));
	const rule = (tree: Tree | undefined, match: (text: string) => OriginMatch): readonly OriginRule[] => {
		const text = textOf(tree);
		return text === undefined ? [] : [{ text, line: tree?.line, match: match(text) }];
	};
	const regex = member(matcher, "safe_regex", "regex");
	return [
		...rule(typeof matcher.value === "string" ? matcher : member(matcher, "exact"), (text) =>
			text === "*" ? { kind: "any" } : { kind: "exact" },
		),
		...rule(member(matcher, "prefix"), () => ({ kind: "prefix" })),
		...rule(member(matcher, "suffix"), () => ({ kind: "suffix" })),
		...rule(member(matcher, "contains"), () => ({ kind: "contains" })),
		...rule(member(regex, "regex") ?? (typeof regex?.value === "string" ? regex : undefined), (pattern) => ({
			kind: "regex",
			source: { pattern, anchored: true, ignoreCase },
		})),
	];
}
