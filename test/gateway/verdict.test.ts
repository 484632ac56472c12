/** Owns the proof of the verdict record: its columns, its log lines, and their bounds. */

import { expect, test } from "vitest";
import { accountOfParent, type LogEntry } from "../../src/gateway/log-lines.ts";
import { createVerdictRecorder, type Verdict } from "../../src/gateway/verdict.ts";

const DENIED: Verdict = {
	hostname: "api.example.com",
	kind: "actual",
	mode: "enforce",
	allowed: false,
	reason: "not-listed",
	entry: "",
	route: "/v1/*",
	policy: null,
	origin: "https://evil.example",
	method: "GET",
	requestHeaders: "",
	policyReadAtMilliseconds: -11_500,
	status: 200,
	problem: "",
	redirectTaintsOrigin: false,
};
const ALLOWED: Verdict = {
	...DENIED,
	allowed: true,
	reason: "listed",
	entry: "https://*.example.com",
	policy: 1,
};

function setUp() {
	const points: AnalyticsEngineDataPoint[] = [];
	const lines: LogEntry[] = [];
	const state = { now: 1000 };
	/** Hosts with a document of their own. */
	const tenants = new Set<string>();
	const { record, countUnavailable } = createVerdictRecorder({
		dataset: { writeDataPoint: (point) => void (point && points.push(point)) },
		log: (entry) => void lines.push(entry),
		accountOf: (host) => (tenants.has(host) ? host : accountOfParent(host)),
		now: () => state.now,
	});
	return { points, lines, state, record, countUnavailable, tenants };
}

test("every verdict is one data point of the documented columns", () => {
	const { points, record } = setUp();
	record(ALLOWED);
	expect(points).toEqual([
		{
			indexes: ["api.example.com"],
			blobs: [
				"2",
				"api.example.com",
				"actual",
				"allowed",
				"listed",
				"https://*.example.com",
				"/v1/*",
				"https://evil.example",
				"GET",
				"enforce",
				"",
				"",
				"1",
				"",
			],
			doubles: [1, 12.5, 200],
		},
	]);
});

test("the headers that a preflight asks for are recorded, and cut to size", () => {
	const { points, lines, record } = setUp();
	record({ ...DENIED, kind: "preflight", requestHeaders: "content-type,x-id" });
	record({ ...DENIED, kind: "preflight", requestHeaders: "x".repeat(513) });
	expect(points.map(({ blobs }) => blobs?.[13])).toEqual(["content-type,x-id", "x".repeat(512)]);
	expect(lines).toMatchObject([{ requestHeaders: "content-type,x-id" }, { requestHeaders: "x".repeat(512) }]);
});

test("a request whose tenant cannot be read is a data point without a decision", () => {
	const { points, lines, countUnavailable } = setUp();
	countUnavailable({ hostname: "api.example.com", origin: "https://a.example", method: "GET", status: 503 });
	expect(points).toEqual([
		{
			indexes: ["api.example.com"],
			blobs: [
				"2",
				"api.example.com",
				"",
				"",
				"",
				"",
				"",
				"https://a.example",
				"GET",
				"",
				"tenant-unavailable",
			],
			doubles: [1, 0, 503],
		},
	]);
	expect(lines).toEqual([]);
});

test("denied and report verdicts, and redirects that lose the origin, are logged; allowed and same-origin ones are not", () => {
	const { lines, record } = setUp();
	record(ALLOWED);
	record({ ...DENIED, reason: "own-origin" });
	expect(lines).toEqual([]);
	record(DENIED);
	record({ ...ALLOWED, mode: "report" });
	record({ ...ALLOWED, redirectTaintsOrigin: true });
	expect(lines.length).toBe(3);
	const { policyReadAtMilliseconds: _, ...denied } = DENIED;
	expect(lines[0]).toEqual({ event: "cors-verdict", ...denied, policyAgeSeconds: 12.5 });
});

test("an attacker buys no log line per request: 50 at once, 5 a second, and how many were left out is said", () => {
	const { lines, points, record, state } = setUp();
	const flood = () => {
		for (let i = 0; i < 1000; i++) record({ ...DENIED, origin: `https://${i}.evil.example` });
	};
	flood();
	expect(lines.length).toBe(50);
	expect(points.length).toBe(1000);
	state.now += 1000;
	flood();
	expect(lines.length).toBe(55);
	expect(lines[50]).toMatchObject({ suppressedBefore: 950 });
	expect(lines[51]).not.toHaveProperty("suppressedBefore");
});

test("the very same verdict again and again is logged 20 times at once, then once a second, one that differs at once", () => {
	const { lines, points, record, state } = setUp();
	for (let i = 0; i < 100; i++) record(DENIED);
	expect([lines.length, points.length]).toEqual([20, 100]);
	record({ ...DENIED, method: "POST" });
	expect(lines.length).toBe(21);
	expect(lines[20]).toMatchObject({ method: "POST", suppressedBefore: 80 });
	for (let i = 0; i < 100; i++) record({ ...DENIED, method: "POST" });
	expect(lines.length).toBe(40);
	state.now += 1000;
	for (let i = 0; i < 100; i++) record({ ...DENIED, method: "POST" });
	expect(lines.length).toBe(41);
});

test("what the client chose is cut to size", () => {
	const { lines, points, record } = setUp();
	record({ ...DENIED, origin: "x".repeat(10_000), method: "M".repeat(1000) });
	expect(String(lines[0]?.["origin"]).length).toBe(326);
	expect(String(lines[0]?.["method"]).length).toBe(32);
	expect(JSON.stringify(points[0]).length).toBeLessThan(1000);
});

test("a flood of denials at one host leaves another all of its lines", () => {
	const { lines, record, state } = setUp();
	const flood = (times: number) => {
		for (let i = 0; i < times; i++) {
			record({ ...DENIED, hostname: "a.example.com", origin: `https://${i}.evil.example` });
		}
	};
	flood(1000);
	for (let i = 0; i < 20; i++) {
		record({ ...DENIED, hostname: "b.example.com" });
		flood(100);
		state.now += 50;
	}
	expect(lines.filter(({ hostname }) => hostname === "b.example.com").length).toBe(20);
});

test("floods at several tenants of one parent leave another tenant there all of its lines", () => {
	const { lines, record, tenants } = setUp();
	for (const host of ["a", "b", "c", "d", "quiet"]) tenants.add(`${host}.example.com`);
	for (let i = 0; i < 4000; i++) {
		const hostname = `${"abcd".charAt(i % 4)}.example.com`;
		record({ ...DENIED, hostname, origin: `https://${i}.evil.example` });
	}
	for (let i = 0; i < 20; i++) record({ ...DENIED, hostname: "quiet.example.com" });
	expect(lines.filter(({ hostname }) => hostname === "quiet.example.com").length).toBe(20);
});

test("a flood over made-up hosts of one parent leaves another parent's hosts their lines", () => {
	const { lines, record } = setUp();
	for (let i = 0; i < 5000; i++) record({ ...DENIED, hostname: `made-up-${i}.example.com` });
	expect(lines.length).toBe(100);
	for (let i = 0; i < 20; i++) record({ ...DENIED, hostname: "api.other.example" });
	expect(lines.length).toBe(120);
});

test("a flood over hundreds of hosts everywhere leaves another host 20 lines", () => {
	const { lines, record } = setUp();
	for (let i = 0; i < 20_000; i++) {
		record({ ...DENIED, hostname: `api.t${i % 400}.example`, origin: `https://${i}.evil.example` });
	}
	const before = lines.length;
	for (let i = 0; i < 20; i++) record({ ...DENIED, hostname: "api.quiet.example" });
	expect(lines.length - before).toBe(20);
});

test("says of each host how many of its own lines were left out", () => {
	const { lines, record, state } = setUp();
	for (const hostname of ["a.example.com", "b.example.com"]) {
		for (let i = 0; i < (hostname.startsWith("a") ? 60 : 53); i++) {
			record({ ...DENIED, hostname, origin: `https://${i}.evil.example` });
		}
	}
	state.now += 1000;
	for (const hostname of ["a.example.com", "b.example.com"]) record({ ...DENIED, hostname });
	expect(lines.slice(-2).map(({ hostname, suppressedBefore }) => [hostname, suppressedBefore])).toEqual([
		["a.example.com", 10],
		["b.example.com", 3],
	]);
});
