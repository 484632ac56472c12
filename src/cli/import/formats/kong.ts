/** Owns the reading of Kong: its declarative configuration, and the KongPlugin of Kubernetes. */

import { annotationOf, httpRoutePlaces, ingressesNaming, resourceKind } from "../kubernetes.ts";
import { atPlaces, namesOf, notAText, type SourcePlace, withoutPolicy } from "../rules.ts";
import type { Format, OriginMatch, OriginRule, Remark, SourcePolicy } from "../source-policy.ts";
import { credentialsOf } from "../switches.ts";
import { isOn, items, member, secondsOf, type Tree, textOf, texts } from "../tree.ts";

/** What Kong allows where no methods are named. */
const DEFAULT_METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"];

export const kong: Format = {
	name: "kong",
	title: "Kong (declarative configuration, KongPlugin)",
	read(document, documents) {
		if (textOf(member(document, "kind"))?.startsWith("Kong")) return kongPlugin(document, documents);
		const isKong = ["_format_version", "services", "routes", "plugins"].some((name) =>
			member(document, name),
		);
		return isKong ? declarative(document) : [];
	},
};

function kongPlugin(document: Tree, documents: readonly Tree[]): readonly SourcePolicy[] {
	if (textOf(member(document, "plugin")) !== "cors" || isOn(member(document, "disabled"))) return [];
	const name = textOf(member(member(document, "metadata"), "name")) ?? "cors";
	const isNameOf = (text: string) => text === name;
	const routes = documents.filter(
		(one) =>
			resourceKind(one) === "HTTPRoute" &&
			texts(annotationOf(one, PLUGINS)).some(({ text }) => isNameOf(text)),
	);
	const places = [
		...ingressesNaming(documents, PLUGINS, isNameOf),
		...routes.flatMap((route) => httpRoutePlaces(route)),
	];
	const policy = policyOf(document, `KongPlugin ${name}`, NOWHERE, OF_ALL, undefined);
	return atPlaces({ ...policy, scope: name }, places);
}

/** The annotation by which routes name their plugins. */
const PLUGINS = "konghq.com/plugins";

function declarative(document: Tree): readonly SourcePolicy[] {
	const shared = member(document, "_plugin_configs");
	const services = items(member(document, "services"));
	const single = items(member(document, "routes"));
	const routes = [...single, ...services.flatMap((service) => items(member(service, "routes")))];
	const plugins = items(member(document, "plugins")).filter(isCors);
	const naming = { route: byReference(plugins, "route"), service: byReference(plugins, "service") };
	const found: SourcePolicy[] = [];
	/** Plugins stand within what they are for, or beside it and name it. */
	const pluginsOf = (owner: Tree, key: "route" | "service") => {
		const named = namesOfOwner(owner).flatMap((name) => {
			const plugins = naming[key].get(name) ?? [];
			naming[key].delete(name);
			return plugins;
		});
		return [...items(member(owner, "plugins")).filter(isCors), ...named];
	};
	const withOwn = new Set<unknown>();
	for (const route of routes) {
		for (const plugin of pluginsOf(route, "route")) {
			withOwn.add(route.value);
			found.push(
				policyOf(plugin, `plugin cors of route ${resourceName(route)}`, placeOf(route), OF_ROUTE, shared),
			);
		}
	}
	for (const service of services) {
		const own = single.filter((route) => isNamed(service, referenceOf(member(route, "service"))));
		const all = [...items(member(service, "routes")), ...own];
		for (const plugin of pluginsOf(service, "service")) {
			for (const { value } of all) withOwn.add(value);
			for (const place of placesOf(all)) {
				const words = `plugin cors of service ${resourceName(service)}`;
				found.push(policyOf(plugin, words, place, OF_SERVICE, shared));
			}
		}
	}
	for (const [key, left] of Object.entries(naming)) {
		// What they name is in another file.
		for (const [name, own] of left) {
			for (const plugin of own) {
				const words = `plugin cors of ${key} ${name}`;
				found.push({ ...policyOf(plugin, words, NOWHERE, OF_ROUTE, shared), scope: name });
			}
		}
	}
	const ofAll = plugins.filter((plugin) => !["route", "service"].some((key) => member(plugin, key)));
	for (const plugin of ofAll) {
		const policy = policyOf(plugin, "plugin cors of everything", placeOfAll(routes), OF_ALL, shared);
		found.push({ ...policy, everywhere: true });
	}
	// Others may lie around the routes that have no plugin of their own.
	const others = routes.filter(({ value }) => !withOwn.has(value)).map(placeOf);
	const [ofEverything] = ofAll;
	return [
		...found,
		...others.map((place) =>
			ofEverything === undefined
				? withoutPolicy(place)
				: { ...policyOf(ofEverything, "plugin cors of everything", place, OF_ALL, shared), isBare: true },
		),
	];
}

/** A plugin of a route replaces that of its service, and that the one of everything. */
const OF_ALL = 1;
const OF_SERVICE = 2;
const OF_ROUTE = 3;

const NOWHERE: SourcePlace = { hosts: [], paths: [] };

function isCors(plugin: Tree): boolean {
	const enabled = member(plugin, "enabled");
	return textOf(member(plugin, "name")) === "cors" && (enabled === undefined || isOn(enabled));
}

function resourceName(tree: Tree): string {
	return JSON.stringify(textOf(member(tree, "name")) ?? textOf(member(tree, "id")) ?? "without a name");
}

function referenceOf(tree: Tree | undefined): string | undefined {
	return textOf(tree) ?? textOf(member(tree, "name")) ?? textOf(member(tree, "id"));
}

function isNamed(tree: Tree | undefined, name: string | undefined): boolean {
	return name !== undefined && namesOfOwner(tree).includes(name);
}

function namesOfOwner(tree: Tree | undefined): readonly string[] {
	return [textOf(member(tree, "name")), textOf(member(tree, "id"))].filter((name) => name !== undefined);
}

/** Plugins by what they name as theirs. */
function byReference(plugins: readonly Tree[], key: "route" | "service"): Map<string, Tree[]> {
	const found = new Map<string, Tree[]>();
	for (const plugin of plugins) {
		const name = referenceOf(member(plugin, key));
		if (name !== undefined) found.set(name, [...(found.get(name) ?? []), plugin]);
	}
	return found;
}

function placeOf(route: Tree): SourcePlace {
	const condition = ["headers", "snis", "sources", "destinations", "expression"].find(
		(name) => member(route, name) !== undefined,
	);
	return {
		hosts: texts(member(route, "hosts")).map(({ text }) => text),
		// From version 3 on a tilde marks an expression; without an end it is for all that begins like it.
		paths: texts(member(route, "paths")).map(({ text }) =>
			text.startsWith("~")
				? { kind: "regex", path: `${text.slice(1)}${text.endsWith("$") ? "" : "/.*"}` }
				: { kind: "prefix", path: text },
		),
		partly: condition === undefined ? undefined : `its route has ${condition}`,
	};
}

/** A plugin of a service is for its routes and nothing besides: those with the same hosts are one place. */
function placesOf(routes: readonly Tree[]): readonly SourcePlace[] {
	if (routes.length === 0) return [NOWHERE];
	const byHosts = new Map<string, SourcePlace>();
	for (const place of routes.map(placeOf)) {
		const key = [place.partly, ...place.hosts.toSorted()].join(" ");
		const before = byHosts.get(key);
		const isWhole = place.paths.length === 0 || (before !== undefined && before.paths.length === 0);
		byHosts.set(key, { ...place, paths: isWhole ? [] : [...(before?.paths ?? []), ...place.paths] });
	}
	return [...byHosts.values()];
}

/** The hosts of everything: none where a route has none, since that one is for every host. */
function placeOfAll(routes: readonly Tree[]): SourcePlace {
	const places = routes.map(placeOf);
	const hosts = places.every((place) => place.hosts.length > 0) ? places.flatMap((place) => place.hosts) : [];
	return { hosts: [...new Set(hosts)], paths: [] };
}

function policyOf(
	plugin: Tree,
	name: string,
	place: SourcePlace,
	rank: number,
	shared: Tree | undefined,
): SourcePolicy {
	const own = member(plugin, "config");
	const common = member(shared, textOf(member(plugin, "_config")) ?? "");
	const config = common === undefined ? own : layered(own, common);
	const origins = member(config, "origins");
	const remarks: Remark[] = [];
	const preflight = member(config, "preflight_continue");
	if (isOn(preflight)) {
		remarks.push({
			line: preflight?.line,
			text: "preflight_continue: the API answered preflights until now; Cordon answers them itself.",
		});
	}
	const network = member(config, "private_network");
	if (isOn(network)) {
		remarks.push({
			line: network?.line,
			text: "private_network: Cordon does not answer for private networks.",
		});
	}
	return {
		name,
		rank,
		line: plugin.line,
		...place,
		origins:
			items(origins).length === 0
				? [{ text: "*", line: config?.line ?? plugin.line, match: { kind: "any" } }]
				: ruleTexts(origins),
		...credentialsOf(member(config, "credentials")),
		methods: namesOf(member(config, "methods"), "any", DEFAULT_METHODS),
		requestHeaders: namesOf(member(config, "headers"), "literal-star", "any"),
		exposedHeaders: namesOf(member(config, "exposed_headers"), "literal-star", []),
		maxAgeSeconds: secondsOf(member(config, "max_age")),
		remarks,
	};
}

/** A comma may stand in an expression, so that entries are not taken apart. */
function ruleTexts(origins: Tree | undefined): readonly OriginRule[] {
	return items(origins).flatMap(({ value, line }) =>
		typeof value === "string"
			? [{ text: value, line, match: matchOf(value) }]
			: [notAText({ text: JSON.stringify(value), line })],
	);
}

/** A plugin's own settings over those that several plugins share. */
function layered(own: Tree | undefined, common: Tree): Tree {
	const isMember = (key: string | number) => own?.child(key) !== undefined;
	return {
		value: { ...(common.value as object), ...((own?.value as object | undefined) ?? {}) },
		line: own?.line ?? common.line,
		work: common.work,
		child: (key) => (isMember(key) ? own?.child(key) : common.child(key)),
	};
}

/** Kong takes an entry with any other character than these for a regular expression, and anchors it at both ends. */
function matchOf(text: string): OriginMatch {
	if (text === "*") return { kind: "any" };
	if (/[^A-Za-z0-9.:/-]/.test(text)) return { kind: "regex", source: { pattern: text, anchored: true } };
	return text.includes(":") ? { kind: "exact" } : { kind: "host" };
}
