/** Owns the proof of lists of policies on the request path: which one answers, and with exactly which headers. */

import { describe, expect, test } from "vitest";
import { setUp, sharing } from "./world.ts";

const APP = "https://app.example.com";
const PARTNER = "https://partner.example";
const SHOP = "https://shop.example";
const OTHER = "https://other.example";

/** Our own apps with credentials, partners with less, customers of a directory, everybody else without. */
const TIERS = [
	{
		origins: [APP],
		credentials: true,
		methods: ["PUT"],
		requestHeaders: ["Content-Type", "Authorization"],
		exposedHeaders: ["ETag"],
		preflightMaxAgeSeconds: 600,
		timingAllowOrigin: true,
	},
	{ origins: ["https://*.example", { directory: "first" }], methods: "*", preflightMaxAgeSeconds: 5 },
	{ origins: [{ directory: "customers" }], credentials: true },
	{ origins: "*", exposedHeaders: "*" },
];
const WORLD = {
	document: { upstream: "https://api.internal", cors: TIERS },
	directories: ["customers:https://customer.test"],
};
const VARY_PREFLIGHT = "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const asking = (method: string, names: string) => ({
	method: "OPTIONS",
	headers: { "access-control-request-method": method, "access-control-request-headers": names },
});

describe("each origin gets what the first policy that allows it says, and nothing of another", () => {
	test.each<[string, origin: string, preflight: readonly string[], actual: readonly string[]]>([
		[
			"an own app",
			APP,
			[
				"access-control-allow-credentials: true",
				"access-control-allow-headers: Content-Type, Authorization",
				"access-control-allow-methods: GET, HEAD, POST, PUT",
				`access-control-allow-origin: ${APP}`,
				"access-control-max-age: 600",
			],
			[
				"access-control-allow-credentials: true",
				`access-control-allow-origin: ${APP}`,
				"access-control-expose-headers: ETag",
				`timing-allow-origin: ${APP}`,
			],
		],
		[
			"a partner",
			PARTNER,
			[
				"access-control-allow-methods: *",
				`access-control-allow-origin: ${PARTNER}`,
				"access-control-max-age: 5",
			],
			[`access-control-allow-origin: ${PARTNER}`],
		],
		[
			"a customer",
			"https://customer.test",
			[
				"access-control-allow-credentials: true",
				"access-control-allow-methods: GET, HEAD, POST",
				"access-control-allow-origin: https://customer.test",
				"access-control-max-age: 7200",
			],
			["access-control-allow-credentials: true", "access-control-allow-origin: https://customer.test"],
		],
		...["https://anybody.test", "null", "https://a.test, https://b.test"].map(
			(origin): [string, string, readonly string[], readonly string[]] => [
				`anybody else: ${origin}`,
				origin,
				[
					"access-control-allow-methods: GET, HEAD, POST",
					"access-control-allow-origin: *",
					"access-control-max-age: 7200",
				],
				["access-control-allow-origin: *", "access-control-expose-headers: *"],
			],
		),
	])("%s", async (_, origin, preflight, actual) => {
		const { ask } = setUp(WORLD);
		const answer = await ask("/", { ...asking("PUT", "x-a"), origin });
		expect(answer.status).toBe(204);
		expect(sharing(answer)).toEqual([...preflight, VARY_PREFLIGHT]);
		// Timing-Allow-Origin is one policy's, so that it is the upstream's for nobody.
		const response = await ask("/", { origin });
		const [before, after] = [actual.filter((line) => line < "u"), actual.filter((line) => line > "u")];
		expect(sharing(response)).toEqual([...before, ...after, "vary: Origin"]);
	});
});

describe("a request without Origin", () => {
	test("gets what the last policy says where that is of any origin, and varies", async () => {
		const { ask, verdicts } = setUp(WORLD);
		expect(sharing(await ask("/"))).toEqual([
			"access-control-allow-origin: *",
			"access-control-expose-headers: *",
			"vary: Origin",
		]);
		expect(verdicts).toEqual([]);
	});

	test("gets nothing where the last policy is not", async () => {
		const { ask } = setUp({ document: { ...WORLD.document, cors: TIERS.slice(0, 3) } });
		expect(sharing(await ask("/"))).toEqual(["vary: Origin"]);
	});

	test("of a list of one policy gets what that policy alone would give", async () => {
		const { ask } = setUp({ document: { ...WORLD.document, cors: [{ origins: "*" }] } });
		// No policy speaks of timing here.
		expect(sharing(await ask("/"))).toEqual(["access-control-allow-origin: *", "timing-allow-origin: *"]);
	});
});

test("an origin that no policy allows is denied as by one policy", async () => {
	const cors = [TIERS[0], { origins: [SHOP] }];
	const { ask, verdicts } = setUp({ document: { ...WORLD.document, cors, deniedRequests: "reject" } });
	const answer = await ask("/", { ...asking("GET", "x-a"), origin: OTHER });
	expect(answer.status).toBe(403);
	expect(sharing(answer)).toEqual([VARY_PREFLIGHT]);
	const response = await ask("/", { origin: OTHER });
	expect(response.status).toBe(403);
	expect(sharing(response)).toEqual(["vary: Origin"]);
	expect(verdicts.map(({ reason, policy }) => [reason, policy])).toEqual(Array(2).fill(["not-listed", null]));
});

test("Timing-Allow-Origin is the upstream's where no policy speaks of it, and nobody's where one does", async () => {
	const cors = [{ origins: [APP] }, { origins: [SHOP], timingAllowOrigin: true }];
	const { ask } = setUp({ document: { ...WORLD.document, cors } });
	expect((await ask("/", { origin: OTHER })).headers.get("timing-allow-origin")).toBeNull();
	expect((await ask("/", { origin: APP })).headers.get("timing-allow-origin")).toBeNull();
	expect((await ask("/", { origin: SHOP })).headers.get("timing-allow-origin")).toBe(SHOP);
	const plain = setUp({ document: { ...WORLD.document, cors: [{ origins: [APP] }, { origins: [SHOP] }] } });
	expect((await plain.ask("/", { origin: OTHER })).headers.get("timing-allow-origin")).toBe("*");
});

describe("origin directories", () => {
	const cors = [
		{ origins: ["https://listed.test", { directory: "one" }, { directory: "two" }] },
		{ origins: ["https://late.test", { directory: "three" }], credentials: true },
		{ origins: "*" },
	];
	const document = { ...WORLD.document, cors };
	const readsFor = async (origin: string, directories: readonly string[]) => {
		const { ask, reads, verdicts } = setUp({ document, directories });
		await ask("/", { origin });
		const asked = reads.flat().filter((key) => key.startsWith("origin:"));
		return [asked.map((key) => key.split(":")[1]), verdicts[0]?.policy, verdicts[0]?.reason];
	};

	test.each<[string, origin: string, directories: readonly string[], expected: unknown]>([
		["are not asked for what their own policy lists", "https://listed.test", [], [[], 0, "listed"]],
		["are asked before a later policy's list", "https://late.test", [], [["one", "two"], 1, "listed"]],
		[
			"win over a later policy's list",
			"https://late.test",
			["two:https://late.test"],
			[["one", "two"], 0, "in-directory"],
		],
		[
			"of a later policy are not asked where an earlier one has it",
			SHOP,
			[`one:${SHOP}`, `three:${SHOP}`],
			[["one", "two"], 0, "in-directory"],
		],
		["are asked policy by policy", SHOP, [`three:${SHOP}`], [["one", "two", "three"], 1, "in-directory"]],
		["leave the rest to any origin", SHOP, [], [["one", "two", "three"], 2, "any-origin"]],
		["are never asked for null", "null", [], [[], 2, "any-origin"]],
	])("%s", async (_, origin, directories, expected) => {
		expect(await readsFor(origin, directories)).toEqual(expected);
	});

	test("that cannot be read deny the origin: a later policy may give it what an earlier one withholds", async () => {
		const { ask, verdicts } = setUp({ document, broken: ["origin:one:"] });
		const response = await ask("/", { origin: "https://late.test" });
		expect(sharing(response)).toEqual(["timing-allow-origin: *", "vary: Origin"]);
		expect(verdicts).toMatchObject([{ reason: "directory-unavailable", allowed: false, policy: null }]);
	});
});

test("a route has a list of its own, which replaces the document's whole", async () => {
	const routes = [{ path: "/v1/*", cors: [{ origins: [SHOP], credentials: true }, { origins: "*" }] }];
	const { ask, verdicts } = setUp({ document: { ...WORLD.document, cors: { origins: [APP] }, routes } });
	expect((await ask("/v1/x", { origin: SHOP })).headers.get("access-control-allow-credentials")).toBe("true");
	expect((await ask("/v1/x", { origin: APP })).headers.get("access-control-allow-origin")).toBe("*");
	expect((await ask("/", { origin: APP })).headers.get("access-control-allow-origin")).toBe(APP);
	expect(verdicts.map(({ route, policy }) => [route, policy])).toEqual([
		["/v1/*", 0],
		["/v1/*", 1],
		["", 0],
	]);
});
