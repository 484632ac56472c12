/** Owns the reading of Traefik: the `headers` middleware in a file, in Kubernetes, in the labels of containers. */

import { ingressesNaming, resourceKind, resourceName } from "../kubernetes.ts";
import {
	ANY_AS_ASTERISK,
	lostIn,
	namesOf,
	notAText,
	rulesOf,
	type SourcePlace,
	withoutPolicy,
} from "../rules.ts";
import type { Format, OriginRule, Remark, SourcePath, SourcePolicy } from "../source-policy.ts";
import { credentialsOf, GO_TEXTS, NO_TEXTS, type SwitchTexts } from "../switches.ts";
import { entries, findMappings, items, member, path, secondsOf, type Tree, textOf, texts } from "../tree.ts";

export const traefik: Format = {
	name: "traefik",
	title: "Traefik (headers middleware: YAML, TOML, Kubernetes, container labels)",
	read(document, documents) {
		const labelled = findMappings(document, (tree) => labelsOf(tree) !== undefined).flatMap((tree) =>
			fromLabels(labelsOf(tree) ?? []),
		);
		return [...fromFile(document), ...fromKubernetes(document, documents), ...labelled];
	},
};

interface Router extends SourcePlace {
	/** Whether its rule says more than hosts and paths. */
	readonly isUnknown?: boolean;
}

function fromFile(document: Tree): readonly SourcePolicy[] {
	const http = member(document, "http");
	const routers = entries(member(http, "routers")).map(([, router]) => router);
	const users = new Set<unknown>();
	const found = entries(member(http, "middlewares")).flatMap(([name, middleware]) => {
		const using = routers.filter((router) =>
			texts(member(router, "middlewares")).some(({ text }) => text.split("@")[0] === name),
		);
		const places = using.map((router) => placeOf(textOf(member(router, "rule"))));
		const policies = policiesOf(member(middleware, "headers"), `middleware ${name}`, places);
		if (policies.length > 0) for (const { value } of using) users.add(value);
		return policies;
	});
	const others = routers
		.filter(({ value }) => !users.has(value))
		.map((router) => placeOf(textOf(member(router, "rule"))))
		.filter(({ hosts }) => hosts.length > 0);
	return [...found, ...others.map((place) => withoutPolicy(place))];
}

function fromKubernetes(document: Tree, documents: readonly Tree[]): readonly SourcePolicy[] {
	if (resourceKind(document) === "IngressRoute") {
		const others = routesOf(document).filter((route) => items(member(route, "middlewares")).length === 0);
		return others
			.map(placeOfRoute)
			.flatMap((place) => (place.hosts.length === 0 ? [] : withoutPolicy(place)));
	}
	if (resourceKind(document) !== "Middleware") return [];
	const name = resourceName(document);
	const names = (route: Tree) =>
		items(member(route, "middlewares")).some((one) => textOf(member(one, "name") ?? one) === name);
	const routes = documents
		.filter((one) => resourceKind(one) === "IngressRoute")
		.flatMap((one) => routesOf(one).filter(names).map(placeOfRoute));
	// An annotation names it with its namespace in front.
	const ingresses = ingressesNaming(
		documents,
		"traefik.ingress.kubernetes.io/router.middlewares",
		(text) => text.split("@")[0]?.endsWith(`-${name}`) === true,
	);
	return policiesOf(
		path(document, "spec", "headers"),
		`middleware ${name}`,
		[...routes, ...ingresses],
		NO_TEXTS,
	);
}

function routesOf(route: Tree): readonly Tree[] {
	return items(path(route, "spec", "routes"));
}

function placeOfRoute(route: Tree): Router {
	return placeOf(textOf(member(route, "match")));
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

/**
 * Rules that are hosts and paths, joined by `&&`, each of them perhaps one of several joined by `||`. Of all others the
 * place is not known.
 */
function placeOf(rule = ""): Router {
	const found: Record<string, readonly string[]> = {};
	let partly: string | undefined;
	for (const part of splitOutside(rule, "&&")) {
		const calls = splitOutside(part, "||").map((one) => /^(\w+)\((.*)\)$/s.exec(unwrapped(one)));
		const names = new Set(calls.map((call) => call?.[1]));
		const [name] = names;
		if (names.size !== 1 || name === undefined || found[name] !== undefined) return UNKNOWN;
		if (CONDITIONS.has(name)) partly = `its router has ${name}`;
		else if (!PLACES.has(name)) return UNKNOWN;
		found[name] = calls.flatMap((call) =>
			[...(call?.[2] ?? "").matchAll(/[`"']([^`"']{1,500})[`"']/g)].map(([, text = ""]) => text),
		);
	}
	const paths: readonly SourcePath[] = [
		...(found["Path"] ?? []).map((one) => ({ kind: "exact", path: one }) as const),
		...(found["PathPrefix"] ?? []).map((one) => ({ kind: "prefix", path: one }) as const),
		// Without a beginning it is found anywhere in the path.
		...(found["PathRegexp"] ?? []).map(
			(path) => ({ kind: "regex", path: path.startsWith("^") ? path : "" }) as const,
		),
	];
	if (Object.keys(found).filter((name) => name.startsWith("Path")).length > 1) return UNKNOWN;
	return { hosts: found["Host"] ?? [], paths, partly };
}

const UNKNOWN: Router = { hosts: [], paths: [], isUnknown: true };
const PLACES = new Set(["Host", "Path", "PathPrefix", "PathRegexp", "Method"]);
const CONDITIONS = new Set([
	"Header",
	"HeaderRegexp",
	"Headers",
	"HeadersRegexp",
	"Query",
	"QueryRegexp",
	"ClientIP",
]);

/** At each mark that no parenthesis, and no quotation, is around. */
function splitOutside(rule: string, mark: string): readonly string[] {
	const parts: string[] = [];
	let depth = 0;
	let from = 0;
	for (const token of rule.matchAll(/`[^`]*`|"[^"]*"|[()]|&&|\|\|/g)) {
		if (token[0] === "(") depth++;
		if (token[0] === ")") depth--;
		if (token[0] !== mark || depth > 0) continue;
		parts.push(rule.slice(from, token.index));
		from = token.index + mark.length;
	}
	const last = rule.slice(from);
	const all = [...parts, last].map(unwrapped);
	return rule.trim() === "" ? [] : all;
}

/** Without parentheses around all of it. */
function unwrapped(rule: string): string {
	const text = rule.trim();
	if (!text.startsWith("(") || !text.endsWith(")")) return text;
	let depth = 0;
	for (const { 0: token, index } of text.matchAll(/`[^`]*`|"[^"]*"|[()]/g)) {
		if (token === "(") depth++;
		if (token === ")") depth--;
		if (depth === 0) return index === text.length - 1 ? unwrapped(text.slice(1, -1)) : text;
	}
	return text;
}

function policiesOf(
	headers: Tree | undefined,
	name: string,
	places: readonly Router[],
	reads: SwitchTexts = GO_TEXTS,
): readonly SourcePolicy[] {
	const origins = [
		...rulesOf(member(headers, "accessControlAllowOriginList", "accessControlAllowOrigin"), (text) =>
			text === "*" ? ANY_AS_ASTERISK : { kind: "exact" },
		),
		...regexRules(member(headers, "accessControlAllowOriginListRegex")),
	];
	if (headers === undefined || origins.length === 0) return [];
	const policy = {
		name,
		line: headers.line,
		origins,
		...credentialsOf(member(headers, "accessControlAllowCredentials"), reads),
		methods: namesOf(member(headers, "accessControlAllowMethods"), "literal-star", []),
		requestHeaders: namesOf(member(headers, "accessControlAllowHeaders"), "literal-star", []),
		exposedHeaders: namesOf(member(headers, "accessControlExposeHeaders"), "literal-star", []),
		maxAgeSeconds: secondsOf(member(headers, "accessControlMaxAge")),
		remarks: [],
	};
	const scope = name.replace("middleware ", "");
	if (places.length === 0) return [{ ...policy, hosts: [], paths: [], scope }];
	return places.map(({ isUnknown, ...place }) => ({
		...policy,
		...place,
		scope,
		remarks: isUnknown ? [elsewhere(name)] : [],
	}));
}

function elsewhere(name: string): Remark {
	return {
		line: undefined,
		text: `The rule of a router that names ${name} is more than hosts and paths. It is in a file of its own: where it applies is for you to say.`,
		isLeftOut: true,
	};
}

/** Not taken apart at commas: they may stand in an expression. */
function regexRules(tree: Tree | undefined): readonly OriginRule[] {
	return items(tree).flatMap(({ value, line }) =>
		typeof value === "string"
			? [{ text: value, line, match: { kind: "regex", source: { pattern: value, anchored: false } } }]
			: lostIn({ value, line, work: { left: 0 }, child: () => undefined }).map(notAText),
	);
}
