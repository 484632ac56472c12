/** Owns the reading of Apache APISIX: the `cors` plugin in its own files and in Kubernetes. */

import {
	annotationOf,
	httpRoutePlaces,
	ingressesNaming,
	ingressPlaces,
	resourceKind,
	resourceName,
} from "../kubernetes.ts";
import { atPlaces, lostIn, namesOf, notAText, type SourcePlace, withoutPolicy } from "../rules.ts";
import type { Format, OriginRule, SourcePath, SourcePolicy } from "../source-policy.ts";
import { credentialsOf } from "../switches.ts";
import { findMappings, isOn, items, member, path, secondsOf, type Tree, textOf, texts } from "../tree.ts";

export const apisix: Format = {
	name: "apisix",
	title: "Apache APISIX (cors plugin, ApisixRoute)",
	read(document, documents) {
		if (resourceKind(document) !== "") return fromKubernetes(document, documents);
		const owners = findMappings(document, (tree) => isApisixCors(path(tree, "plugins", "cors")));
		if (owners.length === 0) return [];
		const routes = findMappings(document, (tree) => member(tree, "uri", "uris") !== undefined);
		const withOwn = new Set<unknown>();
		let isForAll = false;
		const found = owners.flatMap((owner) => {
			const cors = path(owner, "plugins", "cors") ?? owner;
			const name = textOf(member(owner, "name", "id", "uri")) ?? "";
			if (member(owner, "uri", "uris") !== undefined) {
				withOwn.add(owner.value);
				return [
					{ ...policyOf(cors, { name: `route ${name}`, ...placeOf(owner) }, document), rank: OF_ROUTE },
				];
			}
			const id = textOf(member(owner, "id"));
			const users =
				id === undefined
					? []
					: routes.filter((route) =>
							["service_id", "plugin_config_id"].some((key) => textOf(member(route, key)) === id),
						);
			if (users.length > 0) {
				for (const { value } of users) withOwn.add(value);
				return users.map((route) => ({
					...policyOf(cors, { name: `${name}, used by a route`, ...placeOf(route) }, document),
					rank: OF_SERVICE,
				}));
			}
			isForAll = true;
			return [
				{
					...policyOf(cors, { name: `rule ${name}`.trim(), ...placeOf(owner) }, document),
					rank: OF_ALL,
					everywhere: true,
				},
			];
		});
		const others = isForAll ? [] : routes.filter(({ value }) => !withOwn.has(value));
		return [...found, ...others.map((route) => withoutPolicy(placeOf(route)))];
	},
};

/** The plugin of a route replaces that of its service, and that the one of a rule for everything. */
const OF_ALL = 1;
const OF_SERVICE = 2;
const OF_ROUTE = 3;

function placeOf(owner: Tree): Omit<Place, "name"> {
	const what = ["vars", "remote_addr", "remote_addrs", "filter_func"].find(
		(key) => member(owner, key) !== undefined,
	);
	return {
		hosts: texts(member(owner, "host", "hosts")).map(({ text }) => text),
		paths: texts(member(owner, "uri", "uris")).flatMap(({ text }) => pathOf(text)),
		partly: what === undefined ? undefined : `its route has ${what}`,
	};
}

const OWN_KEYS = [
	"allow_origins",
	"allow_origins_by_regex",
	"allow_origins_by_metadata",
	"allow_credential",
	"allow_methods",
	"allow_headers",
	"expose_headers",
];

/** An empty plugin is one with all its defaults; but a `cors` of another product has other keys. */
function isApisixCors(cors: Tree | undefined): boolean {
	if (cors === undefined) return false;
	return Object.keys(cors.value ?? {}).length === 0 || OWN_KEYS.some((key) => member(cors, key));
}

/** The `cors` plugin in a list of Kubernetes, where it is not switched off. */
function pluginIn(tree: Tree | undefined): Tree | undefined {
	const plugin = items(member(tree, "plugins")).find((one) => textOf(member(one, "name")) === "cors");
	const enable = member(plugin, "enable");
	if (plugin === undefined || (enable !== undefined && !isOn(enable))) return undefined;
	return member(plugin, "config") ?? plugin;
}

function fromKubernetes(document: Tree, documents: readonly Tree[]): readonly SourcePolicy[] {
	const name = resourceName(document);
	switch (resourceKind(document)) {
		case "ApisixRoute":
			return items(path(document, "spec", "http")).flatMap((route) => {
				const cors = pluginIn(route);
				if (cors !== undefined) {
					const words = `route ${textOf(member(route, "name")) ?? ""}`;
					return [{ ...policyOf(cors, { name: words, ...placeOfMatch(route) }), rank: OF_ROUTE }];
				}
				return member(route, "plugin_config_name") === undefined ? [withoutPolicy(placeOfMatch(route))] : [];
			});
		case "ApisixGlobalRule": {
			const cors = pluginIn(member(document, "spec"));
			const place = { name: `global rule ${name}`, hosts: [], paths: [] };
			return cors === undefined ? [] : [{ ...policyOf(cors, place), rank: OF_ALL, everywhere: true }];
		}
		case "ApisixPluginConfig":
		case "PluginConfig": {
			const cors = pluginIn(member(document, "spec"));
			if (cors === undefined) return [];
			const policy = policyOf(cors, { name: `plugin configuration ${name}`, hosts: [], paths: [] });
			return atPlaces({ ...policy, rank: OF_SERVICE, scope: name }, placesNaming(name, documents));
		}
		case "Ingress": {
			const own = (key: string) => annotationOf(document, `k8s.apisix.apache.org/${key}`);
			if (!isOn(own("enable-cors"))) return [];
			const cors = asTree(own("enable-cors"), {
				allow_origins: own("cors-allow-origin"),
				allow_headers: own("cors-allow-headers"),
				allow_methods: own("cors-allow-methods"),
			});
			const policy = policyOf(cors, { name: `Ingress ${name}`, hosts: [], paths: [] });
			return atPlaces(policy, ingressPlaces(document));
		}
		default:
			return [];
	}
}

function placeOfMatch(route: Tree): Omit<Place, "name"> {
	const what = ["exprs", "remoteAddrs"].find((key) => items(path(route, "match", key)).length > 0);
	return {
		hosts: texts(path(route, "match", "hosts")).map(({ text }) => text),
		paths: texts(path(route, "match", "paths")).flatMap(({ text }) => pathOf(text)),
		partly: what === undefined ? undefined : `its route has ${what}`,
	};
}

/** The places of what names a plugin configuration. */
function placesNaming(name: string, documents: readonly Tree[]): readonly SourcePlace[] {
	const isNamedBy = (rule: Tree) =>
		items(member(rule, "filters")).some((filter) => textOf(path(filter, "extensionRef", "name")) === name);
	return [
		...documents
			.filter((one) => resourceKind(one) === "ApisixRoute")
			.flatMap((one) => items(path(one, "spec", "http")))
			.filter((route) => textOf(member(route, "plugin_config_name")) === name)
			.map(placeOfMatch),
		...ingressesNaming(documents, "k8s.apisix.apache.org/plugin-config-name", (text) => text === name),
		...documents
			.filter((one) => resourceKind(one) === "HTTPRoute")
			.flatMap((route) => httpRoutePlaces(route, isNamedBy)),
	];
}

/** Annotations, under the names of the plugin's settings. */
function asTree(at: Tree | undefined, settings: Readonly<Record<string, Tree | undefined>>): Tree {
	const there = Object.entries(settings).filter(([, tree]) => tree !== undefined);
	const children = new Map(there);
	return {
		value: Object.fromEntries(there.map(([key, tree]) => [key, tree?.value])),
		line: at?.line,
		work: at?.work ?? { left: 0 },
		child: (key) => children.get(String(key)),
	};
}

/** What two asterisks are among methods. */
const FORCED_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"];
/** What it sends where no max age is named. */
const DEFAULT_MAX_AGE_SECONDS = 5;

interface Place extends SourcePlace {
	readonly name: string;
}

function pathOf(text: string): readonly SourcePath[] {
	if (text === "/*") return [];
	return [text.endsWith("*") ? { kind: "prefix", path: text.slice(0, -1) } : { kind: "exact", path: text }];
}

/** With expressions the list is not asked, nor its default of everybody; with names of metadata everybody is not meant. */
function originsOf(cors: Tree, root: Tree | undefined): readonly OriginRule[] {
	const exact = ({ text, line }: { readonly text: string; readonly line: number | undefined }) => ({
		text,
		line,
		match: { kind: "exact" } as const,
	});
	const regexes = items(member(cors, "allow_origins_by_regex"));
	const named = texts(member(cors, "allow_origins_by_metadata"));
	const written = texts(member(cors, "allow_origins"));
	const isAny = ({ text }: { readonly text: string }) =>
		text === "**" || (text === "*" && named.length === 0);
	const listed = regexes.length > 0 ? [] : written;
	const isOpen = ["allow_origins", "allow_origins_by_regex", "allow_origins_by_metadata"].every(
		(key) => items(member(cors, key)).length === 0,
	);
	const [metadata] = items(member(root, "plugin_metadata")).filter(
		(one) => textOf(member(one, "id")) === "cors",
	);
	return [
		...listed.filter(({ text }) => text !== "*" && text !== "**").map(exact),
		...[...listed.filter(isAny), ...(isOpen ? [{ text: "*", line: cors.line }] : [])].map(
			({ text, line }) => ({
				text,
				line,
				match: { kind: "any" } as const,
			}),
		),
		...named.flatMap((name) => {
			const found = texts(path(metadata, "allow_origins", name.text));
			if (found.length > 0) return found.map(exact);
			return {
				...exact(name),
				why: "its origins are in the metadata of the plugin, which is not in this file",
			};
		}),
		...["allow_origins", "allow_origins_by_metadata"].flatMap((key) =>
			lostIn(member(cors, key)).map(notAText),
		),
		...regexes.flatMap(({ value, line }) =>
			typeof value === "string"
				? {
						text: value,
						line,
						match: { kind: "regex", source: { pattern: value, anchored: false } } as const,
					}
				: notAText({ text: JSON.stringify(value), line }),
		),
	];
}

function policyOf(cors: Tree, place: Place, root?: Tree): SourcePolicy {
	const origins = originsOf(cors, root);
	const isForced = (name: string) => texts(member(cors, name)).some(({ text }) => text === "**");
	return {
		...place,
		line: cors.line,
		origins,
		...credentialsOf(member(cors, "allow_credential", "allow_credentials")),
		methods: isForced("allow_methods")
			? FORCED_METHODS
			: namesOf(member(cors, "allow_methods"), "literal-star", "literal-star"),
		requestHeaders: isForced("allow_headers")
			? "any"
			: namesOf(member(cors, "allow_headers"), "literal-star", "literal-star"),
		exposedHeaders: namesOf(member(cors, "expose_headers"), "literal-star", []),
		maxAgeSeconds: secondsOf(member(cors, "max_age")) ?? DEFAULT_MAX_AGE_SECONDS,
		remarks: [],
	};
}
