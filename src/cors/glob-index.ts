/** Owns the match of one label against all in-label globs of its parent, at a cost that the label's length bounds. */

import { arrayBytes, CLOSURE_BYTES, mapBytes, objectBytes, stringBytes } from "../isolate/weight.ts";

/** An in-label glob, and the port that it is for. */
export interface Glob {
	readonly prefix: string;
	readonly suffix: string;
	/** `""`, `":8443"` or `":*"`. */
	readonly port: string;
	/** The pattern as it was written. */
	readonly text: string;
	/** Which policy of the list it is in. */
	readonly policy: number;
}

/** The globs of one parent. */
export interface GlobIndex {
	/**
	 * Finds a glob that matches. Of several, one of an earlier policy comes before one of a later; then one for any port before
	 * one for this port; then the one with the fewest literal characters; then the first in the list.
	 * @param label made of `a-z 0-9 - _`
	 */
	match(label: string, port: string): Pick<Glob, "text" | "policy"> | undefined;
	/** What it holds, as reckoned; the patterns' texts are in it. */
	readonly weightBytes: number;
}

/** Up to here globs are tried one after the other, which needs no tables. */
const MAX_TRIED_GLOBS = 8;

/** Marks a pair of a prefix and a suffix that has no glob, but one whose prefix is longer. */
const NO_GLOB = -1;

const ANY_PORT = ":*";
const UNDERSCORE = 0x5f;

/** Compiles the globs of one parent, of all policies, in the list's order. */
export function createGlobIndex(globs: readonly Glob[]): GlobIndex {
	// Array.prototype.sort is stable: what is alike stays in the list's order.
	const ranked = globs.toSorted(
		(a, b) =>
			a.policy - b.policy ||
			Number(b.port === ANY_PORT) - Number(a.port === ANY_PORT) ||
			literalCharacters(a) - literalCharacters(b),
	);
	return ranked.length > MAX_TRIED_GLOBS ? createTables(ranked) : createTrial(ranked);
}

function literalCharacters({ prefix, suffix }: Glob): number {
	return prefix.length + suffix.length;
}

function createTrial(globs: readonly Glob[]): GlobIndex {
	return {
		weightBytes: INDEX_BYTES + arrayBytes(globs.length) + sum(globs, globBytes),
		match(label, port) {
			for (const glob of globs) {
				if ((glob.port === ANY_PORT || glob.port === port) && matches(glob, label)) return glob;
			}
			return undefined;
		},
	};
}

function matches({ prefix, suffix }: Glob, label: string): boolean {
	const end = label.length - suffix.length;
	if (end <= prefix.length || !label.startsWith(prefix) || !label.endsWith(suffix)) return false;
	const underscore = label.indexOf("_", prefix.length);
	return underscore === -1 || underscore >= end;
}

/** The index itself, with its function and what that closes over. */
const INDEX_BYTES = objectBytes(2) + 2 * CLOSURE_BYTES;

function globBytes({ prefix, suffix, port, text }: Glob): number {
	return objectBytes(5) + sum([prefix, suffix, port, text], ({ length }) => stringBytes(length));
}

function affixesBytes({ ids, lengths }: Affixes): number {
	return (
		objectBytes(2) +
		mapBytes(ids.size) +
		sum([...ids.keys()], ({ length }) => stringBytes(length)) +
		arrayBytes(lengths.length)
	);
}

function sum<T>(items: readonly T[], bytesOf: (item: T) => number): number {
	let bytes = 0;
	for (const item of items) bytes += bytesOf(item);
	return bytes;
}

/** Strings by number, and the lengths that occur, ascending. */
interface Affixes {
	readonly ids: Map<string, number>;
	readonly lengths: number[];
}

/**
 * The rectangle search of packet filters (Srinivasan, Suri, Varghese 1999): the prefixes of a label are rows, the
 * suffixes columns, a glob is a cell. A cell knows the best glob of all rows and columns up to its own, and each glob leaves
 * a mark in its column at every shorter prefix. So a cell that is there settles its row, one that is not its column: of
 * 63 rows and 63 columns at the most 125 cells are looked at, where a table of pairs of lengths would have 1,953. All policies
 * are in one table, an earlier one ranking first: a table for each would be searched 16 times.
 *
 * Prefixes count as longer and shorter ones of each other only where no `_` lies between, which the star does not match.
 */
function createTables(globs: readonly Glob[]): GlobIndex {
	const prefixes: Affixes = { ids: new Map(), lengths: [] };
	const suffixesByPort = new Map<string, Affixes>();
	let suffixCount = 0;
	const width = globs.length;
	const own = new Map<number, number>();
	globs.forEach(({ prefix, suffix, port }, rank) => {
		let suffixes = suffixesByPort.get(port);
		if (suffixes === undefined) {
			suffixes = { ids: new Map(), lengths: [] };
			suffixesByPort.set(port, suffixes);
		}
		const row = addAffix(prefixes, prefix, prefixes.ids.size);
		const column = addAffix(suffixes, suffix, suffixCount);
		if (column === suffixCount) suffixCount++;
		const cell = row * width + column;
		if (!own.has(cell)) own.set(cell, rank);
	});
	for (const { lengths } of [prefixes, ...suffixesByPort.values()]) lengths.sort((a, b) => a - b);
	const best = bestOfCells(prefixes, suffixesByPort, own, width);
	const found = globs.map(({ text, policy }) => ({ text, policy }));

	/** @returns the rank of the glob; that of none is beyond all */
	function find(label: string, suffixes: Affixes | undefined): number {
		let first = found.length;
		if (suffixes === undefined) return first;
		const underscores = countUnderscores(label, 0, label.length);
		const rows = rowsOf(label, prefixes, underscores > 0);
		const columns = columnsOf(label, suffixes, underscores > 0);
		let row = 0;
		let column = columns.length - 1;
		while (row < rows.length && column >= 0) {
			const before = rows[row] ?? NOWHERE;
			const behind = columns[column] ?? NOWHERE;
			// The star needs a character: no longer prefix leaves this suffix one either.
			if (before.length + behind.length >= label.length) {
				column--;
				continue;
			}
			// All of the label's underscores have to stand in the prefix or in the suffix.
			if (before.underscores + behind.underscores !== underscores) {
				row++;
				continue;
			}
			const rank = best.get(before.id * width + behind.id);
			if (rank === undefined) {
				column--;
				continue;
			}
			row++;
			if (rank !== NO_GLOB && rank < first) first = rank;
		}
		return first;
	}

	return {
		weightBytes:
			INDEX_BYTES +
			affixesBytes(prefixes) +
			mapBytes(suffixesByPort.size) +
			sum([...suffixesByPort], ([port, suffixes]) => stringBytes(port.length) + affixesBytes(suffixes)) +
			mapBytes(best.size) +
			arrayBytes(found.length) +
			sum(found, ({ text }) => stringBytes(text.length) + objectBytes(2)),
		match(label, port) {
			const anyPort = find(label, suffixesByPort.get(ANY_PORT));
			// Of its own policy it is the first, and there is no policy before the first one.
			if (found[anyPort]?.policy === found[0]?.policy) return found[anyPort];
			return found[Math.min(anyPort, find(label, suffixesByPort.get(port)))];
		},
	};
}

/** @returns the number of `text`, `next` where it is new */
function addAffix({ ids, lengths }: Affixes, text: string, next: number): number {
	const existing = ids.get(text);
	if (existing !== undefined) return existing;
	ids.set(text, next);
	if (!lengths.includes(text.length)) lengths.push(text.length);
	return next;
}

/** What each cell knows: its own glob, or that of a row or a column before it, whichever ranks first. */
function bestOfCells(
	prefixes: Affixes,
	suffixesByPort: ReadonlyMap<string, Affixes>,
	own: ReadonlyMap<number, number>,
	width: number,
): ReadonlyMap<number, number> {
	const shorterPrefixes: number[][] = [];
	for (const [prefix, id] of prefixes.ids) shorterPrefixes[id] = shorterIn(prefixes, prefix, shortenedPrefix);
	const shorterSuffixes: number[][] = [];
	for (const suffixes of suffixesByPort.values()) {
		for (const [suffix, id] of suffixes.ids)
			shorterSuffixes[id] = shorterIn(suffixes, suffix, shortenedSuffix);
	}
	// A cell looks at the nearest shorter prefix alone: that one has looked at all before it.
	const columnsByRow: Set<number>[] = shorterPrefixes.map(() => new Set());
	for (const cell of own.keys()) {
		const row = Math.floor(cell / width);
		for (const each of [row, ...(shorterPrefixes[row] ?? [])]) columnsByRow[each]?.add(cell % width);
	}
	const best = new Map<number, number>();
	for (const [, row] of [...prefixes.ids].sort(([a], [b]) => a.length - b.length)) {
		const [nearest] = shorterPrefixes[row] ?? [];
		for (const column of columnsByRow[row] ?? []) {
			let rank = own.get(row * width + column) ?? NO_GLOB;
			if (nearest !== undefined) rank = better(rank, best.get(nearest * width + column));
			for (const shorter of shorterSuffixes[column] ?? []) {
				rank = better(rank, own.get(row * width + shorter));
			}
			best.set(row * width + column, rank);
		}
	}
	return best;
}

function better(rank: number, other: number | undefined): number {
	if (other === undefined || other === NO_GLOB) return rank;
	return rank === NO_GLOB ? other : Math.min(rank, other);
}

/** The numbers of all shorter ones of `text` that there are, the nearest first. */
function shorterIn({ ids }: Affixes, text: string, shortened: (text: string) => string): number[] {
	const found: number[] = [];
	for (let shorter = text; shorter !== ""; ) {
		const next = shortened(shorter);
		if (next.length === shorter.length) break;
		shorter = next;
		const id = ids.get(shorter);
		if (id !== undefined) found.push(id);
	}
	return found;
}

/** Without its last character; as it is where that is an `_`. */
function shortenedPrefix(text: string): string {
	return text.endsWith("_") ? text : text.slice(0, -1);
}

/** Without its first character; as it is where that is an `_`. */
function shortenedSuffix(text: string): string {
	return text.startsWith("_") ? text : text.slice(1);
}

/** A prefix or a suffix of a label. */
interface Line {
	readonly id: number;
	readonly length: number;
	/** How many of the label's underscores are in it. */
	readonly underscores: number;
}

const NOWHERE: Line = { id: 0, length: 0, underscores: 0 };

/** The prefixes of `label` that there are, the shortest first. */
function rowsOf(label: string, { ids, lengths }: Affixes, counts: boolean): readonly Line[] {
	const rows: Line[] = [];
	for (const length of lengths) {
		if (length >= label.length) break;
		const id = ids.get(label.slice(0, length));
		if (id !== undefined)
			rows.push({ id, length, underscores: counts ? countUnderscores(label, 0, length) : 0 });
	}
	return rows;
}

/** The suffixes of `label` that there are, the shortest first. */
function columnsOf(label: string, { ids, lengths }: Affixes, counts: boolean): readonly Line[] {
	const columns: Line[] = [];
	for (const length of lengths) {
		if (length >= label.length) break;
		const start = label.length - length;
		const id = ids.get(label.slice(start));
		if (id === undefined) continue;
		columns.push({ id, length, underscores: counts ? countUnderscores(label, start, label.length) : 0 });
	}
	return columns;
}

function countUnderscores(text: string, start: number, end: number): number {
	let count = 0;
	for (let i = start; i < end; i++) if (text.charCodeAt(i) === UNDERSCORE) count++;
	return count;
}
