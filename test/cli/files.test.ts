/** Owns the proof that the command line reads and writes regular files alone, and none without bounds. */

import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { MAX_TENANT_FILE_BYTES } from "../../src/cli/files/input.ts";
import { MAX_TEXT_FINDINGS, readJson } from "../../src/cli/files/json-text.ts";
import { writeRegularFile } from "../../src/cli/files/regular-file.ts";
import { MAX_SHOWN_FINDINGS, MAX_SHOWN_FINDINGS_IN_ALL } from "../../src/cli/files/report.ts";
import { createSource } from "../../src/cli/files/source.ts";
import {
	MAX_ORIGIN_FILE_BYTES,
	MAX_ORIGIN_FINDINGS,
	MAX_ORIGIN_LINES,
} from "../../src/cli/origins/origin-list.ts";
import { cordon, folder, memoryKv } from "./harness.ts";

const SECRET = "TOP-SECRET-7f3a";
const DOCUMENT = { cors: { origins: ["https://a.example"] } };

/** What can stand where a file is meant, and what it is called. */
const KINDS: readonly (readonly [
	kind: string,
	says: string,
	make: (path: string) => void | Promise<void>,
])[] = [
	[
		"a link to a file",
		"is a symbolic link",
		(path) => {
			const secret = join(folder(), "secret");
			writeFileSync(secret, `${SECRET}: {`);
			symlinkSync(secret, path);
		},
	],
	["a link that leads nowhere", "is a symbolic link", (path) => symlinkSync("/nowhere/at/all", path)],
	["a link to a folder", "is a symbolic link", (path) => symlinkSync(folder(), path)],
	["a link to itself", "is a symbolic link", (path) => symlinkSync(path, path)],
	["a link to a device", "is a symbolic link", (path) => symlinkSync("/dev/zero", path)],
	["a pipe", "is a pipe", (path) => void execFileSync("mkfifo", [path])],
	[
		"a socket",
		"is a socket or a device",
		async (path) => {
			const server = createServer();
			await new Promise<void>((resolve) => server.listen(path, resolve));
			onTestFinished(() => void server.close());
		},
	],
	["a folder", "it is a folder", (path) => void mkdirSync(path)],
];

describe.each(KINDS)("%s", (_, says, make) => {
	test("in a folder of tenant files is named and left alone", async () => {
		const directory = folder({ "a.json": { hosts: ["a.com"], ...DOCUMENT } });
		const path = join(directory, "b.json");
		await make(path);
		const before = lstatSync(path).ino;
		for (const command of ["diff", "push", "pull"]) {
			const kv = memoryKv(new Map([["tenant:b.com", JSON.stringify(DOCUMENT)]]));
			const flags = command === "push" ? ["--yes"] : [];
			const { code, out, err } = await cordon([command, directory, "--local", ...flags], { kv });
			expect([command, code, out]).toEqual([command, 2, ""]);
			expect(err).toContain(path);
			expect(err).toContain(says);
			expect(err).not.toContain(SECRET);
			expect(kv.writes).toEqual([]);
		}
		expect(readdirSync(directory).toSorted()).toEqual(["a.json", "b.json"]);
		expect(lstatSync(path).ino).toBe(before);
	});

	test("given as a file is named and left alone, and the others are checked", async () => {
		const directory = folder({ "a.json": { hosts: ["api.acme.com"], ...DOCUMENT } });
		const path = join(directory, "b.json");
		await make(path);
		const { code, out, err } = await cordon(["validate", path, join(directory, "a.json")]);
		expect([code, out]).toEqual([2, "valid: 1 file"]);
		for (const argv of [
			["validate", path, "--json"],
			["explain", path, "--origin", "https://a.example"],
			["origins", "add", "customers", "--file", path, "--local"],
		]) {
			const ran = await cordon(argv, { kv: memoryKv(new Map()) });
			expect(ran.code).toBe(2);
			expect(ran.out + ran.err).toContain(says);
			expect(ran.out + ran.err).not.toContain(SECRET);
		}
		expect(err).toContain(says);
	});
});

test.each(["/dev/zero", "/dev/stdin", "/dev/tty", "/dev/fd/0"])("%s is read by nobody", async (path) => {
	for (const argv of [
		["validate", path],
		["explain", path, "--origin", "https://a.example"],
		["origins", "add", "customers", "--file", path, "--local"],
	]) {
		const { code, err } = await cordon(argv, { kv: memoryKv(new Map()) });
		expect(code).toBe(2);
		expect(err).toMatch(/is left alone|cannot be read/);
	}
});

test("a folder that is a link itself is what the user named, and is read", async () => {
	const link = join(folder(), "link");
	symlinkSync(folder({ "a.json": { hosts: ["a.com"], ...DOCUMENT } }), link);
	const { code } = await cordon(["push", link, "--local", "--yes"], { kv: memoryKv(new Map()) });
	expect(code).toBe(0);
});

describe("a file that is written", () => {
	test("takes the place of a link, and what that led to stays", () => {
		const directory = folder({ target: "mine" });
		symlinkSync(join(directory, "target"), join(directory, "a.json"));
		writeRegularFile(join(directory, "a.json"), "new");
		expect(readFileSync(join(directory, "target"), "utf8")).toBe("mine");
		expect(lstatSync(join(directory, "a.json")).isFile()).toBe(true);
		expect(readdirSync(directory).toSorted()).toEqual(["a.json", "target"]);
	});

	test("leaves no draft behind where it cannot be written", () => {
		const directory = folder({ "a.json/b": "" });
		expect(() => writeRegularFile(join(directory, "a.json"), "new")).toThrow("cannot be written");
		expect(readdirSync(directory)).toEqual(["a.json"]);
	});
});

describe("bounds", () => {
	const blanks = (bytes: number) => `${JSON.stringify(DOCUMENT)}${" ".repeat(bytes)}`.slice(0, bytes);

	test("a tenant file is read up to its limit, and not beyond", async () => {
		const directory = folder({
			"full.json": blanks(MAX_TENANT_FILE_BYTES),
			"over.json": blanks(MAX_TENANT_FILE_BYTES + 1),
		});
		expect(await cordon(["validate", join(directory, "full.json")])).toMatchObject({ code: 0 });
		const { code, err } = await cordon(["validate", join(directory, "over.json")]);
		expect(code).toBe(2);
		expect(err).toContain("over.json has more than 8,388,608 bytes, and no more than that is read.");
		const input = blanks(MAX_TENANT_FILE_BYTES + 1);
		expect(await cordon(["validate", "-"], { input })).toMatchObject({
			code: 2,
			err: expect.stringContaining("Standard input has more than 8,388,608 bytes"),
		});
	});

	test("a file of origins is read up to its limits, and not beyond", async () => {
		const directory = folder({
			"bytes.txt": "#".repeat(MAX_ORIGIN_FILE_BYTES + 1),
			"full.txt": "#\n".repeat(MAX_ORIGIN_LINES),
			"lines.txt": "#\n".repeat(MAX_ORIGIN_LINES + 1),
		});
		const add = (name: string) =>
			cordon(["origins", "add", "customers", "--file", join(directory, name), "--local"], {
				kv: memoryKv(new Map()),
			});
		expect(await add("bytes.txt")).toMatchObject({ code: 2, err: expect.stringContaining("bytes") });
		expect(await add("lines.txt")).toMatchObject({
			code: 2,
			err: expect.stringContaining("1,000,000 lines"),
		});
		expect(await add("full.txt")).toMatchObject({ code: 0 });
	});

	test("of many bad origins the first are kept and shown, with how many more there are", async () => {
		const path = join(folder({ "o.txt": "bad\n".repeat(130_000) }), "o.txt");
		const argv = ["origins", "add", "customers", "--file", path, "--local"];
		const { code, out } = await cordon(argv, { kv: memoryKv(new Map()) });
		expect(code).toBe(1);
		expect(out.split("error").length - 1).toBe(MAX_SHOWN_FINDINGS);
		expect(out).toContain("… and 129,900 more findings.");
		expect(out).toContain("invalid: 130,000 origins.");
		const json = JSON.parse((await cordon([...argv, "--json"], { kv: memoryKv(new Map()) })).out);
		expect(json.errors).toHaveLength(MAX_ORIGIN_FINDINGS);
		expect(json.more).toEqual({ errors: 129_000, warnings: 0 });
	});

	const many = (count: number, item: (index: number) => string) =>
		Array.from({ length: count }, (_, i) => item(i)).join(",");

	test.each<[string, string]>([
		["130,000 bad origins", `{ "cors": { "origins": [${many(130_000, () => '"x"')}] } }`],
		["130,000 bad hosts", `{ "hosts": [${many(130_000, (i) => `"X${i}"`)}], "cors": { "origins": [] } }`],
		["130,000 unknown keys", `{ ${many(130_000, (i) => `"k${i}": 1`)} }`],
		["130,000 repeated keys", `{ ${many(130_000, () => '"k": 1')} }`],
		["130,000 keys of the prototype", `{ ${many(130_000, () => '"__proto__": 1')} }`],
	])(
		"%s are findings, shown up to a bound, soon",
		async (_, text) => {
			const path = join(folder({ "a.json": text }), "a.json");
			const { code, out, err } = await cordon(["validate", path]);
			expect([code, err]).toEqual([1, ""]);
			expect(out.split(": error: ").length - 1).toBeLessThanOrEqual(MAX_SHOWN_FINDINGS);
			expect(out).toMatch(/… and [\d,]+ more findings; --json has them all\./);
			expect(out.length).toBeLessThan(100_000);
			const json = await cordon(["validate", path, "--json"]);
			expect(JSON.parse(json.out)).toMatchObject({ valid: false });
		},
		20_000,
	);

	test.each<[number, number]>([
		[MAX_TEXT_FINDINGS, MAX_TEXT_FINDINGS],
		[MAX_TEXT_FINDINGS + 1, MAX_TEXT_FINDINGS + 1],
		[MAX_TEXT_FINDINGS + 5000, MAX_TEXT_FINDINGS + 1],
	])("of %i repeated keys %i findings are kept", (count, kept) => {
		const { errors } = readJson(createSource("a.json", `{ "k": 0, ${many(count, () => '"k": 1')} }`));
		expect(errors).toHaveLength(kept);
		const last = errors.at(-1)?.finding.message;
		if (count === MAX_TEXT_FINDINGS) expect(last).toContain("stands already at line 1");
		else
			expect(last).toBe(
				`${(count - MAX_TEXT_FINDINGS).toLocaleString("en")} more keys stand twice. Correct these first.`,
			);
	});

	test("of many files with many findings the first are shown, with how many more there are", async () => {
		const cors = { origins: Array.from({ length: 200 }, (_, i) => `x${i}`) };
		const paths = Array.from({ length: 20 }, (_, i) =>
			join(folder({ [`${i}.json`]: { hosts: [`h${i}.com`], cors } }), `${i}.json`),
		);
		const { code, out } = await cordon(["validate", ...paths]);
		expect(code).toBe(1);
		expect(out.split(": error: ").length - 1).toBe(MAX_SHOWN_FINDINGS_IN_ALL);
		expect(out.match(/json: … and 100 more findings/g)).toHaveLength(10);
		expect(out).toContain("In other files: … and 2,000 more findings; --json has them all.");
	});

	test.each<[string, string]>([
		["20,000 lists", `${"[".repeat(20_000)}${"]".repeat(20_000)}`],
		["20,000 objects", `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`],
		["two million lists, never closed", "[".repeat(2_000_000)],
		["20,000 lists in a document", `{"cors":{"origins":${"[".repeat(20_000)}${"]".repeat(20_000)}}}`],
	])("%s within each other are a finding, in files and in KV", async (_, text) => {
		const directory = folder({ "a.json": text });
		const file = join(directory, "a.json");
		const stored = () =>
			memoryKv(
				new Map([
					["tenant:a.com", text],
					["tenant:b.com", text],
				]),
			);
		expect(await cordon(["validate", file])).toMatchObject({ code: 1, err: "" });
		for (const command of ["diff", "push", "pull"]) {
			expect(await cordon([command, directory, "--local"], { kv: stored() })).toMatchObject({
				code: 1,
				err: "",
			});
		}
		const good = folder({ "a.json": { hosts: ["a.com"], ...DOCUMENT } });
		expect(await cordon(["diff", good, "--local"], { kv: stored() })).toMatchObject({ code: 1, err: "" });
		expect(await cordon(["diff", good, "--local", "--json"], { kv: stored() })).toMatchObject({ code: 1 });
		expect(
			await cordon(["explain", "a.com", "--origin", "https://a.example", "--local"], { kv: stored() }),
		).toMatchObject({
			code: 1,
			err: "",
		});
		expect(await cordon(["pull", good, "--local"], { kv: stored() })).toMatchObject({ code: 1, err: "" });
		expect(await cordon(["push", good, "--local", "--yes", "--prune"], { kv: stored() })).toMatchObject({
			code: 0,
		});
	});

	test("a megabyte in one line is cut to what a terminal shows", async () => {
		const text = `{ "cors": { "origins": [${many(40_000, (i) => `"https://a${i}.example"`)}, "x"] } }`;
		const { code, out } = await cordon(["validate", "-"], { input: text });
		expect(code).toBe(1);
		for (const line of out.split("\n").filter((line) => line.includes(" | ")))
			expect(line.length).toBeLessThan(120);
	});

	test("ten thousand files are read and compared within seconds", async () => {
		const files = Array.from({ length: 10_000 }, (_, i) => [
			`t${i}.json`,
			{ hosts: [`h${i}.com`], ...DOCUMENT },
		]);
		const directory = folder(Object.fromEntries(files));
		const kv = memoryKv(new Map());
		expect(await cordon(["push", directory, "--local", "--yes"], { kv })).toMatchObject({ code: 0 });
		expect(kv.writes).toHaveLength(10_000);
		expect(await cordon(["pull", directory, "--local"], { kv })).toMatchObject({ code: 0 });
		const different = new Map(
			[...Array(10_000).keys()].map((i) => [
				`tenant:h${i}.com`,
				`{"cors":{"origins":["https://b${i}.example"]}}`,
			]),
		);
		expect(await cordon(["diff", directory, "--local"], { kv: memoryKv(different) })).toMatchObject({
			code: 1,
		});
		expect(await cordon(["pull", directory, "--local", "--yes"], { kv: memoryKv(different) })).toMatchObject({
			code: 0,
		});
		const elsewhere = folder();
		expect(await cordon(["pull", elsewhere, "--local"], { kv: memoryKv(different) })).toMatchObject({
			code: 0,
		});
		expect(readdirSync(elsewhere)).toHaveLength(10_000);
	}, 40_000);
});

describe("an error that nobody expected", () => {
	test("ends in two plain lines and exit code 2, as JSON too", async () => {
		const kv = { ...memoryKv(new Map()), list: () => Promise.reject(new TypeError("x is not\na function")) };
		const directory = folder({ "a.json": { hosts: ["a.com"], ...DOCUMENT } });
		const { code, out, err } = await cordon(["diff", directory, "--local", "--json"], { kv });
		expect(code).toBe(2);
		expect(err.split("\n")).toEqual([
			"cordon: Cordon failed on this: x is not",
			"Please report it with the command and the files that led to it; CORDON_DEBUG=1 shows where it happened.",
		]);
		expect(JSON.parse(out)).toEqual({
			error: { code: "internal-error", message: err.slice("cordon: ".length) },
		});
	});
});
