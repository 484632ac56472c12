/** Owns the routes of a tenant: which path has which policy. */

import type { Findings } from "../findings/collector.ts";
import { type Fault, pointerTo, type Refused } from "../findings/finding.ts";
import { arrayBytes, mapBytes, stringBytes } from "../isolate/weight.ts";
import { createPathPrefixes, type PathPrefixes } from "./path-prefixes.ts";
import { isPlain, readingsOf } from "./path-readings.ts";

/** One path of a tenant document with what belongs to it. */
export interface Route<T> {
	readonly path: string;
	readonly value: T;
}

/** Routes compiled for look-up. */
export interface RouteTable<T> {
	/**
	 * The route for `pathname`: an exact path beats a prefix, a longer prefix a shorter one.
	 * @param pathname as the URL parser gives it; percent-encoding and case are kept
	 */
	find(pathname: string): Route<T> | undefined;
	/**
	 * The first reading of `pathname` by which a server behind gets to another route than `find` does.
	 * @returns undefined where all its readings lead to one route
	 */
	findOtherReading(pathname: string): OtherReading<T> | undefined;
	/**
	 * Whether `test` holds for a route that some reading of `pathname`, itself among them, may lead to.
	 * @param test is given undefined for a reading that leads to none
	 */
	someReading(pathname: string, test: (route: Route<T> | undefined) => boolean): boolean;
	/** What it holds, as reckoned; of the routes their paths, and not what belongs to them. */
	readonly weightBytes: number;
}

/** A reading of a path that leads elsewhere than the path as it stands. */
export interface OtherReading<T> {
	/** Undefined where there are too many readings to tell. */
	readonly reading: string | undefined;
	/** The route that it leads to; undefined where that is none, or several that cannot be told apart. */
	readonly route: Route<T> | undefined;
}

/** Longest path that a route may have, in characters; also bounds the work of a look-up. */
export const MAX_PATH_CHARACTERS = 2048;

/**
 * What all readings of all routes of one document may have together, in characters: they are kept, and one route that is
 * written in an odd way can have a hundred of 2,000.
 */
export const MAX_ROUTE_READINGS_CHARACTERS = 1024 * 1024;

/** By path without the star of a prefix. */
interface Paths<T> {
	readonly exact: ReadonlyMap<string, T>;
	readonly prefixes: PathPrefixes<T>;
}

/** Stands where several routes have a reading in common: a path with that reading is never one of them for sure. */
class Several<T> {
	readonly routes: readonly Route<T>[];
	constructor(routes: readonly Route<T>[]) {
		this.routes = routes;
	}
}

/**
 * Compiles routes.
 * @param routes paths that were checked; of two with the same path the first counts
 */
export function createRouteTable<T>(routes: readonly Route<T>[]): RouteTable<T> {
	const strict = pathsOf<T, never>(
		routes,
		(literal) => [literal],
		(first) => first,
	);
	const allPlain = routes.every(({ path }) => isPlain(literalOf(path)));
	const loose = allPlain
		? strict
		: pathsOf<T, Several<T>>(
				routes,
				routeReadings,
				(one, other) => new Several([...(one instanceof Several ? one.routes : [one]), other]),
			);

	function findOtherReading(pathname: string): OtherReading<T> | undefined {
		if (allPlain && isPlain(pathname)) return undefined;
		const route = findIn(strict, pathname);
		const readings = readingsOf(pathname);
		if (readings === undefined) return { reading: undefined, route: undefined };
		for (const reading of readings) {
			const found = findIn(loose, reading);
			if (found !== route) return { reading, route: found instanceof Several ? undefined : found };
		}
		return undefined;
	}

	function someReading(pathname: string, test: (route: Route<T> | undefined) => boolean): boolean {
		if (test(findIn(strict, pathname))) return true;
		if (allPlain && isPlain(pathname)) return false;
		const readings = readingsOf(pathname);
		if (readings === undefined) return test(undefined) || routes.some(test);
		for (const reading of readings) {
			const found = findIn(loose, reading);
			if (found instanceof Several ? found.routes.some(test) : test(found)) return true;
		}
		return false;
	}

	return {
		find: (pathname) => findIn(strict, pathname),
		findOtherReading,
		someReading,
		weightBytes:
			ROUTE_BYTES * routes.length +
			keysBytes(routes.map(({ path }) => path)) +
			pathsBytes(strict) +
			(allPlain ? 0 : pathsBytes(loose) + keysBytes(loose.exact.keys())),
	};
}

function findIn<T>({ exact, prefixes }: Paths<T>, path: string): T | undefined {
	return exact.get(path) ?? prefixes.find(path);
}

/** A route beside its path. */
const ROUTE_BYTES = 64;

/** Of exact paths as they stand the texts are the routes' own. */
function pathsBytes({ exact, prefixes: { keys } }: Paths<unknown>): number {
	return mapBytes(exact.size) + 3 * arrayBytes(keys.length) + keysBytes(keys);
}

function keysBytes(keys: Iterable<string>): number {
	let bytes = 0;
	for (const { length } of keys) bytes += stringBytes(length);
	return bytes;
}

function pathsOf<T, S>(
	routes: readonly Route<T>[],
	spellings: (literal: string) => Iterable<string>,
	ofTwo: (first: Route<T> | S, second: Route<T>) => Route<T> | S,
): Paths<Route<T> | S> {
	const exact = new Map<string, Route<T> | S>();
	const prefixes = new Map<string, Route<T> | S>();
	for (const route of routes) {
		const table = isPrefix(route.path) ? prefixes : exact;
		for (const key of spellings(literalOf(route.path))) {
			const before = table.get(key);
			table.set(key, before === undefined ? route : ofTwo(before, route));
		}
	}
	return { exact, prefixes: createPathPrefixes(prefixes) };
}

function isPrefix(path: string): boolean {
	return path.endsWith("/*");
}

function literalOf(path: string): string {
	return isPrefix(path) ? path.slice(0, -2) : path;
}

/** A server that reads a request's path in some way reads a route's in the same way. */
function routeReadings(literal: string): Iterable<string> {
	return readingsOf(literal) ?? [literal];
}

/** Why a path is refused; the words are in path-words.ts. */
export type PathFault =
	| "too-long"
	| "blank"
	| "address"
	| "expression"
	| "parameter"
	| "no-slash"
	| "query"
	| "star";

/** Checks that `path` is an exact path or a prefix that ends in `/*`. */
export function checkPath(path: string): Refused | undefined {
	const facts = pathFault(path);
	return facts === undefined ? undefined : { code: "invalid-path", facts };
}

/** @returns undefined where nothing is wrong with it */
export function pathFault(path: string): PathFault | undefined {
	if (path.length > MAX_PATH_CHARACTERS) return "too-long";
	if (path.trim() !== path || hasBlank(path)) return "blank";
	if (path.includes("://")) return "address";
	if (path.endsWith("$") || EXPRESSION_SIGNS.some((signs) => path.includes(signs))) return "expression";
	if (!path.startsWith("/")) return "no-slash";
	if (path.includes("?") || path.includes("#")) return "query";
	if (path.split("/").some(isParameter)) return "parameter";
	const star = path.indexOf("*");
	return star !== -1 && (star !== path.length - 1 || !path.endsWith("/*")) ? "star" : undefined;
}

/** What a path has nowhere but in regular expressions. */
const EXPRESSION_SIGNS = ["^", ".*", ".+", "(?", "(.", "[^", "\\.", "\\/", "\\d", "\\w"];

/** A segment that other routers fill: `:id`, `{id}`, `<id>`, `[id]`. A colon within is one: `/v1/books:batchGet`. */
function isParameter(segment: string): boolean {
	const first = segment.charAt(0);
	const last = segment.charAt(segment.length - 1);
	return (
		(first === ":" && segment.length > 1) ||
		(first === "{" && last === "}") ||
		(first === "<" && last === ">") ||
		(first === "[" && last === "]")
	);
}

/**
 * Reports the first route with which the readings of all become too many, which ends the look. What has one reading alone
 * counts for nothing.
 */
export function checkReadings(routes: readonly { readonly path: string }[], findings: Findings): void {
	let left = MAX_ROUTE_READINGS_CHARACTERS;
	// It may have holes where a faulty item stood, which forEach passes over.
	routes.forEach(({ path }, index) => {
		const literal = literalOf(path);
		if (left < 0 || path.length > MAX_PATH_CHARACTERS || isPlain(literal)) return;
		const readings = readingsOf(literal);
		for (const { length } of readings ?? []) left -= length;
		if (readings === undefined) left = -1;
		if (left < 0) {
			findings.add({ code: "too-many-readings", pointer: pointerTo(pointerTo("/routes", index), "path") });
		}
	});
}

/** Reports a path that stands twice: one of the two would silently never count. */
export function checkUniquePaths(routes: readonly { readonly path: string }[], errors: Fault[]): void {
	const seen = new Map<string, string>();
	routes.forEach(({ path }, index) => {
		const place = pointerTo("/routes", index);
		const first = seen.get(path);
		if (first === undefined) {
			seen.set(path, place);
			return;
		}
		errors.push({ code: "repeated-path", pointer: pointerTo(place, "path"), facts: first });
	});
}

function hasBlank(text: string): boolean {
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code < 0x21 || code === 0x7f) return true;
	}
	return false;
}
