/** Owns the proof that nothing that others wrote commands a terminal or a CI, in any way of printing. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { render } from "../../src/cli/shell/colors.ts";
import { safeJson, safeLines, safePart } from "../../src/cli/shell/safe-text.ts";
import { createTerminal } from "../../src/cli/shell/terminal.ts";
import { api, examine, onActual, set } from "./api-server.ts";
import { cordon, folder, memoryKv, type Ran, streamsOf } from "./harness.ts";

/** What would command a terminal or a CI, by kind. */
const ATTACKS: readonly (readonly [kind: string, text: string])[] = [
	["ESC and CSI", "\u001b[2J\u001b[31m"],
	["OSC", "\u001b]0;title\u0007\u001b]8;;https://evil.example\u001b\\"],
	["carriage return", "\rvalid: all"],
	["line break", "\nvalid: all\n"],
	["backspace and DEL", "\b\b\b\u007f"],
	["C1", "\u009b2J\u0090\u0085"],
	["line and paragraph separators", "\u2028\u2029"],
	["bidi controls", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"],
	["zero-width characters", "\u200b\u200c\u200d\u2060\u00ad"],
	["byte order mark", "\ufeff"],
	["lone surrogates", "\ud800x\udfff"],
	["tags", "\u{e0001}\u{e0041}"],
	["GitHub command", "\n::error::pwned"],
	["GitHub command after blanks", "\n \t\u00a0\u3000::add-mask::x"],
	["GitHub command at the very beginning", "::set-output name=x::y"],
	["GitHub's older command", "x ##[error]pwned"],
	["Azure command", "x ##vso[task.setvariable variable=x]y ###VSO[x]"],
	["TeamCity command", "##teamcity[x]"],
];

/** Characters that may never be written, and lines that are commands. */
const RAW = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const COMMAND = /^\s*::|##\w*\[/u;

function expectSafe(text: string): void {
	for (const line of text.split("\n")) {
		expect(line).not.toMatch(RAW);
		expect(line).not.toMatch(COMMAND);
	}
}

function expectSafeRun({ out, err }: Pick<Ran, "out" | "err">): void {
	expectSafe(out);
	expectSafe(err);
	// No text of others makes a line of its own.
	expect(`${out}\n${err}`.split("\n")).not.toContain("valid: all");
}

describe("a text of others", () => {
	test.each(ATTACKS)("with %s is shown, and commands nothing", (_, text) => {
		expect(safePart(`a${text}b`)).not.toMatch(RAW);
		expectSafe(safeLines(`a${text}b`));
		expectSafe(safeLines(`${text}b`));
		expectSafe(safeLines(`  ${text}b`));
	});

	test.each(ATTACKS)("with %s is the same value after it was printed as JSON", (_, text) => {
		const value = { [text]: [text, `a${text}b`, 1] };
		expect(JSON.parse(safeJson(value))).toEqual(value);
		expectSafe(safeJson(value));
	});

	test("is shown as it stands where there is nothing to it", () => {
		const text = "tenants/é ü 漢字 😀: #1 ::: a:b [x] # [";
		expect(safeLines(`x${text}`)).toBe(`x${text}`);
		expect(safeLines("a\tb")).toBe("a    b");
		expect(safePart("\u001b[31m\u202e\n")).toBe("\\u001b[31m\\u202e\\u000a");
		expect(safeLines("  ::error::x")).toBe("  \\u003a:error::x");
		expect(safeLines("a ##[x")).toBe("a \\u0023#[x");
	});

	test("is safe and parses back, for any text", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (text) => {
				expectSafe(safeLines(text));
				expectSafe(safeJson([text]));
				expect(JSON.parse(safeJson([text]))).toEqual([text.isWellFormed() ? text : expect.any(String)]);
			}),
		);
	});
});

describe("a terminal with colours", () => {
	test("has ours, and none of others", () => {
		const { streams, written } = streamsOf("", true);
		const terminal = createTerminal(streams);
		terminal.out(`${terminal.colors.red("bad")} \u001b[32mgood`);
		terminal.err(terminal.errorColors.bold("x\u009b1m"));
		expect(written()).toEqual([
			"\u001b[31mbad\u001b[39m \\u001b[32mgood\n",
			"\u001b[1mx\\u009b1m\u001b[22m\n",
		]);
	});

	test.each(ATTACKS)("shows %s as a text in what goes on, in questions, and in progress", async (_, text) => {
		const { streams, written } = streamsOf("yes\n", true);
		const terminal = createTerminal(streams);
		terminal.busy(`Reading ${text} …`);
		terminal.progress(`Reading ${text} …`);
		terminal.clear();
		expect(written()[1].replaceAll("\r\u001b[K", "")).not.toMatch(RAW);
		expectSafe(render(`${text}?`));
	});
});

describe.each(ATTACKS)("%s", (_, text) => {
	const badName = `${text.replaceAll("/", "-")}x.json`;
	const VALID = { cors: { origins: ["https://a.example"] } };

	/** A folder with a file of that name; file systems take no lone surrogates. */
	function folderWith(content: unknown): { readonly directory: string; readonly path: string } {
		const directory = join(folder(), `t${text.replaceAll("/", "-")}`);
		mkdirSync(directory);
		const path = join(directory, badName);
		writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
		return { directory, path };
	}

	test("in a file's name, keys and values: validate", async () => {
		const { path } = folderWith({ [text]: text, cors: { origins: [text], methods: [text] } });
		const json = await cordon(["validate", path, "--json"]);
		expect(JSON.parse(json.out)).toMatchObject({ valid: false });
		for (const ran of [
			json,
			await cordon(["validate", path]),
			await cordon(["validate", path, path, "nope"]),
		]) {
			expectSafeRun(ran);
		}
	});

	test("in a text that is not JSON: validate", async () => {
		expectSafeRun(await cordon(["validate", "-"], { input: `{ "a": ${text.toWellFormed()} }` }));
		expectSafeRun(await cordon(["validate", "-"], { input: `${text.toWellFormed()}` }));
	});

	test("in KV, and in the names of files: diff, push, pull", async () => {
		const stored = new Map([
			[`tenant:${text}`, JSON.stringify({ [text]: text })],
			["tenant:a.com", JSON.stringify({ upstream: text, cors: { origins: [text, { directory: text }] } })],
			["tenant:b.com", text],
		]);
		const { directory } = folderWith({ hosts: ["a.com", "b.com"], ...VALID });
		for (const argv of [
			["diff", directory, "--local"],
			["diff", directory, "--local", "--json"],
			["pull", directory, "--local", "--yes"],
			["push", directory, "--local", "--yes", "--prune"],
			["push", directory, "--local", "--yes", "--json"],
		]) {
			const ran = await cordon(argv, { kv: memoryKv(new Map(stored)) });
			expect(ran.code).toBeLessThan(2);
			expectSafeRun(ran);
		}
	});

	test("in origins: origins add, remove and list", async () => {
		const kv = memoryKv(new Map([[`origin:customers:${text}`, ""]]));
		const { path } = folderWith(`${text.toWellFormed()}\nhttps://${text.toWellFormed()}`);
		for (const argv of [
			["origins", "list", "customers", "--local"],
			["origins", "list", "customers", "--local", "--json"],
			["origins", "add", "customers", `https://${text}`, "--local"],
			["origins", "remove", "customers", "--file", path, "--local"],
		]) {
			expectSafeRun(await cordon(argv, { kv }));
		}
	});

	test("in arguments: explain and wrong usage", async () => {
		const { path } = folderWith({ ...VALID, routes: [{ path: `/${text}`, cors: VALID.cors }] });
		for (const argv of [
			["explain", path, "--origin", `https://x${text}`],
			["explain", path, "--origin", "https://a.example", "--header", text],
			["explain", path, "--origin", "https://a.example", "--method", text],
			["explain", path, "--origin", "https://a.example", "--path", `/${text}`],
			["explain", text, "--origin", "https://a.example", "--local"],
			["doctor", `https://${text}`, "--origin", text],
			["validate", `--${text}`],
			["validate", `--json=${text}`, "x"],
			["validate", text],
			["diff", text, "--local"],
			["diff", ".", text, "--local"],
			["origins", text],
			[text],
			["origins", "list", text, "--local"],
		]) {
			expectSafeRun(await cordon(argv, { kv: memoryKv(new Map()) }));
			expectSafeRun(await cordon([...argv, "--json"], { kv: memoryKv(new Map()) }));
		}
	});

	test("in what a server answers: doctor", async () => {
		// Node's own server refuses control characters; bytes from 0x80 up are what a header can have.
		const value = text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "");
		const server = await api(
			onActual(set({ "access-control-allow-origin": value, "set-cookie": `${value}=1`, vary: value })),
		);
		const { err } = await examine(server);
		expectSafe(err);
		expectSafeRun(await cordon(["doctor", server.url, "--origin", "https://app.example.com"]));
		expectSafeRun(await cordon(["doctor", server.url, "--origin", "https://app.example.com", "--json"]));
	});
});
