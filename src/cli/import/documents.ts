/** Owns which documents a file holds: its own, those of a list of Kubernetes, and those within the texts of a ConfigMap. */

import { CommandFault } from "../shell/fault.ts";
import { entries, findMappings, items, member, readTrees, type Tree, textOf } from "./tree.ts";

/** Lists within lists that are looked into. */
const MAX_LEVELS = 4;

/**
 * Reads a file and finds what stands for itself in it.
 * @throws CommandFault where it cannot be read
 */
export function readDocuments(name: string, text: string): readonly Tree[] {
	return readTrees(name, text).flatMap((tree) => parts(tree, MAX_LEVELS));
}

function parts(tree: Tree, levels: number): readonly Tree[] {
	const kind = textOf(member(tree, "kind"));
	if (levels === 0) return [tree];
	if (kind === "List") return items(member(tree, "items")).flatMap((item) => parts(item, levels - 1));
	if (kind === "ConfigMap") return within(tree);
	if (kind !== undefined) return [tree];
	// Tools write resources in groups: { securityPolicies: [{ apiVersion, kind, … }] }.
	const resources = findMappings(
		tree,
		(inner) => member(inner, "apiVersion") !== undefined && member(inner, "kind") !== undefined,
	);
	return [tree, ...resources.flatMap((resource) => parts(resource, levels - 1))];
}

/** The files of a ConfigMap; a text that is not a configuration is nothing to complain of. */
function within(map: Tree): readonly Tree[] {
	return entries(member(map, "data")).flatMap(([name, value]) => {
		if (typeof value.value !== "string" || !value.value.includes("\n")) return [];
		try {
			return readTrees(name, value.value).map((tree) => moved(tree, value.line ?? 0));
		} catch (error) {
			if (error instanceof CommandFault) return [];
			throw error;
		}
	});
}

/** The lines of a text within a file, counted from the file's own first line. */
function moved(tree: Tree, by: number): Tree {
	return {
		value: tree.value,
		work: tree.work,
		line: tree.line === undefined ? undefined : tree.line + by,
		child: (key) => {
			const child = tree.child(key);
			return child === undefined ? undefined : moved(child, by);
		},
	};
}
