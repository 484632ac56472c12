/** Owns the proof of `cordon origins`: only what can match gets into a directory, in bulk, and twice is once. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cordon, folder, memoryKv } from "./harness.ts";

const KEY = "origin:customers:";

describe("origins add", () => {
	test("takes arguments, a file and standard input, and says how many were new", async () => {
		const values = new Map([[`${KEY}https://b.example`, "x"]]);
		const kv = memoryKv(values);
		const file = join(
			folder({
				"o.txt":
					"# customers\r\nhttps://a.example # the first\r\n\r\n  https://b.example\r\nhttps://a.example\r\n",
			}),
			"o.txt",
		);
		const { code, out } = await cordon(
			["origins", "add", "customers", "https://c.example:8443", "-", "--file", file, "--local", "--json"],
			{ kv, input: "chrome-extension://abc\nhttp://[::1]:3000" },
		);
		expect(code).toBe(0);
		expect(JSON.parse(out)).toEqual({ directory: "customers", added: 4, present: 1, warnings: [] });
		expect(kv.writes).toEqual([
			`put ${KEY}https://c.example:8443`,
			`put ${KEY}https://a.example`,
			`put ${KEY}chrome-extension://abc`,
			`put ${KEY}http://[::1]:3000`,
		]);
		expect(values.get(`${KEY}https://b.example`)).toBe("x");
		expect(values.get(`${KEY}https://a.example`)).toBe("");
		const again = await cordon(["origins", "add", "customers", "--file", file, "--local"], { kv });
		expect([again.code, again.out]).toEqual([0, "added: 0 new origins in customers; 2 were there before"]);
		expect(kv.writes).toHaveLength(4);
	});

	test("and origins remove change nothing with --dry-run", async () => {
		const kv = memoryKv(new Map([[`${KEY}https://b.example`, ""]]));
		const dry = ["https://a.example", "https://b.example", "--local", "--dry-run"];
		const added = await cordon(["origins", "add", "customers", ...dry], { kv });
		expect([added.code, added.out]).toEqual([
			0,
			"dry run, nothing is changed: would be added: 1 new origin in customers; 1 were there before",
		]);
		const removed = await cordon(["origins", "remove", "customers", ...dry, "--json"], { kv });
		expect(JSON.parse(removed.out)).toEqual({ dryRun: true, directory: "customers", removed: 1, absent: 1 });
		expect(kv.writes).toEqual([]);
	});

	test("writes nothing where one is bad, and shows each where it stands", async () => {
		const kv = memoryKv(new Map());
		const file = join(folder({ "o.txt": "https://a.example\nhttps://b.example/  # slash\n" }), "o.txt");
		const argv = ["origins", "add", "customers", "null", "--file", file, "--local"];
		const { code, out } = await cordon(argv, { kv });
		expect(code).toBe(1);
		expect(out).toContain("argument 1: error: prohibited-origin-null\n");
		expect(out).toContain(`${file}:2:1: error: invalid-origin-trailing-slash
  2 | https://b.example/  # slash
    | ^^^^^^^^^^^^^^^^^^
`);
		expect(out).toContain("invalid: 2 origins. Nothing was changed.");
		const json = await cordon([...argv, "--json"], { kv });
		expect(JSON.parse(json.out)).toEqual({
			valid: false,
			errors: [
				{
					code: "prohibited-origin-null",
					source: "arguments",
					line: 1,
					origin: "null",
					message: expect.any(String),
				},
				{
					code: "invalid-origin-trailing-slash",
					source: file,
					line: 2,
					origin: "https://b.example/",
					message: expect.any(String),
					suggestion: "https://b.example",
				},
			],
			warnings: [],
		});
		expect(kv.writes).toEqual([]);
	});

	test.each([
		["null", "prohibited-origin-null"],
		["*", "wildcard-in-directory"],
		["https://*.example.com", "wildcard-in-directory"],
		["https://pr-*.example.com", "wildcard-in-directory"],
		["http://localhost:*", "wildcard-in-directory"],
		["https://A.example", "invalid-origin-upper-case"],
		["https://a.example:443", "prohibited-origin-default-port"],
		["https://a.example/x", "invalid-origin-path"],
		["https://a.example#x", "invalid-origin-fragment"],
		["a.example", "invalid-origin-no-scheme"],
		["file:///x", "prohibited-origin-file"],
		["http://[0::1]", "prohibited-origin-ipv6-not-canonical"],
	])("refuses %s", async (origin, code) => {
		const kv = memoryKv(new Map());
		for (const [argv, input] of [
			[[origin], ""],
			[["-"], origin],
		] as const) {
			const ran = await cordon(["origins", "add", "customers", ...argv, "--local", "--json"], { kv, input });
			expect(ran.code).toBe(1);
			expect(JSON.parse(ran.out).errors).toMatchObject([{ code, origin }]);
		}
		expect(kv.writes).toEqual([]);
	});

	test("warns of plain http, except on this machine", async () => {
		const kv = memoryKv(new Map());
		const { code, out } = await cordon(
			["origins", "add", "customers", "http://a.example", "http://localhost:3000", "-", "--local", "--json"],
			{ kv, input: "http://a.example" },
		);
		expect(code).toBe(0);
		expect(JSON.parse(out)).toMatchObject({
			added: 2,
			warnings: [
				{ line: 1, code: "insecure-origin", origin: "http://a.example", suggestion: "https://a.example" },
			],
		});
	});
});

describe("origins remove", () => {
	test("removes what is there, and says how much that was", async () => {
		const values = new Map([
			[`${KEY}https://a.example`, ""],
			[`${KEY}https://b.example`, ""],
			["origin:others:https://a.example", ""],
		]);
		const kv = memoryKv(values);
		const { code, out } = await cordon(
			["origins", "remove", "customers", "https://a.example", "https://c.example", "--local"],
			{ kv },
		);
		expect([code, out]).toEqual([0, "removed: 1 origin of customers; 1 were not in it"]);
		expect([...values.keys()]).toEqual([`${KEY}https://b.example`, "origin:others:https://a.example"]);
		expect(kv.writes).toEqual([`delete ${KEY}https://a.example`]);
	});
});

describe("origins list", () => {
	test("lists one directory, sorted", async () => {
		const kv = memoryKv(
			new Map(
				["customers:https://b.example", "customers:https://a.example", "customers-2:https://c.example"].map(
					(k) => [`origin:${k}`, ""],
				),
			),
		);
		const { code, out } = await cordon(["origins", "list", "customers", "--local"], { kv });
		expect([code, out]).toEqual([0, "https://a.example\nhttps://b.example"]);
		const json = await cordon(["origins", "list", "customers", "--local", "--json"], { kv });
		expect(JSON.parse(json.out)).toEqual(["https://a.example", "https://b.example"]);
		expect((await cordon(["origins", "list", "nobody", "--local", "--json"], { kv })).out).toBe("[]");
		const none = await cordon(["origins", "list", "nobody", "--local"], { kv });
		expect([none.code, none.out, none.err]).toEqual([
			0,
			"",
			expect.stringContaining("nobody has no origin in"),
		]);
	});
});
