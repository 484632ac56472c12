/** Owns the proof of `"deniedRequests": "isolate"`: what other sites embed without an Origin does not reach the API. */

import { describe, expect, test } from "vitest";
import { setUp, sharing } from "./world.ts";

const APP = "https://app.example.com";
const DOCUMENT = {
	upstream: "https://api.internal",
	cors: { origins: [APP], credentials: true },
	deniedRequests: "isolate",
	routes: [
		{ path: "/public/*", cors: { origins: "*" } },
		{ path: "/tiers/*", cors: [{ origins: [APP], credentials: true }, { origins: "*" }] },
		{ path: "/watched/*", cors: { origins: [APP] }, mode: "report" },
	],
};

/** The lines of Fetch Metadata; what is undefined is not sent. */
function metadata(site?: string, mode?: string, dest?: string): Record<string, string> {
	const lines = { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest };
	return Object.fromEntries(
		Object.entries(lines).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
	);
}

describe("without Origin", () => {
	test.each<[string, method: string, headers: Record<string, string>, passes: boolean]>([
		["a client that sends no Sec-Fetch-Site", "GET", metadata(), true],
		["such a client's POST", "POST", metadata(), true],
		["this origin's own", "GET", metadata("same-origin", "no-cors", "image"), true],
		["this origin's own DELETE", "DELETE", metadata("same-origin", "cors", "empty"), true],
		["what the user typed", "GET", metadata("none", "navigate", "document"), true],
		["an image of another site", "GET", metadata("cross-site", "no-cors", "image"), false],
		["an image of another origin of the site", "GET", metadata("same-site", "no-cors", "image"), false],
		["another site, of which no more is known", "GET", metadata("cross-site"), false],
		["a link that the user follows", "GET", metadata("cross-site", "navigate", "document"), true],
		["a link within the site", "GET", metadata("same-site", "navigate", "document"), true],
		["a HEAD of a navigation", "HEAD", metadata("cross-site", "navigate", "document"), true],
		["a form of another site", "POST", metadata("cross-site", "navigate", "document"), false],
		["any other method of a navigation", "PUT", metadata("cross-site", "navigate", "document"), false],
		["a frame", "GET", metadata("cross-site", "navigate", "iframe"), false],
		["an object that navigates", "GET", metadata("cross-site", "navigate", "object"), false],
		["a document that is not navigated to", "GET", metadata("cross-site", "no-cors", "document"), false],
		["a navigation that does not say to what", "GET", metadata("cross-site", "navigate"), false],
		["an OPTIONS", "OPTIONS", metadata("cross-site", "cors", "empty"), false],
		["a QUERY", "QUERY", metadata("cross-site", "no-cors", "empty"), false],
		["two values, one of them good", "GET", metadata("same-origin, cross-site", "no-cors", "image"), false],
		["two values, the good one last", "GET", metadata("cross-site, same-origin", "no-cors", "image"), false],
		["another case", "GET", metadata("Same-Origin", "no-cors", "image"), false],
		["a value that nobody knows", "GET", metadata("same-planet", "no-cors", "image"), false],
		["a navigation said twice", "GET", metadata("cross-site", "navigate, navigate", "document"), false],
		[
			"a handshake of another site",
			"GET",
			{ ...metadata("cross-site", "websocket", "empty"), upgrade: "websocket" },
			false,
		],
		["a handshake of a client", "GET", { upgrade: "websocket" }, true],
	])("%s (%s)", async (_, method, headers, passes) => {
		const { ask, reached, verdicts } = setUp({ document: DOCUMENT });
		const response = await ask("/", { method, headers });
		expect(response.status).toBe(passes ? 200 : 403);
		expect(reached).toHaveLength(passes ? 1 : 0);
		expect(sharing(response)).toEqual([...(passes ? ["timing-allow-origin: *"] : []), "vary: Origin"]);
		const recorded = verdicts.map(({ kind, allowed, reason, problem, origin, policy }) => ({
			...{ kind, allowed, reason, problem, origin, policy },
		}));
		const record = { kind: "no-origin", allowed: false, reason: "not-isolated", origin: "", policy: null };
		expect(recorded).toEqual(passes ? [] : [{ ...record, problem: "origin-not-allowed" }]);
	});

	test("the refusal says what to do, and nothing of who may", async () => {
		const { ask } = setUp({ document: DOCUMENT });
		const body = await (await ask("/", { headers: metadata("cross-site") })).text();
		expect(JSON.parse(body)).toMatchObject({ status: 403, code: "origin-not-allowed" });
		expect(body).toContain("no Origin");
		expect(body).not.toContain("example.com");
	});
});

const EMBEDDED = { headers: metadata("cross-site", "no-cors", "image") };

test.each(["/public/x", "/tiers/x"])("what every origin may read is not isolated: %s", async (path) => {
	const { ask, verdicts } = setUp({ document: DOCUMENT });
	const response = await ask(path, EMBEDDED);
	expect(response.status).toBe(200);
	expect(response.headers.get("access-control-allow-origin")).toBe("*");
	expect(verdicts).toEqual([]);
});

test("a path that may lead elsewhere is isolated, even where the route that it is under is everybody's", async () => {
	const { ask, reached } = setUp({ document: DOCUMENT });
	expect((await ask("/public/..%2fadmin", EMBEDDED)).status).toBe(403);
	expect(reached).toEqual([]);
});

test("with an Origin it rejects as reject does", async () => {
	const { ask, verdicts } = setUp({ document: DOCUMENT });
	expect((await ask("/", { origin: "https://evil.example" })).status).toBe(403);
	expect((await ask("/", { ...EMBEDDED, origin: APP })).status).toBe(200);
	expect((await ask("/", { ...EMBEDDED, origin: "https://api.example.com" })).status).toBe(200);
	expect(verdicts.map(({ reason }) => reason)).toEqual(["not-listed", "listed", "own-origin"]);
});

test("report mode only records it", async () => {
	const { ask, verdicts } = setUp({ document: DOCUMENT });
	const response = await ask("/watched/x", EMBEDDED);
	expect(response.status).toBe(200);
	// Of the API, untouched.
	expect(response.headers.get("access-control-allow-origin")).toBe("*");
	expect(verdicts).toMatchObject([{ mode: "report", reason: "not-isolated", problem: "", status: 200 }]);
});

test.each([undefined, "forward", "reject"])(
	"nothing of it holds where deniedRequests is %s",
	async (word) => {
		const { ask, verdicts } = setUp({ document: { ...DOCUMENT, deniedRequests: word } });
		expect((await ask("/", EMBEDDED)).status).toBe(200);
		expect(verdicts).toEqual([]);
	},
);

test("where it is not set, no header of Fetch Metadata is even read", async () => {
	const { ask } = setUp({ document: { ...DOCUMENT, deniedRequests: "reject" } });
	const read: string[] = [];
	const { get } = Headers.prototype;
	Headers.prototype.get = function counted(name) {
		read.push(name);
		return get.call(this, name);
	};
	try {
		await ask("/", EMBEDDED);
	} finally {
		Headers.prototype.get = get;
	}
	expect(read.length).toBeGreaterThan(0);
	expect(read.filter((name) => name.startsWith("sec-fetch-"))).toEqual([]);
});
