/** Owns the proof of the command line's manners: help, wrong usage, exit codes. */

import { describe, expect, onTestFinished, test, vi } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { createTerminal } from "../../src/cli/shell/terminal.ts";
import { cordon, folder, memoryKv, streamsOf } from "./harness.ts";

const COMMANDS = [
	"validate",
	"test",
	"explain",
	"doctor",
	"diff",
	"push",
	"pull",
	"origins add",
	"origins remove",
	"origins list",
];

describe("help", () => {
	test("lists every command", async () => {
		const { code, out } = await cordon(["--help"]);
		expect(code).toBe(0);
		for (const command of COMMANDS) expect(out).toContain(`  ${command.split(" ")[0]} `);
		expect(out).toContain("  completion ");
		expect(await cordon(["help"])).toEqual({ code, out, err: "" });
	});

	test.each(COMMANDS)("of %s has usage, arguments, options and an example", async (command) => {
		const { code, out } = await cordon([...command.split(" "), "--help"]);
		expect(code).toBe(0);
		expect(out).toContain(`Usage: cordon ${command} [options] `);
		for (const title of ["Arguments", "Options", "Examples", "Exit codes"])
			expect(out).toContain(`\n${title}:\n`);
		expect(out).toContain("--json");
		expect(out).toContain(`\n  npx cordon ${command} `);
		expect(await cordon(["help", ...command.split(" ")])).toEqual({ code, out, err: "" });
	});

	test("of origins is that of its three commands", async () => {
		const { code, out } = await cordon(["origins", "--help"]);
		expect(code).toBe(0);
		for (const action of ["add", "remove", "list"]) expect(out).toContain(`  ${action} `);
	});

	test("is shown wherever --help stands, even if something else is wrong", async () => {
		for (const argv of [
			["diff", "--help", "."],
			["diff", ".", "-h"],
			["diff", "--nope", "--help"],
			["diff", "--persist-to", "--help"],
			["diff", "--local", "--remote", "a", "b", "--help"],
		]) {
			const { code, out, err } = await cordon(argv);
			expect([code, err]).toEqual([0, ""]);
			expect(out).toContain("Usage: cordon diff");
		}
	});

	test("is not shown for a command that does not exist", async () => {
		for (const argv of [
			["valdate", "--help"],
			["help", "valdate"],
		]) {
			const { code, out, err } = await cordon(argv);
			expect([code, out]).toEqual([2, ""]);
			expect(err).toContain("Did you mean");
		}
	});

	test("is what nothing at all leads to, with 2", async () => {
		const { code, out, err } = await cordon([]);
		expect([code, out]).toEqual([2, ""]);
		expect(err).toContain("Commands");
	});
});

test("nobody is asked where CI is set, even on a terminal", () => {
	onTestFinished(() => void vi.unstubAllEnvs());
	for (const [value, isInteractive] of [
		["1", false],
		["true", false],
		["", true],
	] as const) {
		vi.stubEnv("CI", value);
		expect(createTerminal(streamsOf("", true).streams).interactive).toBe(isInteractive);
	}
});

test("--version is that of the package", async () => {
	for (const option of ["--version", "-V"]) {
		expect(await cordon([option])).toEqual({ code: 0, out: manifest.version, err: "" });
	}
});

describe("completion", () => {
	/** What goes to standard output past the terminal: the script, and the answers to it. */
	function spyOnConsole(): readonly string[] {
		const lines: string[] = [];
		const spy = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
		onTestFinished(() => spy.mockRestore());
		return lines;
	}

	test.each(["bash", "zsh", "fish", "powershell"])("has a script for %s", async (shell) => {
		const lines = spyOnConsole();
		expect(await cordon(["completion", shell])).toEqual({ code: 0, out: "", err: "" });
		expect(lines.join("\n")).toContain("cordon");
	});

	test("of bash can be read twice, runs nothing that is typed, and leaves files to the shell", async () => {
		const lines = spyOnConsole();
		await cordon(["completion", "bash"]);
		const script = lines.join("\n");
		expect(script).not.toContain("readonly ");
		expect(script).not.toContain("eval");
		expect(script).toContain(`cordon complete -- "\${words[@]:1:cword}"`);
		expect(script).toContain("\ncomplete -o default -F __cordon_complete cordon");
	});

	test.each([
		["validate al", ":0"],
		["push ", ":0"],
		["push tenants --config ", ":0"],
		["validate a.json b", ":0"],
		["xyz", ":4"],
		["va", ":4"],
		["push --", ":4"],
		["push --nothing", ":4"],
		["completion ba", ":4"],
	])("of cordon %s answers with %s: whether there may be files", async (line, directive) => {
		const lines = spyOnConsole();
		await cordon(["complete", "--", ...line.split(" ")]);
		expect(lines.at(-1)).toBe(directive);
	});

	test("has one line for each offer", async () => {
		const lines = spyOnConsole();
		await cordon(["complete", "--", "origins", ""]);
		expect(lines.map((line) => line.split("\t")[0])).toEqual(["add", "remove", "list", ":4"]);
		expect(lines.join("\t").split("\n")).toHaveLength(1);
	});

	test("refuses another shell, and names those that there are", async () => {
		const { code, err } = await cordon(["completion", "tcsh"]);
		expect(code).toBe(2);
		expect(err).toContain("zsh, bash, fish, powershell");
	});

	test.each([
		["va", ["validate"]],
		["origins r", ["remove"]],
		["push --pr", ["--prune"]],
		["push --r", ["--remote"]],
		["import --from k", ["kong"]],
	])("completes cordon %s", async (line, expected) => {
		const lines = spyOnConsole();
		await cordon(["complete", "--", ...line.split(" ")]);
		const offered = lines.map((each) => each.split("\t")[0]).filter((each) => !each?.startsWith(":"));
		expect(offered).toEqual(expected);
	});
});

describe("wrong usage ends with 2, and says what, why and how", () => {
	test.each<[string, string]>([
		["valdate x", 'There is no command "valdate". Did you mean "cordon validate"?'],
		["--local diff .", "the command comes first, its options after it"],
		["origins", '"cordon origins" is followed by add, remove or list.'],
		["origins lst", 'Did you mean "cordon origins list"?'],
		["origins --local", '"cordon origins" is followed by add, remove or list.'],
		["validate", '"cordon validate" needs FILE'],
		["push . --remtoe", "Did you mean --remote?"],
		["push . --prune=no", "--prune takes no value"],
		["push . --local --env a --env b", "--env is given twice"],
		["validate --jsno x", '"cordon validate" has no option --jsno. Did you mean --json?'],
		["validate --hepl x", "Did you mean --help?"],
		["validate --constructor x", "has no option --constructor"],
		["validate -x", "has no option -x"],
		["validate --json=yes x", "--json takes no value"],
		["diff", '"cordon diff" needs DIR'],
		["diff . ..", 'does not know what to do with ".."'],
		["diff .", "Add --local for the one of this machine"],
		["diff . --local --remote", "exclude each other"],
		["diff . --remote --persist-to x", "goes with --local"],
		["diff . --local --persist-to", "--persist-to needs a value: --persist-to DIR"],
		["diff . --persist-to --local", "--persist-to needs a value"],
		["diff nope --local", "nope cannot be read: there is no such file or folder"],
		["push nope --remote", "nope cannot be read"],
		["explain x.json", "needs --origin"],
		["explain x.json --origin a --origin b", "--origin is given twice"],
		["explain api.acme.com --origin https://a.example", "Which KV is meant?"],
		["test nope", "nope cannot be read"],
		["test . --live --local", "--live asks the hosts, not a KV"],
		["explain nope.json --origin https://a.example", "nope.json cannot be read"],
		["explain x.json --origin https://a.example --method A(B", '"A(B" is not a method'],
		["explain x.json --origin https://a.example --method trace", "trace is a forbidden method"],
		["explain x.json --origin https://a.example --header :1", '"" is not a header name'],
		["explain x.json --origin https://a.example --credentials all", '"all" is not a credentials mode'],
		["explain wss://a.example --origin https://a.example --header X --local", "can set no header"],
		["explain x.json --origin https://a.example --header Cookie", "Cookie is set by browsers themselves"],
		["explain x.json --origin https://a.example --path v1", "--path begins with a slash"],
		["explain ftp://a --origin https://a.example --local", "is neither a hostname"],
		["origins add", "needs DIRECTORY"],
		["origins add customers --local", "needs origins: name them"],
		["origins add Customers https://a.example --local", '"Customers" is not a name for an origin directory'],
		["origins list customers", "Which KV is meant?"],
		["origins add customers --file nope.txt --local", "nope.txt cannot be read"],
	])("cordon %s", async (line, words) => {
		const argv = line.split(" ");
		const kv = memoryKv(new Map());
		const { code, out, err } = await cordon(argv, { kv });
		expect([code, out]).toEqual([2, ""]);
		expect(err).toContain(words);
		if (argv.at(-1) === "--persist-to") return;
		const json = await cordon([...argv, "--json"], { kv });
		expect(json.code).toBe(2);
		expect(JSON.parse(json.out)).toEqual({
			error: { code: expect.any(String), message: expect.stringContaining(words) },
		});
	});

	test("an empty folder is nothing to push", async () => {
		const kv = memoryKv(new Map([["tenant:a.com", "{}"]]));
		const { code, err } = await cordon(["push", folder(), "--local", "--yes", "--prune"], { kv });
		expect(code).toBe(2);
		expect(err).toContain("has no tenant file");
		expect(kv.writes).toEqual([]);
	});
});
