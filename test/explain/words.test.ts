/** Owns the proof of how the console tells an explanation, where the command line has words of its own. */

import { expect, test } from "vitest";
import { steps } from "../../src/admin/console/explained.ts";
import { explain } from "../../src/explain/explain.ts";

async function linesOf(document: unknown): Promise<ReadonlyMap<string, readonly string[]>> {
	const report = await explain(document, "api.example.com", { origin: "https://evil.example" });
	if ("problem" in report) throw new Error(report.message);
	return new Map(steps(report).map(({ name, lines }) => [name, lines]));
}

test("the only policy is not said to be another one than that which applies", async () => {
	const told = await linesOf({ cors: { origins: ["https://app.example.com"] } });
	expect(told.get("Policy")).toEqual(["the document's cors"]);
});

test("of a list, each policy that does not apply is named with the reason", async () => {
	const told = await linesOf({ cors: [{ origins: ["https://app.example.com"] }, { origins: "*" }] });
	expect(told.get("Policy")).toEqual([
		"the document's cors, the policy at /cors/1",
		"not the one at /cors/0: no entry of its list matches the origin",
	]);
	const denied = await linesOf({ cors: [{ origins: [] }, { origins: ["https://app.example.com"] }] });
	expect(denied.get("Policy")?.[0]).toBe("the document's cors, a list of 2 policies");
});

test("both ways of the browser are named in full", async () => {
	const told = await linesOf({ cors: { origins: ["https://app.example.com"] } });
	expect([...told.keys()].filter((name) => name.startsWith("Browser"))).toEqual([
		"Browser, with credentials",
		"Browser, without credentials",
	]);
});
