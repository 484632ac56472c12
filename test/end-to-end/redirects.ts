/** Owns the end-to-end tests of redirects: never followed, shared as they are, and back to the public origin. */

import { describe, expect, test } from "vitest";
import { NOT_SHARED, sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import { APP, credentialedTenant, EVIL, exchange, upstream } from "./harness/stage.ts";

const host = credentialedTenant("redirects.test");
const reporting = credentialedTenant("redirects-reporting.test", { mode: "report" });
const authority = upstream.origin.slice("http://".length);

describe("a redirect", () => {
	test.each([301, 302, 303, 307, 308])("of %i is not followed, and shared as it is", async (status) => {
		const answer = { status, headers: [["Location", "/next"]] as const, body: "moved" };
		const allowed = await exchange({ host, origin: APP, method: "POST", body: "x" }, answer);
		expect(allowed.reached.length).toBe(1);
		expect(allowed.response.status).toBe(status);
		expect(allowed.response.header("location")).toBe("/next");
		expect(allowed.response.body.toString()).toBe("moved");
		expect(sharingOf(allowed.response)).toEqual(sharedWithCredentials(APP));
		const denied = await exchange({ host, origin: EVIL }, answer);
		expect(denied.response.status).toBe(status);
		expect(sharingOf(denied.response)).toEqual(NOT_SHARED);
	});

	test("leads to the public host by Content-Location, Link and Refresh too", async () => {
		const { response } = await exchange(
			{ host, origin: APP },
			{
				headers: [
					["Content-Location", `${upstream.origin}/items/7`],
					["Link", `<${upstream.origin}/items?page=2>; rel="next"`],
					["Link", "<https://cdn.example/x.css>; rel=preload"],
					["Refresh", `5; url=${upstream.origin}/login`],
				],
			},
		);
		expect(response.header("content-location")).toBe(`http://${host}/items/7`);
		expect(response.all("link").join(", ")).toBe(
			`<http://${host}/items?page=2>; rel="next", <https://cdn.example/x.css>; rel=preload`,
		);
		expect(response.header("refresh")).toBe(`5; url=http://${host}/login`);
	});

	test.each([
		["the upstream's own origin", `${upstream.origin}/a/b?c=d#e`, `http://${host}/a/b?c=d#e`],
		["the upstream's origin alone", upstream.origin, `http://${host}/`],
		["the upstream's own host without a scheme", `//${authority}/a?b`, `http://${host}/a?b`],
		["the upstream's scheme in upper case", `HTTP://${authority}/a`, `http://${host}/a`],
		["a percent-encoded path", `${upstream.origin}/a%2Fb?c=%20`, `http://${host}/a%2Fb?c=%20`],
	])("to %s goes to the public one", async (_, location, expected) => {
		const answer = { status: 302, headers: [["Location", location]] as const };
		for (const tenant of [host, reporting]) {
			const { response } = await exchange({ host: tenant, origin: APP }, answer);
			expect(response.header("location")).toBe(expected.replace(host, tenant));
		}
		const ported = await exchange({ host: `${host}:8443` }, answer);
		expect(ported.response.header("location")).toBe(expected.replace(host, `${host}:8443`));
	});

	test.each([
		["another origin", "https://login.example/?to=x"],
		["another port of the upstream's host", "http://127.0.0.1:1/x"],
		["the upstream's host on another scheme", `https://${authority}/x`],
		["another host without a scheme", "//login.example/x"],
		["a host that begins like the upstream's", `${upstream.origin}.evil.example/x`],
		["the upstream's origin in a query", `https://login.example/?to=${upstream.origin}/x`],
		["a path", "/a/../b?c#d"],
		["a relative path", "b/c"],
		["a query", "?a=b"],
		["no http at all", "myapp://done"],
		["what no parser takes", "http://["],
	])("to %s stays as it is", async (_, location) => {
		const answer = { status: 302, headers: [["Location", location]] as const };
		const { response } = await exchange({ host, origin: APP }, answer);
		expect(response.header("location")).toBe(location);
	});

	test("that is none, a 201, has its Location rewritten too", async () => {
		const answer = { status: 201, headers: [["Location", `${upstream.origin}/items/7`]] as const };
		const { response } = await exchange({ host, origin: APP, method: "POST", body: "{}" }, answer);
		expect(response.header("location")).toBe(`http://${host}/items/7`);
	});
});
