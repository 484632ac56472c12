/** Owns the end-to-end tests of lists of policies, of a route's own mode, of isolation, and of the Domain of cookies. */

import { describe, expect, test } from "vitest";
import type { Line } from "./harness/client.ts";
import { EXPECTED_PREFLIGHT_VARY, NOT_SHARED, sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import { APP, credentialedTenant, EVIL, exchange, gateway, only, upstream } from "./harness/stage.ts";
import { echo, shakeHands } from "./harness/websocket.ts";

const ADMIN = "https://admin.example.com";
const OTHER = "https://pr-1.preview.example.com";

describe("a list of policies", () => {
	const host = gateway.tenant("policies.test", {
		upstream: upstream.origin,
		cors: [
			{ origins: [APP], credentials: true, methods: ["PUT"] },
			{ origins: ["https://*.example.com"], methods: ["DELETE"], exposedHeaders: ["ETag"] },
			{ origins: "*" },
		],
		routes: [
			{ path: "/closed/*", cors: [{ origins: [ADMIN], credentials: true }, { origins: [APP] }] },
			{ path: "/one/*", cors: { origins: "*" } },
		],
	});
	const shared = (origin: string) => [`access-control-allow-origin: ${origin}`, "vary: Origin"];

	test.each<[string, string | undefined, string, readonly string[]]>([
		["the first that allows it, although the second does too", APP, "/", sharedWithCredentials(APP)],
		[
			"the second",
			ADMIN,
			"/",
			[`access-control-allow-origin: ${ADMIN}`, "access-control-expose-headers: ETag", "vary: Origin"].sort(),
		],
		["the last, of every origin", EVIL, "/", shared("*")],
		["the last, of every origin, where there is none", undefined, "/", shared("*")],
		["that of the route", ADMIN, "/closed/x", sharedWithCredentials(ADMIN)],
		["the second of the route", APP, "/closed/x", shared(APP)],
		["nobody's, where none of the route allows it", EVIL, "/closed/x", NOT_SHARED],
		["nobody's, without Origin", undefined, "/closed/x", NOT_SHARED],
		["one alone, which does not vary", EVIL, "/one/x", ["access-control-allow-origin: *"]],
	])("shares as %s", async (_, origin, path, sharing) => {
		const { response, reached } = await exchange({ host, origin, path });
		expect(only(reached).method).toBe("GET");
		expect(sharingOf(response).toSorted()).toEqual([...sharing].toSorted());
	});

	test.each<[string, string, number, string | undefined]>([
		["the first", APP, 204, "GET, HEAD, POST, PUT"],
		["the second", OTHER, 204, "GET, HEAD, POST, DELETE"],
		["the last", EVIL, 204, "GET, HEAD, POST"],
	])("answers a preflight with what %s grants, and nothing more", async (_, origin, status, methods) => {
		const headers: readonly Line[] = [["Access-Control-Request-Method", "PUT"]];
		const { response, reached } = await exchange({ host, origin, method: "OPTIONS", headers });
		expect(reached).toEqual([]);
		expect(response.status).toBe(status);
		expect(response.header("access-control-allow-methods")).toBe(methods);
		expect(response.header("vary")).toBe(EXPECTED_PREFLIGHT_VARY);
		expect(response.header("access-control-allow-credentials")).toBe(origin === APP ? "true" : undefined);
	});
});

describe("a route's own mode", () => {
	const host = credentialedTenant("route-mode.test", {
		mode: "report",
		routes: [{ path: "/v2/*", mode: "enforce", cors: { origins: [APP], credentials: true } }],
	});
	const own: readonly Line[] = [["Access-Control-Allow-Origin", "https://api.own"]];

	test("enforces while the rest only watches", async () => {
		const enforced = await exchange({ host, origin: EVIL, path: "/v2/x" }, { headers: own });
		expect(sharingOf(enforced.response)).toEqual(NOT_SHARED);
		const watched = await exchange({ host, origin: EVIL, path: "/v1/x" }, { headers: own });
		expect(sharingOf(watched.response)).toEqual(["access-control-allow-origin: https://api.own"]);
	});

	test("is in force where another spelling of the path leads out of it", async () => {
		const { response } = await exchange({ host, origin: EVIL, path: "/%76%32/x" }, { headers: own });
		expect(sharingOf(response)).toEqual(NOT_SHARED);
	});
});

describe("deniedRequests: isolate", () => {
	const host = credentialedTenant("isolated.test", { deniedRequests: "isolate" });
	const site = (value: string, ...more: readonly Line[]): readonly Line[] => [
		["Sec-Fetch-Site", value],
		...more,
	];
	const navigation: readonly Line[] = [
		["Sec-Fetch-Mode", "navigate"],
		["Sec-Fetch-Dest", "document"],
	];

	test.each<[string, string, readonly Line[], number]>([
		["an image of another site", "GET", site("cross-site"), 403],
		["an image of a sibling", "GET", site("same-site"), 403],
		["a form of another site", "POST", site("cross-site", ...navigation), 403],
		[
			"a frame of another site",
			"GET",
			site("cross-site", ["Sec-Fetch-Mode", "navigate"], ["Sec-Fetch-Dest", "iframe"]),
			403,
		],
		["a link of another site", "GET", site("cross-site", ...navigation), 200],
		["its own page", "GET", site("same-origin"), 200],
		["an address that was typed", "GET", site("none"), 200],
		["a program", "POST", [], 200],
	])("%s, by %s: %o", async (_, method, headers, status) => {
		const { response, reached } = await exchange({
			host,
			method,
			headers,
			body: method === "POST" ? "x" : undefined,
		});
		expect(response.status).toBe(status);
		expect(reached).toHaveLength(status === 200 ? 1 : 0);
		if (status === 403) {
			expect(JSON.parse(response.body.toString())).toMatchObject({ code: "origin-not-allowed" });
			expect(sharingOf(response)).toEqual(NOT_SHARED);
		}
	});
});

describe("the Domain of cookies", () => {
	const removing = credentialedTenant("cookie-domain.test", { cookies: { domain: "remove" } });
	const replacing = credentialedTenant("api.cookie-domain.example.com", {
		cookies: { domain: "example.com" },
	});
	const headers: readonly Line[] = [
		["Set-Cookie", "a=1; Domain=api.internal; Path=/; HttpOnly"],
		["Set-Cookie", "__Host-b=2; Path=/; Secure"],
		["Set-Cookie", "c=3"],
	];

	test.each([
		["is taken out", removing, ["a=1; Path=/; HttpOnly", "__Host-b=2; Path=/; Secure", "c=3"]],
		[
			"is replaced",
			replacing,
			["a=1; Domain=example.com; Path=/; HttpOnly", "__Host-b=2; Path=/; Secure", "c=3"],
		],
	])("%s, and all else stays byte for byte", async (_, host, cookies) => {
		for (const origin of [APP, EVIL, undefined]) {
			const { response } = await exchange({ host, origin }, { headers });
			expect(response.all("set-cookie")).toEqual(cookies);
		}
	});

	test("is taken out of those of a WebSocket's handshake too", async () => {
		const { line } = upstream.expect({}, echo("Set-Cookie: a=1; Domain=api.internal; Path=/"));
		const { head, close } = await shakeHands(gateway.port(), {
			host: removing,
			origin: APP,
			headers: [line],
		});
		expect(head.status).toBe(101);
		expect(head.all("set-cookie")).toEqual(["a=1; Path=/"]);
		close();
	});
});
