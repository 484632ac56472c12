/** Owns the end-to-end tests of what a tenant can switch: report, reject, strip. */

import { describe, expect, test } from "vitest";
import type { Line } from "./harness/client.ts";
import { NOT_SHARED, SHARED_WITH_ALL, sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import { APP, credentialedTenant, EVIL, exchange, only, tenantWith } from "./harness/stage.ts";

const PREFLIGHT: readonly Line[] = [["Access-Control-Request-Method", "PUT"]];

describe("deniedRequests: reject", () => {
	const host = credentialedTenant("reject.test", {
		deniedRequests: "reject",
		routes: [{ path: "/public/*", cors: { origins: "*" } }],
	});
	const forwarding = credentialedTenant("forward-denied.test", { deniedRequests: "forward" });

	test.each([
		["another origin", EVIL],
		["null", "null"],
		["a malformed origin", "what?"],
		["the own host on another port", `http://${host}:81`],
	])("refuses a cross-origin request of a denied origin before the upstream: %s", async (_, origin) => {
		for (const method of ["GET", "HEAD", "POST", "DELETE", "OPTIONS"]) {
			const { response, reached } = await exchange({
				host,
				origin,
				method,
				body: method === "POST" ? "x" : undefined,
			});
			expect(reached).toEqual([]);
			expect(response.status).toBe(403);
			expect(sharingOf(response)).toEqual(NOT_SHARED);
			if (method === "HEAD") continue;
			expect(response.header("content-type")).toBe("application/problem+json");
			const body = response.body.toString();
			expect(JSON.parse(body)).toMatchObject({ status: 403, code: "origin-not-allowed" });
			expect(body).not.toContain("example.com");
		}
	});

	test.each([
		["an allowed origin", { host, origin: APP }, sharedWithCredentials(APP)],
		["no Origin", { host }, NOT_SHARED],
		["the request's own origin", { host, origin: `http://${host}` }, NOT_SHARED],
		["the request's own origin on a port", { host: `${host}:81`, origin: `http://${host}:81` }, NOT_SHARED],
		["any origin on a route that allows it", { host, path: "/public/x", origin: EVIL }, SHARED_WITH_ALL],
	])("lets %s pass", async (_, outgoing, sharing) => {
		for (const method of ["GET", "POST"]) {
			const { response, reached } = await exchange({ ...outgoing, method });
			expect(only(reached).method).toBe(method);
			expect(response.status).toBe(200);
			expect(sharingOf(response)).toEqual(sharing);
		}
	});

	test("is off unless asked: a denied origin's request is forwarded, and not shared", async () => {
		const { response, reached } = await exchange({
			host: forwarding,
			origin: EVIL,
			method: "POST",
			body: "a=b",
		});
		expect(only(reached).body.toString()).toBe("a=b");
		expect(only(reached).all("origin")).toEqual([EVIL]);
		expect(response.status).toBe(200);
		expect(sharingOf(response)).toEqual(NOT_SHARED);
	});
});

describe("mode: report", () => {
	const host = tenantWith(
		"report.test",
		{ origins: [APP], credentials: true, methods: ["PUT"], timingAllowOrigin: true, exposedHeaders: "*" },
		{
			mode: "report",
			deniedRequests: "reject",
			originHeader: "strip",
			clientCertificate: "require",
			cookies: { sameSite: "None", partitioned: true },
		},
	);
	const OWN: readonly Line[] = [
		["Access-Control-Allow-Origin", EVIL],
		["Access-Control-Allow-Credentials", "true"],
		["Access-Control-Expose-Headers", "X-Own"],
		["Access-Control-Invented-Tomorrow", "yes"],
		["Timing-Allow-Origin", "*"],
		["Vary", "Accept"],
	];
	const OWN_LINES = OWN.map(([name, value]) => `${name.toLowerCase()}: ${value}`).sort();

	test.each([
		["an allowed origin", APP],
		["a denied origin", EVIL],
		["null", "null"],
		["no Origin", undefined],
	])("changes nothing for %s, in either direction", async (_, origin) => {
		const answer = { headers: [...OWN, ["Set-Cookie", "a=1; SameSite=Lax"] as const] };
		const { response, reached } = await exchange({ host, origin }, answer);
		expect(only(reached).all("origin")).toEqual(origin === undefined ? [] : [origin]);
		expect(response.status).toBe(200);
		expect(sharingOf(response)).toEqual(OWN_LINES);
		expect(response.all("set-cookie")).toEqual(["a=1; SameSite=Lax"]);
		const without = await exchange({ host, origin }, {});
		expect(sharingOf(without.response)).toEqual([]);
	});

	test.each([APP, EVIL])("lets a preflight reach the upstream, which answers it: %s", async (origin) => {
		const { response, reached } = await exchange(
			{ host, origin, method: "OPTIONS", headers: PREFLIGHT },
			{ status: 204, headers: OWN },
		);
		expect(only(reached).method).toBe("OPTIONS");
		expect(only(reached).all("access-control-request-method")).toEqual(["PUT"]);
		expect(response.status).toBe(204);
		expect(sharingOf(response)).toEqual(OWN_LINES);
	});

	test("still removes the certificate that a client made up", async () => {
		const { reached } = await exchange({ host, headers: [["Client-Cert", ":spoofed:"]] });
		expect(only(reached).all("client-cert")).toEqual([]);
	});

	test("shares no problem either", async () => {
		const { response } = await exchange({ host, origin: APP }, (request) => request.socket.destroy());
		expect(response.status).toBe(502);
		expect(sharingOf(response)).toEqual([]);
	});
});

describe("originHeader: strip", () => {
	const host = credentialedTenant("strip.test", { originHeader: "strip" });
	const keeping = credentialedTenant("keep.test");

	test.each(["GET", "HEAD"])(
		"a %s reaches the upstream without Origin, and is shared all the same",
		async (method) => {
			const allowed = await exchange({ host, origin: APP, method });
			expect(only(allowed.reached).all("origin")).toEqual([]);
			expect(sharingOf(allowed.response)).toEqual(sharedWithCredentials(APP));
			const denied = await exchange({ host, origin: EVIL, method });
			expect(only(denied.reached).all("origin")).toEqual([]);
			expect(sharingOf(denied.response)).toEqual(NOT_SHARED);
		},
	);

	test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("a %s keeps it, byte for byte", async (method) => {
		const { response, reached } = await exchange({ host, origin: APP, method });
		expect(only(reached).all("origin")).toEqual([APP]);
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
	});

	test("is off unless asked", async () => {
		const { reached } = await exchange({ host: keeping, origin: APP });
		expect(only(reached).all("origin")).toEqual([APP]);
	});
});
