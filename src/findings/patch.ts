/** Owns JSON Patch (RFC 6902) as far as fixes need it: add, remove, replace, move. */

/** One operation; `path` and `from` are JSON Pointers. */
export type PatchOperation =
	| { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
	| { readonly op: "remove"; readonly path: string }
	| { readonly op: "move"; readonly path: string; readonly from: string };

/** Operations, applied one after the other. */
export type Patch = readonly PatchOperation[];

/** The reference tokens of a JSON Pointer, unescaped. */
export function tokensOf(pointer: string): readonly string[] {
	return pointer
		.split("/")
		.slice(1)
		.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** What a pointer leads to; undefined where that is nothing. */
export function valueAt(root: unknown, pointer: string): unknown {
	let value = root;
	for (const token of tokensOf(pointer)) value = memberOf(value, token);
	return value;
}

function memberOf(value: unknown, token: string): unknown {
	if (typeof value !== "object" || value === null || !Object.hasOwn(value, token)) return undefined;
	return (value as Readonly<Record<string, unknown>>)[token];
}

/**
 * Applies patches, one after the other.
 * @returns the patched value, which shares what is unchanged with `root`; undefined where an operation has no target
 */
export function applyPatches(root: unknown, patches: Iterable<Patch>): unknown {
	const owned = new Set<object>();
	let value = root;
	for (const patch of patches) {
		for (const operation of patch) {
			value = apply(value, operation, owned);
			if (value === undefined) return undefined;
		}
	}
	return value;
}

function apply(root: unknown, operation: PatchOperation, owned: Set<object>): unknown {
	if (operation.op !== "move") return change(root, tokensOf(operation.path), operation, owned);
	const moved = valueAt(root, operation.from);
	if (moved === undefined) return undefined;
	const without = change(root, tokensOf(operation.from), { op: "remove" }, owned);
	return change(without, tokensOf(operation.path), { op: "add", value: moved }, owned);
}

interface Change {
	readonly op: "add" | "remove" | "replace";
	readonly value?: unknown;
}

/** @param owned copies that are changed in place: a thousand changes of one long list copy it once */
function change(
	target: unknown,
	[token, ...rest]: readonly string[],
	by: Change,
	owned: Set<object>,
): unknown {
	if (token === undefined) return by.value;
	if (typeof target !== "object" || target === null) return undefined;
	const own = owned.has(target) ? target : copyOf(target);
	owned.add(own);
	if (rest.length > 0) {
		const member = memberOf(own, token);
		const changed = member === undefined ? undefined : change(member, rest, by, owned);
		return changed === undefined ? undefined : withMember(own, token, changed);
	}
	if (by.op !== "add" && !Object.hasOwn(own, token)) return undefined;
	if (Array.isArray(own)) {
		const index = token === "-" ? own.length : Number(token);
		if (index > own.length) return undefined;
		if (by.op === "remove") own.splice(index, 1);
		else own.splice(index, by.op === "add" ? 0 : 1, by.value);
		return own;
	}
	if (by.op !== "remove") return withMember(own, token, by.value);
	Reflect.deleteProperty(own, token);
	return own;
}

function copyOf(target: object): object {
	return Array.isArray(target) ? target.slice() : Object.fromEntries(Object.entries(target));
}

/** Not an assignment, which would lose a key __proto__. */
function withMember(own: object, token: string, value: unknown): object {
	return Object.defineProperty(own, token, { value, configurable: true, enumerable: true, writable: true });
}
