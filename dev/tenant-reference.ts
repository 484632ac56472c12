/** Owns the tables of docs/tenant-document.md: the keys of a document as the schema describes them; `npm run schema` writes them. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tenantFileSchema } from "./tenant-schema.ts";

/** Where it is kept. */
export const REFERENCE_PATH = join(import.meta.dirname, "../docs/tenant-document.md");

/** A JSON Schema as far as it is walked here. */
interface Node {
	readonly type?: string;
	readonly const?: unknown;
	readonly enum?: readonly unknown[];
	readonly minimum?: number;
	readonly maximum?: number;
	readonly description?: string;
	readonly properties?: Readonly<Record<string, Node>>;
	readonly required?: readonly string[];
	readonly items?: Node;
	readonly anyOf?: readonly Node[];
}

/** Writes each table anew into the page, between the marks that name it. */
export function withTables(page: string): string {
	const [root = {}, closedRoot = {}] = (tenantFileSchema() as Node).anyOf ?? [];
	const at = (...path: readonly string[]) =>
		path.reduce<Node>((node, key) => objectIn(node.properties?.[key] ?? {}), root);
	const tables: Readonly<Record<string, Node>> = {
		document: { ...root, properties: { ...root.properties, ...closedRoot.properties } },
		cors: at("cors"),
		routes: at("routes"),
		cookies: at("cookies"),
	};
	return Object.entries(tables).reduce((text, [name, node]) => {
		const [start, end] = [`<!-- keys of ${name}: start -->`, `<!-- keys of ${name}: end -->`];
		const from = text.indexOf(start);
		const to = text.indexOf(end);
		if (from === -1 || to === -1)
			throw new Error(`docs/tenant-document.md has no place for the keys of ${name}`);
		return `${text.slice(0, from + start.length)}\n${tableOf(node)}\n${text.slice(to)}`;
	}, page);
}

/** The object that a value is, is one form of, or is a list of. */
function objectIn(node: Node): Node {
	if (node.properties !== undefined) return node;
	const inner = [...(node.anyOf ?? []), ...(node.items === undefined ? [] : [node.items])];
	return inner.map(objectIn).find(({ properties }) => properties !== undefined) ?? {};
}

function tableOf({ properties = {}, required = [] }: Node): string {
	const rows = Object.entries(properties).map(([key, node]) => {
		const name = required.includes(key) ? `**\`${key}\`**` : `\`${key}\``;
		return `| ${name} | ${formsOf(node)} | ${(node.description ?? "").replaceAll("|", "\\|")} |`;
	});
	return ["| key | value | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

/** What may stand there, in a word or two. */
function formsOf(node: Node): string {
	if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(formsOf))].join(" or ");
	if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``;
	if (node.enum !== undefined) return node.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
	if (node.type === "array")
		return node.items?.type === "object" || node.items?.anyOf ? "a list" : "a list of strings";
	if (node.type === "object") return "an object";
	if (node.type === "string") return "a string";
	if (node.type === "boolean") return "`true` or `false`";
	return node.maximum === undefined ? "a number" : `${node.minimum} to ${node.maximum}`;
}

if (import.meta.main) writeFileSync(REFERENCE_PATH, withTables(readFileSync(REFERENCE_PATH, "utf8")));
