/** Owns the end-to-end tests of sharing: exactly one right set of headers, even where the upstream says otherwise. */

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Line, send } from "./harness/client.ts";
import { NOT_SHARED, SHARED_WITH_ALL, sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import {
	APP,
	credentialedTenant,
	EVIL,
	exchange,
	gateway,
	tenantWith,
	upstream,
	withLines,
} from "./harness/stage.ts";
import type { UpstreamAnswer } from "./harness/upstream.ts";

const credentialed = credentialedTenant("credentialed.test");
const anyOrigin = tenantWith("any-origin.test", { origins: "*" });
const listed = tenantWith("listed.test", { origins: [APP], exposedHeaders: ["ETag", "X-Total"] });
const nobody = tenantWith("nobody.test", { origins: [], credentials: true });
const manyOrigins = tenantWith("many-origins.test", {
	origins: ["https://*.shops.example"],
	credentials: true,
});
const directory = tenantWith("directory.test", { origins: [{ directory: "customers" }], credentials: true });
gateway.store("origin:customers:https://shop.example", "");

/** The classic hole: whoever asks may read, cookies and all. */
const reflecting: UpstreamAnswer = (request, response) => {
	response.writeHead(200, {
		"Access-Control-Allow-Origin": request.headers.origin ?? "*",
		"Access-Control-Allow-Credentials": "true",
		"Access-Control-Expose-Headers": "*",
	});
	response.end("secret");
};

/** All that an upstream can get wrong at once. */
const HOSTILE: readonly Line[] = [
	["Access-Control-Allow-Origin", "*"],
	["Access-Control-Allow-Origin", EVIL],
	["access-control-allow-credentials", "True"],
	["ACCESS-CONTROL-ALLOW-CREDENTIALS", "TRUE"],
	["Access-Control-Allow-Methods", "*"],
	["Access-Control-Allow-Headers", "*"],
	["Access-Control-Max-Age", "999999"],
	["Access-Control-Expose-Headers", "*"],
	["Access-Control-Expose-Headers", "Set-Cookie"],
	["Access-Control-Allow-Private-Network", "true"],
	["Access-Control-Request-Method", "GET"],
	["Access-Control-Invented-Tomorrow", "yes"],
	["Access-Control-", "yes"],
];

const STATUSES = [
	...[200, 201, 202, 203, 204, 205, 206, 207, 226, 300, 301, 302, 303, 304, 307, 308],
	...[400, 401, 402, 403, 404, 405, 407, 409, 410, 412, 416, 418, 422, 425, 428, 429, 431, 451],
	...[500, 501, 502, 503, 504, 505, 507, 511, 520, 599],
];

describe("sharing", () => {
	test("an upstream that reflects the origin with credentials leaks nothing to a denied origin", async () => {
		const { response, reached } = await exchange({ host: credentialed, origin: EVIL }, reflecting);
		expect(reached.length).toBe(1);
		expect(response.status).toBe(200);
		expect(sharingOf(response)).toEqual(NOT_SHARED);
	});

	test.each([
		["another origin", EVIL],
		["null", "null"],
		["the allowed origin with a port", `${APP}:443`],
		["the allowed origin with a slash", `${APP}/`],
		["the allowed origin in upper case", APP.toUpperCase()],
		["the allowed origin's host as a suffix", "https://evilapp.example.com"],
		["the allowed origin as a prefix", `${APP}.evil.example`],
		["the allowed origin over plain http", "http://app.example.com"],
		["a list that has the allowed origin in it", `${APP}, ${EVIL}`],
		["an asterisk", "*"],
	])("a denied origin gets nothing: %s", async (_, origin) => {
		const { response } = await exchange({ host: credentialed, origin }, reflecting);
		expect(response.status).toBe(200);
		expect(sharingOf(response)).toEqual(NOT_SHARED);
	});

	test("an empty list means nobody", async () => {
		const { response } = await exchange({ host: nobody, origin: APP }, reflecting);
		expect(sharingOf(response)).toEqual(NOT_SHARED);
	});

	test("an origin of a directory is allowed, another is not", async () => {
		const customer = await exchange({ host: directory, origin: "https://shop.example" }, reflecting);
		expect(sharingOf(customer.response)).toEqual(sharedWithCredentials("https://shop.example"));
		const other = await exchange({ host: directory, origin: EVIL }, reflecting);
		expect(sharingOf(other.response)).toEqual(NOT_SHARED);
	});

	test("requests of many origins at once each get their own headers and no others'", async () => {
		const answer: UpstreamAnswer = async (request, response) => {
			await sleep(Math.random() * 40);
			return (reflecting as (...both: unknown[]) => unknown)(request, response);
		};
		const { line } = upstream.expect(answer);
		const origins = Array.from({ length: 150 }, (_, i) =>
			i % 3 === 2 ? `https://evil-${i}.example` : `https://shop-${i}.shops.example`,
		);
		const responses = await Promise.all(
			origins.map((origin) => send(gateway.port(), withLines({ host: manyOrigins, origin }, line))),
		);
		expect(responses.map(sharingOf)).toEqual(
			origins.map((origin) => (origin.includes("evil") ? NOT_SHARED : sharedWithCredentials(origin))),
		);
	});

	describe("an upstream's wrong, doubled and hostile headers", () => {
		test.each(STATUSES)("on a %i go, and one right set comes", async (status) => {
			const answer = { status, headers: HOSTILE };
			const ask = async (host: string, origin?: string) => {
				const { response } = await exchange({ host, origin }, answer);
				expect(response.status).toBe(status);
				return sharingOf(response);
			};
			expect(await ask(credentialed, APP)).toEqual(sharedWithCredentials(APP));
			expect(await ask(credentialed, EVIL)).toEqual(NOT_SHARED);
			expect(await ask(credentialed)).toEqual(NOT_SHARED);
			expect(await ask(listed, APP)).toEqual([
				`access-control-allow-origin: ${APP}`,
				"access-control-expose-headers: ETag, X-Total",
				"vary: Origin",
			]);
			expect(await ask(anyOrigin, EVIL)).toEqual(SHARED_WITH_ALL);
		});

		test.each(["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND", "QUERY"])(
			"go for %s too",
			async (method) => {
				const ask = async (origin?: string) => {
					const { response, reached } = await exchange(
						{ host: credentialed, origin, method },
						{ headers: HOSTILE },
					);
					expect(reached.map((request) => request.method)).toEqual([method]);
					return sharingOf(response);
				};
				expect(await ask(APP)).toEqual(sharedWithCredentials(APP));
				expect(await ask(EVIL)).toEqual(NOT_SHARED);
				expect(await ask()).toEqual(NOT_SHARED);
			},
		);
	});

	describe("any origin, without credentials, is shared with *", () => {
		test.each([
			["an origin", EVIL],
			["null", "null"],
			["an origin that is none", "::::"],
			["no Origin", undefined],
		])("%s", async (_, origin) => {
			const { response } = await exchange({ host: anyOrigin, origin }, { headers: HOSTILE });
			expect(sharingOf(response)).toEqual(SHARED_WITH_ALL);
		});

		test("and what the upstream varies by stays as it is", async () => {
			const { response } = await exchange(
				{ host: anyOrigin, origin: APP },
				{ headers: [["Vary", "Accept-Encoding"]] },
			);
			expect(sharingOf(response)).toEqual([...SHARED_WITH_ALL, "vary: Accept-Encoding"]);
		});
	});

	describe("Vary: Origin is merged in once", () => {
		test.each<[string, readonly string[], string]>([
			["absent", [], "Origin"],
			["another name", ["Accept-Encoding"], "Accept-Encoding, Origin"],
			["two names", ["Accept-Encoding, Accept-Language"], "Accept-Encoding, Accept-Language, Origin"],
			["lower case", ["origin"], "origin"],
			["upper case in a list", ["Accept,ORIGIN , Cookie"], "Accept,ORIGIN , Cookie"],
			["a name that only begins so", ["Origin-Agent-Cluster"], "Origin-Agent-Cluster, Origin"],
			["a name that only ends so", ["X-Origin"], "X-Origin, Origin"],
			["everything", ["*"], "*"],
			["two lines", ["Accept", "Accept-Encoding"], "Accept, Accept-Encoding, Origin"],
			["two lines, one of them Origin", ["Accept-Encoding", "Origin"], "Accept-Encoding, Origin"],
			["Origin twice in two lines", ["Origin", "origin"], "Origin"],
			["Origin twice in one line", ["Origin, Accept, Origin"], "Origin, Accept"],
			["nothing", [""], "Origin"],
		])("where the upstream has %s", async (_, lines, vary) => {
			const answer: UpstreamAnswer = { headers: lines.map((line) => ["Vary", line]) };
			const ask = async (origin?: string) =>
				sharingOf((await exchange({ host: credentialed, origin }, answer)).response);
			expect(await ask(APP)).toEqual(sharedWithCredentials(APP, vary));
			expect(await ask(EVIL)).toEqual([`vary: ${vary}`]);
			expect(await ask()).toEqual([`vary: ${vary}`]);
		});
	});

	test("several cookies stay several lines, byte for byte, and so does everything else", async () => {
		const headers: readonly Line[] = [
			["Set-Cookie", "a=1; Expires=Wed, 21 Oct 2065 07:28:00 GMT; Path=/"],
			["Set-Cookie", 'b="x,y"; SameSite=Lax'],
			["Set-Cookie", "c="],
			["ETag", '"abc"'],
			["Cache-Control", "private, max-age=60"],
			["Link", "<https://a.example/>; rel=next"],
			["Link", "<https://b.example/>; rel=prev"],
			["WWW-Authenticate", 'Basic realm="x"'],
			["Strict-Transport-Security", "max-age=1"],
			["X-Frame-Options", "DENY"],
			["Cross-Origin-Resource-Policy", "same-site"],
			["Timing-Allow-Origin", "https://partner.example"],
		];
		for (const origin of [APP, EVIL, undefined]) {
			const { response } = await exchange({ host: credentialed, origin }, { status: 401, headers });
			expect(response.all("set-cookie")).toEqual([
				"a=1; Expires=Wed, 21 Oct 2065 07:28:00 GMT; Path=/",
				'b="x,y"; SameSite=Lax',
				"c=",
			]);
			expect(response.all("link").join(", ")).toBe(
				"<https://a.example/>; rel=next, <https://b.example/>; rel=prev",
			);
			for (const [name, value] of headers) {
				if (name === "Set-Cookie" || name === "Link") continue;
				expect(response.header(name.toLowerCase())).toBe(value);
			}
		}
	});
});
