/** Owns the reading of Envoy's CORS policy, and of those that are made into one: Istio's and Envoy Gateway's. */

import { httpRoutePlaces, resourceKind, resourceName } from "../kubernetes.ts";
import {
	atPlaces,
	byCondition,
	globOrExact,
	namesOf,
	notAText,
	rulesOf,
	type SourcePlace,
	withoutPolicy,
} from "../rules.ts";
import type { Format, OriginMatch, OriginRule, SourcePolicy } from "../source-policy.ts";
import { credentialsOf } from "../switches.ts";
import { findMappings, isOn, items, member, path, secondsOf, type Tree, textOf, texts } from "../tree.ts";

export const envoy: Format = {
	name: "envoy",
	title: "Envoy, Istio (VirtualService), Envoy Gateway (SecurityPolicy)",
	read(document, documents) {
		switch (textOf(member(document, "kind"))) {
			case "VirtualService":
				return istio(document);
			case "SecurityPolicy":
				return securityPolicy(document, documents);
			default:
				return findMappings(document, (tree) => member(tree, "virtual_hosts") !== undefined).flatMap((tree) =>
					items(member(tree, "virtual_hosts")).flatMap(virtualHost),
				);
		}
	},
};

function virtualHost(host: Tree): readonly SourcePolicy[] {
	const name = `virtual host ${textOf(member(host, "name")) ?? ""}`;
	const domains = texts(member(host, "domains")).map(({ text }) => text);
	// A patch of Istio's names the virtual host by its domain and port.
	const named = textOf(member(host, "name")) ?? "";
	const hosts = (domains.length === 0 && /^[a-z0-9.-]+\.[a-z]+:\d+$/.test(named) ? [named] : domains)
		.map((text) => text.replace(/:\d+$/, ""))
		.filter((text) => text !== "*");
	const scope = hosts.length === 0 ? named : "";
	const own = corsOf(host).filter((cors) => !isOff(cors));
	const ofHost = own.map((cors) => ({ ...policyOf(cors, name), hosts, paths: [], scope, rank: 1 }));
	const routes = reachable(
		items(member(host, "routes")).map((route) => ({ route, places: [placeOfMatch(member(route, "match"))] })),
	);
	const ofRoutes = routes.flatMap(({ route, places }) => {
		const written = [...corsOf(route), ...corsOf(member(route, "route"))];
		const ofRoute = written.filter((cors) => !isOff(cors));
		return places.flatMap((place): readonly SourcePolicy[] => {
			if (ofRoute.length > 0) {
				const words = `a route of ${name}`;
				return ofRoute.map((cors) => ({ ...policyOf(cors, words), ...place, hosts, scope, rank: 2 }));
			}
			// Without one of its own it is that of its virtual host; what is switched off is off.
			const [inherited] = written.length > 0 ? [] : ofHost;
			return [
				inherited
					? { ...inherited, ...place, isBare: true }
					: { ...withoutPolicy({ ...place, hosts }, scope), rank: written.length > 0 ? 2 : -1 },
			];
		});
	});
	return [...ofHost, ...ofRoutes];
}

type PlaceOfRoute = Omit<SourcePlace, "hosts">;

function placeOfMatch(match: Tree | undefined): PlaceOfRoute {
	const exact = textOf(member(match, "path"));
	const prefix = textOf(member(match, "path_separated_prefix", "prefix"));
	const regex = textOf(path(match, "safe_regex", "regex")) ?? textOf(member(match, "regex"));
	const template = member(match, "path_match_policy");
	const what = ["headers", "query_parameters", "runtime_fraction", "grpc", "tls_context"].find(
		(name) => member(match, name) !== undefined,
	);
	const partly = what === undefined ? undefined : `those of certain ${what}`;
	if (template !== undefined) return { paths: [{ kind: "regex", path: "" }], partly };
	if (regex !== undefined) return { paths: [{ kind: "regex", path: regex }], partly };
	if (exact !== undefined) return { paths: [{ kind: "exact", path: exact }], partly };
	return { paths: prefix === undefined || prefix === "/" ? [] : [{ kind: "prefix", path: prefix }], partly };
}

/** The first route that matches is taken: one that lies in a prefix before it is never reached. */
function reachable<T extends { readonly places: readonly PlaceOfRoute[] }>(
	routes: readonly T[],
): readonly T[] {
	const before = new Set<string>();
	const isHidden = ({ paths }: PlaceOfRoute) =>
		before.has("") ||
		(paths.length > 0 && paths.every(({ kind, path: at }) => kind !== "regex" && isBelow(at, before)));
	return routes.flatMap((route) => {
		const places = route.places.filter((place) => !isHidden(place));
		for (const { paths, partly } of route.places) {
			if (partly !== undefined) continue;
			if (paths.length === 0) before.add("");
			for (const { kind, path: at } of paths) if (kind === "prefix") before.add(at.replace(/\/$/, ""));
		}
		return places.length === 0 ? [] : [{ ...route, places }];
	});
}

/** Whether a path is one of several prefixes, or below one. */
function isBelow(at: string, prefixes: ReadonlySet<string>): boolean {
	if (prefixes.has(at)) return true;
	for (let slash = at.indexOf("/", 1); slash !== -1; slash = at.indexOf("/", slash + 1)) {
		if (prefixes.has(at.slice(0, slash))) return true;
	}
	return false;
}

function corsOf(tree: Tree | undefined): readonly Tree[] {
	const filters = member(tree, "typed_per_filter_config");
	const typed = member(filters, "envoy.filters.http.cors", "envoy.cors");
	return [typed, member(tree, "cors")].filter((one) => one !== undefined);
}

/** Switched off in the old way or by a share of none; one that only watches is read all the same. */
function isOff(cors: Tree): boolean {
	if (textOf(member(cors, "enabled")) === "false" || isOn(member(cors, "disabled"))) return true;
	const share = textOf(path(cors, "filter_enabled", "default_value", "numerator"));
	return share === "0" && member(cors, "shadow_enabled") === undefined;
}

function istio(document: Tree): readonly SourcePolicy[] {
	const written = texts(path(document, "spec", "hosts")).map(({ text }) => text);
	const hosts = written.filter((host) => host.includes("."));
	const name = textOf(path(document, "metadata", "name")) ?? "";
	const routes = reachable(
		items(path(document, "spec", "http")).map((route) => ({
			route,
			places: placesOfMatches(items(member(route, "match"))),
		})),
	);
	return routes.flatMap(({ route, places }) => {
		const cors = member(route, "corsPolicy");
		return places.map((place) =>
			cors === undefined
				? withoutPolicy({ ...place, hosts }, name)
				: { ...policyOf(cors, `VirtualService ${name}`), ...place, hosts, scope: name },
		);
	});
}

/** Conditions of a match besides its address. */
const ISTIO_CONDITIONS = ["headers", "queryParams", "withoutHeaders", "sourceLabels", "sourceNamespace"];

function placesOfMatches(matches: readonly Tree[]): readonly PlaceOfRoute[] {
	if (matches.length === 0) return [{ paths: [] }];
	return byCondition(
		matches.map((match) => {
			const exact = textOf(path(match, "uri", "exact"));
			const prefix = textOf(path(match, "uri", "prefix"));
			const regex = textOf(path(match, "uri", "regex"));
			const what = ISTIO_CONDITIONS.find((name) => member(match, name) !== undefined);
			const kind = regex !== undefined ? "regex" : exact !== undefined ? "exact" : "prefix";
			return {
				path: { kind, path: regex ?? exact ?? prefix ?? "/" },
				partly: what === undefined ? undefined : `those of certain ${what}`,
			};
		}),
	);
}

function securityPolicy(document: Tree, documents: readonly Tree[]): readonly SourcePolicy[] {
	const cors = path(document, "spec", "cors");
	if (cors === undefined) return [];
	const targets = [path(document, "spec", "targetRef"), ...items(path(document, "spec", "targetRefs"))]
		.filter((target) => textOf(member(target, "kind")) === "HTTPRoute")
		.map((target) => textOf(member(target, "name")));
	const routes = documents.filter(
		(one) => resourceKind(one) === "HTTPRoute" && targets.includes(resourceName(one)),
	);
	const policy = {
		...policyOf(cors, `SecurityPolicy ${resourceName(document)}`),
		scope: resourceName(document),
		origins: rulesOf(member(cors, "allowOrigins"), globOrExact),
	};
	return atPlaces(
		policy,
		routes.flatMap((route) => httpRoutePlaces(route)),
	);
}

function policyOf(cors: Tree, name: string): Omit<SourcePolicy, "hosts" | "paths"> {
	const matchers = member(cors, "allow_origin_string_match", "allow_origins");
	const origins = [
		...items(matchers).flatMap(ruleOf),
		...rulesOf(member(cors, "allow_origin"), (text) => (text === "*" ? { kind: "any" } : { kind: "exact" })),
		...items(member(cors, "allow_origin_regex")).flatMap((tree) => ruleOf(asMatcher(tree))),
	];
	return {
		name,
		line: cors.line,
		origins,
		...credentialsOf(member(cors, "allow_credentials")),
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
	const found = [
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
	// A matcher of a kind that is not known here, or no matcher at all.
	return found.length > 0 ? found : [notAText({ text: JSON.stringify(matcher.value), line: matcher.line })];
}
