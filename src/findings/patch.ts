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
 * Applies a patch.
 * @returns the patched value, which shares what is unchanged with `root`; undefined where an operation has no target
 */
export function applyPatch(root: unknown, patch: Patch): unknown {
	let value = root;
	for (const operation of patch) {
		if (operation.op === "move") {
			const moved = valueAt(value, operation.from);
			if (moved === undefined) return undefined;
			value = change(value, tokensOf(operation.from), { op: "remove" });
			value = change(value, tokensOf(operation.path), { op: "add", value: moved });
		} else {
			value = change(value, tokensOf(operation.path), operation);
		}
		if (value === undefined) return undefined;
	}
	return value;
}

interface Change {
	readonly op: "add" | "remove" | "replace";
	readonly value?: unknown;
}

function change(target: unknown, [token, ...rest]: readonly string[], by: Change): unknown {
	if (token === undefined) return by.value;
	if (typeof target !== "object" || target === null) return undefined;
	if (rest.length > 0) {
		const member = memberOf(target, token);
		const changed = member === undefined ? undefined : change(member, rest, by);
		return changed === undefined ? undefined : withMember(target, token, changed);
	}
	if (by.op !== "add" && !Object.hasOwn(target, token)) return undefined;
	if (by.op === "remove") return withoutMember(target, token);
	if (by.op === "add" && Array.isArray(target)) {
		const index = token === "-" ? target.length : Number(token);
		return index > target.length ? undefined : target.toSpliced(index, 0, by.value);
	}
	return withMember(target, token, by.value);
}

function withMember(target: object, token: string, value: unknown): unknown {
	if (Array.isArray(target)) return target.with(Number(token), value);
	// Not an assignment, which would lose a key __proto__.
	const entries = Object.entries(target);
	const changed = entries.map(([key, before]) => [key, key === token ? value : before]);
	return Object.fromEntries(Object.hasOwn(target, token) ? changed : [...changed, [token, value]]);
}

function withoutMember(target: object, token: string): unknown {
	if (Array.isArray(target)) return target.toSpliced(Number(token), 1);
	return Object.fromEntries(Object.entries(target).filter(([key]) => key !== token));
}
