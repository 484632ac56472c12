/** Owns the reading of Java's properties files: `a.b[0].c=value`, as the mapping that the same YAML would be. */

/** Keys that one file may have, and levels that one key may have. */
const MAX_LEVELS = 64;

/**
 * Reads a properties file. Keys are taken apart at their dots, but `[…]` stays one key: it is a path or an index.
 * @returns a mapping without a prototype, so that no key of a file means anything else
 */
export function parseProperties(text: string): Record<string, unknown> {
	const root = mapping();
	// A line that ends in a backslash goes on in the next one.
	for (const line of text.replaceAll(/\\\r?\n[ \t]*/g, "").split(/\r?\n/)) {
		if (/^\s*([#!]|$)/.test(line)) continue;
		const [, key = "", value = ""] =
			/^\s*((?:\\.|\[[^\]]*\]|[^\\=:\s[])+)\s*[=:\s]\s*(.*)$/s.exec(line) ?? [];
		if (key !== "") put(root, keysOf(key), unescaped(value.trim()));
	}
	return root;
}

function mapping(): Record<string, unknown> {
	return Object.create(null) as Record<string, unknown>;
}

function keysOf(key: string): readonly string[] {
	return [...key.matchAll(/\[([^\]]*)\]|((?:\\.|[^.[\\])+)/g)].map(([, inside, plain = ""]) =>
		unescaped(inside ?? plain),
	);
}

function unescaped(text: string): string {
	return text.replaceAll(/\\(.)/g, "$1");
}

/** An index is a member like another: a list of texts comes out as one text, parted by commas. */
function put(root: Record<string, unknown>, keys: readonly string[], value: string): void {
	if (keys.length > MAX_LEVELS) return;
	const last = keys.at(-1) ?? "";
	const isIndex = /^\d+$/.test(last) && keys.length > 1;
	const way = isIndex ? keys.slice(0, -1) : keys;
	let current = root;
	for (const written of way.slice(0, -1)) {
		const key = known(current, written);
		const next = current[key];
		const inner = typeof next === "object" && next !== null ? (next as Record<string, unknown>) : mapping();
		current[key] = inner;
		current = inner;
	}
	const name = known(current, way.at(-1) ?? "");
	const before = current[name];
	if (!isIndex) current[name] = value;
	else current[name] = Array.isArray(before) ? [...(before as readonly unknown[]), value] : [value];
}

/** Spring takes `corsConfigurations` and `cors-configurations` for one name. */
function known(current: Record<string, unknown>, key: string): string {
	const plain = (text: string) => text.toLowerCase().replaceAll(/[-_]/g, "");
	return Object.keys(current).find((other) => plain(other) === plain(key)) ?? key;
}
