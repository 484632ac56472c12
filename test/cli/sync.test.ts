/** Owns the proof of `cordon diff`, `push` and `pull`: a folder and KV come to say the same, and nothing is lost. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTenantFile } from "../../src/cli/files/tenant-file.ts";
import { planPull } from "../../src/cli/pull/pull-plan.ts";
import { cordon, folder, memoryKv } from "./harness.ts";

const A = { cors: { origins: ["https://a.example"] } };
const B = { cors: { origins: ["https://b.example"], credentials: true } };

function kvOf(documents: Readonly<Record<string, unknown>>) {
	const values = Object.entries(documents).map(
		([host, value]) => [`tenant:${host}`, typeof value === "string" ? value : JSON.stringify(value)] as const,
	);
	const stored = new Map(values);
	return { stored, kv: memoryKv(stored) };
}

function filesOf(directory: string): Readonly<Record<string, string>> {
	return Object.fromEntries(
		readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]),
	);
}

describe("diff", () => {
	test("shows what was added, changed and is in KV alone, host by host", async () => {
		const directory = folder({
			"a.json": { hosts: ["a.com"], ...A },
			"b.json": { hosts: ["b.com", "c.com"], ...B },
		});
		const { kv } = kvOf({ "b.com": A, "c.com": A, "old.com": A });
		const { code, out } = await cordon(["diff", directory, "--local"], { kv });
		expect(code).toBe(1);
		expect(out).toBe(`+ added a.com (${directory}/a.json)
    allows:
      + https://a.example
    + {
    +   "cors": {
    +     "origins": [
    +       "https://a.example"
    +     ]
    +   }
    + }

~ changed b.com, c.com (${directory}/b.json)
    credentials: false → true
    allows:
      + https://b.example
    no longer allows:
      - https://a.example
      {
        "cors": {
          "origins": [
    -       "https://a.example"
    -     ]
    +       "https://b.example"
    +     ],
    +     "credentials": true
        }
      }

- only in KV old.com (push --prune would delete it)
    no longer allows:
      - https://a.example
    - {
    -   "cors": {
    -     "origins": [
    -       "https://a.example"
    -     ]
    -   }
    - }

different: 1 added, 2 changed, 1 only in KV`);
		expect(kv.writes).toEqual([]);
	});

	test("as JSON has both sides of every change", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com", "b.com"], ...A } });
		const { kv } = kvOf({ "b.com": B, "c.com": "no JSON" });
		const { code, out } = await cordon(["diff", directory, "--local", "--json"], { kv });
		expect(code).toBe(1);
		const file = join(directory, "a.json");
		expect(JSON.parse(out)).toEqual({
			same: false,
			added: [{ host: "a.com", file, after: A }],
			changed: [{ host: "b.com", file, before: B, after: A }],
			removed: [{ host: "c.com", before: "no JSON", unserved: expect.stringContaining("not JSON") }],
		});
	});

	test("finds nothing where only form and order of keys differ", async () => {
		const directory = folder({
			"b.jsonc": `{ "cors": { "credentials": true, /* ! */ "origins": ["https://b.example"] }, "hosts": ["b.com"] }`,
			"notes.txt": "no tenant file",
			".hidden.json": "{",
			"below/c.json": "{",
		});
		const { kv } = kvOf({ "b.com": JSON.stringify(B, null, 4) });
		const { code, out } = await cordon(["diff", directory, "--local"], { kv });
		expect([code, out]).toEqual([0, `same: 1 host, in ${directory} as in local KV`]);
	});
});

describe("push", () => {
	test("writes the document without its hosts, compact, under each of them", async () => {
		const directory = folder({
			"a.jsonc": `{ "hosts": ["a.com", "*.a.com"], /* ! */ "cors": {"origins": []}, }`,
		});
		const { kv, stored } = kvOf({});
		const { code, out } = await cordon(["push", directory, "--local", "--yes"], { kv });
		expect(code).toBe(0);
		expect(out).toContain("pushed: 2 added.");
		expect([...stored]).toEqual([
			["tenant:*.a.com", '{"cors":{"origins":[]}}'],
			["tenant:a.com", '{"cors":{"origins":[]}}'],
		]);
		const again = await cordon(["push", directory, "--local"], { kv });
		expect([again.code, again.out]).toEqual([0, "nothing to do: local KV holds what the folder says."]);
		expect(kv.writes).toHaveLength(2);
	});

	test.each<[string, Readonly<Record<string, unknown>>, string]>([
		[
			"a file has an error",
			{ "a.json": { hosts: ["a.com"], ...A }, "b.json": { hosts: ["b.com"] } },
			"missing-key",
		],
		["a file is not JSON", { "a.json": { hosts: ["a.com"], ...A }, "b.json": "{" }, "invalid-json"],
		[
			"a file names no host",
			{ "a.json": { hosts: ["a.com"], ...A }, "b.json": B },
			'"hosts" is missing here',
		],
	])("writes nothing where %s", async (_, files, words) => {
		const { kv } = kvOf({});
		const { code, out } = await cordon(["push", folder(files), "--local", "--yes"], { kv });
		expect(code).toBe(1);
		expect(out).toContain(words);
		expect(out).toContain("Nothing was written.");
		expect(kv.writes).toEqual([]);
	});

	test("refuses two files that claim one host, and names both", async () => {
		const directory = folder({
			"a.json": { hosts: ["x.com"], ...A },
			"b.json": { hosts: ["b.com", "x.com"], ...A },
		});
		const { kv } = kvOf({});
		const { code, out } = await cordon(["push", directory, "--local", "--yes", "--json"], { kv });
		expect(code).toBe(1);
		expect(JSON.parse(out)).toMatchObject({
			valid: false,
			files: [
				{ file: join(directory, "a.json"), valid: true },
				{
					file: join(directory, "b.json"),
					valid: false,
					errors: [
						{
							code: "host-claimed-twice",
							pointer: "/hosts/1",
							message: `${directory}/b.json and ${directory}/a.json both claim "x.com", but a host can have only one document. Remove it from one of the two.`,
						},
					],
				},
			],
		});
		expect(kv.writes).toEqual([]);
	});

	test("asks on a terminal, and takes no for an answer", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com"], ...A } });
		const { kv } = kvOf({ "old.com": A });
		const no = await cordon(["push", directory, "--local", "--prune"], { kv, answer: "" });
		expect(no.code).toBe(1);
		expect(no.err).toBe("Write 1 tenant and delete 1 tenant from local KV? [y/N] ");
		expect(no.out).toContain("Nothing was written.");
		expect(kv.writes).toEqual([]);
		const yes = await cordon(["push", directory, "--local", "--prune"], { kv, answer: "Y" });
		expect(yes.code).toBe(0);
		expect(kv.writes).toEqual(["put tenant:a.com", "delete tenant:old.com"]);
	});

	test("ends with 2 where nobody can be asked, unless --yes says so", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com"], ...A } });
		const { kv } = kvOf({});
		for (const flags of [[], ["--json"]]) {
			const { code, err } = await cordon(["push", directory, "--local", ...flags], { kv });
			expect(code).toBe(2);
			expect(err).toContain("Add --yes");
		}
		const { code } = await cordon(["push", directory, "--local", "--json"], { kv, answer: "y" });
		expect(code).toBe(2);
		expect(kv.writes).toEqual([]);
	});

	test("keeps hosts that only KV has, and deletes them with --prune", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com"], ...A, upstream: "http://api.example" } });
		const { kv, stored } = kvOf({ "old.com": B });
		const kept = await cordon(["push", directory, "--local", "--yes", "--json"], { kv });
		expect(JSON.parse(kept.out)).toEqual({
			written: ["a.com"],
			deleted: [],
			kept: ["old.com"],
			warnings: [expect.objectContaining({ file: join(directory, "a.json"), code: "insecure-upstream" })],
		});
		expect(stored.has("tenant:old.com")).toBe(true);
		const pruned = await cordon(["push", directory, "--local", "--yes", "--prune"], { kv });
		expect(pruned.code).toBe(0);
		expect(pruned.out).toContain("pushed: 1 deleted.");
		expect([...stored.keys()]).toEqual(["tenant:a.com"]);
	});

	test("writes nothing where KV has changed since it was shown, and names the hosts", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com", "b.com", "c.com"], ...A } });
		for (const flags of [[], ["--json"]]) {
			const { kv, stored } = kvOf({ "b.com": B, "old.com": A });
			const meddling = {
				...kv,
				async get(keys: readonly string[]) {
					const values = await kv.get(keys);
					for (const host of ["a.com", "b.com", "old.com"]) stored.set(`tenant:${host}`, '{"mine":1}');
					return values;
				},
			};
			const push = ["push", directory, "--local", "--yes", "--prune", ...flags];
			const { code, out } = await cordon(push, { kv: meddling });
			expect(code).toBe(1);
			if (flags.length > 0) {
				const changedMeanwhile = ["a.com", "b.com", "old.com"];
				expect(JSON.parse(out)).toEqual({ written: [], deleted: [], changedMeanwhile });
			} else {
				expect(out).toContain("changed meanwhile: a.com, b.com, old.com\n");
				expect(out).toContain("Nothing was written");
			}
			expect(kv.writes).toEqual([]);
		}
	});

	test("finds what the list of keys does not show yet", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com"], ...A } });
		const { kv } = kvOf({ "a.com": A });
		const lagging = { ...kv, list: async () => ["tenant:gone.com"] };
		const { code, out } = await cordon(["push", directory, "--local", "--prune"], { kv: lagging });
		expect([code, out]).toEqual([0, "nothing to do: local KV holds what the folder says."]);
	});

	test("shows what it would do with --dry-run, and asks and writes nothing", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com"], ...A } });
		const { kv } = kvOf({ "old.com": B });
		const push = ["push", directory, "--local", "--prune", "--dry-run"];
		const { code, out, err } = await cordon(push, { kv });
		expect([code, err]).toEqual([0, ""]);
		expect(out).toContain("+ added a.com");
		expect(out.split("\n").at(-1)).toBe("dry run: 1 added, 1 deleted; nothing was written.");
		expect(JSON.parse((await cordon([...push, "--json"], { kv })).out)).toEqual({
			...{ dryRun: true, written: ["a.com"], deleted: ["old.com"], kept: [], warnings: [] },
		});
		expect(kv.writes).toEqual([]);
	});

	test("says how far it came where KV gives up", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com"], ...A } });
		const { kv } = kvOf({});
		const broken = { ...kv, put: () => Promise.reject(new Error("no network")) };
		const { code, err } = await cordon(["push", directory, "--local", "--yes"], { kv: broken });
		expect(code).toBe(2);
		expect(err).toContain("0 of 1 written: no network");
	});
});

describe("what the gateway does not serve", () => {
	test.each<[string, string, unknown, string]>([
		["no JSON", "a.com", "{no", "it is not JSON that the gateway reads ("],
		["no object", "a.com", "[]", "it is not a JSON object"],
		["an upper-case key", "A.com", A, "no request can have that hostname"],
		[
			"an invalid document",
			"a.com",
			{ cors: { origins: ["null"], credential: true } },
			'it is not valid (unknown-key at "/cors/credential", and 1 other error)',
		],
		[
			"a key twice",
			"a.com",
			'{"cors":{"origins":[]},"cors":{"origins":[]}}',
			'reads (it has the key "cors" twice)',
		],
	])("%s is called that by diff and push", async (_, host, value, words) => {
		const directory = folder({ "b.json": { hosts: ["b.com"], ...A } });
		const { kv } = kvOf({ [host]: value, "b.com": A });
		const { out } = await cordon(["diff", directory, "--local"], { kv });
		expect(out).toContain(`- only in KV ${host}`);
		expect(out).toContain("in KV, but not served by the gateway: ");
		expect(out).toContain(words);
		const pushed = await cordon(["push", directory, "--local", "--yes", "--prune"], { kv });
		expect(pushed.out).toContain(words);
		expect(kv.writes).toEqual([`delete tenant:${host}`]);
	});

	test("a document with a key twice is written anew, though JSON reads it as the same", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com"], ...A } });
		const { kv, stored } = kvOf({ "a.com": `{"cors":{"origins":[]},${JSON.stringify(A).slice(1)}` });
		expect((await cordon(["push", directory, "--local", "--yes"], { kv })).code).toBe(0);
		expect(stored.get("tenant:a.com")).toBe(JSON.stringify(A));
	});

	test("an invalid document is pulled, to be corrected, and said", async () => {
		const directory = folder();
		const bad = { cors: { origins: ["https://*.com"], credentials: true } };
		const { kv } = kvOf({ "a.com": bad });
		const { code, out } = await cordon(["pull", directory, "--local", "--json"], { kv });
		expect(code).toBe(1);
		expect(JSON.parse(out).errors).toEqual([
			{
				code: "refused-document",
				key: "tenant:a.com",
				message: expect.stringContaining('prohibited-origin-public-suffix at "/cors/origins/0"'),
			},
		]);
		expect(JSON.parse(filesOf(directory)["a.com.json"] ?? "")).toEqual({ hosts: ["a.com"], ...bad });
	});
});

describe("pull", () => {
	test("writes one file for all hosts with the same document, named after the first", async () => {
		const directory = join(folder(), "new");
		const { kv } = kvOf({
			"b.com": A,
			"a.com": JSON.stringify(A, null, 2),
			"*.x.com": { mode: "report", ...B },
			"x.com": { ...B, mode: "report" },
			"[::1]": B,
		});
		const { code, out } = await cordon(["pull", directory, "--local"], { kv });
		expect(code).toBe(0);
		expect(filesOf(directory)).toEqual({
			"_wildcard.x.com.json": `${JSON.stringify({ hosts: ["*.x.com", "x.com"], mode: "report", ...B }, null, 2)}\n`,
			"a.com.json": `${JSON.stringify({ hosts: ["a.com", "b.com"], ...A }, null, 2)}\n`,
			"[__1].json": `${JSON.stringify({ hosts: ["[::1]"], ...B }, null, 2)}\n`,
		});
		expect(out).toContain("pulled: 5 hosts of local KV, in 3 files written");
	});

	test("updates the file that names a host, and leaves its comments and its form", async () => {
		const directory = folder({
			"acme.jsonc": `{
	// Acme, who pay
	"hosts": ["a.com"],
	"cors": {
		"origins": ["https://old.example"], // to be cleaned up
		"credentials": false
	},
}
`,
		});
		const updated = { cors: { ...A.cors, credentials: true, timingAllowOrigin: true } };
		const { kv } = kvOf({ "a.com": updated, "b.com": updated });
		const { code, out } = await cordon(["pull", directory, "--local", "--yes"], { kv });
		expect(code).toBe(0);
		expect(out).toContain("~ updated");
		expect(filesOf(directory)).toEqual({
			"acme.jsonc": `{
	// Acme, who pay
	"hosts": [
		"a.com",
		"b.com"
	],
	"cors": {
		"origins": ["https://a.example"], // to be cleaned up
		"credentials": true,
		"timingAllowOrigin": true
	},
}
`,
		});
	});

	test("moves a host whose document is another one out of the file it shared", async () => {
		const directory = folder({ "ab.json": { hosts: ["a.com", "b.com"], ...A }, "b.com.json": "not mine" });
		writeFileSync(join(directory, "b.com.json"), JSON.stringify({ hosts: ["other.com"], ...A }));
		const { kv } = kvOf({ "a.com": A, "b.com": B, "other.com": A });
		expect((await cordon(["pull", directory, "--local", "--yes"], { kv })).code).toBe(0);
		const files = filesOf(directory);
		expect(JSON.parse(files["ab.json"] ?? "")).toEqual({ hosts: ["a.com"], ...A });
		expect(JSON.parse(files["b.com.json"] ?? "")).toEqual({ hosts: ["other.com"], ...A });
		expect(JSON.parse(files["b.com-2.json"] ?? "")).toEqual({ hosts: ["b.com"], ...B });
	});

	test("keeps hosts that only the folder has, and removes them with --prune", async () => {
		const directory = folder({
			"a.json": { hosts: ["a.com", "new.com"], ...A },
			"c.json": { hosts: ["c.com"], ...A },
		});
		const { kv } = kvOf({ "a.com": A });
		const before = filesOf(directory);
		const kept = await cordon(["pull", directory, "--local", "--json"], { kv });
		expect(JSON.parse(kept.out)).toEqual({
			written: [],
			deleted: [],
			kept: [
				{ file: join(directory, "a.json"), hosts: ["new.com"] },
				{ file: join(directory, "c.json"), hosts: ["c.com"] },
			],
			errors: [],
		});
		expect(filesOf(directory)).toEqual(before);
		expect((await cordon(["pull", directory, "--local", "--prune", "--yes"], { kv })).code).toBe(0);
		const after = filesOf(directory);
		expect(Object.keys(after)).toEqual(["a.json"]);
		expect(JSON.parse(after["a.json"] ?? "")).toEqual({ hosts: ["a.com"], ...A });
	});

	test("shows what would change, and asks before files that are there change or go", async () => {
		const directory = folder({
			"a.json": { hosts: ["a.com"], ...A },
			"gone.json": { hosts: ["gone.com"], ...A },
		});
		const before = filesOf(directory);
		const { kv } = kvOf({ "a.com": B, "new.com": A });
		const pull = ["pull", directory, "--local", "--prune"];
		const asked = await cordon(pull, { kv, answer: "n" });
		expect([asked.code, asked.err]).toEqual([1, `Change 1 file and delete 1 file of ${directory}? [y/N] `]);
		for (const words of ["~ updated", "https://b.example", "- deleted", "+ new", "Nothing was written."]) {
			expect(asked.out).toContain(words);
		}
		expect(asked.out).not.toContain("No newline");
		expect(filesOf(directory)).toEqual(before);
		for (const flags of [[], ["--json"]]) {
			const { code, err } = await cordon([...pull, ...flags], { kv });
			expect(code).toBe(2);
			expect(err).toContain("Add --yes");
		}
		const dry = await cordon([...pull, "--dry-run"], { kv });
		expect([dry.code, dry.out.split("\n").at(-1)]).toEqual([
			0,
			"dry run: 2 hosts of local KV; nothing was written.",
		]);
		expect(JSON.parse((await cordon([...pull, "--dry-run", "--json"], { kv })).out)).toMatchObject({
			dryRun: true,
			deleted: [join(directory, "gone.json")],
		});
		expect(filesOf(directory)).toEqual(before);
		expect((await cordon(pull, { kv, answer: "y" })).code).toBe(0);
		expect(Object.keys(filesOf(directory))).toEqual(["a.json", "new.com.json"]);
	});

	test("makes no folder where nothing is to be written", async () => {
		const directory = join(folder(), "new");
		const { kv } = kvOf({ "a.com": A });
		expect((await cordon(["pull", directory, "--local", "--dry-run"], { kv })).code).toBe(0);
		expect(existsSync(directory)).toBe(false);
	});

	test("refuses to take every file, whichever was named before", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com"], ...A } });
		for (const documents of [{}, { "other.com": A }]) {
			const pull = ["pull", directory, "--local", "--prune", "--yes"];
			const { code, err } = await cordon(pull, { kv: kvOf(documents).kv });
			expect(code).toBe(2);
			expect(err).toContain("would delete every file");
			expect(Object.keys(filesOf(directory))).toEqual(["a.json"]);
		}
	});

	test("writes nothing where a file has changed since it was read", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com"], ...A } });
		const { kv } = kvOf({ "a.com": B, "new.com": A });
		const edited = JSON.stringify({ hosts: ["a.com"], ...A, mode: "report" });
		const meddling = {
			...kv,
			async get(keys: readonly string[]) {
				writeFileSync(join(directory, "a.json"), edited);
				return kv.get(keys);
			},
		};
		const { code, out } = await cordon(["pull", directory, "--local", "--yes"], { kv: meddling });
		expect(code).toBe(1);
		expect(out).toContain(`changed meanwhile: ${join(directory, "a.json")}`);
		expect(filesOf(directory)).toEqual({ "a.json": edited });
	});

	test("reports what is not a tenant document, with its key, and pulls the others", async () => {
		const directory = folder();
		const { kv } = kvOf({
			"a.com": A,
			"b.com": "{no",
			"c.com": "[]",
			"UP.com": A,
			"d.com": { hosts: ["x"], ...A },
		});
		const { code, out } = await cordon(["pull", directory, "--local", "--json"], { kv });
		expect(code).toBe(1);
		expect(JSON.parse(out).errors).toEqual([
			{ code: "invalid-host", key: "tenant:UP.com", message: expect.stringContaining("never found") },
			{
				code: "invalid-json",
				key: "tenant:b.com",
				message: expect.stringContaining("no JSON that the gateway reads ("),
			},
			{ code: "invalid-document", key: "tenant:c.com", message: expect.stringContaining("no JSON object") },
			{ code: "hosts-in-document", key: "tenant:d.com", message: expect.stringContaining("pulled without") },
		]);
		expect(JSON.parse(filesOf(directory)["a.com.json"] ?? "")).toEqual({ hosts: ["a.com", "d.com"], ...A });
	});

	test("touches nothing where the folder does not say whose hosts are whose", async () => {
		const directory = folder({ "a.json": '{ "hosts": ["a.com"],', "b.json": { hosts: ["b.com"], cors: 1 } });
		const before = filesOf(directory);
		const { code, out } = await cordon(["pull", directory, "--local"], { kv: kvOf({ "b.com": A }).kv });
		expect(code).toBe(1);
		expect(out).toContain("Nothing was pulled");
		expect(out).not.toContain("b.json");
		expect(filesOf(directory)).toEqual(before);
	});

	test("then push changes nothing, for any folder and KV before", async () => {
		const hosts = fc.constantFrom("a.com", "b.com", "*.c.com", "d.com");
		const document = fc.constantFrom<unknown>(A, B, { mode: "report", ...A }, { ...A, mode: "report" });
		const stored = fc.dictionary(hosts, document);
		const files = fc
			.uniqueArray(fc.tuple(hosts, fc.nat(2), document), { selector: ([host]) => host })
			.map((entries) =>
				[...Map.groupBy(entries, ([, file]) => file)].map(([file, members]) => ({
					name: `${file}.json`,
					text: JSON.stringify({ hosts: members.map(([host]) => host), ...(members[0]?.[2] as object) }),
				})),
			);
		await fc.assert(
			fc.asyncProperty(stored, files, async (before, existing) => {
				const directory = folder(Object.fromEntries(existing.map(({ name, text }) => [name, text])));
				const { kv } = kvOf(before);
				const old = filesOf(directory);
				const pull = ["pull", directory, "--local", "--prune", "--yes"];
				const hosts = existing.flatMap(({ text }) => JSON.parse(text).hosts as string[]);
				if (hosts.length > 0 && !hosts.some((host) => Object.hasOwn(before, host))) {
					expect(await cordon(pull, { kv })).toMatchObject({
						code: 2,
						err: expect.stringContaining("every file"),
					});
					expect(filesOf(directory)).toEqual(old);
					return;
				}
				expect((await cordon(pull, { kv })).code).toBe(0);
				const again = filesOf(directory);
				expect((await cordon(pull, { kv })).code).toBe(0);
				expect(filesOf(directory)).toEqual(again);
				if (Object.keys(before).length === 0) return;
				const pushed = await cordon(["push", directory, "--local", "--prune"], { kv });
				expect(pushed).toMatchObject({ code: 0, out: expect.stringContaining("nothing to do") });
				expect(kv.writes).toEqual([]);
			}),
			{ numRuns: 60 },
		);
	});

	test("gives a host of any length a file name that file systems take", () => {
		const host = `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.com`;
		const { writes } = planPull(
			new Map([[host, A]]),
			[readTenantFile("x.json", JSON.stringify(A))],
			"t",
			[],
			false,
		);
		expect(writes.map(({ path }) => path.length)).toEqual([207]);
	});
});
