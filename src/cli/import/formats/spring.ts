/** Owns the reading of Spring: the CORS settings of its Cloud Gateway, and of Boot's application files. */

import { namesOf, notAText } from "../rules.ts";
import type { Format, OriginMatch, OriginRule, SourcePath, SourcePolicy } from "../source-policy.ts";
import { credentialsOf, SPRING_TEXTS } from "../switches.ts";
import { entries, findMappings, items, member, path, secondsOf, type Tree, textOf, texts } from "../tree.ts";

export const spring: Format = {
	name: "spring",
	title: "Spring (Cloud Gateway's globalcors, allowed-origins)",
	read(document) {
		const profile = profileOf(document);
		const scopeOf = (name: string) =>
			[profile, name.replaceAll(/\W+/g, "-")].filter((part) => part !== "").join("-");
		const withPaths = findMappings(document, (tree) => member(tree, "cors-configurations") !== undefined);
		const ofPaths = withPaths.flatMap((tree) =>
			entries(member(tree, "cors-configurations")).map(([pattern, cors]) => ({
				...policyOf(cors, `CORS configuration of ${pattern}`, pathsOf(pattern)),
				scope: profile,
			})),
		);
		const routes = findMappings(document, (tree) => hasOrigins(path(tree, "metadata", "cors")));
		const ofRoutes = routes.map((route) => {
			const cors = path(route, "metadata", "cors") ?? route;
			const name = `route ${textOf(member(route, "id")) ?? ""}`;
			return { ...policyOf(cors, name, pathsOfRoute(route)), scope: profile, rank: OF_ROUTE };
		});
		const others = withNames(document, "").filter(([name]) => !/cors-?configurations/i.test(name));
		return [
			...ofPaths,
			...ofRoutes,
			...others.map(([name, cors]) => ({
				...policyOf(cors, name === "" ? "allowed-origins" : `allowed-origins of ${name}`, []),
				scope: scopeOf(name),
			})),
		];
	},
};

/** What a route says of its paths replaces what is said of them for everything. */
const OF_ROUTE = 2;

/** The profile that a document is for; what one of them lets in another does not. */
function profileOf(document: Tree): string {
	const found =
		settingOf(document, "spring.config.activate.on-profile") ?? settingOf(document, "spring.profiles");
	return (textOf(found) ?? "").replaceAll(/\W+/g, "-");
}

/** A setting by its name, wherever its dots are levels of the file. */
function settingOf(tree: Tree, name: string): Tree | undefined {
	for (let end = name.length; end > 0; end = name.lastIndexOf(".", end - 1)) {
		const found = member(tree, name.slice(0, end));
		if (found === undefined) continue;
		const inner = end === name.length ? found : settingOf(found, name.slice(end + 1));
		if (inner !== undefined) return inner;
	}
	return undefined;
}

/** The paths of a route's predicates: `Path=/a/**,/b/**`, or its arguments one by one. */
function pathsOfRoute(route: Tree): readonly SourcePath[] {
	const patterns = items(member(route, "predicates")).flatMap((predicate): readonly string[] => {
		const text = textOf(predicate);
		if (text !== undefined) return text.startsWith("Path=") ? text.slice(5).split(",") : [];
		if (textOf(member(predicate, "name")) !== "Path") return [];
		return entries(member(predicate, "args")).flatMap(([, value]) => texts(value).map((one) => one.text));
	});
	const paths = patterns.map((pattern) => pattern.trim()).filter((pattern) => pattern.startsWith("/"));
	return paths.includes("/**") ? [] : paths.flatMap(pathsOf);
}

/** The deepest that a setting of Spring's own lies. */
const MAX_LEVELS = 12;

/** Every mapping with origins, by the names that lead to it: each is the setting of something else. */
function withNames(tree: Tree, name: string, levels = MAX_LEVELS): readonly (readonly [string, Tree])[] {
	if (levels === 0) return [];
	if (hasOrigins(tree)) return [[name, tree]];
	return entries(tree).flatMap(([key, child]) =>
		withNames(child, name === "" ? key : `${name}.${key}`, levels - 1),
	);
}

function hasOrigins(tree: Tree | undefined): boolean {
	return ["allowed-origins", "allowed-origin-patterns"].some((name) => member(tree, name) !== undefined);
}

/** Ant's patterns: `/**` is everything, `/api/**` all below it. Others have no form as a route. */
function pathsOf(key: string): readonly SourcePath[] {
	const pattern = key.replace(/^\[(.*)\]$/, "$1");
	if (pattern === "/**" || pattern === "") return [];
	return pattern.endsWith("/**")
		? [{ kind: "prefix", path: pattern.slice(0, -3) }]
		: [{ kind: "exact", path: pattern }];
}

function policyOf(cors: Tree, name: string, paths: readonly SourcePath[]): SourcePolicy {
	const origins: OriginRule[] = [
		...rules(member(cors, "allowed-origins"), (text) => (text === "*" ? { kind: "any" } : { kind: "exact" })),
		...rules(member(cors, "allowed-origin-patterns"), (text) =>
			text === "*" ? { kind: "any" } : text.includes("*") ? { kind: "glob", star: "any" } : { kind: "exact" },
		),
	];
	return {
		name,
		line: cors.line,
		hosts: [],
		paths,
		origins,
		...credentialsOf(member(cors, "allow-credentials"), SPRING_TEXTS),
		methods: namesOf(member(cors, "allowed-methods"), "any", []),
		// Spring answers with the headers that were asked for.
		requestHeaders: namesOf(member(cors, "allowed-headers"), "any", []),
		exposedHeaders: namesOf(member(cors, "exposed-headers"), "literal-star", []),
		maxAgeSeconds: secondsOf(member(cors, "max-age")),
		remarks: [],
	};
}

/** `https://app.acme.com:[8080,8081]` is two origins, `:[*]` any port; a comma in brackets does not part entries. */
function rules(tree: Tree | undefined, matchOf: (text: string) => OriginMatch): readonly OriginRule[] {
	return items(tree).flatMap(({ value, line }) => {
		if (typeof value !== "string") return [notAText({ text: JSON.stringify(value), line })];
		return splitOutsideBrackets(value)
			.map((text) => text.trim())
			.filter((text) => text !== "")
			.flatMap((text): OriginRule[] => {
				const { preset, variables } = withPresets(text);
				const [name] = variables;
				const why = `it is what ${name} is without being set; where it is set to something else, add that`;
				return splitOutsideBrackets(preset)
					.map((one) => one.trim())
					.filter((one) => one !== "")
					.flatMap((one) => withPorts(one, matchOf))
					.map((one) => ({ ...one, line, ...(name === undefined ? {} : { why }) }));
			});
	});
}

/** Variables that one text may have, and the most of it that is searched for them. */
const MAX_VARIABLES = 50;
const MAX_SEARCHED_CHARACTERS = 10_000;

/** A text with what its variables are without being set: `${NAME:value}`, from the innermost outwards. */
function withPresets(text: string): { readonly preset: string; readonly variables: readonly string[] } {
	const variables: string[] = [];
	let preset = text;
	while (variables.length < MAX_VARIABLES && preset.length <= MAX_SEARCHED_CHARACTERS) {
		const [whole, name, value] = /\$\{([^{}:]+):([^{}]+)\}/.exec(preset) ?? [];
		if (whole === undefined || name === undefined || value === undefined) break;
		variables.push(name);
		preset = preset.replace(whole, () => value);
	}
	return { preset, variables };
}

/** At each comma that no bracket is around. */
function splitOutsideBrackets(text: string): readonly string[] {
	const parts: string[] = [];
	let from = 0;
	let depth = 0;
	for (let at = 0; at < text.length; at++) {
		const character = text.charAt(at);
		if (character === "[" || character === "{") depth++;
		if (character === "]" || character === "}") depth = Math.max(0, depth - 1);
		if (character !== "," || depth > 0) continue;
		parts.push(text.slice(from, at));
		from = at + 1;
	}
	return [...parts, text.slice(from)];
}

/** Ports in brackets are one origin each; an asterisk in them is any port, and none. */
function withPorts(
	text: string,
	matchOf: (text: string) => OriginMatch,
): readonly Pick<OriginRule, "text" | "match">[] {
	const start = text.lastIndexOf(":[");
	const ports = text.slice(start + 2, -1);
	if (start === -1 || !text.endsWith("]") || ports.includes("]")) return [{ text, match: matchOf(text) }];
	const host = text.slice(0, start);
	if (ports.trim() !== "*") {
		return ports.split(",").map((port) => {
			const one = `${host}:${port.trim()}`;
			return { text: one, match: matchOf(one) };
		});
	}
	const pattern = host.replaceAll(/[.+?^${}()|[\]\\/]/g, "\\$&").replaceAll("*", ".*");
	return [{ text, match: { kind: "regex", source: { pattern: `${pattern}(:\\d+)?`, anchored: true } } }];
}
