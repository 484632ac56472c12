/** Owns the reading of Apache APISIX: the `cors` plugin in its own files and in Kubernetes. */

import { namesOf } from "../rules.ts";
import type { Format, OriginRule, SourcePath, SourcePolicy } from "../source-policy.ts";
import { findMappings, isOn, items, member, path, secondsOf, type Tree, textOf, texts } from "../tree.ts";

export const apisix: Format = {
	name: "apisix",
	title: "Apache APISIX (cors plugin, ApisixRoute)",
	read(document) {
		if (textOf(member(document, "kind"))?.startsWith("Apisix")) return fromKubernetes(document);
		return findMappings(document, (tree) => isApisixCors(path(tree, "plugins", "cors"))).map((owner) =>
			policyOf(path(owner, "plugins", "cors") ?? owner, {
				name: `route ${textOf(member(owner, "name", "id", "uri")) ?? ""}`,
				hosts: texts(member(owner, "host", "hosts")).map(({ text }) => text),
				paths: texts(member(owner, "uri", "uris")).flatMap(({ text }) => pathOf(text)),
			}),
		);
	},
};

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
	const origins: OriginRule[] = listed.map(({ text, line }) => ({
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
			? "any"
			: namesOf(member(cors, "allow_methods"), "literal-star", "literal-star"),
		requestHeaders: isForced("allow_headers")
			? "any"
			: namesOf(member(cors, "allow_headers"), "literal-star", "literal-star"),
		exposedHeaders: namesOf(member(cors, "expose_headers"), "literal-star", []),
		maxAgeSeconds: secondsOf(member(cors, "max_age")),
		remarks: [],
	};
}
