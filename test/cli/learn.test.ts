/** Owns the proof of `cordon learn`: what report mode saw becomes the allowlist, and nothing becomes it unasked. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createJsonStream } from "../../src/cli/learn/json-stream.ts";
import { verdictsIn } from "../../src/cli/learn/records.ts";
import { kindOf } from "../../src/cli/learn/what-it-is.ts";
import { cordon, folder } from "./harness.ts";

const FILE = `{
  // The shop's API.
  "hosts": ["api.acme.com"],
  "mode": "report",
  "cors": {
    "origins": [
      "https://app.acme.com" // the shop
    ],
    "credentials": true
  }
}
`;

function verdict(origin: string, more: object = {}) {
	return {
		event: "cors-verdict",
		hostname: "api.acme.com",
		kind: "actual",
		mode: "report",
		allowed: false,
		reason: "not-listed",
		entry: "",
		route: "",
		origin,
		method: "GET",
		status: 200,
		problem: "",
		...more,
	};
}

/** As `wrangler tail --format json` prints events: one after the other, each over many lines. */
function tail(...verdicts: readonly object[]): string {
	return verdicts
		.map((one, index) =>
			JSON.stringify(
				{
					outcome: "ok",
					scriptName: "cordon",
					eventTimestamp: 1_790_000_000_000 + index * 60_000,
					logs: [
						{ message: [JSON.stringify(one)], level: "log", timestamp: 1_790_000_000_000 + index * 60_000 },
					],
					event: { request: { url: "https://api.acme.com/", headers: {} } },
				},
				null,
				4,
			),
		)
		.join("\n");
}

describe("records are found in", () => {
	const one = verdict("https://www.acme.com");

	test.each<[string, string]>([
		["wrangler's tail", tail(one)],
		[
			"an export of Workers Logs",
			JSON.stringify([{ timestamp: 1_790_000_000_000, source: one, $workers: { scriptName: "cordon" } }]),
		],
		["lines of JSON", `${JSON.stringify(one)}\n${JSON.stringify({ event: "other" })}\n`],
		[
			"the result of an Analytics Engine query",
			JSON.stringify({
				meta: [],
				data: [
					{
						host: "api.acme.com",
						origin: "https://www.acme.com",
						kind: "actual",
						method: "GET",
						requests: "12",
					},
				],
				rows: 1,
			}),
		],
		[
			"raw columns of Analytics Engine",
			JSON.stringify({
				data: [{ blob2: "api.acme.com", blob4: "denied", blob8: "https://www.acme.com", blob9: "GET" }],
			}),
		],
	])("%s", (_, text) => {
		const values = createJsonStream().take(text);
		const found = values.flatMap((value) => verdictsIn(value));
		expect(found).toMatchObject([
			{ hostname: "api.acme.com", origin: "https://www.acme.com", method: "GET", allowed: false },
		]);
	});

	test("an event of Workers Logs once, which has its line as a value and as a text", () => {
		const $metadata = { id: "1", message: JSON.stringify(one) };
		const event = { timestamp: 1_790_000_000_000, source: one, $metadata };
		expect(verdictsIn({ result: { events: { events: [event] } } })).toHaveLength(1);
		expect(verdictsIn({ timestamp: 1_790_000_000_000, source: {}, $metadata })).toHaveLength(1);
	});

	const cut = tail(one);
	test.each([
		["in a text", cut.slice(0, cut.indexOf("not-listed") + 4)],
		["between two members", cut.slice(0, cut.indexOf("scriptName") - 6)],
		["within a list", `[\n{"event": {`],
		["after a list's element", `[\n{"event": "other"},\n`],
		["and brackets that are no JSON", "[wrangler:info] GET /x[1 200 OK (3ms)\n[b] {open"],
	])("what follows a record that is cut off %s", (_, before) => {
		const text = `${before}\n${tail(verdict("https://later.acme.com"))}\n${JSON.stringify(one)}\n`;
		for (const pieces of [[text], [...text]]) {
			const stream = createJsonStream();
			const found = pieces.flatMap((piece) => stream.take(piece)).flatMap((value) => verdictsIn(value));
			expect(found.map(({ origin }) => origin)).toEqual(["https://later.acme.com", "https://www.acme.com"]);
		}
	});

	test("a list of lines, as people join them", () => {
		const text = `[\n${JSON.stringify(one)},\n${JSON.stringify(one)}\n]\n`;
		const found = createJsonStream()
			.take(text)
			.flatMap((value) => verdictsIn(value));
		expect(found).toHaveLength(2);
	});

	test("names of headers that were cut off after 512 characters are not taken for whole", () => {
		const names = `x-first,${"x-".padEnd(512, "a")}`.slice(0, 512);
		const [found] = verdictsIn(verdict("https://www.acme.com", { requestHeaders: names }));
		expect(found?.requestHeaders).toEqual(["x-first"]);
	});

	test("pieces that are cut anywhere", () => {
		const text = tail(one, verdict("https://b.acme.com", { method: 'PUT"}{' }));
		const stream = createJsonStream();
		const found = [...text]
			.flatMap((character) => stream.take(character))
			.flatMap((value) => verdictsIn(value));
		expect(found.map(({ origin }) => origin)).toEqual(["https://www.acme.com", "https://b.acme.com"]);
	});
});

describe("an origin is told to be", () => {
	test.each([
		["https://www.acme.com", "own-subdomain"],
		["https://acme.com", "own-domain"],
		["http://localhost:3000", "localhost"],
		["chrome-extension://abcdefghijklmnopabcdefghijklmnop", "extension"],
		["https://evilacme.com", "look-alike"],
		["https://acme.com.evil.example", "look-alike"],
		["https://acme-login.com", "look-alike"],
		["https://acme.org", "look-alike"],
		["https://someone.github.io", "public-suffix-host"],
		["https://partner.example", "other-site"],
		["null", "null"],
		["https://a, https://b", "malformed"],
	])("%s: %s", (origin, kind) => {
		expect(kindOf(origin, new Set(["acme.com"]))).toBe(kind);
	});

	test.each([
		["https://shopacmes.com", "look-alike"],
		["https://shopacne.com", "look-alike"],
		["https://books.example", "other-site"],
	])("%s: %s, for a longer name", (origin, kind) => {
		expect(kindOf(origin, new Set(["shopacme.com"]))).toBe(kind);
	});
});

describe("a stranger that shares no more than a suffix is not a look-alike", () => {
	test.each([
		["https://evil.example", "example.com", "other-site"],
		["https://shop.xn--p1ai", "acme.com", "other-site"],
		["https://someone.github.io", "github.com", "public-suffix-host"],
		["https://example.evil.test", "example.com", "look-alike"],
		["https://xn--cme-7cd.com", "acme.com", "look-alike"],
	])("%s of %s: %s", (origin, own, kind) => {
		expect(kindOf(origin, new Set([own]))).toBe(kind);
	});
});

describe("cordon learn", () => {
	function world(...verdicts: readonly object[]) {
		const at = folder({ "acme.jsonc": FILE, "log.json": tail(...verdicts) });
		return { file: join(at, "acme.jsonc"), log: join(at, "log.json") };
	}

	test("names each denied origin with how often, when, and what it is, and changes nothing", async () => {
		const { file, log } = world(
			verdict("https://www.acme.com"),
			verdict("https://www.acme.com"),
			verdict("https://evilacme.com"),
		);
		const ran = await cordon(["learn", file, "--from", log]);
		expect(ran.code).toBe(1);
		expect(ran.out).toContain(
			"https://www.acme.com\n  a subdomain of your own domain\n  2 times, 2026-09-21",
		);
		expect(ran.out).toContain("LOOK-ALIKE");
		expect(ran.out).toContain("Still denied: https://www.acme.com, https://evilacme.com.");
		expect(readFileSync(file, "utf8")).toBe(FILE);
	});

	test("writes what is accepted with all comments kept, and says what to do when nothing is left", async () => {
		const { file, log } = world(verdict("https://www.acme.com"), verdict("https://a.b.acme.com"));
		const ran = await cordon(["learn", file, "--from", log, "--accept", "https://*.acme.com"]);
		expect(ran).toMatchObject({ code: 0, err: "" });
		expect(ran.out).toContain('To enforce it, take out "mode": "report"');
		const text = readFileSync(file, "utf8");
		expect(text).toContain("// The shop's API.");
		expect(text).toContain("// the shop");
		expect(text).toContain('"https://*.acme.com"');
	});

	test("leaves out what the file allows already, and hosts of other tenants", async () => {
		const { file, log } = world(
			verdict("https://app.acme.com"),
			verdict("https://x.example", { hostname: "api.other.com" }),
			verdict("https://api.acme.com", { reason: "own-origin" }),
		);
		const ran = await cordon(["learn", file, "--from", log, "--json"]);
		expect(JSON.parse(ran.out)).toEqual({
			records: 1,
			denied: [],
			accepted: [],
			notAdded: [],
			stillDenied: [],
		});
		expect(ran.code).toBe(0);
	});

	test("names methods and headers that an allowed origin asked for", async () => {
		const { file, log } = world(
			verdict("https://app.acme.com", {
				kind: "preflight",
				method: "PUT",
				requestHeaders: "content-type,x-id",
				allowed: true,
			}),
		);
		const ran = await cordon([
			"learn",
			file,
			"--from",
			log,
			"--accept-method",
			"PUT",
			"--accept-header",
			"X-Id",
		]);
		expect(ran.code).toBe(1);
		expect(ran.out).toContain("Still denied: content-type.");
		expect(readFileSync(file, "utf8")).toContain('"methods": [\n      "PUT"\n    ]');
		const again = await cordon(["learn", file, "--from", log, "--accept-header", "Content-Type"]);
		expect(again.code).toBe(0);
	});

	test("allows in one go an origin, and the method and headers that it asks for", async () => {
		const { file, log } = world(
			verdict("https://www.acme.com", { kind: "preflight", method: "PUT", requestHeaders: "x-id" }),
		);
		const accepted = [
			"--accept",
			"https://www.acme.com",
			"--accept-method",
			"PUT",
			"--accept-header",
			"X-Id",
		];
		const ran = await cordon(["learn", file, "--from", log, ...accepted]);
		expect(ran.out).toContain("1 time, 2026");
		expect(ran.out).toContain(
			'Nothing that was seen would be denied. To enforce it, take out "mode": "report"',
		);
		expect(ran.code).toBe(0);
	});

	test("says to take out the report mode of a route too", async () => {
		const at = folder({
			"acme.jsonc": {
				hosts: ["api.acme.com"],
				cors: { origins: [] },
				routes: [{ path: "/v1/*", mode: "report", cors: { origins: ["https://b.acme.com"] } }],
			},
			"log.json": tail(verdict("https://b.acme.com", { route: "/v1/*" })),
		});
		const ran = await cordon(["learn", join(at, "acme.jsonc"), "--from", join(at, "log.json")]);
		expect(ran.out).toContain('take out "mode": "report"');
	});

	test("adds to the route that denied", async () => {
		const at = folder({
			"acme.jsonc": {
				hosts: ["api.acme.com"],
				cors: { origins: [] },
				routes: [{ path: "/v1/*", cors: { origins: ["https://a.acme.com"] } }],
			},
			"log.json": tail(verdict("https://b.acme.com", { route: "/v1/*" })),
		});
		const file = join(at, "acme.jsonc");
		const ran = await cordon([
			"learn",
			file,
			"--from",
			join(at, "log.json"),
			"--accept",
			"https://b.acme.com",
		]);
		expect(ran.code).toBe(0);
		expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
			cors: { origins: [] },
			routes: [{ cors: { origins: ["https://a.acme.com", "https://b.acme.com"] } }],
		});
	});

	test.each([
		["--accept", "https://neverseen.example"],
		["--accept-method", "FOO"],
		["--accept-header", "X-Never"],
	])("refuses to add what the log has not seen, and says so: %s %s", async (option, entry) => {
		const { file, log } = world(verdict("https://www.acme.com"));
		const argv = ["learn", file, "--from", log, "--accept", "https://www.acme.com", option, entry];
		const ran = await cordon(argv);
		expect(ran.out).toContain(`not added  ${entry}: nothing in the log was denied that it would allow`);
		expect(ran.code).toBe(1);
		expect(readFileSync(file, "utf8")).not.toContain(entry);
		expect(readFileSync(file, "utf8")).toContain("https://www.acme.com");
	});

	test("says nothing of a choice that the file has already", async () => {
		const { file, log } = world(verdict("https://www.acme.com"));
		const argv = ["learn", file, "--from", log, "--accept", "https://www.acme.com"];
		await cordon(argv);
		const again = await cordon(argv);
		expect(again.out).not.toContain("not added");
		expect(again.code).toBe(0);
	});

	test.each([
		["an empty log", ""],
		["a log of other hosts", tail(verdict("https://www.acme.com", { hostname: "other.example" }))],
		["a log that is not JSON", "hello\n"],
	])("%s tells nothing, so the exit code does not say that nothing would be denied", async (_, text) => {
		const at = folder({ "acme.jsonc": FILE, "log.json": text });
		const ran = await cordon(["learn", join(at, "acme.jsonc"), "--from", join(at, "log.json")]);
		expect(ran.out).toContain("There is no recorded decision for this file's hosts in these logs");
		expect(ran.out).not.toContain("Nothing that was seen would be denied");
		expect(ran.code).toBe(1);
	});

	test("refuses a choice that is unsafe before it writes", async () => {
		const { file, log } = world(verdict("https://x.github.io"));
		const ran = await cordon(["learn", file, "--from", log, "--accept", "https://*.github.io"]);
		expect(ran.code).toBe(2);
		expect(ran.err).toContain("nothing is written");
		expect(readFileSync(file, "utf8")).toBe(FILE);
	});

	test.each([
		["without records", [], "--from"],
		["a log that is not there", ["--from", "/nowhere.json"], "cannot be read"],
		["an entry that is not an origin", ["--from", "-", "--accept", "acme.com"], "--accept"],
	])("%s is wrong usage", async (_, argv, words) => {
		const { file } = world();
		const ran = await cordon(["learn", file, ...argv]);
		expect(ran.code).toBe(2);
		expect(ran.err).toContain(words);
	});
});
