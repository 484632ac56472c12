/** Owns the match of an `Origin` value against a list of patterns, at a cost that does not grow with the list. */

import type { OriginPattern } from "./origin-pattern.ts";
import {
	isGlobText,
	isHostname,
	isScheme,
	isSerializedPort,
	MAX_ORIGIN_BYTES,
	splitOrigin,
} from "./origin-syntax.ts";

/** An immutable set of origins. */
export interface OriginSet {
	/**
	 * Finds the entry that allows `origin`, compared byte for byte, never normalised, bounded at 326 bytes.
	 * @returns the entry as it was written, or undefined where none matches
	 */
	match(origin: string): string | undefined;
	/** As `match`, by the entries with a wildcard alone. */
	matchWildcards(origin: string): string | undefined;
}

/** What the patterns of one host say about ports: `""` and `":8443"` by value, `":*"` apart. */
interface Ports {
	readonly byValue: Map<string, string>;
	any: string | undefined;
}

/** The in-label globs under one parent: by prefix, then by suffix; only lengths that occur are tried. */
interface Globs {
	readonly byPrefix: Map<string, { readonly bySuffix: Map<string, Ports>; readonly suffixLengths: number[] }>;
	readonly prefixLengths: number[];
}

/** A domain in the tree of labels, read from the right. */
interface DomainNode {
	readonly children: Map<string, DomainNode>;
	subdomains: Ports | undefined;
	globs: Globs | undefined;
}

/**
 * Compiles patterns into a set: exact origins by hash, wildcards by a tree of the host's labels for each scheme.
 * @param patterns well-formed patterns, in the list's order; of two that are alike the first is reported
 */
export function createOriginSet(patterns: readonly OriginPattern[]): OriginSet {
	const exact = new Set<string>();
	const anyPort = new Map<string, string>();
	const trees = new Map<string, DomainNode>();

	for (const pattern of patterns) {
		const { host, scheme, port, text } = pattern;
		if (host.kind === "exact") {
			if (port === ":*") anyPort.set(text.slice(0, -port.length), text);
			else exact.add(text);
			continue;
		}
		const node = domainNode(trees, scheme, host.parent);
		if (host.kind === "subdomains") {
			node.subdomains ??= createPorts();
			addPort(node.subdomains, port, text);
		} else {
			node.globs ??= { byPrefix: new Map(), prefixLengths: [] };
			addPort(globPorts(node.globs, host.prefix, host.suffix), port, text);
		}
	}

	const hasWildcards = anyPort.size > 0 || trees.size > 0;

	function matchWildcards(origin: string): string | undefined {
		if (origin.length > MAX_ORIGIN_BYTES) return undefined;
		const parts = splitOrigin(origin);
		if (parts === undefined || !isSerializedPort(parts.scheme, parts.port)) return undefined;
		const sameHost = anyPort.get(origin.slice(0, origin.length - parts.port.length));
		if (sameHost !== undefined) return sameHost;
		const tree = trees.get(parts.scheme);
		return tree !== undefined && isHostname(parts.host) ? matchTree(tree, parts.host, parts.port) : undefined;
	}

	return {
		match(origin) {
			if (exact.has(origin)) return origin;
			return hasWildcards ? matchWildcards(origin) : undefined;
		},
		matchWildcards,
	};
}

/**
 * Tells whether `origin` could be a serialized origin at all: what is not is never looked up anywhere.
 * @param origin at most 326 bytes, else false; `null` is no serialized tuple origin
 */
export function isSerializedOrigin(origin: string): boolean {
	if (origin.length > MAX_ORIGIN_BYTES) return false;
	const parts = splitOrigin(origin);
	return (
		parts !== undefined &&
		isScheme(parts.scheme) &&
		(isHostname(parts.host) || isBracketed(parts.host)) &&
		isSerializedPort(parts.scheme, parts.port)
	);
}

function isBracketed(host: string): boolean {
	if (!host.startsWith("[") || !host.endsWith("]")) return false;
	for (let i = 1; i < host.length - 1; i++) {
		if (!"0123456789abcdef:".includes(host.charAt(i))) return false;
	}
	return host.length > 2;
}

/** Walks the labels of `host` from the right; the broadest pattern wins. */
function matchTree(tree: DomainNode, host: string, port: string): string | undefined {
	let node: DomainNode | undefined = tree;
	let end = host.length;
	while (true) {
		const dot = host.lastIndexOf(".", end - 1);
		node = node.children.get(host.slice(dot + 1, end));
		if (node === undefined || dot === -1) return undefined;
		const found = matchPort(node.subdomains, port) ?? matchGlobs(node.globs, host, dot, port);
		if (found !== undefined) return found;
		end = dot;
	}
}

/** @param dot where the parent begins in `host`; a star stands for no dot, so one label alone can match */
function matchGlobs(globs: Globs | undefined, host: string, dot: number, port: string): string | undefined {
	if (globs === undefined) return undefined;
	for (const prefixLength of globs.prefixLengths) {
		if (prefixLength >= dot) continue;
		const withPrefix = globs.byPrefix.get(host.slice(0, prefixLength));
		if (withPrefix === undefined) continue;
		for (const suffixLength of withPrefix.suffixLengths) {
			const starEnd = dot - suffixLength;
			if (starEnd <= prefixLength) continue;
			const found = matchPort(withPrefix.bySuffix.get(host.slice(starEnd, dot)), port);
			if (found !== undefined && isGlobText(host, prefixLength, starEnd)) return found;
		}
	}
	return undefined;
}

function matchPort(ports: Ports | undefined, port: string): string | undefined {
	return ports === undefined ? undefined : (ports.any ?? ports.byValue.get(port));
}

function createPorts(): Ports {
	return { byValue: new Map(), any: undefined };
}

function addPort(ports: Ports, port: string, text: string): void {
	if (port === ":*") ports.any ??= text;
	else if (!ports.byValue.has(port)) ports.byValue.set(port, text);
}

/** The node of `domain`, made where it is not there yet. */
function domainNode(trees: Map<string, DomainNode>, scheme: string, domain: string): DomainNode {
	let node = childNode(trees, scheme);
	for (const label of domain.split(".").toReversed()) node = childNode(node.children, label);
	return node;
}

function childNode(nodes: Map<string, DomainNode>, name: string): DomainNode {
	const existing = nodes.get(name);
	if (existing !== undefined) return existing;
	const created: DomainNode = { children: new Map(), subdomains: undefined, globs: undefined };
	nodes.set(name, created);
	return created;
}

function globPorts(globs: Globs, prefix: string, suffix: string): Ports {
	let withPrefix = globs.byPrefix.get(prefix);
	if (withPrefix === undefined) {
		withPrefix = { bySuffix: new Map(), suffixLengths: [] };
		globs.byPrefix.set(prefix, withPrefix);
		addLength(globs.prefixLengths, prefix.length);
	}
	let ports = withPrefix.bySuffix.get(suffix);
	if (ports === undefined) {
		ports = createPorts();
		withPrefix.bySuffix.set(suffix, ports);
		addLength(withPrefix.suffixLengths, suffix.length);
	}
	return ports;
}

/** Keeps the lengths that occur in ascending order, each once. */
function addLength(lengths: number[], length: number): void {
	if (lengths.includes(length)) return;
	lengths.push(length);
	lengths.sort((a, b) => a - b);
}
