/** Owns the end-to-end tests of routes: the longest matching path replaces `cors` whole. */

import { describe, expect, test } from "vitest";
import { sharingOf } from "./harness/sharing.ts";
import { APP, exchange, gateway, only, upstream } from "./harness/stage.ts";

/** Every route allows an origin of its own, so that an answer tells which one counted. */
const origins = {
	document: APP,
	"/v1/*": "https://v1.example",
	"/v1/admin/*": "https://v1-admin.example",
	"/v1/admin/login": "https://v1-admin-login.example",
	"/a%2Fb": "https://encoded.example",
	"/Case": "https://case.example",
	"/": "https://root.example",
	"/open/*": "*",
} as const;

type Route = keyof typeof origins;

const host = gateway.tenant("routes.test", {
	upstream: upstream.origin,
	cors: {
		origins: [APP],
		credentials: true,
		methods: ["PUT"],
		requestHeaders: ["X-One"],
		exposedHeaders: ["ETag"],
		preflightMaxAgeSeconds: 5,
		timingAllowOrigin: true,
	},
	routes: Object.entries(origins).flatMap(([path, origin]) =>
		path === "document" ? [] : [{ path, cors: { origins: origin === "*" ? "*" : [origin] } }],
	),
});
const whole = gateway.tenant("routes-whole.test", {
	upstream: upstream.origin,
	cors: { origins: [APP], credentials: true },
	routes: [{ path: "/*", cors: { origins: ["https://all.example"] } }],
});

/** The routes whose origin may read `path`, found by asking with each. */
async function routesOf(path: string, preflight: boolean): Promise<readonly Route[]> {
	const counted: Route[] = [];
	for (const [route, origin] of Object.entries(origins) as [Route, string][]) {
		if (origin === "*") continue;
		const { response } = await exchange({
			host,
			path,
			origin,
			method: preflight ? "OPTIONS" : "GET",
			headers: preflight ? [["Access-Control-Request-Method", "PUT"]] : [],
		});
		if (response.header("access-control-allow-origin") === origin) counted.push(route);
	}
	return counted;
}

describe("the route that counts", () => {
	test.each<[string, string, Route]>([
		["a path of no route", "/other", "document"],
		["the prefix itself", "/v1", "/v1/*"],
		["the prefix with a slash", "/v1/", "/v1/*"],
		["below the prefix", "/v1/a/b", "/v1/*"],
		["below the prefix, with a query", "/v1/a?x=/v1/admin/login", "/v1/*"],
		["a path that only begins like the prefix", "/v1x", "document"],
		["the longer prefix", "/v1/admin/users", "/v1/admin/*"],
		["the longer prefix itself", "/v1/admin", "/v1/admin/*"],
		["an exact path beats a prefix", "/v1/admin/login", "/v1/admin/login"],
		["an exact path with a query", "/v1/admin/login?next=/", "/v1/admin/login"],
		["the case of a path that matches", "/Case", "/Case"],
		["an encoded slash stays one", "/a%2Fb", "/a%2Fb"],
		["an encoded slash below a prefix", "/v1/x/a%2Fb", "/v1/*"],
		["upper case below a prefix", "/v1/X", "/v1/*"],
		["dot segments are resolved", "/other/../v1/a", "/v1/*"],
		["dot segments lead out", "/v1/../other", "document"],
		["encoded dot segments are resolved too", "/v1/%2e%2E/other", "document"],
		["the root is exact", "/", "/"],
		["the root with a query", "/?a", "/"],
	])("%s: %s", async (_, path, route) => {
		expect(await routesOf(path, false)).toEqual([route]);
		expect(await routesOf(path, true)).toEqual([route]);
	});

	test.each([
		["an exact path with a slash more", "/v1/admin/login/"],
		["a path in another case", "/case"],
		["a prefix in another case", "/V1/a"],
		["a slash where the route has an encoded one", "/a/b"],
		["an encoding in another case", "/a%2fb"],
		["an encoded slash after a prefix", "/v1%2Fa"],
		["encoded letters", "/%76%31/a"],
		["a doubled slash", "//v1/a"],
		["a parameter", "/v1;x/a"],
		["an encoded backslash", "/v1%5Ca"],
		["a dot segment behind an encoding", "/x/..%2fv1/a"],
		["a control character", "/v1%00/a"],
	])("may be another one at the API, so nobody's counts: %s, %s", async (_, path) => {
		expect(await routesOf(path, false)).toEqual([]);
		expect(await routesOf(path, true)).toEqual([]);
		const { response, reached } = await exchange({ host, path });
		expect(sharingOf(response)).toEqual(["vary: Origin"]);
		expect(only(reached).target).toBe(path);
	});

	test("replaces the policy whole", async () => {
		const asking = { host, path: "/v1/a", origin: origins["/v1/*"] };
		const { response } = await exchange(asking, { headers: [["Timing-Allow-Origin", "*"]] });
		expect(sharingOf(response)).toEqual([
			`access-control-allow-origin: ${origins["/v1/*"]}`,
			"timing-allow-origin: *",
			"vary: Origin",
		]);
		const preflight = await exchange({
			...asking,
			method: "OPTIONS",
			headers: [["Access-Control-Request-Method", "PUT"]],
		});
		expect(sharingOf(preflight.response).slice(0, 3)).toEqual([
			"access-control-allow-methods: GET, HEAD, POST",
			`access-control-allow-origin: ${origins["/v1/*"]}`,
			"access-control-max-age: 7200",
		]);
	});

	test("decides of what a response varies by", async () => {
		const open = await exchange({ host, path: "/open/x" });
		expect(sharingOf(open.response)).toEqual(["access-control-allow-origin: *"]);
		const closed = await exchange({ host, path: "/opened" });
		expect(sharingOf(closed.response)).toEqual(["vary: Origin"]);
	});

	test.each(["/", "/a", "/a/b", "//"])("is /* for every path: %s", async (path) => {
		const { response } = await exchange({ host: whole, path, origin: "https://all.example" });
		expect(response.header("access-control-allow-origin")).toBe("https://all.example");
	});
});
