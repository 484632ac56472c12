/** Owns the reading of Apache APISIX: the `cors` plugin in its own files and in Kubernetes. */

import { namesOf, withoutPolicy } from "../rules.ts";
import type { Format, OriginRule, SourcePath, SourcePolicy } from "../source-policy.ts";
import { findMappings, isOn, items, member, path, secondsOf, type Tree, textOf, texts } from "../tree.ts";

export const apisix: Format = {
	name: "apisix",
	title: "Apache APISIX (cors plugin, ApisixRoute)",
	read(document) {
		if (textOf(member(document, "kind"))?.startsWith("Apisix")) return fromKubernetes(document);
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
				return [{ ...policyOf(cors, { name: `route ${name}`, ...placeOf(owner) }), rank: OF_ROUTE }];
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
					...policyOf(cors, { name: `${name}, used by a route`, ...placeOf(route) }),
					rank: OF_SERVICE,
				}));
			}
			isForAll = true;
			return [
				{
					...policyOf(cors, { name: `rule ${name}`.trim(), ...placeOf(owner) }),
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
	return {
		hosts: texts(member(owner, "host", "hosts")).map(({ text }) => text),
		paths: texts(member(owner, "uri", "uris")).flatMap(({ text }) => pathOf(text)),
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

function fromKubernetes(document: Tree): readonly SourcePolicy[] {
	return items(path(document, "spec", "http")).flatMap((route) =>
		items(member(route, "plugins")).flatMap((plugin) => {
			const enable = member(plugin, "enable");
			if (textOf(member(plugin, "name")) !== "cors" || (enable !== undefined && !isOn(enable))) return [];
			return [
				policyOf(member(plugin, "config") ?? plugin, {
					name: `route ${textOf(member(route, "name")) ?? ""}`,
					hosts: texts(path(route, "match", "hosts")).map(({ text }) => text),
					paths: texts(path(route, "match", "paths")).flatMap(({ text }) => pathOf(text)),
				}),
			];
		}),
	);
}

/** What two asterisks are among methods. */
const FORCED_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"];
/** What it sends where no max age is named. */
const DEFAULT_MAX_AGE_SECONDS = 5;

interface Place {
	readonly name: string;
	readonly hosts: readonly string[];
	readonly paths: readonly SourcePath[];
}

function pathOf(text: string): readonly SourcePath[] {
	if (text === "/*") return [];
	return [text.endsWith("*") ? { kind: "prefix", path: text.slice(0, -1) } : { kind: "exact", path: text }];
}

function policyOf(cors: Tree, place: Place): SourcePolicy {
	const regexes = items(member(cors, "allow_origins_by_regex"));
	const listed = texts(member(cors, "allow_origins"));
	// With expressions the list is not asked, nor its default of everybody.
	const origins: OriginRule[] = (regexes.length > 0 ? [] : listed).map(({ text, line }) => ({
		text,
		line,
		match: text === "*" || text === "**" ? { kind: "any" } : { kind: "exact" },
	}));
	if (listed.length === 0 && regexes.length === 0)
		origins.push({ text: "*", line: cors.line, match: { kind: "any" } });
	for (const { value, line } of regexes) {
		if (typeof value !== "string") continue;
		origins.push({
			text: value,
			line,
			match: { kind: "regex", source: { pattern: value, anchored: false } },
		});
	}
	const credentials = isOn(member(cors, "allow_credential", "allow_credentials"));
	const isForced = (name: string) => texts(member(cors, name)).some(({ text }) => text === "**");
	return {
		...place,
		line: cors.line,
		origins,
		credentials,
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
