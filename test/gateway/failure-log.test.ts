/** Owns the proof that what fails is logged, within bounds that leave each host its lines. */

import { expect, test } from "vitest";
import { createAddressReader } from "../../src/gateway/address.ts";
import { createFailureLog } from "../../src/gateway/failure-log.ts";
import { faultOf } from "../../src/gateway/fault-line.ts";
import type { LogEntry } from "../../src/gateway/log-lines.ts";

function setUp() {
	const lines: LogEntry[] = [];
	const state = { now: 0 };
	const log = createFailureLog(
		(entry) => lines.push(entry),
		() => state.now,
	);
	return { lines, state, log };
}

test("a failure is one line, with all that is known of it", () => {
	const { lines, log } = setUp();
	const read = { key: "tenant:api.example.com", reason: "KV GET failed: 500", served: "isolate" } as const;
	log.kvReadFailed(read);
	const upstream = {
		event: "upstream-failed",
		hostname: "api.example.com",
		code: "upstream-unreachable",
		reason: "Network connection lost.",
	} as const;
	log.requestFailed(upstream);
	expect(lines).toEqual([{ event: "kv-read-failed", ...read }, upstream]);
});

test.each([")", "'", '"', "<", ">"])(
	"a reason has nothing of a URL, not even what stands behind a %s in its query",
	(sign) => {
		const url = `https://api.example.com/x?token=a${sign}secret`;
		const address = createAddressReader()(url);
		const fault = faultOf(new Request(url), address, "upstream-unreachable", `cannot load: ${url} (again)`);
		expect(fault.reason).toBe("cannot load: https://… (again)");
	},
);

test("a reason is cut to size: a document may have a key of megabytes, which is told of as its place", () => {
	const { lines, log } = setUp();
	log.kvReadFailed({ key: "tenant:a.example", reason: "x".repeat(3_000_000), served: "nothing" });
	expect(JSON.stringify(lines[0]).length).toBeLessThan(700);
});

test.each([
	["one host", () => "tenant:a.example.com", 20],
	["made-up hosts", (i: number) => `tenant:made-up-${i}.example.com`, 40],
	["one directory", (i: number) => `origin:customers:https://made-up-${i}.example`, 20],
])("failures of %s are bounded and leave another its lines", (_, keyOf, bound) => {
	const { lines, log, state } = setUp();
	for (let i = 0; i < 1000; i++) log.kvReadFailed({ key: keyOf(i), reason: "down", served: "nothing" });
	expect(lines.length).toBe(bound);
	for (let i = 0; i < 20; i++) {
		log.requestFailed({ event: "upstream-failed", hostname: "api.other.example" });
	}
	expect(lines.length).toBe(bound + 20);
	state.now += 1000;
	log.kvReadFailed({ key: keyOf(0), reason: "down", served: "nothing" });
	expect(lines.length).toBe(bound + 21);
});
