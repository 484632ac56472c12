/** Owns the end-to-end tests of requests that no browser sends: nothing crashes, nothing is shared. */

import { describe, expect, test } from "vitest";
import { type Line, sendBytes } from "./harness/client.ts";
import { EXPECTED_PREFLIGHT_VARY, NOT_SHARED, sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import { APP, credentialedTenant, exchange, gateway } from "./harness/stage.ts";

const host = credentialedTenant("hostile.test");

/** The next request must find everything well. */
async function expectAlive(): Promise<void> {
	const { response } = await exchange({ host, origin: APP });
	expect(response.status).toBe(200);
	expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
}

describe("a Host that is none", () => {
	test.each([
		["missing", ""],
		["empty", "Host:\r\n"],
		["blank", "Host:   \r\n"],
		["a space inside", "Host: a b\r\n"],
		["a URL", "Host: http://hostile.test\r\n"],
		["user information and another host", "Host: hostile.test@evil.example\r\n"],
		["twice", "Host: evil.example\r\nHost: hostile.test\r\n"],
		["a port that is none", "Host: hostile.test:port\r\n"],
		["a port that is too large", "Host: hostile.test:99999\r\n"],
		["characters that no host has", 'Host: <>"{}|^`\r\n'],
		["bytes from 0x80 up", "Host: h\xf6stile.test\r\n"],
		["dots", "Host: ...\r\n"],
		["two trailing dots", "Host: hostile.test..\r\n"],
		["an IPv6 address", "Host: [::1]\r\n"],
		["a broken IPv6 address", "Host: [::1\r\n"],
		["a number", "Host: 999999999999\r\n"],
		["300 characters", `Host: ${"a".repeat(300)}.test\r\n`],
		["10 kB", `Host: ${"a.".repeat(5000)}test\r\n`],
		["a wildcard", "Host: *.wild.test\r\n"],
	])("gets a clear answer, and nothing is shared: %s", async (_, line) => {
		const answer = await sendBytes(
			gateway.port(),
			`GET / HTTP/1.1\r\n${line}Origin: ${APP}\r\nConnection: close\r\n\r\n`,
		);
		expect(answer).toMatch(/^HTTP\/1\.1 [45]\d\d /);
		expect(answer.toLowerCase()).not.toContain("access-control-");
		await expectAlive();
	});
});

test.each<[string, string, string?]>([
	["upper case", "HOSTILE.Test"],
	["user information", "user:password@hostile.test"],
	["percent-encoding", "hostile%2etest"],
	["a path", "hostile.test/x"],
	["another host in the request target", "hostile.test", "http://other.test/"],
])("a Host that URL parsers read as the tenant's names the tenant: %s", async (_, strange, path) => {
	const { response, reached } = await exchange({ host: strange, path, origin: APP });
	expect(reached[0]?.all("x-forwarded-host")).toEqual([host]);
	expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
});

describe("an Origin that is none", () => {
	test.each<[string, readonly Line[]]>([
		["10 kB", [["Origin", `https://${"a".repeat(10_000)}.example.com`]]],
		["327 bytes", [["Origin", `https://${"a".repeat(319)}`]]],
		[
			"two lines, the allowed one first",
			[
				["Origin", APP],
				["Origin", "https://evil.example"],
			],
		],
		[
			"two lines, the allowed one last",
			[
				["Origin", "https://evil.example"],
				["Origin", APP],
			],
		],
		[
			"two lines, both allowed",
			[
				["Origin", APP],
				["origin", APP],
			],
		],
		["bytes from 0x80 up", [["Origin", "https://\xe4pp.example.com"]]],
		["the allowed one and a byte more", [["Origin", `${APP}\xa0`]]],
		["the allowed one with a tab inside", [["Origin", "https://app\t.example.com"]]],
		["several in one line, as RFC 6454 had it", [["Origin", `${APP} https://evil.example`]]],
		["a wildcard", [["Origin", "https://*.example.com"]]],
	])("is not shared with: %s", async (_, origins) => {
		const { response, reached } = await exchange({ host, headers: origins });
		expect(response.status).toBe(200);
		expect(reached.length).toBe(1);
		expect(sharingOf(response)).toEqual(NOT_SHARED);
		const preflight = await exchange({
			host,
			method: "OPTIONS",
			headers: [...origins, ["Access-Control-Request-Method", "PUT"]],
		});
		expect(preflight.response.status).toBe(403);
		expect(preflight.reached).toEqual([]);
		expect(sharingOf(preflight.response)).toEqual([`vary: ${EXPECTED_PREFLIGHT_VARY}`]);
		await expectAlive();
	});

	test("an empty one is like none", async () => {
		const { response } = await exchange({ host, headers: [["Origin", ""]] });
		expect(response.status).toBe(200);
		expect(sharingOf(response)).toEqual(NOT_SHARED);
	});

	test("blanks around an allowed one are not part of it", async () => {
		const { response } = await exchange({ host, headers: [["Origin", `  ${APP}\t`]] });
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
	});
});

describe("a flood", () => {
	test("of 300 headers passes", async () => {
		const headers = Array.from({ length: 300 }, (_, i) => [`X-Flood-${i}`, "x".repeat(50)] as const);
		const { response, reached } = await exchange({ host, origin: APP, headers });
		expect(response.status).toBe(200);
		expect(reached[0]?.lines.filter(([name]) => name.startsWith("x-flood-")).length).toBe(300);
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
	});

	test("of 300 response headers passes", async () => {
		const headers = Array.from({ length: 300 }, (_, i) => [`Access-Control-Flood-${i}`, "x"] as const);
		const { response } = await exchange({ host, origin: APP }, { headers });
		expect(sharingOf(response)).toEqual(sharedWithCredentials(APP));
	});

	test("of one header of 1 MB is refused, and nothing is shared", async () => {
		const answer = await sendBytes(
			gateway.port(),
			`GET / HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${APP}\r\nX-Flood: ${"x".repeat(1_000_000)}\r\nConnection: close\r\n\r\n`,
		);
		expect(answer.toLowerCase()).not.toContain("access-control-");
		await expectAlive();
	});

	test("of nonsense before any request is survived", async () => {
		const answer = await sendBytes(gateway.port(), "\x16\x03\x01\x02\x00 this is TLS, is it not?\r\n\r\n");
		expect(answer.toLowerCase()).not.toContain("access-control-");
		await expectAlive();
	});
});
