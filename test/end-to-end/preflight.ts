/** Owns the end-to-end tests of preflights: answered at the edge, always the same, never forwarded. */

import { describe, expect, test } from "vitest";
import type { Line } from "./harness/client.ts";
import { EXPECTED_PREFLIGHT_VARY, sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import { APP, credentialedTenant, EVIL, exchange, tenantWith } from "./harness/stage.ts";

const full = tenantWith("preflight.test", {
	origins: [APP, "https://*.preview.example.com"],
	credentials: true,
	methods: ["PUT", "PATCH", "DELETE"],
	requestHeaders: ["Content-Type", "Authorization"],
	exposedHeaders: ["ETag"],
	preflightMaxAgeSeconds: 600,
	timingAllowOrigin: true,
});
const bare = tenantWith("preflight-bare.test", { origins: [APP] });
const anything = tenantWith("preflight-anything.test", { origins: [APP], methods: "*", requestHeaders: "*" });
const anyOrigin = tenantWith("preflight-any-origin.test", {
	origins: "*",
	methods: "*",
	requestHeaders: "*",
	preflightMaxAgeSeconds: 0,
});
const asked = tenantWith("preflight-asked.test", {
	origins: [APP],
	credentials: true,
	methods: "*",
	requestHeaders: "*",
});
const certified = credentialedTenant("preflight-certified.test", { clientCertificate: "require" });
const rejecting = credentialedTenant("preflight-rejecting.test", { deniedRequests: "reject" });
const plain = credentialedTenant("preflight-plain.test");

/** Asks as a browser does; nothing of it may reach the upstream. */
async function preflight(
	host: string,
	origin: string,
	method = "PUT",
	requestHeaders?: string,
	...more: readonly Line[]
) {
	const headers: Line[] = [["Access-Control-Request-Method", method]];
	if (requestHeaders !== undefined) headers.push(["Access-Control-Request-Headers", requestHeaders]);
	headers.push(...more);
	const { response, reached } = await exchange({ host, origin, method: "OPTIONS", headers });
	expect(reached, "requests that reached the upstream").toEqual([]);
	return response;
}

const FULL_SET = [
	"access-control-allow-credentials: true",
	"access-control-allow-headers: Content-Type, Authorization",
	"access-control-allow-methods: GET, HEAD, POST, PUT, PATCH, DELETE",
	`access-control-allow-origin: ${APP}`,
	"access-control-max-age: 600",
	`vary: ${EXPECTED_PREFLIGHT_VARY}`,
];

describe("a preflight", () => {
	test.each<[string, Parameters<typeof preflight>]>([
		["a method that is allowed", [full, APP, "PUT"]],
		["a method that is not", [full, APP, "PROPFIND"]],
		["a safelisted method", [full, APP, "GET"]],
		["a method that is none", [full, APP, "(@)"]],
		["headers that are allowed", [full, APP, "PUT", "authorization,content-type"]],
		["headers that are not", [full, APP, "PUT", "x-unknown"]],
		["header names that are none", [full, APP, "PUT", "a b, (, é"]],
		["8 KiB of headers and more", [full, APP, "PUT", "x".repeat(9000)]],
		[
			"access to a private network",
			[full, APP, "PUT", "", ["Access-Control-Request-Private-Network", "true"]],
		],
	])("is answered with one constant set, no matter what it asks for: %s", async (_, asking) => {
		const response = await preflight(...asking);
		expect(response.status).toBe(204);
		expect(sharingOf(response)).toEqual(FULL_SET);
		expect(response.body.length).toBe(0);
		expect(response.lines.map(([name]) => name)).not.toContain("content-type");
	});

	test("names the origin that asks, not the pattern that it matches", async () => {
		const origin = "https://pr-7.preview.example.com";
		const response = await preflight(full, origin);
		expect(sharingOf(response)).toContain(`access-control-allow-origin: ${origin}`);
	});

	test("of a policy that says little is answered with what every policy allows, and no credentials", async () => {
		expect(sharingOf(await preflight(bare, APP))).toEqual([
			"access-control-allow-methods: GET, HEAD, POST",
			`access-control-allow-origin: ${APP}`,
			"access-control-max-age: 7200",
			`vary: ${EXPECTED_PREFLIGHT_VARY}`,
		]);
	});

	test("with any method and header but no credentials is answered with asterisks", async () => {
		expect(sharingOf(await preflight(anything, APP, "PROPFIND", "x-one"))).toEqual([
			"access-control-allow-headers: *, authorization",
			"access-control-allow-methods: *",
			`access-control-allow-origin: ${APP}`,
			"access-control-max-age: 7200",
			`vary: ${EXPECTED_PREFLIGHT_VARY}`,
		]);
	});

	test.each([EVIL, "null"])(
		"of any origin without credentials is answered with asterisks: %s",
		async (origin) => {
			expect(sharingOf(await preflight(anyOrigin, origin, "PUT", "x-one"))).toEqual([
				"access-control-allow-headers: *, authorization",
				"access-control-allow-methods: *",
				"access-control-allow-origin: *",
				"access-control-max-age: 0",
				`vary: ${EXPECTED_PREFLIGHT_VARY}`,
			]);
		},
	);

	describe("with any method and header, and credentials, is answered with what it asks for", () => {
		const EIGHT_KIB = `x-${"a".repeat(8 * 1024 - 2)}`;

		test.each<[string, string, string | undefined, readonly string[]]>([
			["a method", "PROPFIND", undefined, ["methods: PROPFIND"]],
			["a method in lower case", "patch", undefined, ["methods: patch"]],
			["a header", "PUT", "x-one", ["headers: x-one", "methods: PUT"]],
			["several headers", "PUT", "b,a, authorization", ["headers: b,a, authorization", "methods: PUT"]],
			["8 KiB of headers", "PUT", EIGHT_KIB, [`headers: ${EIGHT_KIB}`, "methods: PUT"]],
			["a byte more", "PUT", `${EIGHT_KIB}a`, ["methods: PUT"]],
			["a malformed method", "PUT,", "x-one", ["headers: x-one"]],
			["two methods", "PUT, PATCH", "x-one", ["headers: x-one"]],
			["a malformed header", "PUT", "x one", ["methods: PUT"]],
			["header names outside ASCII", "PUT", "x-é", ["methods: PUT"]],
			["an attack", "PUT", 'x-one", <script>', ["methods: PUT"]],
		])("%s", async (_, method, requestHeaders, echoed) => {
			const response = await preflight(asked, APP, method, requestHeaders);
			expect(response.status).toBe(204);
			expect(sharingOf(response)).toEqual([
				"access-control-allow-credentials: true",
				...echoed.map((line) => `access-control-allow-${line}`).sort(),
				`access-control-allow-origin: ${APP}`,
				"access-control-max-age: 7200",
				`vary: ${EXPECTED_PREFLIGHT_VARY}`,
			]);
		});

		test("but nothing of it for a denied origin", async () => {
			const response = await preflight(asked, EVIL, "PROPFIND", "x-one");
			expect(sharingOf(response)).toEqual([`vary: ${EXPECTED_PREFLIGHT_VARY}`]);
		});
	});

	test.each([
		["another origin", EVIL],
		["null", "null"],
		["a list", `${APP}, ${EVIL}`],
		["a malformed origin", "app.example.com"],
	])("of a denied origin is refused without any sharing header: %s", async (_, origin) => {
		const response = await preflight(full, origin);
		expect(response.status).toBe(403);
		expect(sharingOf(response)).toEqual([`vary: ${EXPECTED_PREFLIGHT_VARY}`]);
		expect(response.header("content-type")).toBe("application/problem+json");
		expect(JSON.parse(response.body.toString())).toMatchObject({ status: 403, code: "origin-not-allowed" });
		expect(response.body.toString()).not.toContain("example.com");
	});

	test("never meets the upstream's authentication, nor wants a client certificate", async () => {
		expect((await preflight(certified, APP)).status).toBe(204);
		expect((await preflight(rejecting, APP)).status).toBe(204);
		expect((await preflight(rejecting, EVIL)).status).toBe(403);
	});
});

describe("an OPTIONS request that is not a preflight is forwarded", () => {
	test.each<[string, string | undefined, readonly Line[]]>([
		["without Access-Control-Request-Method", APP, [["Access-Control-Request-Headers", "x-one"]]],
		["without Origin", undefined, [["Access-Control-Request-Method", "PUT"]]],
		["with neither", undefined, []],
	])("%s", async (_, origin, headers) => {
		const { response, reached } = await exchange(
			{ host: full, origin, method: "OPTIONS", headers },
			{ status: 200, headers: [["Allow", "GET, OPTIONS"]], body: "yes" },
		);
		expect(reached.map(({ method }) => method)).toEqual(["OPTIONS"]);
		expect(response.status).toBe(200);
		expect(response.header("allow")).toBe("GET, OPTIONS");
		expect(response.body.toString()).toBe("yes");
		expect(sharingOf(response).filter((line) => line.startsWith("vary"))).toEqual(["vary: Origin"]);
	});

	test("and shared as any response is", async () => {
		const { response } = await exchange({ host: plain, origin: APP, method: "OPTIONS" });
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
	});
});

test.each(["GET", "POST", "PUT"])(
	"a %s with Access-Control-Request-Method is not a preflight",
	async (method) => {
		const { reached } = await exchange({
			host: full,
			origin: EVIL,
			method,
			headers: [["Access-Control-Request-Method", "PUT"]],
		});
		expect(reached.length).toBe(1);
	},
);
