/** Owns the tree of a configuration file: its values with the lines that they stand in, whichever notation it has. */

import { parse as parseToml } from "smol-toml";
import { isAlias, isMap, isNode, isScalar, LineCounter, parseAllDocuments, type Scalar, visit } from "yaml";
import { reasonOf } from "../../findings/reason.ts";
import { isObject } from "../../tenants/salvage.ts";
import { createSource } from "../files/source.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { parseProperties } from "./properties.ts";

/** A value, and where it stands. */
export interface Tree {
	readonly value: unknown;
	/** From 1; undefined where the notation does not tell. */
	readonly line: number | undefined;
	/** The members of a mapping, the elements of a list; by their keys and indexes. */
	readonly child: (key: string | number) => Tree | undefined;
	/** What may still be looked at in the file that it is of. */
	readonly work: Work;
}

/** Keys that may still be compared: what some formats ask of each part of a file about each other one has to end. */
interface Work {
	left: number;
}

/** Some seconds' worth, and a thousand times what a configuration of people needs. */
const MAX_COMPARED_KEYS = 5_000_000;

/** Aliases that one document may use: enough for people, too few for a bomb. */
const MAX_ALIASES = 100;
/** Levels of nesting that are looked into. */
const MAX_DEPTH = 64;

/**
 * Reads a file: TOML and Java's properties by its name, else YAML, of which JSON is a part.
 * @returns its documents, at least one
 * @throws CommandFault where it cannot be read, with the place
 */
export function readTrees(name: string, text: string): readonly Tree[] {
	if (name.toLowerCase().endsWith(".properties")) {
		return [plainTree(parseProperties(text), lineFinder(name, text), { left: MAX_COMPARED_KEYS })];
	}
	return name.toLowerCase().endsWith(".toml") ? [readToml(name, text)] : readYaml(name, text);
}

function readToml(name: string, text: string): Tree {
	try {
		return plainTree(parseToml(text), lineFinder(name, text), { left: MAX_COMPARED_KEYS });
	} catch (error) {
		throw unreadable(name, "TOML", reasonOf(error).split("\n", 1)[0] ?? "");
	}
}

/** Characters that are searched for the lines of a file's texts; those that come later have none. */
const MAX_SEARCHED_CHARACTERS = 1_000_000_000;

/** TOML's reader tells no places: a line is that of the first time that a text stands in the file. */
function lineFinder(name: string, text: string): (value: unknown) => number | undefined {
	const source = createSource(name, text);
	let left = MAX_SEARCHED_CHARACTERS;
	return (value) => {
		if (typeof value !== "string" || value === "" || left <= 0) return undefined;
		const at = text.indexOf(value);
		left -= at === -1 ? text.length : at;
		return at === -1 ? undefined : source.position(at).line;
	};
}

function plainTree(value: unknown, lineOf: (value: unknown) => number | undefined, work: Work): Tree {
	return {
		value,
		work,
		line: lineOf(value),
		child(key) {
			const container = value as Record<string | number, unknown> | undefined;
			if (!(isObject(value) || Array.isArray(value)) || !Object.hasOwn(value, key)) return undefined;
			return plainTree(container?.[key], lineOf, work);
		},
	};
}

function readYaml(name: string, text: string): readonly Tree[] {
	const counter = new LineCounter();
	// Tags that a reader does not know are read as what stands behind them.
	const documents = attempt(name, () =>
		parseAllDocuments(text, {
			...{ lineCounter: counter, merge: true, logLevel: "silent", uniqueKeys: false },
			// What makes them pretty reads the whole line anew for each, and of one line there may be millions.
			prettyErrors: false,
		}),
	);
	const trees: Tree[] = [];
	const work = { left: MAX_COMPARED_KEYS };
	for (const document of Array.isArray(documents) ? documents : []) {
		const [error] = document.errors;
		if (error !== undefined) {
			const { line } = counter.linePos(error.pos[0]);
			throw unreadable(name, "YAML or JSON", `line ${line}: ${error.message.split("\n", 1)[0]}`);
		}
		visit(document, { Scalar: (_, node) => markReference(node) });
		const value: unknown = attempt(name, () => document.toJS({ maxAliasCount: MAX_ALIASES }));
		const lineOf = (node: unknown) =>
			isNode(node) && node.range ? counter.linePos(node.range[0]).line : undefined;
		const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
		const members = new Map<unknown, ReadonlyMap<string, unknown>>();
		const memberOf = (map: unknown, key: string) => {
			const index = members.get(map) ?? membersOf(map);
			members.set(map, index);
			return index.get(key);
		};
		const tree = (current: unknown, node: unknown): Tree => ({
			value: current,
			work,
			line: lineOf(node),
			child(key) {
				const container = current as Record<string | number, unknown> | undefined;
				if (!(isObject(current) || Array.isArray(current)) || !Object.hasOwn(current, key)) return undefined;
				const inner = resolve(node);
				// What a merge key brought in has no node of its own here.
				const found = isMap(inner)
					? memberOf(inner, String(key))
					: isNode(inner) && "items" in inner
						? (inner.items as readonly unknown[])[key as number]
						: undefined;
				return tree(container?.[key], found);
			},
		});
		if (value !== null && value !== undefined) trees.push(tree(value, document.contents));
	}
	if (trees.length === 0) throw unreadable(name, "YAML or JSON", "it is empty");
	return trees;
}

/** The first value of each key of a mapping. */
function membersOf(map: unknown): ReadonlyMap<string, unknown> {
	const index = new Map<string, unknown>();
	for (const { key, value } of isMap(map) ? map.items : []) {
		if (isScalar(key) && !index.has(String(key.value))) index.set(String(key.value), value);
	}
	return index;
}

/** CloudFormation's `!Ref Page` and `!GetAtt Page.Url` are the names of what is filled in, and not texts. */
function markReference(node: Scalar): void {
	const { tag } = node;
	if (tag === undefined || !tag.startsWith("!") || tag === "!" || tag === "!Sub") return;
	node.value = `\${${tag} ${String(node.value)}}`;
}

/** What nests too deeply, or multiplies by aliases, ends in an error of the reader. */
function attempt<T>(name: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw unreadable(name, "YAML or JSON", reasonOf(error));
	}
}

function unreadable(name: string, notation: string, reason: string): CommandFault {
	return new CommandFault(
		"unreadable-configuration",
		`${safePart(name)} cannot be read as ${notation}: ${safePart(reason)}. If it is a template (Helm, Jinja), render it first and import what comes out.`,
	);
}

/** The first of several members that is there, by its name in any case of letters, dashes and underscores. */
export function member(tree: Tree | undefined, ...names: readonly string[]): Tree | undefined {
	if (tree === undefined || !isObject(tree.value)) return undefined;
	const keys = Object.keys(tree.value);
	for (const name of names) {
		const plain = plainKey(name);
		tree.work.left -= keys.length;
		if (tree.work.left < 0) throw tooMuch();
		const key = keys.find((candidate) => plainKey(candidate) === plain);
		if (key === undefined) continue;
		const found = tree.child(key);
		if (found !== undefined && found.value !== null && found.value !== undefined) return found;
	}
	return undefined;
}

function tooMuch(): CommandFault {
	return new CommandFault(
		"configuration-too-large",
		"This configuration has so many parts that refer to each other that it is not read to its end. Split it, and import the parts.",
	);
}

function plainKey(key: string): string {
	return key.toLowerCase().replaceAll("-", "").replaceAll("_", "");
}

/** Goes down by names, one a level. */
export function path(tree: Tree | undefined, ...names: readonly string[]): Tree | undefined {
	return names.reduce<Tree | undefined>((current, name) => member(current, name), tree);
}

/** The elements of a list; a single value counts as a list of it. */
export function items(tree: Tree | undefined): readonly Tree[] {
	if (tree === undefined || tree.value === null || tree.value === undefined) return [];
	if (!Array.isArray(tree.value)) return [tree];
	return tree.value.flatMap((_, index) => tree.child(index) ?? []);
}

/** The members of a mapping. */
export function entries(tree: Tree | undefined): readonly (readonly [key: string, value: Tree])[] {
	if (tree === undefined || !isObject(tree.value)) return [];
	return Object.keys(tree.value).flatMap((key) => {
		const child = tree.child(key);
		return child === undefined ? [] : [[key, child] as const];
	});
}

/** The texts of a list, with their lines; one text with commas is taken apart. */
export function texts(
	tree: Tree | undefined,
): readonly { readonly text: string; readonly line: number | undefined }[] {
	return items(tree).flatMap(({ value, line }) => {
		if (typeof value !== "string" && typeof value !== "number") return [];
		return String(value)
			.split(",")
			.map((text) => text.trim())
			.filter((text) => text !== "")
			.map((text) => ({ text, line }));
	});
}

/** A text; numbers and truth values as they are written. */
export function textOf(tree: Tree | undefined): string | undefined {
	const value = tree?.value;
	return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
		? String(value)
		: undefined;
}

/** Whether something is on: products write `true`, `"true"`, `yes`, `1`. */
export function isOn(tree: Tree | undefined): boolean {
	return ["true", "yes", "on", "1"].includes(textOf(tree)?.toLowerCase() ?? "");
}

/** Seconds, as a number, in the notation of Go and Envoy (`24h`, `1h30m`, `600s`) or of ISO 8601; undefined where there are none. */
export function secondsOf(tree: Tree | undefined): number | undefined {
	const text = textOf(tree)
		?.trim()
		.toLowerCase()
		.replace(/^p(?:(\d+d))?t?/, "$1");
	if (text === undefined || text === "") return undefined;
	if (/^-?\d{1,10}(\.\d+)?$/.test(text)) return Number(text);
	const units: Readonly<Record<string, number>> = { d: 86400, h: 3600, m: 60, s: 1 };
	let seconds = 0;
	let rest = text;
	while (rest !== "") {
		const [whole, amount = "", unit = ""] = /^(\d{1,10})(d|h|m|s)/.exec(rest) ?? [];
		if (whole === undefined) return undefined;
		seconds += Number(amount) * (units[unit] ?? 0);
		rest = rest.slice(whole.length);
	}
	return seconds;
}

/** Every mapping in a tree for which `wanted` holds, from the top; what is inside one of them is not looked at. */
export function findMappings(tree: Tree, wanted: (tree: Tree) => boolean, depth = 0): readonly Tree[] {
	if (depth > MAX_DEPTH) return [];
	if (isObject(tree.value) && wanted(tree)) return [tree];
	const children = Array.isArray(tree.value) ? items(tree) : entries(tree).map(([, child]) => child);
	return children.flatMap((child) => findMappings(child, wanted, depth + 1));
}
