/** Owns the reading of Spring: the CORS settings of its Cloud Gateway, and of Boot's application files. */

import { namesOf } from "../rules.ts";
import type { Format, OriginMatch, OriginRule, SourcePath, SourcePolicy } from "../source-policy.ts";
import { entries, findMappings, isOn, items, member, secondsOf, type Tree } from "../tree.ts";

export const spring: Format = {
	name: "spring",
	title: "Spring (Cloud Gateway's globalcors, allowed-origins)",
	read(document) {
		const withPaths = findMappings(document, (tree) => member(tree, "cors-configurations") !== undefined);
		if (withPaths.length > 0) {
			const ofPaths = withPaths.flatMap((tree) =>
				entries(member(tree, "cors-configurations")).map(([pattern, cors]) =>
					policyOf(cors, `CORS configuration of ${pattern}`, pathsOf(pattern)),
				),
			);
			const others = withNames(document, "").filter(([name]) => !/cors-?configurations/i.test(name));
			return [
				...ofPaths,
				...others.map(([name, cors]) => ({
					...policyOf(cors, `allowed-origins of ${name}`, []),
					scope: name.replaceAll(/\W+/g, "-"),
				})),
			];
		}
		const found = withNames(document, "");
		return found.map(([name, cors]) => ({
			...policyOf(cors, name === "" ? "allowed-origins" : `allowed-origins of ${name}`, []),
			scope: name.replaceAll(/\W+/g, "-"),
		}));
	},
};

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

function hasOrigins(tree: Tree): boolean {
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
		credentials: isOn(member(cors, "allow-credentials")),
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
		if (typeof value !== "string") return [];
		return splitOutsideBrackets(value)
			.map((text) => text.trim())
			.filter((text) => text !== "")
			.flatMap((text): OriginRule[] => {
				const [, variable, preset] = /^\$\{([^{}:]+)(?::([^{}]*))?\}$/.exec(text) ?? [];
				if (variable === undefined || preset === undefined || preset === "") {
					return withPorts(text).map((one) => ({ text: one, line, match: matchOf(one) }));
				}
				const why = `it is what ${variable} is without being set; where it is set to something else, add that`;
				return preset
					.split(",")
					.map((one) => one.trim())
					.filter((one) => one !== "")
					.map((one) => ({ text: one, line, match: matchOf(one), why }));
			});
	});
}

/** At each comma that has no closing bracket as the next one behind it. */
function splitOutsideBrackets(text: string): readonly string[] {
	const parts: string[] = [];
	let end = text.length;
	let isInside = false;
	for (let at = text.length - 1; at >= 0; at--) {
		const character = text.charAt(at);
		if ("[]{}".includes(character)) isInside = character === "]" || character === "}";
		if (character !== "," || isInside) continue;
		parts.push(text.slice(at + 1, end));
		end = at;
	}
	return [...parts, text.slice(0, end)].reverse();
}

function withPorts(text: string): readonly string[] {
	const start = text.lastIndexOf(":[");
	const ports = text.slice(start + 2, -1);
	if (start === -1 || !text.endsWith("]") || ports.includes("]")) return [text];
	const host = text.slice(0, start);
	return ports.split(",").map((port) => `${host}:${port.trim()}`);
}
