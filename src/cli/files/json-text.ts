/** Owns JSON as people write it, with comments and trailing commas: its value, its faults, the place of everything. */

import { createScanner, type Node, type ParseError, parseTree } from "jsonc-parser";
import { type Finding, pointerTo } from "../../findings/finding.ts";
import { MAX_DEPTH, MAX_POINTER_CHARACTERS, nestedTooDeeply, repeatedKey } from "../../findings/json-scan.ts";
import { invalidJson } from "../../tenants/tenant.ts";
import { jsonFaultWords } from "./json-faults.ts";
import type { PlacedFinding, Source, Span } from "./source.ts";

/** A text read as JSON. */
export interface JsonText {
	/** As JSON.parse would give it, `__proto__` an own key; undefined where the text is not JSON. */
	readonly value: unknown;
	readonly errors: readonly PlacedFinding[];
	/** Where a finding's pointer leads: the key for what is wrong with a key, else the value, else what should hold it. */
	locate(finding: Finding): Span;
}

/** Findings of one text that are kept; the last one then says how many more there are. */
export const MAX_TEXT_FINDINGS = 1000;

/** Findings about a member as such, not about its value. */
const ABOUT_KEYS: readonly string[] = ["unknown-key", "repeated-key"];

/** Reads a text as JSON. Never throws. */
export function readJson(source: Source): JsonText {
	const { text } = source;
	const deep = tooDeepAt(text);
	if (deep !== undefined) return unreadable(nestedTooDeeply(), deep);
	const faults: ParseError[] = [];
	const root = parseTree(text, faults, { allowTrailingComma: true });
	const first = faults.toSorted((a, b) => a.offset - b.offset)[0];
	if (first !== undefined || root === undefined) {
		const span = { start: first?.offset ?? 0, end: (first?.offset ?? 0) + (first?.length ?? 0) };
		const { line, column } = source.position(span.start);
		const what = jsonFaultWords(text, first);
		return unreadable(invalidJson(`line ${line}, column ${column}: ${what}`), span);
	}
	const repeated: Repeated = { errors: [], more: 0 };
	const members = createMembers();
	const value = toValue(root, "", source, repeated);
	const { errors, more } = repeated;
	if (more > 0) errors.push({ finding: moreRepeatedKeys(more), span: openingOf(root) });
	return {
		value,
		errors,
		locate: (finding) => locate(root, finding, members),
	};
}

function unreadable(finding: Finding, span: Span): JsonText {
	return { value: undefined, errors: [{ finding, span }], locate: () => span };
}

/** Where the brackets of a text go deeper than those of any tenant document; found without recursion. */
export function tooDeepAt(text: string): Span | undefined {
	const scanner = createScanner(text, true);
	let depth = 0;
	while (scanner.getPosition() < text.length) {
		scanner.scan();
		const start = scanner.getTokenOffset();
		const first = text.charAt(start);
		if (first === "{" || first === "[") depth++;
		if (first === "}" || first === "]") depth--;
		if (depth > MAX_DEPTH) return { start, end: start + 1 };
	}
	return undefined;
}

interface Repeated {
	readonly errors: PlacedFinding[];
	more: number;
}

/** The value of a node; a key that stands twice counts as JSON.parse counts it, and is reported. */
function toValue(node: Node, pointer: string, source: Source, repeated: Repeated): unknown {
	if (node.type === "array") {
		return (node.children ?? []).map((item, index) =>
			toValue(item, pointerTo(pointer, index), source, repeated),
		);
	}
	if (node.type !== "object") return node.value;
	const object = {};
	const seen = new Map<string, Node>();
	for (const { children } of node.children ?? []) {
		const [key, value] = children ?? [];
		if (key === undefined || value === undefined) continue;
		const name = String(key.value);
		const place = pointerTo(pointer, name);
		const before = seen.get(name);
		if (before !== undefined && repeated.errors.length === MAX_TEXT_FINDINGS) repeated.more++;
		else if (before !== undefined) {
			const { line } = source.position(before.offset);
			const isShort = place.length <= MAX_POINTER_CHARACTERS;
			const again = { key: name, pointer: isShort ? place : "", firstOffset: before.offset };
			repeated.errors.push({ finding: repeatedKey(again, `line ${line}`), span: spanOf(key) });
		}
		seen.set(name, key);
		// An assignment to __proto__ would change the prototype and lose the key.
		Object.defineProperty(object, name, {
			value: toValue(value, place, source, repeated),
			configurable: true,
			enumerable: true,
			writable: true,
		});
	}
	return object;
}

type Members = (node: Node, token: string) => Member | undefined;

interface Member {
	readonly key?: Node;
	readonly value: Node;
}

function locate(root: Node, { code, pointer }: Finding, childOf: Members): Span {
	const tokens = pointer
		.split("/")
		.slice(1)
		.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
	let node = root;
	for (const [depth, token] of tokens.entries()) {
		const member = childOf(node, token);
		if (member === undefined) return openingOf(node);
		const isLast = depth === tokens.length - 1;
		if (isLast && member.key !== undefined && ABOUT_KEYS.includes(code)) return spanOf(member.key);
		node = member.value;
	}
	return node.type === "object" || node.type === "array" ? openingOf(node) : spanOf(node);
}

/** Looks members up by an index of each object that is asked for: many findings cost no more than it has members. */
function createMembers(): Members {
	const indexes = new Map<Node, ReadonlyMap<unknown, Member>>();
	return (node, token) => {
		if (node.type === "array") {
			const value = node.children?.[Number(token)];
			return value && { value };
		}
		const index = indexes.get(node) ?? indexOf(node);
		indexes.set(node, index);
		return index.get(token);
	};
}

/** Of members with the same key the last, which is the one that counts. */
function indexOf({ children }: Node): ReadonlyMap<unknown, Member> {
	const index = new Map<unknown, Member>();
	for (const member of children ?? []) {
		const [key, value] = member.children ?? [];
		if (key !== undefined && value !== undefined) index.set(key.value, { key, value });
	}
	return index;
}

function spanOf({ offset, length }: Node): Span {
	return { start: offset, end: offset + length };
}

function openingOf({ offset }: Node): Span {
	return { start: offset, end: offset + 1 };
}

function moreRepeatedKeys(count: number): Finding {
	return {
		code: "repeated-key",
		pointer: "",
		message: `${count.toLocaleString("en")} more keys stand twice. Correct these first.`,
	};
}
