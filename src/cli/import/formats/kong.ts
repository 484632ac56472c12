/** Owns the reading of Kong: its declarative configuration, and the KongPlugin of Kubernetes. */

import { namesOf } from "../rules.ts";
import type { Format, OriginMatch, OriginRule, Remark, SourcePath, SourcePolicy } from "../source-policy.ts";
import { isOn, items, member, secondsOf, type Tree, textOf, texts } from "../tree.ts";

/** What Kong allows where no methods are named. */
const DEFAULT_METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"];

export const kong: Format = {
	name: "kong",
	title: "Kong (declarative configuration, KongPlugin)",
	read(document) {
		if (textOf(member(document, "kind"))?.startsWith("Kong")) return kongPlugin(document);
		const isKong = ["_format_version", "services", "routes", "plugins"].some((name) =>
			member(document, name),
		);
		return isKong ? declarative(document) : [];
	},
};

function kongPlugin(document: Tree): readonly SourcePolicy[] {
	if (textOf(member(document, "plugin")) !== "cors") return [];
	const name = textOf(member(member(document, "metadata"), "name")) ?? "cors";
	return [{ ...policyOf(document, `KongPlugin ${name}`, NOWHERE, OF_ALL, undefined), scope: name }];
}

interface Place {
	readonly hosts: readonly string[];
	readonly paths: readonly SourcePath[];
}

function declarative(document: Tree): readonly SourcePolicy[] {
	const found: SourcePolicy[] = [];
	const shared = member(document, "_plugin_configs");
	const add = (owner: Tree, words: string, place: Place, rank: number) => {
		for (const plugin of items(member(owner, "plugins"))) {
			if (isCors(plugin)) found.push(policyOf(plugin, `plugin cors of ${words}`, place, rank, shared));
		}
	};
	const services = items(member(document, "services"));
	const routes = [
		...items(member(document, "routes")),
		...services.flatMap((service) => items(member(service, "routes"))),
	];
	for (const service of services) {
		const of = items(member(service, "routes"));
		const all = [
			...of,
			...items(member(document, "routes")).filter((route) =>
				isNamed(service, referenceOf(member(route, "service"))),
			),
		];
		for (const place of placesOf(all)) add(service, `service ${nameOf(service)}`, place, OF_SERVICE);
		for (const route of of) add(route, `route ${nameOf(route)}`, placeOf(route), OF_ROUTE);
	}
	for (const route of items(member(document, "routes")))
		add(route, `route ${nameOf(route)}`, placeOf(route), OF_ROUTE);
	for (const plugin of items(member(document, "plugins"))) {
		if (!isCors(plugin)) continue;
		const routeName = referenceOf(member(plugin, "route"));
		const serviceName = referenceOf(member(plugin, "service"));
		if (routeName !== undefined) {
			const route = routes.find((one) => isNamed(one, routeName));
			const place = route ? placeOf(route) : NOWHERE;
			found.push(policyOf(plugin, `plugin cors of route ${routeName}`, place, OF_ROUTE, shared));
		} else if (serviceName !== undefined) {
			const service = services.find((one) => isNamed(one, serviceName));
			const own = routes.filter((one) => isNamed(service, referenceOf(member(one, "service"))));
			const all = [...items(member(service, "routes")), ...own];
			for (const place of placesOf(all)) {
				found.push(policyOf(plugin, `plugin cors of service ${serviceName}`, place, OF_SERVICE, shared));
			}
		} else {
			const policy = policyOf(plugin, "plugin cors of everything", placeOfAll(routes), OF_ALL, shared);
			found.push({ ...policy, everywhere: true });
		}
	}
	return found;
}

/** A plugin of a route replaces that of its service, and that the one of everything. */
const OF_ALL = 1;
const OF_SERVICE = 2;
const OF_ROUTE = 3;

const NOWHERE: Place = { hosts: [], paths: [] };

function isCors(plugin: Tree): boolean {
	const enabled = member(plugin, "enabled");
	return textOf(member(plugin, "name")) === "cors" && (enabled === undefined || isOn(enabled));
}

function nameOf(tree: Tree): string {
	return JSON.stringify(textOf(member(tree, "name")) ?? textOf(member(tree, "id")) ?? "without a name");
}

function referenceOf(tree: Tree | undefined): string | undefined {
	return textOf(tree) ?? textOf(member(tree, "name")) ?? textOf(member(tree, "id"));
}

function isNamed(tree: Tree | undefined, name: string | undefined): boolean {
	return name !== undefined && [textOf(member(tree, "name")), textOf(member(tree, "id"))].includes(name);
}

function placeOf(route: Tree): Place {
	return {
		hosts: texts(member(route, "hosts")).map(({ text }) => text),
		// From version 3 on a tilde marks an expression; without an end it is for all that begins like it.
		paths: texts(member(route, "paths")).map(({ text }) =>
			text.startsWith("~")
				? { kind: "regex", path: `${text.slice(1)}${text.endsWith("$") ? "" : "/.*"}` }
				: { kind: "prefix", path: text },
		),
	};
}

/** A plugin of a service is for its routes and nothing besides: those with the same hosts are one place. */
function placesOf(routes: readonly Tree[]): readonly Place[] {
	if (routes.length === 0) return [NOWHERE];
	const byHosts = new Map<string, Place>();
	for (const place of routes.map(placeOf)) {
		const key = place.hosts.toSorted().join(" ");
		const before = byHosts.get(key);
		const isWhole = place.paths.length === 0 || (before !== undefined && before.paths.length === 0);
		byHosts.set(key, { ...place, paths: isWhole ? [] : [...(before?.paths ?? []), ...place.paths] });
	}
	return [...byHosts.values()];
}

/** The hosts of everything: none where a route has none, since that one is for every host. */
function placeOfAll(routes: readonly Tree[]): Place {
	const places = routes.map(placeOf);
	const hosts = places.every((place) => place.hosts.length > 0) ? places.flatMap((place) => place.hosts) : [];
	return { hosts: [...new Set(hosts)], paths: [] };
}

function policyOf(
	plugin: Tree,
	name: string,
	place: Place,
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
			texts(origins).length === 0
				? [{ text: "*", line: config?.line ?? plugin.line, match: { kind: "any" } }]
				: ruleTexts(origins),
		credentials: isOn(member(config, "credentials")),
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
		typeof value === "string" ? [{ text: value, line, match: matchOf(value) }] : [],
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
