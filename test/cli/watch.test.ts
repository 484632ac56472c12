/** Owns the proof of `cordon watch`: verdicts of a tail, folded for people and one a line for machines. */

import { expect, test } from "vitest";
import { createFolds, MAX_FOLDS } from "../../src/cli/watch/folds.ts";
import { cordon } from "./harness.ts";

function event(origin: string, more: object = {}): object {
	const verdict = {
		...{ event: "cors-verdict", hostname: "api.acme.com", kind: "actual", mode: "enforce", allowed: false },
		...{ reason: "not-listed", route: "", origin, method: "GET", problem: "" },
		...more,
	};
	return { eventTimestamp: 1_750_000_000_000, logs: [{ message: [JSON.stringify(verdict)] }] };
}

const tailOf = (...events: readonly object[]) => events.map((one) => JSON.stringify(one, null, 2)).join("\n");

const A = "https://a.example";

test("one line an origin and reason, again when its count has doubled", async () => {
	const input = tailOf(
		event(A),
		event(A),
		event(A),
		event("https://b.example", { mode: "report" }),
		event(A),
	);
	const { code, out } = await cordon(["watch", "api.acme.com", "--from", "-"], { input });
	expect(code).toBe(0);
	expect(out.split("\n").map((line) => line.trim())).toEqual([
		`1×  denied  ${A}  not-listed  api.acme.com  15:06:40`,
		`2×  denied  ${A}  not-listed  api.acme.com  15:06:40`,
		"1×  would be denied  https://b.example  not-listed  api.acme.com  15:06:40",
		`4×  denied  ${A}  not-listed  api.acme.com  15:06:40`,
	]);
});

test("with --json every verdict is a line of JSON, and of no other host", async () => {
	const input = tailOf(event(A), event(A, { hostname: "other.acme.com" }), event(`${A}\u001b[2J`));
	const { code, out } = await cordon(["watch", "API.acme.com", "--from", "-", "--json"], { input });
	expect(code).toBe(0);
	expect(out).not.toContain("\u001b");
	const lines = out.split("\n").map((line) => JSON.parse(line) as object);
	expect(lines).toMatchObject([
		{ at: "2025-06-15T15:06:40.000Z", hostname: "api.acme.com", origin: A, allowed: false },
		{ origin: `${A}\u001b[2J` },
	]);
});

test("with --json a fault is a line of JSON too", async () => {
	const { code, out } = await cordon(["watch", "https://api.acme.com", "--from", "-", "--json"]);
	expect(code).toBe(2);
	expect(out.split("\n")).toHaveLength(1);
	expect(JSON.parse(out)).toMatchObject({ error: { code: "invalid-host" } });
});

test("a wildcard is for the hosts one label below", async () => {
	const input = tailOf(event(A), event(A, { hostname: "a.b.acme.com" }));
	const { out } = await cordon(["watch", "*.acme.com", "--from", "-", "--json"], { input });
	expect(out.split("\n")).toHaveLength(1);
});

test.each([
	["a URL in place of a host", ["watch", "https://api.acme.com", "--from", "-"], "not a hostname"],
	[
		"a file in place of standard input",
		["watch", "api.acme.com", "--from", "log.json"],
		"--from takes - alone",
	],
])("%s is refused", async (_, argv, words) => {
	const { code, err } = await cordon(argv);
	expect(code).toBe(2);
	expect(err).toContain(words);
});

test("the newest stands on top, and what was not seen for longest goes", () => {
	const folds = createFolds();
	const verdict = { hostname: "h", allowed: false, kind: "actual", method: "GET", requestHeaders: [] };
	const rest = { reason: "not-listed", route: "", mode: "enforce", count: 1, atMilliseconds: undefined };
	const add = (origin: string) => folds.add({ ...verdict, ...rest, origin });
	for (let index = 0; index <= MAX_FOLDS; index++) add(`https://${index}.example`);
	expect(add("https://5.example").count).toBe(2);
	const origins = folds.newestFirst().map(({ latest }) => latest.origin);
	expect(origins).toHaveLength(MAX_FOLDS);
	expect(origins[0]).toBe("https://5.example");
	expect(origins).not.toContain("https://0.example");
});
