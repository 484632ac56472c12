/** Owns the words for route paths that are refused, and the path that was meant. */

import { parseUrl } from "../cors/url.ts";
import { quote } from "../findings/finding.ts";
import { MAX_PATH_CHARACTERS, type PathFault, pathFault } from "./routes.ts";

const WORDS: Readonly<Record<PathFault, (shown: string, path: string) => string>> = {
	"too-long": (shown, path) =>
		`${shown} has ${path.length} characters; a route's path has ${MAX_PATH_CHARACTERS} at most. Name a prefix.`,
	blank: (shown) =>
		`${shown} has white space or control characters in it; in a URL they are percent-encoded (%20). Write them so.`,
	address: (shown) => `${shown} is a whole address, and routes see the path alone. Write the path.`,
	expression: (shown) =>
		`${shown} is a regular expression, and a route's path is compared as it stands: it would never be in force. One "*" at the very end, after a slash ("/api/*"), stands for the path and all below it. Write that.`,
	parameter: (shown) =>
		`${shown} has a parameter, and a route's path has none: it is compared as it stands, so this would never be in force. One "*" at the very end, after a slash ("/api/*"), stands for the path and all below it. Write that.`,
	"no-slash": (shown) => `${shown} does not begin with a slash, as every path does. Put one in front.`,
	query: (shown) => `${shown} has a query or a fragment, and routes see the path alone. Remove it.`,
	star: (shown) =>
		`${shown} has a "*" where none can be: one "*", at the very end and after a slash ("/v1/*"), stands for the path and all below it.`,
};

/** What is wrong with a path. */
export function pathMessage(fault: PathFault, path: string): string {
	return WORDS[fault](quote(path), path);
}

/** A path that is accepted, in place of one that is not. */
export interface MeantPath {
	readonly path: string;
	/** Whether it covers what was written and nothing else, so that to write it decides nothing. */
	readonly isSame: boolean;
}

/** How often a path is mended again before it is given up. */
const MAX_MENDS = 6;

/** The path that was meant; undefined where that cannot be told, or where it would be every path. */
export function meantPath(path: string): MeantPath | undefined {
	let meant: MeantPath = { path, isSame: true };
	for (let i = 0; i <= MAX_MENDS; i++) {
		const fault = pathFault(meant.path);
		if (fault === undefined) return meant.path === "/*" && !EVERYTHING.has(path) ? undefined : meant;
		const next = MENDS[fault](meant.path);
		if (next === undefined || next.path === meant.path) return undefined;
		meant = { path: next.path, isSame: meant.isSame && next.isSame };
	}
	return undefined;
}

/** How every path is written elsewhere. */
const EVERYTHING: ReadonlySet<string> = new Set([
	"*",
	"/*",
	"/**",
	"**",
	".*",
	"/.*",
	"^/.*",
	"^/",
	"^/.*$",
	"/(.*)",
	"^.*$",
]);

const MENDS: Readonly<Record<PathFault, (path: string) => MeantPath | undefined>> = {
	"too-long": () => undefined,
	blank: (path) => same(path.trim().replaceAll(" ", "%20")),
	address: (path) => {
		// The star is not part of what the parser encodes.
		const parsed = parseUrl(path);
		return parsed === null ? undefined : same(parsed.pathname);
	},
	expression: meantByExpression,
	parameter: (path) =>
		upTo(path, path.search(/\/(?::[^/]|\{[^/]*\}(?:\/|$)|<[^/]*>(?:\/|$)|\[[^/]*\](?:\/|$))/)),
	"no-slash": (path) => {
		// api.example.com/v1/* begins with a host.
		const [host = "", ...rest] = path.split("/");
		const isHost = rest.length > 0 && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$/.test(host);
		return same(isHost ? `/${rest.join("/")}` : `/${path}`);
	},
	query: (path) => same(path.slice(0, path.search(/[?#]/))),
	star: (path) => {
		const everythingBelow = /^(.*)\/\*+(?:\/\*+)*$/.exec(path);
		if (everythingBelow !== null && !everythingBelow[1]?.includes("*"))
			return same(`${everythingBelow[1]}/*`);
		const glued = /^(\/[^*]*[^*/])\*+$/.exec(path);
		return glued === null ? upTo(path, path.lastIndexOf("/", path.indexOf("*"))) : wider(`${glued[1]}/*`);
	},
};

function same(path: string): MeantPath {
	return { path, isSame: true };
}

function wider(path: string): MeantPath {
	return { path, isSame: false };
}

function upTo(path: string, end: number): MeantPath | undefined {
	return end === -1 ? undefined : wider(`${path.slice(0, end)}/*`);
}

/** `^/api$` is a path, `^/api` and `^/api/` begin one, and what is dynamic in it ends what can be said. */
function meantByExpression(expression: string): MeantPath | undefined {
	const isWhole = expression.endsWith("$");
	const bare = expression
		.replace(/^\(\?i\)/, "")
		.replace(/^\/?\^/, "")
		.replace(/\$$/, "")
		.replaceAll("\\/", "/")
		.replace(/\\([.-])/g, "$1");
	if (EVERYTHING.has(expression) || bare === "" || bare === "/") return wider("/*");
	const dynamic = bare.search(/\.[*+]|[()[\]{}^$|\\+?]|\*/);
	if (dynamic === -1) {
		const path = bare.endsWith("/") && !isWhole ? bare.slice(0, -1) : bare;
		return isWhole ? same(path) : wider(`${path}/*`);
	}
	const rest = bare.slice(dynamic);
	const isTail = rest === ".*" || rest === "(.*)" || rest === "(/.*)?" || rest === "(?:/.*)?";
	const start = bare.slice(0, dynamic);
	if (isTail && start.endsWith("/")) return same(`${start}*`);
	if (isTail) return wider(`${start}/*`);
	return upTo(start, start.lastIndexOf("/"));
}
