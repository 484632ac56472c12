/** Owns the proof that no spelling of a path gets to another policy: by the ways servers read, and as a property. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_READINGS_CHARACTERS, readingsOf } from "../../src/tenants/path-readings.ts";
import { createRouteTable } from "../../src/tenants/routes.ts";

function tableOf(...paths: readonly string[]) {
	return createRouteTable(paths.map((path) => ({ path, value: path })));
}

/** The pathname that the gateway sees of a request's target. */
function pathnameOf(target: string): string {
	return new URL(`https://api.example.com${target}`).pathname;
}

describe("a path that some server reads as one below /admin leads elsewhere than it seems to", () => {
	const table = tableOf("/admin/*");
	test.each<[string, readonly string[]]>([
		["percent-encoding", ["/%61dmin/x", "/%61%64%6d%69%6e/x", "/admi%6E/x", "/admi%6e", "/%61dmin"]],
		["an encoded slash", ["/admin%2Fx", "/admin%2fx", "/%2Fadmin/x", "/%2F%2fadmin%2f%2Fx"]],
		["double encoding", ["/%2561dmin/x", "/admin%252Fx", "/%25%36%31dmin/x"]],
		["case", ["/ADMIN/x", "/Admin/x", "/admiN", "/%41DMIN/x"]],
		["empty segments", ["//admin/x", "///admin", "/\\admin/x"]],
		["path parameters", ["/admin;/y", "/admin;a=b;c=d", "/admin%3Bx/y", "/;/admin/x", "/;a;b/admin"]],
		["backslashes", ["/%5Cadmin/x", "/admin%5Cx", "/admin%255cx", "/x%5c..%5cadmin"]],
		["dot segments behind encodings", ["/x/..%2fadmin/y", "/x/..%2Fadmin", "/x/%252e%252e/admin/y"]],
		["dot segments behind parameters", ["/x/..;/admin/y", "/x/..;a=b/admin", "/x/..%3b/admin"]],
		["dot segments that lead nowhere", ["/.%2Fadmin/x", "/.;/admin", "/..%2Fadmin", "/%2e%2Fadmin"]],
		["dot segments in pairs", ["/%61dmin/..;/x", "/admin/..;/x", "/admin/..%2fx", "/admin%2f..%2fx"]],
		["control characters", ["/ad%00min/x", "/admin%0d%0A/x", "/%09admin", "/admin%7F", "/x/.%00./admin"]],
		["blanks", ["/admin%20/x", "/%20admin", "/ad%20min/x", "/admin%C2%A0"]],
		["bytes that are not UTF-8 beside it", ["/%61dmin/%ff", "/%61dmin%2f%C3"]],
	])("by %s", (_, targets) => {
		for (const target of targets) {
			expect(table.findOtherReading(pathnameOf(target)), target).toBeDefined();
		}
	});

	test("and the reading and its route are named", () => {
		expect(table.findOtherReading("/%61dmin/x")).toEqual({
			reading: "/admin/x",
			route: { path: "/admin/*", value: "/admin/*" },
		});
		expect(table.findOtherReading("/admin/..;/x")).toEqual({ reading: "/x", route: undefined });
	});
});

describe("a path of which all readings lead to one route is that route's", () => {
	const table = tableOf("/v1/items/*", "/v1/login", "/Files/*", "/caf%C3%A9/*");
	test.each([
		["an encoded slash below a prefix", "/v1/items/a%2Fb"],
		["an encoded slash of no route", "/v2/a%2Fb"],
		["upper case below a prefix", "/v1/items/AbC"],
		["upper case of no route", "/V2/AbC"],
		["parameters below a prefix", "/v1/items/a;v=2/b"],
		["a slash at the end of a prefix", "/v1/items/"],
		["the prefix itself", "/v1/items"],
		["an empty segment below a prefix", "/v1/items//a"],
		["a blank below a prefix", "/v1/items/a%20b"],
		["other scripts below a prefix", "/v1/items/%E4%BD%A0%E5%A5%BD"],
		["bytes that are not UTF-8 below a prefix", "/v1/items/%ff%FE"],
		["a dot segment that stays below the prefix", "/v1/items/a/..%2fb"],
		["a dot segment that leaves the prefix and comes back", "/v1/items/..%2fitems/a"],
		["an exact path", "/v1/login"],
		["a route in upper case, as it is written", "/Files/a"],
		["a route in upper case, and upper case below it", "/Files/A%20b"],
		["an encoded route, as it is written", "/caf%C3%A9/a"],
		["no route", "/other"],
		["the root", "/"],
		["a well-known path", "/.well-known/openid-configuration"],
		["a file of no route", "/index.html"],
	])("%s: %s", (_, target) => {
		expect(pathnameOf(target)).toBe(target);
		expect(table.findOtherReading(target)).toBeUndefined();
	});
});

describe("a route that is not written in the plainest way is guarded as well", () => {
	const table = tableOf("/Admin/*", "/a%2Fb", "/login/", "/caf%C3%A9/*");
	test.each([
		"/admin/x",
		"/ADMIN",
		"/a/b",
		"/a%2fb",
		"/A%2FB",
		"/login",
		"/caf%c3%a9/x",
		"/café/x".normalize(),
	])("%s leads elsewhere too", (path) => {
		expect(table.findOtherReading(path.includes("é") ? encodeURI(path).toLowerCase() : path)).toBeDefined();
	});
});

test("a slash at the end of an exact path is read either way", () => {
	const table = tableOf("/login", "/login/*");
	expect(table.find("/login/")?.path).toBe("/login/*");
	expect(table.findOtherReading("/login/")?.route?.path).toBe("/login");
});

test("a parameter that hides an encoded slash is dropped with it, or not", () => {
	expect(tableOf("/admin").findOtherReading("/admin;%2Fx")?.route?.path).toBe("/admin");
});

test("routes that some server cannot tell apart are never told apart", () => {
	const table = tableOf("/Case", "/case");
	for (const path of ["/Case", "/case", "/CASE"]) expect(table.findOtherReading(path)).toBeDefined();
});

describe("the work is bounded", () => {
	test("a path with more readings than an API ever has leads elsewhere, and costs little", () => {
		const path = `/${"%2561;%252e%5C%2520/".repeat(800)}`;
		expect(readingsOf(path)).toBeUndefined();
		expect(tableOf("/admin/*").findOtherReading(path)).toEqual({ reading: undefined, route: undefined });
	});

	test("a path of 16,000 characters that is merely encoded is read", () => {
		const path = `/v1/${"%20a".repeat(4000)}`;
		expect(tableOf("/v1/*").findOtherReading(path)).toBeUndefined();
	});

	test("the readings of a path have so many characters and not one more", () => {
		const fits = `/${"a".repeat(MAX_READINGS_CHARACTERS / 2 - 2)}/`;
		expect(readingsOf(fits)?.size).toBe(2);
		expect(readingsOf(`/a${fits}`)).toBeUndefined();
	});
});

/** Servers as they are in the wild, written down one by one and not from the steps of the product. */
const SERVERS: Readonly<Record<string, (path: string) => string>> = {
	"takes it as it is": (path) => path,
	"ignores case and a last slash (Express)": (path) => path.toLowerCase().replace(/(.)\/+$/, "$1"),
	"decodes, then merges and resolves (nginx)": (path) => resolve(merge(decode(path))),
	"drops parameters, decodes, merges, resolves (Tomcat)": (path) =>
		resolve(merge(decode(path.replace(/;[^/]*/g, "")))),
	"decodes, then drops parameters (Spring)": (path) => decode(path).replace(/;[^/]*/g, ""),
	"decodes twice, turns backslashes, ignores case (IIS)": (path) =>
		resolve(merge(decode(decode(path)).replace(/\\/g, "/"))).toLowerCase(),
	"only decodes (WSGI)": decode,
	"resolves, and a proxy before it has decoded": (path) => resolve(decode(path)),
	"decodes behind a proxy that did (gateway and Java)": (path) =>
		resolve(decode(resolve(merge(decode(path)))).replace(/;[^/]*/g, "")),
	"drops what it cannot print": (path) => [...decode(path)].filter((c) => c > " " && c !== "\u007f").join(""),
	"merges slashes alone": merge,
};

function decode(path: string): string {
	return path.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
		String.fromCharCode(Number.parseInt(code, 16)),
	);
}

function merge(path: string): string {
	return path.replace(/\/+/g, "/");
}

function resolve(path: string): string {
	const kept: string[] = [];
	for (const segment of path.slice(1).split("/")) {
		if (segment === "..") kept.pop();
		else if (segment !== ".") kept.push(segment);
	}
	return `/${kept.join("/")}`;
}

function prefixOf(server: (path: string) => string, route: string): string {
	const literal = route.slice(0, -2);
	return literal === "" ? "" : server(literal);
}

/** The route that a server would have meant: the longest that its own reading of the path is under. */
function routeFor(
	server: (path: string) => string,
	routes: readonly string[],
	path: string,
): string | undefined {
	const read = server(path);
	const matching = routes.filter((route) => {
		if (!route.endsWith("/*")) return server(route) === read;
		const prefix = prefixOf(server, route);
		return read === prefix || read.startsWith(`${prefix}/`);
	});
	const rank = (route: string) => (route.endsWith("/*") ? prefixOf(server, route).length : 1e6);
	return matching.toSorted((a, b) => rank(b) - rank(a))[0];
}

const plain = fc.constantFrom("admin", "v1", "x", "login", "a", "/", "/", "/");
const odd = fc.constantFrom(
	...["Admin", "ADMIN", "//", "/../", "/./", "..", ".", "%61", "%64", "%2561", "%2f", "%2F", "%5c", "%5C"],
	...["%252f", "%2e", "%2e%2e", "%252e", "..%2f", "%2f..", ";", ";x", ";x=1", "%3b", "%3B", "..;", "..;/"],
	...["%00", "%09", "%20", "%0a", "%7f", "%25", "%ff"],
);
const pieces = fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: odd });
const paths = fc.array(pieces, { minLength: 1, maxLength: 9 }).map((all) => pathnameOf(`/${all.join("")}`));
const routeSets = fc.uniqueArray(
	fc.constantFrom(
		"/admin/*",
		"/admin",
		"/v1/*",
		"/v1/admin/*",
		"/v1/login",
		"/x/*",
		"/x/a",
		"/Admin/*",
		"/*",
	),
	{ minLength: 1, maxLength: 4 },
);

test("for any path and any server, a path that is not held back has the policy of the server's reading", () => {
	let held = 0;
	let passed = 0;
	fc.assert(
		fc.property(paths, routeSets, (path, routes) => {
			const table = tableOf(...routes);
			if (table.findOtherReading(path) !== undefined) {
				held++;
				return;
			}
			passed++;
			for (const [name, server] of Object.entries(SERVERS)) {
				expect(table.find(path)?.path, `${path} at a server that ${name}`).toBe(
					routeFor(server, routes, path),
				);
			}
		}),
		{ numRuns: 5000 },
	);
	// Else the property would say little.
	expect(held).toBeGreaterThan(200);
	expect(passed).toBeGreaterThan(200);
});
