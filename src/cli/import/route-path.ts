/** Owns what a path of the source is as a route's path, and where it lies if it has no counterpart. */

import type { SourcePath } from "./source-policy.ts";

/** A route's path; or, of a path without a counterpart, the place that all of its requests lie in. `""` is every path. */
export type RoutePath =
	| { readonly kind: "route"; readonly at: string }
	| { readonly kind: "without-counterpart"; readonly within: string };

/** What a route may have in it. */
const LITERAL = /^\/[^*?#\s{}~^$()|\\]*$/;

/** Finds the counterpart of a path. */
export function routePath(from: SourcePath): RoutePath {
	const { kind, path } = from.kind === "regex" ? (plainPath(from.path) ?? from) : from;
	const plain = kind === "prefix" ? withoutSlashes(path) : path;
	if (kind === "prefix" && plain === "") return { kind: "route", at: "" };
	if (kind === "regex") return { kind: "without-counterpart", within: folderOf(literalStart(path)) };
	if (LITERAL.test(plain)) return { kind: "route", at: kind === "prefix" ? `${plain}/*` : plain };
	const [start = ""] = /^\/[^*?#\s{}~^$()|\\:<[]*/.exec(plain) ?? [];
	return { kind: "without-counterpart", within: folderOf(start) };
}

/** Without the slashes at its end. */
function withoutSlashes(path: string): string {
	let end = path.length;
	while (path.charAt(end - 1) === "/") end--;
	return path.slice(0, end);
}

/** The few expressions that everybody writes: `/api(/|$)(.*)`, `/api/.*`, `^/api/v1$`. */
function plainPath(expression: string): SourcePath | undefined {
	const path = expression
		.replace(/^\^/, "")
		.replaceAll("()", "")
		.replaceAll(/\\([./-])/g, "$1");
	if (/^\/?(\.\*|\(\.\*\))\$?$/.test(path)) return { kind: "prefix", path: "/" };
	const [, start, rest] =
		/^(\/[\w./-]*?)(\(\/\|\$\)\(\.\*\)|\/?\(\.\*\)|\/\.\*|\/\(\.\*\)|\/\.\+)?\$?$/.exec(path) ?? [];
	if (start === undefined) return undefined;
	return rest === undefined ? { kind: "exact", path: start } : { kind: "prefix", path: start };
}

/** What everything that an expression matches begins with. */
function literalStart(expression: string): string {
	if (hasChoiceOutside(expression)) return "";
	const [, literal = "", next = ""] = /^\^?((?:[\w/-]|\\[./-])*)(.?)/.exec(expression) ?? [];
	const start = literal.replaceAll("\\", "");
	// What may be left out, or comes several times, is not there for sure.
	return "?*{".includes(next) && next !== "" ? start.slice(0, -1) : start;
}

/** Whether an expression is one of several at its outermost level: then it begins in several ways. */
function hasChoiceOutside(expression: string): boolean {
	let depth = 0;
	for (const [token] of expression.matchAll(/\\.|\[(?:\\.|[^\]])*\]|[()|]/gs)) {
		if (token === "(") depth++;
		if (token === ")") depth--;
		if (token === "|" && depth <= 0) return true;
	}
	return false;
}

/** The route of the folder that a beginning of paths lies in. */
export function folderOf(start: string): string {
	const folder = withoutSlashes(start.slice(0, start.lastIndexOf("/") + 1));
	return folder === "" || !LITERAL.test(folder) ? "" : `${folder}/*`;
}
