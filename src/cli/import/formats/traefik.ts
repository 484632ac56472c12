/** Owns the reading of Traefik: the `headers` middleware in a file, in Kubernetes, in the labels of containers. */

import { namesOf, rulesOf } from "../rules.ts";
import type { Format, OriginRule, SourcePath, SourcePolicy } from "../source-policy.ts";
import {
	entries,
	findMappings,
	isOn,
	items,
	member,
	path,
	secondsOf,
	type Tree,
	textOf,
	texts,
} from "../tree.ts";

export const traefik: Format = {
	name: "traefik",
	title: "Traefik (headers middleware: YAML, TOML, Kubernetes, container labels)",
	read(document) {
		const labelled = findMappings(document, (tree) => labelsOf(tree) !== undefined).flatMap((tree) =>
			fromLabels(labelsOf(tree) ?? []),
		);
		return [...fromFile(document), ...fromKubernetes(document), ...labelled];
	},
};

interface Router {
	readonly hosts: readonly string[];
	readonly paths: readonly SourcePath[];
}

function fromFile(document: Tree): readonly SourcePolicy[] {
	const http = member(document, "http");
	const routers = entries(member(http, "routers")).map(([, router]) => router);
	return entries(member(http, "middlewares")).flatMap(([name, middleware]) => {
		const headers = member(middleware, "headers");
		const using = routers.filter((router) =>
			texts(member(router, "middlewares")).some(({ text }) => text.split("@")[0] === name),
		);
		return policiesOf(
			headers,
			`middleware ${name}`,
			using.map((router) => placeOf(textOf(member(router, "rule")))),
		);
	});
}

function fromKubernetes(document: Tree): readonly SourcePolicy[] {
	if (textOf(member(document, "kind")) !== "Middleware") return [];
	const name = textOf(path(document, "metadata", "name")) ?? "";
	return policiesOf(path(document, "spec", "headers"), `middleware ${name}`, []);
}

type Labels = readonly (readonly [key: string, value: Tree])[];

const LABEL = "traefik.http.middlewares.";

/** The labels of a container, as a mapping or as a list of `key=value`. */
function labelsOf(tree: Tree): Labels | undefined {
	const labels = member(tree, "labels", "annotations");
	const pairs = Array.isArray(labels?.value)
		? items(labels).map(splitLabel)
		: entries(labels).map(([key, value]) => splitLabel({ ...value, value: `${key}=${textOf(value) ?? ""}` }));
	const own = pairs.filter(([key]) => key.toLowerCase().startsWith("traefik.http."));
	return own.some(([key]) => key.toLowerCase().startsWith(LABEL)) ? own : undefined;
}

function splitLabel(tree: Tree): readonly [string, Tree] {
	const text = textOf(tree) ?? "";
	const at = text.indexOf("=");
	// Compose writes a dollar sign as two.
	const value = at === -1 ? "" : text.slice(at + 1).replaceAll("$$", () => "$");
	return [at === -1 ? text : text.slice(0, at), { ...tree, value, child: () => undefined }];
}

function fromLabels(labels: Labels): readonly SourcePolicy[] {
	const middlewares = new Map<string, [string, Tree][]>();
	for (const [key, value] of labels) {
		const [name, kind, option] = key.slice(LABEL.length).split(".");
		if (!key.toLowerCase().startsWith(LABEL) || kind?.toLowerCase() !== "headers") continue;
		if (name === undefined || option === undefined) continue;
		middlewares.set(name, [...(middlewares.get(name) ?? []), [option, value]]);
	}
	const routers = labels.flatMap(([key, rule]) => {
		const [, router = ""] = /^traefik\.http\.routers\.([^.]+)\.rule$/i.exec(key) ?? [];
		if (router === "") return [];
		const using = labels.find(
			([other]) => other.toLowerCase() === `traefik.http.routers.${router}.middlewares`.toLowerCase(),
		)?.[1];
		return [{ place: placeOf(textOf(rule)), using: texts(using).map(({ text }) => text.split("@")[0]) }];
	});
	// Where no router of the container names any middleware, the rest of the labels stands elsewhere.
	const isNaming = routers.some(({ using }) => using.length > 0);
	return [...middlewares].flatMap(([name, options]) =>
		policiesOf(
			mapping(options),
			`middleware ${name}`,
			routers.filter(({ using }) => !isNaming || using.includes(name)).map(({ place }) => place),
		),
	);
}

function mapping(options: readonly (readonly [string, Tree])[]): Tree {
	const children = new Map(options);
	return {
		value: Object.fromEntries(options.map(([key, { value }]) => [key, value])),
		line: options[0]?.[1].line,
		child: (key) => children.get(String(key)),
		work: options[0]?.[1].work ?? { left: 0 },
	};
}

/** A rule that is only hosts and paths joined by `&&`; all else is a place that is not known. */
function placeOf(rule = ""): Router {
	// Hosts alone may be joined by "or"; anything else of that kind is a place that is not known.
	const isHostsOnly = /^[\s()|]*(Host\([^()]*\)[\s()|]*)+$/.test(rule);
	if (!isHostsOnly && (rule.includes("||") || rule.includes("!"))) return { hosts: [], paths: [] };
	const of = (name: string) =>
		[...rule.matchAll(new RegExp(`\\b${name}\\(([^()]{0,2000})\\)`, "g"))].flatMap(([, inside = ""]) =>
			[...inside.matchAll(/[`"']([^`"']{1,500})[`"']/g)].map(([, text = ""]) => text),
		);
	return {
		hosts: of("Host"),
		paths: [
			...of("Path").map((one) => ({ kind: "exact", path: one }) as const),
			...of("PathPrefix").map((one) => ({ kind: "prefix", path: one }) as const),
			...of("PathRegexp").map((one) => ({ kind: "regex", path: one }) as const),
		],
	};
}

function policiesOf(
	headers: Tree | undefined,
	name: string,
	places: readonly Router[],
): readonly SourcePolicy[] {
	const origins = [
		...rulesOf(member(headers, "accessControlAllowOriginList", "accessControlAllowOrigin"), (text) =>
			text === "*" ? { kind: "any" } : { kind: "exact" },
		),
		...regexRules(member(headers, "accessControlAllowOriginListRegex")),
	];
	if (headers === undefined || origins.length === 0) return [];
	const policy = {
		name,
		line: headers.line,
		origins,
		credentials: isOn(member(headers, "accessControlAllowCredentials")),
		methods: namesOf(member(headers, "accessControlAllowMethods"), "literal-star", []),
		requestHeaders: namesOf(member(headers, "accessControlAllowHeaders"), "literal-star", []),
		exposedHeaders: namesOf(member(headers, "accessControlExposeHeaders"), "literal-star", []),
		maxAgeSeconds: secondsOf(member(headers, "accessControlMaxAge")),
		remarks: [],
	};
	return places.length === 0
		? [{ ...policy, hosts: [], paths: [], scope: name.replace("middleware ", "") }]
		: places.map((place) => ({ ...policy, ...place, scope: name.replace("middleware ", "") }));
}

/** Not taken apart at commas: they may stand in an expression. */
function regexRules(tree: Tree | undefined): readonly OriginRule[] {
	return items(tree).flatMap(({ value, line }) =>
		typeof value === "string"
			? [{ text: value, line, match: { kind: "regex", source: { pattern: value, anchored: false } } }]
			: [],
	);
}
