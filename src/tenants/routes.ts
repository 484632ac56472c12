/** Owns the routes of a tenant: which path has which policy. */

import { type Finding, pointerTo, quote, type Refusal } from "../findings/finding.ts";

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
}

/** Longest path that a route may have, in characters; also bounds the work of a look-up. */
export const MAX_PATH_CHARACTERS = 2048;

/**
 * Compiles routes.
 * @param routes paths that were checked; of two with the same path the first counts
 */
export function createRouteTable<T>(routes: readonly Route<T>[]): RouteTable<T> {
	const exact = new Map<string, Route<T>>();
	const prefixes = new Map<string, Route<T>>();
	for (const route of routes) {
		const [table, key] = route.path.endsWith("/*")
			? [prefixes, route.path.slice(0, -2)]
			: [exact, route.path];
		if (!table.has(key)) table.set(key, route);
	}
	const prefixLengths = [...new Set([...prefixes.keys()].map((key) => key.length))].sort((a, b) => b - a);
	return {
		find(pathname) {
			const found = exact.get(pathname);
			if (found !== undefined) return found;
			for (const length of prefixLengths) {
				if (pathname.length !== length && pathname.charAt(length) !== "/") continue;
				const prefix = prefixes.get(pathname.slice(0, length));
				if (prefix !== undefined) return prefix;
			}
			return undefined;
		},
	};
}

/** Checks that `path` is an exact path or a prefix that ends in `/*`. */
export function checkPath(path: string): Refusal | undefined {
	const shown = quote(path);
	const invalid = (message: string, suggestion?: string): Refusal => ({
		code: "invalid-path",
		message,
		...(suggestion === undefined ? {} : { suggestion }),
	});
	if (path.length > MAX_PATH_CHARACTERS) {
		return invalid(
			`${shown} has ${path.length} characters; a route's path has ${MAX_PATH_CHARACTERS} at most. Name a prefix.`,
		);
	}
	if (path.trim() !== path || hasBlank(path)) {
		return invalid(
			`${shown} has white space or control characters in it; in a URL they are percent-encoded (%20). Write them so.`,
		);
	}
	if (!path.startsWith("/")) {
		return invalid(
			`${shown} does not begin with a slash, as every path does. Put one in front.`,
			checkPath(`/${path}`) === undefined ? `/${path}` : undefined,
		);
	}
	if (path.includes("?") || path.includes("#")) {
		return invalid(`${shown} has a query or a fragment, and routes see the path alone. Remove it.`);
	}
	const star = path.indexOf("*");
	if (star !== -1 && (star !== path.length - 1 || !path.endsWith("/*"))) {
		return invalid(
			`${shown} has a "*" where none can be: one "*", at the very end and after a slash ("/v1/*"), stands for the path and all below it. Correct it.`,
		);
	}
	return undefined;
}

/** Reports a path that stands twice: one of the two would silently never count. */
export function checkUniquePaths(routes: readonly { readonly path: string }[], errors: Finding[]): void {
	const seen = new Map<string, string>();
	routes.forEach(({ path }, index) => {
		const place = pointerTo("/routes", index);
		const first = seen.get(path);
		if (first === undefined) {
			seen.set(path, place);
			return;
		}
		errors.push({
			code: "repeated-path",
			pointer: pointerTo(place, "path"),
			message: `${quote(path)} stands already at ${first}: only one of the two could count. Remove one.`,
		});
	});
}

function hasBlank(text: string): boolean {
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code < 0x21 || code === 0x7f) return true;
	}
	return false;
}
