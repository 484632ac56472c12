/** Owns the proof of the warnings about several policies together: what never decides, and what a route drops. */

import { describe, expect, test } from "vitest";
import { compileTenant } from "../../src/tenants/tenant.ts";
import { findWarnings } from "../../src/tenants/warnings.ts";

function warningsOf(document: object) {
	const result = compileTenant(document);
	if (!result.ok) throw new Error(JSON.stringify(result.errors));
	return findWarnings(result.document);
}

const placesOf = (document: object) => warningsOf(document).map(({ code, pointer }) => `${code} ${pointer}`);

const A = "https://a.example.com";
const WILD = "https://*.example.com";

describe("an entry that an earlier policy decides of is a warning", () => {
	test.each<[string, readonly (readonly unknown[])[], readonly string[]]>([
		["the same exact origin", [[A], [A]], ["covered-origin /cors/1/origins/0"]],
		["an exact one under a wildcard", [[WILD], ["https://b.test", A]], ["covered-origin /cors/1/origins/1"]],
		[
			"a wildcard under a wildcard",
			[[WILD], ["https://*.a.example.com"]],
			["covered-origin /cors/1/origins/0"],
		],
		["a glob under a wildcard", [[WILD], ["https://pr-*.example.com"]], ["covered-origin /cors/1/origins/0"]],
		["the same wildcard", [[WILD], [WILD]], ["covered-origin /cors/1/origins/0"]],
		["a port under any port", [[`${A}:*`], [`${A}:8443`]], ["covered-origin /cors/1/origins/0"]],
		[
			"any port under any port of a wildcard",
			[[`${WILD}:*`], [`${A}:*`]],
			["covered-origin /cors/1/origins/0"],
		],
		[
			"the same directory",
			[[{ directory: "d" }], [{ directory: "d" }]],
			["covered-origin /cors/1/origins/0"],
		],
		["in the third policy, of the first", [[A], [], [A]], ["covered-origin /cors/2/origins/0"]],
		["a wildcard over an earlier exact one is none", [[A], [WILD]], []],
		["any port over an earlier port is none", [[`${A}:8443`], [`${A}:*`]], []],
		["any port under a wildcard of one port is none", [[WILD], [`${A}:*`]], []],
		["another scheme is none", [["http://a.example.com"], [A]], []],
		["a directory beside a list is none", [[{ directory: "d" }], [A, { directory: "e" }]], []],
	])("%s", (_, policies, expected) => {
		const found = placesOf({ cors: policies.map((origins) => ({ origins })) });
		expect(found.filter((place) => !place.startsWith("any-port"))).toEqual(expected);
	});

	test("with both policies, and which one applies, where their rights differ", () => {
		const cors = [
			{ origins: [A], credentials: true, exposedHeaders: ["ETag"] },
			{ origins: [A], methods: ["PUT", "DELETE"], requestHeaders: ["X-A"] },
		];
		expect(warningsOf({ cors })).toEqual([
			{
				code: "origin-in-two-policies",
				pointer: "/cors/1/origins/0",
				message: `"${A}" never gets what this policy grants: the same entry of the policy at /cors/0 allows it first, and that one alone applies. It does not grant the methods PUT, DELETE, the request header X-A. It grants besides credentials, the exposed header ETag. Remove it from one of the two, or put the policy that is meant first.`,
			},
		]);
	});

	test("in a route's list too", () => {
		const routes = [{ path: "/a", cors: [{ origins: [WILD] }, { origins: [A] }] }];
		expect(placesOf({ cors: { origins: [] }, routes })).toEqual([
			"covered-origin /routes/0/cors/1/origins/0",
		]);
	});

	test("not where a directory's plain http counts in the later policy alone", () => {
		const origins = [{ directory: "d" }];
		expect(placesOf({ cors: [{ origins, credentials: true }, { origins }] })).toEqual([]);
		expect(placesOf({ cors: [{ origins }, { origins, credentials: true }] })).toEqual([
			"origin-in-two-policies /cors/1/origins/0",
		]);
	});
});

describe("a route that drops what the document grants is a warning", () => {
	const full = {
		credentials: true,
		methods: ["PUT"],
		requestHeaders: ["Content-Type", "X-A"],
		exposedHeaders: ["ETag"],
	};
	const document = (cors: object, route: object) => ({ cors, routes: [{ path: "/v1/*", cors: route }] });

	test("with both policies and all that is lost", () => {
		expect(warningsOf(document({ origins: [A], ...full }, { origins: [A] }))).toEqual([
			{
				code: "route-drops-rights",
				pointer: "/routes/0/cors",
				message: `A route replaces cors whole, and here "${A}" loses what /cors grants it: credentials, the method PUT, the request headers Content-Type, X-A, the exposed header ETag. Repeat here what is meant to hold on this path too.`,
			},
		]);
	});

	const dropped = ["route-drops-rights /routes/0/cors"];
	test.each<[string, cors: object, route: object, expected: readonly string[]]>([
		["credentials alone", { origins: [A], ...full }, { origins: [A], ...full, credentials: false }, dropped],
		["a method alone", { origins: [A], ...full }, { origins: [A], ...full, methods: ["DELETE"] }, dropped],
		[
			"a request header alone",
			{ origins: [A], ...full },
			{ origins: [A], ...full, requestHeaders: ["x-a"] },
			dropped,
		],
		[
			"an exposed header alone",
			{ origins: [A], ...full },
			{ origins: [A], ...full, exposedHeaders: [] },
			dropped,
		],
		["every method", { origins: [A], methods: "*" }, { origins: [A], methods: ["PUT"] }, dropped],
		[
			"of a wildcard that the route names an origin of",
			{ origins: [WILD], ...full },
			{ origins: [A] },
			dropped,
		],
		[
			"of an origin that the route has a wildcard for",
			{ origins: [A], ...full },
			{ origins: [WILD] },
			dropped,
		],
		[
			"of a directory",
			{ origins: [{ directory: "d" }], ...full },
			{ origins: [{ directory: "d" }] },
			dropped,
		],
		["of any origin", { origins: "*", methods: ["PUT"] }, { origins: [A] }, dropped],
		[
			"the same in another case and order is nothing",
			{ origins: [A], ...full },
			{ origins: [A], ...full, requestHeaders: ["x-a", "CONTENT-TYPE"] },
			[],
		],
		["safelisted methods are not lost", { origins: [A], methods: ["GET", "POST"] }, { origins: [A] }, []],
		["more is nothing", { origins: [A] }, { origins: [A], ...full }, []],
		["another origin has nothing to lose", { origins: [A], ...full }, { origins: ["https://b.test"] }, []],
		["an origin that the route denies is denied on purpose", { origins: [A], ...full }, { origins: [] }, []],
		["a route that is open to all says so", { origins: [A], ...full }, { origins: "*" }, []],
	])("%s", (_, cors, route, expected) => {
		expect(placesOf(document(cors, route))).toEqual(expected);
	});

	test("once for each pair of policies, by those that apply", () => {
		const B = "https://b.example.com";
		const cors = [
			{ origins: [A, B], ...full },
			{ origins: [WILD, "https://c.test"], methods: ["PUT"] },
		];
		const route = [{ origins: [A, B, "https://c.test"] }, { origins: [WILD] }];
		const found = warningsOf(document(cors, route)).map(({ pointer, message }) => [
			pointer,
			/what (\S+) grants/.exec(message ?? "")?.[1],
		]);
		expect(found).toEqual([
			["/routes/0/cors/0", "/cors/0"],
			["/routes/0/cors/0", "/cors/1"],
			["/routes/0/cors/1", "/cors/1"],
		]);
	});
});

test("many origins in many policies, beside routes with wildcards, are checked in linear time", () => {
	const lookUps = (size: number) => {
		const cors = Array.from({ length: 16 }, (_, policy) => ({
			origins: Array.from({ length: size }, (_, index) => `https://${policy}-${index}.example`),
		}));
		const routes = Array.from({ length: 100 }, (_, index) => ({
			path: `/${index}`,
			cors: { origins: [`https://*.r${index}.example`] },
		}));
		return lookUpsOf(() => expect(findWarnings({ cors, routes })).toEqual([]));
	};
	// Squared, or all routes times all entries, it would be four times as much, or sixteen.
	expect(lookUps(1000) / lookUps(500)).toBeLessThan(2.2);
});

/** How often a Map was asked meanwhile: a clock would tell of the machine. */
function lookUpsOf(work: () => void): number {
	const { get } = Map.prototype;
	let lookUps = 0;
	Map.prototype.get = function counted(this: Map<unknown, unknown>, key: unknown) {
		lookUps++;
		return get.call(this, key);
	};
	try {
		work();
	} finally {
		Map.prototype.get = get;
	}
	return lookUps;
}
