/** Owns the proof of a route's own mode: an API is taken over path by path, and no spelling is a way around. */

import { describe, expect, test } from "vitest";
import { setUp, sharing } from "./world.ts";

const APP = "https://app.example.com";
const EVIL = "https://evil.example";
const cors = { origins: [APP], credentials: true, timingAllowOrigin: true };
const COMMON = {
	upstream: "https://api.internal",
	deniedRequests: "reject",
	originHeader: "strip",
	cookies: { sameSite: "None", domain: "remove" },
	clientCertificate: "require",
};
const COOKIE = "a=1; Domain=api.internal";
const LIKE_THE_API = (origin: string) => [
	"access-control-allow-credentials: true",
	`access-control-allow-origin: ${origin}`,
	"timing-allow-origin: *",
];
const answer = async ({ headers }: Request) =>
	new Response("body", {
		headers: {
			"access-control-allow-origin": headers.get("origin") ?? "none",
			"access-control-allow-credentials": "true",
			"timing-allow-origin": "*",
			"set-cookie": COOKIE,
		},
	});
const CERTIFIED = {
	cf: { tlsClientAuth: { certPresented: "1", certVerified: "SUCCESS", certRFC9440: ":AA==:" } },
} as RequestInit;
const PREFLIGHT = { method: "OPTIONS", headers: { "access-control-request-method": "PUT" } };

describe.each([
	["a route that only watches, while the rest enforces", "enforce", "/watch/x", "/other"],
	["a route that enforces, while the rest still watches", "report", "/other", "/enforce/x"],
])("%s", (_, mode, watched, enforced) => {
	const routes = [
		{ path: "/watch/*", cors, mode: "report" },
		{ path: "/enforce/*", cors, mode: "enforce" },
	];
	const document = { ...COMMON, cors, mode, routes };

	test("changes nothing where it watches, and records what it would have done", async () => {
		const { ask, reached, verdicts } = setUp({ document, answer });
		// Without a certificate, which would be required.
		for (const origin of [APP, EVIL]) {
			const response = await ask(watched, { origin });
			expect(response.status).toBe(200);
			expect(sharing(response)).toEqual(LIKE_THE_API(origin));
			expect(response.headers.getSetCookie()).toEqual([COOKIE]);
		}
		expect((await ask(watched, { ...PREFLIGHT, origin: EVIL })).status).toBe(200);
		expect(reached.map(({ method, headers }) => [method, headers.get("origin")])).toEqual([
			["GET", APP],
			["GET", EVIL],
			["OPTIONS", EVIL],
		]);
		expect(verdicts.map((verdict) => [verdict.mode, verdict.reason])).toEqual([
			["report", "listed"],
			["report", "not-listed"],
			["report", "not-listed"],
		]);
	});

	test("does everything where it enforces", async () => {
		const { ask, reached, verdicts } = setUp({ document, answer });
		const response = await ask(enforced, { ...CERTIFIED, origin: APP });
		expect(sharing(response)).toEqual([
			"access-control-allow-credentials: true",
			`access-control-allow-origin: ${APP}`,
			`timing-allow-origin: ${APP}`,
			"vary: Origin",
		]);
		expect(response.headers.getSetCookie()).toEqual(["a=1; SameSite=None; Secure"]);
		expect(reached.map(({ headers }) => headers.get("origin"))).toEqual([null]);
		expect((await ask(enforced, { ...CERTIFIED, origin: EVIL })).status).toBe(403);
		expect((await ask(enforced, { ...PREFLIGHT, origin: APP })).status).toBe(204);
		expect((await ask(enforced, { origin: APP })).status).toBe(403);
		expect(verdicts.map((verdict) => verdict.mode)).toEqual(Array(4).fill("enforce"));
	});
});

test("a route without a mode has the document's", async () => {
	const document = { ...COMMON, cors, mode: "report", routes: [{ path: "/a", cors }] };
	const { ask, verdicts } = setUp({ document, answer });
	expect((await ask("/a", { origin: EVIL })).status).toBe(200);
	expect(verdicts).toMatchObject([{ mode: "report", route: "/a" }]);
});

const MANY_READINGS = `/${"%2561;%252e%5C%2520/".repeat(800)}`;

describe("a path that can be read in more than one way", () => {
	const watch = { path: "/watch/*", cors, mode: "report" };
	test.each<[string, mode: string, routes: readonly object[], path: string, recorded: string]>([
		[
			"enforces where the path as it stands does",
			"report",
			[{ path: "/in/*", cors, mode: "enforce" }],
			"/in/..%2fx",
			"enforce",
		],
		["enforces where another reading does", "enforce", [watch], "/watch/..%2fx", "enforce"],
		[
			"enforces where a reading leads to another route that does",
			"report",
			[{ path: "/in", cors, mode: "enforce" }],
			"/IN",
			"enforce",
		],
		[
			"enforces where the third reading alone does",
			"report",
			[watch, { path: "/in/*", cors, mode: "enforce" }],
			"/watch/..%2fIN/a",
			"enforce",
		],
		[
			"enforces where it leads to two routes of which one does",
			"report",
			[
				{ path: "/in", cors, mode: "enforce" },
				{ path: "/IN", cors },
			],
			"/In",
			"enforce",
		],
		[
			"enforces where there are too many readings to tell, and some route does",
			"report",
			[{ path: "/in", cors, mode: "enforce" }],
			MANY_READINGS,
			"enforce",
		],
		[
			"watches where every reading does",
			"report",
			[watch, { path: "/in", cors, mode: "enforce" }],
			"/WATCH/x",
			"report",
		],
		[
			"watches where there are too many readings to tell, and no route enforces",
			"report",
			[watch],
			MANY_READINGS,
			"report",
		],
	])("%s", async (_, mode, routes, path, recorded) => {
		const { ask, verdicts } = setUp({ document: { ...COMMON, cors, mode, routes }, answer });
		const response = await ask(path, { ...CERTIFIED, origin: APP });
		expect(verdicts).toMatchObject([{ mode: recorded, reason: "ambiguous-path" }]);
		expect(sharing(response)).toEqual(recorded === "report" ? LIKE_THE_API(APP) : ["vary: Origin"]);
		expect(response.status).toBe(recorded === "report" ? 200 : 403);
	});
});
