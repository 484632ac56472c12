/** Owns where a source sends its requests: that is not carried over as `upstream`, and has to be said. */

import { isObject } from "../../tenants/salvage.ts";
import type { Tree } from "./tree.ts";

/** Addresses that are shown. */
const MAX_SHOWN = 5;
/** Levels of nesting that are looked into. */
const MAX_DEPTH = 64;

/**
 * The addresses of the services in a source, as it writes them: Kong's services, Traefik's servers, APISIX' nodes,
 * Spring's routes, and the services that Kubernetes' routes name.
 */
export function backendsOf(documents: readonly Tree[]): readonly string[] {
	const found = new Set<string>();
	for (const { value } of documents) {
		if (isObject(value)) for (const service of listOf(value["services"])) add(found, kongService(service));
		look(value, found, 0);
	}
	return [...found];
}

/** The line that says what to add; undefined where the source names no service. */
export function upstreamWords(backends: readonly string[]): string | undefined {
	if (backends.length === 0) return undefined;
	const shown = backends.slice(0, MAX_SHOWN).join(", ");
	return `The source sends requests to ${shown}${backends.length > MAX_SHOWN ? ", …" : ""}. That is not carried over: unless requests are to go on along their own route, add "upstream" with an http or https origin that Cloudflare can reach.`;
}

/** By its values alone and once: what a format asks of a tree is counted, and a large file has many parts. */
function look(value: unknown, found: Set<string>, depth: number): void {
	if (depth > MAX_DEPTH) return;
	if (Array.isArray(value)) {
		for (const one of value) look(one, found, depth + 1);
		return;
	}
	if (!isObject(value)) return;
	for (const one of listOf(value["servers"])) add(found, member(one, "url"));
	for (const one of listOf(value["backendRefs"])) add(found, member(one, "name"));
	for (const one of nodesOf(value["nodes"])) add(found, one);
	add(found, member(value["destination"], "host"));
	add(found, member(member(value["backend"], "service"), "name"));
	// APISIX has paths under the name under which Spring has its addresses.
	const { uri } = value;
	if (typeof uri === "string" && uri.includes("://")) add(found, uri);
	for (const one of Object.values(value)) look(one, found, depth + 1);
}

function add(found: Set<string>, address: unknown): void {
	if (typeof address === "string" && address !== "") found.add(address);
}

function member(value: unknown, key: string): unknown {
	return isObject(value) ? value[key] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

function kongService(service: unknown): unknown {
	const url = member(service, "url");
	const host = member(service, "host");
	if (url !== undefined || typeof host !== "string") return url;
	const port = member(service, "port");
	const protocol = member(service, "protocol");
	return `${typeof protocol === "string" ? protocol : "http"}://${host}${typeof port === "number" ? `:${port}` : ""}`;
}

/** APISIX writes nodes as a mapping of addresses to weights, or as a list of hosts and ports. */
function nodesOf(nodes: unknown): readonly unknown[] {
	if (isObject(nodes)) return Object.keys(nodes);
	return listOf(nodes).map((node) => {
		const [host, port] = [member(node, "host"), member(node, "port")];
		return typeof host === "string" && typeof port === "number" ? `${host}:${port}` : host;
	});
}
