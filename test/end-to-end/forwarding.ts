/** Owns the end-to-end tests of the way to the upstream: what it is asked, and what it is told about the client. */

import { describe, expect, test } from "vitest";
import { type Line, type Outgoing, send } from "./harness/client.ts";
import { NOT_SHARED, sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import {
	APP,
	credentialedTenant,
	EVIL,
	exchange,
	forwardingGateway,
	gateway,
	only,
	upstream,
	withLines,
} from "./harness/stage.ts";
import type { UpstreamAnswer } from "./harness/upstream.ts";

const host = credentialedTenant("forwarding.test");
const wildcard = credentialedTenant("*.wild.test");
const exact = credentialedTenant("exact.wild.test", { upstream: "http://127.0.0.1:1" });
/** Without an upstream a request goes on along its own route, which here leads to the upstream's own address. */
const own = gateway.tenant("127.0.0.1", {
	cors: { origins: [APP], credentials: true },
	cookies: { sameSite: "None" },
});
const ownAuthority = `${own}:${upstream.port}`;
const authority = upstream.origin.slice("http://".length);

describe("the upstream is asked", () => {
	test.each([
		["the root", "/"],
		["a path and a query", "/a/b?c=d&e=%20"],
		["encoded characters, in their case", "/a%2Fb%2fc%41/%C3%A9?x=%2F+%e4"],
		["an encoded dot inside a segment", "/a%2eb"],
		["doubled slashes", "//x//y"],
		["a trailing slash", "/a/"],
		["a query with a question mark and a slash", "/a?b=c?d=/e//f&&"],
		["an empty query", "/a?"],
		["sub-delimiters", "/a;b=c,d!$&'()*+@:~"],
		["characters that URLs leave alone in a query", "/a?{}|^`[]"],
		["a plus and a percent that encodes nothing", "/a+b?c+d=100%"],
		["a long path and query", `/${"p".repeat(4000)}?${"q".repeat(4000)}`],
	])("for %s, byte for byte", async (_, path) => {
		const { reached } = await exchange({ host, path });
		expect(only(reached).target).toBe(path);
	});

	test("under its own name, with the public one beside it", async () => {
		for (const [asked, name] of [
			[host, host],
			[`${host}:8443`, `${host}:8443`],
			[host.toUpperCase(), host],
		] as const) {
			const { reached } = await exchange({ host: asked });
			expect(only(reached).all("host")).toEqual([authority]);
			expect(only(reached).all("x-forwarded-host")).toEqual([name]);
			expect(only(reached).all("x-forwarded-proto")).toEqual(["http"]);
		}
	});

	test("and a client cannot win the public name", async () => {
		const headers: readonly Line[] = [
			["X-Forwarded-Host", "evil.example"],
			["x-forwarded-host", "evil.example"],
			["X-Forwarded-Proto", "https"],
			["X-FORWARDED-PROTO", "gopher"],
		];
		const { reached } = await exchange({ host, headers });
		expect(only(reached).all("x-forwarded-host")).toEqual([host]);
		expect(only(reached).all("x-forwarded-proto")).toEqual(["http"]);
	});

	test("and a client has no say in its way, however it spells the names", async () => {
		const names = [
			...["Forwarded", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server"],
			...["X-Original-URL", "X-Original-Host", "X-Rewrite-URL"],
			...["X_Forwarded_Host", "X-Forwarded_Proto", "x_original_url", "X_REWRITE-URL", "CDN_Loop"],
		];
		const kept: readonly Line[] = [["X-Under_Score", "1"]];
		const headers = [...names.map((name): Line => [name, "evil.example"]), ...kept];
		const { reached } = await exchange({ host, headers });
		for (const name of names) expect(only(reached).all(name.toLowerCase()), name).toEqual([]);
		expect(only(reached).all("x-under_score")).toEqual(["1"]);
	});

	test.each<[string, readonly string[], string]>([
		["none", [], "cordon"],
		["one", ["other.example"], "other.example, cordon"],
		["two lines", ["a.example; v=1", "b.example"], "a.example; v=1, b.example, cordon"],
	])("and told that the request was here, after those in CDN-Loop: %s", async (_, before, after) => {
		const headers = before.map((value) => ["CDN-Loop", value] as const);
		const { reached } = await exchange({ host, headers });
		expect(only(reached).all("cdn-loop").join(", ")).toBe(after);
	});

	test("with everything else that the client sent, as it sent it", async () => {
		const headers: readonly Line[] = [
			["Cookie", 'session=abc; theme="dark"'],
			["Authorization", "Bearer a.b.c"],
			["Accept", "application/json;q=0.9, */*;q=0.1"],
			["Content-Type", "application/json; charset=utf-8"],
			["If-None-Match", 'W/"x"'],
			["X-Api-Key", "  spaces inside stay  ".trim()],
			["Sec-Fetch-Site", "cross-site"],
			["Referer", "https://app.example.com/page"],
			["Access-Control-Request-Method", "PUT"],
		];
		const { reached } = await exchange({ host, origin: APP, method: "POST", headers, body: "{}" });
		const request = only(reached);
		expect(request.method).toBe("POST");
		expect(request.all("origin")).toEqual([APP]);
		for (const [name, value] of headers) expect(request.all(name.toLowerCase())).toEqual([value]);
	});
});

describe("the tenant", () => {
	test.each([
		["upper case", "FORWARDING.Test"],
		["a trailing dot", `${host}.`],
		["a port", `${host}:8443`],
		["all of it", `Forwarding.TEST.:8443`],
	])("is found by its hostname, with anything around it: %s", async (_, asked) => {
		const { response, reached } = await exchange({ host: asked, origin: APP });
		expect(reached.length).toBe(1);
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
	});

	test("is that of the parent's wildcard if nothing else matches, one label deep", async () => {
		expect(wildcard).toBe("*.wild.test");
		expect((await exchange({ host: "a.wild.test", origin: APP })).response.status).toBe(200);
		expect((await exchange({ host: exact, origin: APP })).response.status).toBe(502);
		expect((await exchange({ host: "a.b.wild.test", origin: APP })).response.status).toBe(404);
		expect((await exchange({ host: "wild.test", origin: APP })).response.status).toBe(404);
	});
});

describe("without an upstream", () => {
	test("a request goes on along its own route, and comes back shared", async () => {
		const { response, reached } = await exchange(
			{ host: ownAuthority, path: "/a?b=%20", origin: APP, method: "POST", body: "x" },
			{
				headers: [
					["Access-Control-Allow-Origin", "*"],
					["Location", `http://${ownAuthority}/x`],
					["Set-Cookie", "a=1"],
				],
				body: "own",
			},
		);
		const request = only(reached);
		expect([request.method, request.target, request.body.toString()]).toEqual(["POST", "/a?b=%20", "x"]);
		expect(request.all("host")).toEqual([ownAuthority]);
		expect(request.all("x-forwarded-host")).toEqual([ownAuthority]);
		expect(request.all("x-forwarded-proto")).toEqual(["http"]);
		expect(request.all("cdn-loop")).toEqual(["cordon"]);
		expect(response.body.toString()).toBe("own");
		expect(response.header("location")).toBe(`http://${ownAuthority}/x`);
		expect(response.all("set-cookie")).toEqual(["a=1; SameSite=None; Secure"]);
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
	});

	test.each([
		["a denied origin", EVIL],
		["no Origin", undefined],
	])("%s is not shared with", async (_, origin) => {
		const { response } = await exchange({ host: ownAuthority, origin });
		expect(sharingOf(response)).toEqual(NOT_SHARED);
	});
});

describe("UNKNOWN_HOSTS: forward", () => {
	const unknown = `127.0.0.1:${upstream.port}`;
	const ask = async (outgoing: Omit<Outgoing, "host">, answer: UpstreamAnswer) => {
		const { line, reached } = upstream.expect(answer);
		const response = await send(forwardingGateway.port(), withLines({ ...outgoing, host: unknown }, line));
		return { response, reached };
	};

	test("lets a request to a hostname without a tenant pass, untouched in both directions", async () => {
		const { response, reached } = await ask(
			{ path: "/a?b", origin: EVIL, method: "POST", body: "x", headers: [["Client-Cert", ":mine:"]] },
			{
				status: 418,
				headers: [
					["Access-Control-Allow-Origin", EVIL],
					["Access-Control-Allow-Credentials", "true"],
					["Set-Cookie", "a=1"],
				],
				body: "short and stout",
			},
		);
		const request = only(reached);
		expect([request.method, request.target, request.body.toString()]).toEqual(["POST", "/a?b", "x"]);
		expect(request.all("origin")).toEqual([EVIL]);
		expect(request.all("client-cert")).toEqual([":mine:"]);
		expect(response.status).toBe(418);
		expect(response.body.toString()).toBe("short and stout");
		expect(response.all("set-cookie")).toEqual(["a=1"]);
		expect(sharingOf(response)).toEqual([
			"access-control-allow-credentials: true",
			`access-control-allow-origin: ${EVIL}`,
		]);
	});

	test("lets its preflights and redirects pass too", async () => {
		const preflight = await ask(
			{ origin: EVIL, method: "OPTIONS", headers: [["Access-Control-Request-Method", "PUT"]] },
			{ status: 204, headers: [["Access-Control-Allow-Origin", "*"]] },
		);
		expect(only(preflight.reached).method).toBe("OPTIONS");
		expect(sharingOf(preflight.response)).toEqual(["access-control-allow-origin: *"]);
		const redirect = await ask({}, { status: 302, headers: [["Location", "/next"]] });
		expect(redirect.response.status).toBe(302);
		expect(redirect.reached.length).toBe(1);
	});
});
