/** Owns src/cors/suffixes-below.ts: from tldts' own copy of the Public Suffix List; `npm run suffixes` writes it. */

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { isPublicSuffix } from "../src/cors/public-suffix.ts";

/** Where the table is kept. */
export const SUFFIX_TABLE_PATH = join(import.meta.dirname, "../src/cors/suffixes-below.ts");

/** tldts' tree of rules, as its own look-up reads it: a node's edges, and each edge's label and child. */
interface RuleTree {
	/** Not 0 where a rule ends. */
	readonly nodeFlags: Uint8Array;
	/** The first edge of each node; those of the next node end it. */
	readonly edgeStart: Uint16Array;
	readonly edgeLength: Uint8Array;
	readonly edgeChild: Uint16Array;
	/** The labels of all edges, one after the other. */
	readonly labelText: string;
	readonly rulesRoot: number;
}

/** Longest line of the table, in characters. */
const LINE_CHARACTERS = 108;

/**
 * Every rule of the list, less the exceptions: they only take names away.
 * @returns ASCII names, `*.` in front for a wildcard rule
 */
export function publicSuffixRules(): readonly string[] {
	// Not part of what tldts exports, but pinned with it; nothing that is deployed reads it.
	const require = createRequire(import.meta.url);
	const tree = require("tldts/dist/cjs/src/data/trie.js") as RuleTree;
	const labels: string[] = [];
	let offset = 0;
	for (const length of tree.edgeLength) {
		labels.push(tree.labelText.slice(offset, offset + length));
		offset += length;
	}
	const rules: string[] = [];
	const visit = (node: number, name: string) => {
		if (tree.nodeFlags[node]) rules.push(name);
		for (let edge = tree.edgeStart[node] ?? 0; edge < (tree.edgeStart[node + 1] ?? 0); edge++) {
			const label = labels[edge] ?? "";
			visit(tree.edgeChild[edge] ?? 0, name === "" ? label : `${label}.${name}`);
		}
	};
	visit(tree.rulesRoot, "");
	// The list has names outside ASCII in both forms, and a pattern has the punycode form only.
	return rules.filter((rule) => [...rule].every((character) => character <= "~"));
}

/** The suffixes that name, one for each, all domains that are none themselves but have one below them. */
export function suffixesBelow(rules: readonly string[]): readonly string[] {
	const examples = new Map<string, string>();
	const suffixes = rules.map((rule) => (rule.startsWith("*.") ? rule.slice(2) : rule));
	for (const suffix of suffixes.sort(shortestFirst)) {
		const parent = parentOf(suffix);
		if (parent !== "" && !isPublicSuffix(parent) && !examples.has(parent)) examples.set(parent, suffix);
	}
	return [...examples].sort(([a], [b]) => (fromRight(a) < fromRight(b) ? -1 : 1)).map(([, suffix]) => suffix);
}

/** The module that holds the table. */
export function suffixTableModule(): string {
	const lines: string[] = [];
	let line = "";
	for (const name of suffixesBelow(publicSuffixRules())) {
		if (line.length + 1 + name.length > LINE_CHARACTERS) {
			lines.push(line);
			line = "";
		}
		line += line === "" ? name : ` ${name}`;
	}
	return `/** Owns the public suffixes below domains that are none themselves; written by \`npm run suffixes\`. */

/** One for each such domain, a domain before those below it; between blanks. */
export const SUFFIXES_BELOW = \`
${[...lines, line].join("\n")}
\`;
`;
}

/** Fewer labels first, so that a domain's example is as near to it as can be; then the shorter name. */
function shortestFirst(a: string, b: string): number {
	return a.split(".").length - b.split(".").length || a.length - b.length || (a < b ? -1 : Number(a !== b));
}

/** Labels turned round: a domain then sorts before all below it, and neighbours beside each other, which packs best. */
function fromRight(name: string): string {
	return name.split(".").reverse().join(" ");
}

function parentOf(name: string): string {
	const dot = name.indexOf(".");
	return dot === -1 ? "" : name.slice(dot + 1);
}

if (import.meta.main) writeFileSync(SUFFIX_TABLE_PATH, suffixTableModule());
