/** Owns the proof of the command line's manners: help, wrong usage, exit codes. */

import { describe, expect, test } from "vitest";
import { cordon, folder, memoryKv } from "./harness.ts";

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
		for (const command of COMMANDS) expect(out).toContain(`  ${command} `);
		expect(await cordon(["help"])).toEqual({ code, out, err: "" });
	});

	test.each(COMMANDS)("of %s has usage, arguments, options and an example", async (command) => {
		const { code, out } = await cordon([...command.split(" "), "--help"]);
		expect(code).toBe(0);
		for (const title of ["Usage", "Arguments", "Options", "Examples", "Exit codes"])
			expect(out).toContain(`\n${title}\n`);
		expect(out).toContain("--json");
		expect(out).toContain(`\n  npx cordon ${command} `);
		expect(await cordon(["help", ...command.split(" ")])).toEqual({ code, out, err: "" });
	});

	test("of origins is that of its three commands", async () => {
		const { code, out } = await cordon(["origins", "--help"]);
		expect(code).toBe(0);
		for (const action of ["add", "remove", "list"]) expect(out).toContain(`cordon origins ${action}:`);
	});

	test("is what nothing at all leads to, with 2", async () => {
		const { code, out, err } = await cordon([]);
		expect([code, out]).toEqual([2, ""]);
		expect(err).toContain("Commands");
	});
});

describe("wrong usage ends with 2, and says what, why and how", () => {
	test.each<[string, string]>([
		["valdate x", 'There is no command "valdate". Did you mean "cordon validate"?'],
		["--local diff .", "the command comes first, its options after it"],
		["origins", '"cordon origins" is followed by add, remove or list.'],
		["origins lst", 'Did you mean "cordon origins list"?'],
		["validate", '"cordon validate" needs FILE'],
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
		["explain x.json --origin https://a.example --method A(B", '"A(B" is no method'],
		["explain x.json --origin https://a.example --method trace", "trace is a forbidden method"],
		["explain x.json --origin https://a.example --header :1", '"" is no header name'],
		["explain x.json --origin https://a.example --credentials all", '"all" is no credentials mode'],
		["explain wss://a.example --origin https://a.example --header X --local", "can set no header"],
		["explain x.json --origin https://a.example --header Cookie", "Cookie is set by browsers themselves"],
		["explain x.json --origin https://a.example --path v1", "--path begins with a slash"],
		["explain ftp://a --origin https://a.example --local", "is neither a hostname"],
		["origins add", "needs DIRECTORY"],
		["origins add customers --local", "needs origins: name them"],
		["origins add Customers https://a.example --local", '"Customers" is no name for an origin directory'],
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
