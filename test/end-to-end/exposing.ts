/** Owns the end-to-end tests of what a page may read besides: exposed headers, and resource timing. */

import { describe, expect, test } from "vitest";
import type { Line } from "./harness/client.ts";
import { NOT_SHARED, SHARED_WITH_ALL, sharedWithCredentials, sharingOf } from "./harness/sharing.ts";
import { APP, EVIL, exchange, tenantWith } from "./harness/stage.ts";

const CORS = { origins: [APP], credentials: true };
const present = tenantWith("exposing-present.test", { ...CORS, exposedHeaders: "*" });
const all = tenantWith("exposing-all.test", { origins: "*", exposedHeaders: "*" });
const listed = tenantWith("exposing-listed.test", { ...CORS, exposedHeaders: ["ETag", "X-Total-Count"] });
const timing = tenantWith("timing.test", { ...CORS, timingAllowOrigin: true });
const timingForAll = tenantWith("timing-for-all.test", { origins: "*", timingAllowOrigin: true });
const noTiming = tenantWith("no-timing.test", CORS);

const HEADERS: readonly Line[] = [
	["ETag", '"x"'],
	["X-Total-Count", "7"],
	["x-lower", "1"],
	["Set-Cookie", "a=1"],
	["Set-Cookie2", "b=2"],
	["Cache-Control", "no-cache"],
	["Content-Language", "en"],
	["Content-Type", "application/octet-stream"],
	["Content-Length", "2"],
	["Expires", "0"],
	["Last-Modified", "Wed, 21 Oct 2065 07:28:00 GMT"],
	["Pragma", "no-cache"],
	["Keep-Alive", "timeout=5"],
	["Link", "<https://a.example/>"],
	["Link", "<https://b.example/>"],
	["Access-Control-Allow-Origin", "*"],
	["Access-Control-Invented-Tomorrow", "yes"],
	["Date", "Wed, 21 Oct 2065 07:28:00 GMT"],
];

/** The names that a response exposes, in lower case and sorted. */
const exposed = (lines: readonly string[]) =>
	lines
		.filter((line) => line.startsWith("access-control-expose-headers: "))
		.flatMap((line) => line.slice("access-control-expose-headers: ".length).split(","))
		.map((name) => name.trim().toLowerCase())
		.sort();

describe("exposed headers", () => {
	test("* with credentials names what is really there, and nothing that never can be read", async () => {
		const { response } = await exchange({ host: present, origin: APP }, { headers: HEADERS, body: "ok" });
		const sharing = sharingOf(response);
		expect(exposed(sharing)).toEqual(["date", "etag", "link", "vary", "x-lower", "x-total-count"]);
		expect(sharing.filter((line) => !line.startsWith("access-control-expose-headers"))).toEqual(
			sharedWithCredentials(APP),
		);
		expect(sharing.filter((line) => line.startsWith("access-control-expose-headers")).length).toBe(1);
	});

	test("* with credentials on an error of Cordon's own", async () => {
		const { response } = await exchange({ host: present, origin: APP }, (request) =>
			request.socket.destroy(),
		);
		expect(response.status).toBe(502);
		expect(exposed(sharingOf(response))).toEqual(["vary"]);
	});

	test("* without credentials is *", async () => {
		const { response } = await exchange({ host: all, origin: EVIL }, { headers: HEADERS, body: "ok" });
		expect(sharingOf(response)).toEqual([...SHARED_WITH_ALL, "access-control-expose-headers: *"]);
	});

	test("a list is named as it is written, there or not", async () => {
		for (const headers of [HEADERS, []]) {
			const { response } = await exchange({ host: listed, origin: APP }, { headers, body: "ok" });
			expect(exposed(sharingOf(response))).toEqual(["etag", "x-total-count"]);
			expect(response.header("access-control-expose-headers")).toBe("ETag, X-Total-Count");
		}
	});

	test("nothing is exposed to a denied origin", async () => {
		for (const host of [present, listed]) {
			const { response } = await exchange({ host, origin: EVIL }, { headers: HEADERS, body: "ok" });
			expect(sharingOf(response)).toEqual(NOT_SHARED);
		}
	});
});

describe("resource timing", () => {
	const answer = {
		headers: [
			["Timing-Allow-Origin", "*"],
			["timing-allow-origin", EVIL],
		] as const,
	};

	test("where it is Cordon's, is for the allowed origin alone, even where the upstream says otherwise", async () => {
		for (const reply of [answer, {}]) {
			const allowed = await exchange({ host: timing, origin: APP }, reply);
			expect(sharingOf(allowed.response)).toEqual([
				"access-control-allow-credentials: true",
				`access-control-allow-origin: ${APP}`,
				`timing-allow-origin: ${APP}`,
				"vary: Origin",
			]);
			expect(sharingOf((await exchange({ host: timing, origin: EVIL }, reply)).response)).toEqual(NOT_SHARED);
			expect(sharingOf((await exchange({ host: timing }, reply)).response)).toEqual(NOT_SHARED);
			expect(sharingOf((await exchange({ host: timingForAll }, reply)).response)).toEqual([
				...SHARED_WITH_ALL,
				"timing-allow-origin: *",
			]);
		}
	});

	test("where it is not, is the upstream's, untouched", async () => {
		for (const origin of [APP, EVIL, undefined]) {
			const { response } = await exchange({ host: noTiming, origin }, answer);
			expect(response.all("timing-allow-origin").join(", ")).toBe(`*, ${EVIL}`);
			expect(sharingOf((await exchange({ host: noTiming, origin })).response)).not.toContain(
				"timing-allow-origin: *",
			);
		}
	});
});
