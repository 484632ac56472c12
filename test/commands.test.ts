/**
 * Owns the proof that what README and the pages tell a reader to type can be typed: each program, command, option and file
 * exists. Nothing is run here; the requests to this machine are run where a server stands (`RUN_ELSEWHERE`).
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command as Commander, CommanderError } from "commander";
import { describe, expect, test } from "vitest";
import { experimental_getWranglerCommands as getWranglerCommands } from "wrangler";
import { PROJECT } from "../dev/wrangler.ts";
import { readCurl } from "../src/cli/doctor/curl.ts";
import { requiredKvPlace } from "../src/cli/kv/kv-options.ts";
import { addCommand } from "../src/cli/shell/arguments.ts";
import { COMMANDS } from "../src/cli/shell/commands.ts";
import { createTerminal } from "../src/cli/shell/terminal.ts";
import { commandLines, commandsOf, type Documented, readPages, spans } from "./documented.ts";

// What has been released stays as it was written, so the changelog may name what is gone.
const PAGES = (await readPages()).filter(({ name }) => name !== "CHANGELOG.md");
const ALL = PAGES.flatMap(commandsOf);

/** Programs of the reader's machine, each with what it is there for. */
const OTHER_PROGRAMS: Readonly<Record<string, string>> = {
	cd: "goes into a folder that the line before has made",
	git: "clones",
	node: "starts the reader's own server",
	openssl: "makes a random token",
	printf: "writes a token without a new line",
	sha256sum: "digests a token",
	cut: "takes the digest alone",
};

/** Files that a reader has, or makes by the very line that names them. */
const READERS_OWN = [
	"kong.yml",
	"log.json",
	"tenants/acme.jsonc",
	"tenants/items.jsonc",
	"difference.txt",
	"items.mjs",
];

/** Requests to this machine, and the test that types them, word by word, while a server stands. */
const RUN_ELSEWHERE: Readonly<Record<string, string>> = {
	"http://localhost:8787/items": "test/package/package.test.ts",
	"http://localhost:8790/v1/tenants/api.acme.com": "test/admin/server/control-plane.test.ts",
	"http://localhost:8790/cdn-cgi/handler/scheduled": "test/admin/server/control-plane.test.ts",
};

const SCRIPTS = Object.assign(
	{},
	...["package.json", "template/package.json"].map((file) => readJson(file).scripts),
);
const INSTALLABLE = ["cordon", "hono", ...Object.keys(readJson("package.json").devDependencies)];

function readJson(file: string): {
	readonly scripts: Readonly<Record<string, string>>;
	readonly devDependencies: Readonly<Record<string, string>>;
} {
	return JSON.parse(readFileSync(join(PROJECT, file), "utf8"));
}

/** Says what is wrong with a command line; undefined where it could be typed. */
async function faultOf(words: readonly string[]): Promise<string | undefined> {
	const [program = "", ...rest] = words[0] === "npx" ? words.slice(1) : words;
	if (program === "cordon") return cordonFault(rest, words[0] === "npx");
	if (program === "wrangler") return wranglerFault(rest);
	if (words[0] === "npx") return `npx ${program} is not a program of this project`;
	if (program === "npm") return npmFault(rest);
	if (program === "curl") return curlFault(words);
	return Object.hasOwn(OTHER_PROGRAMS, program)
		? undefined
		: `${program} is not a program that a reader is known to have`;
}

const NEED_A_PLACE = ["diff", "push", "pull", "origins add", "origins remove", "origins list"];

/** One for all: each would listen to the streams of this process anew. */
const TERMINAL = createTerminal();

/** By the real program, whose commands do nothing here. @param isTyped whether it has to be whole, not named only */
async function cordonFault(words: readonly string[], isTyped: boolean): Promise<string | undefined> {
	// What is only named stands without its arguments: "as `cordon explain --json` prints it".
	const named = words.filter((word) => word !== "--json").join(" ");
	if (Object.hasOwn(COMMANDS, named) || named === "COMMAND --help") return undefined;
	if (words[0] === "completion") return words.length === 2 ? undefined : "completion takes a shell";
	const silent = { writeOut: () => {}, writeErr: () => {}, outputError: () => {} };
	const program = new Commander("cordon").helpCommand(false).exitOverride().configureOutput(silent);
	const outside = {
		terminal: TERMINAL,
		openKv: () => {
			throw new Error("nothing is run");
		},
	};
	for (const { load, summary } of Object.values(COMMANDS)) {
		const command = await load();
		const run: typeof command.run = async ({ values }) => {
			if (isTyped && NEED_A_PLACE.includes(command.name)) requiredKvPlace(values as never);
			return 0;
		};
		addCommand(program, { ...command, run }, summary, outside, () => {});
	}
	if (!program.commands.some((command) => command.name() === words[0]))
		return `cordon has no command ${words[0]}`;
	try {
		await program.parseAsync([...words], { from: "user" });
		return undefined;
	} catch (error) {
		if (error instanceof CommanderError && error.exitCode === 0) return undefined;
		return (error as Error).message;
	}
}

const WRANGLER = getWranglerCommands();

/** By wrangler's own table of commands. */
function wranglerFault(words: readonly string[]): string | undefined {
	let node = WRANGLER.registry;
	let depth = 0;
	for (; ; depth++) {
		const next = node.subtree.get(words[depth] ?? "");
		if (next === undefined) break;
		node = next;
	}
	const { definition } = node;
	const named = words.slice(0, depth).join(" ");
	if (definition?.type !== "command") return `wrangler ${words.join(" ")} is not a command of wrangler`;
	const known = { ...WRANGLER.globalFlags, ...definition.args } as Readonly<
		Record<string, { readonly type?: string; readonly alias?: string | readonly string[] }>
	>;
	const names = Object.entries(known).flatMap(([name, { alias = [] }]) => [name, ...[alias].flat()]);
	const positionals: string[] = [];
	const rest = words.slice(depth);
	for (let i = 0; i < rest.length; i++) {
		const word = rest[i] ?? "";
		if (!word.startsWith("-")) {
			positionals.push(word);
			continue;
		}
		const [flag = "", value] = word.replace(/^--?/, "").split("=", 2);
		if (!names.includes(flag)) return `wrangler ${named} has no option ${word}`;
		if (known[flag]?.type !== "boolean" && value === undefined) i++;
	}
	const taken = definition.positionalArgs ?? [];
	const required = taken.filter((name) => (known[name] as { demandOption?: unknown })?.demandOption === true);
	if (positionals.length > taken.length) return `wrangler ${named} takes ${taken.length} words`;
	return positionals.length < required.length ? `wrangler ${named} needs ${required.join(" ")}` : undefined;
}

function npmFault([command = "", ...rest]: readonly string[]): string | undefined {
	if (command === "ci" || command === "pack")
		return rest.length === 0 ? undefined : `npm ${command} takes nothing`;
	if (command === "install") {
		const unknown = rest.filter((word) => !word.startsWith("-") && !INSTALLABLE.includes(word));
		return unknown.length === 0 ? undefined : `${unknown.join(", ")} is not a package of this project`;
	}
	const name = command === "run" ? (rest[0] ?? "") : command;
	if (command !== "run" && command !== "start" && command !== "test")
		return `npm ${command} is not known here`;
	if (!Object.hasOwn(SCRIPTS, name)) return `package.json has no script ${name}`;
	const more = rest.slice(rest.indexOf("--") + 1);
	if (!rest.includes("--") || more.length === 0) return undefined;
	return scriptFault(SCRIPTS[name] ?? "", more);
}

/** What follows `--`: a measurement of the benchmark, or an option that the script's own source names. */
function scriptFault(script: string, more: readonly string[]): string | undefined {
	const [file] = /[\w/-]+\.ts$/.exec(script) ?? [];
	if (file === undefined) return `"${script}" takes no options`;
	const [first = ""] = more;
	const isBench = file === "bench/bench.ts" && !first.startsWith("-");
	const source = readFileSync(
		join(PROJECT, isBench && first !== "weight" ? `bench/${first}/command.ts` : file),
		"utf8",
	);
	const missing = more.filter((word) => word.startsWith("--") && !source.includes(word.slice(2)));
	return missing.length === 0 ? undefined : `${file} does not know ${missing.join(", ")}`;
}

function curlFault(words: readonly string[]): string | undefined {
	const [program = "", ...rest] = words;
	const quoted = rest.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
	const call = readCurl([program, ...quoted].join(" "));
	if ("fault" in call) return call.fault;
	const { hostname } = new URL(call.url);
	if (hostname !== "localhost" || Object.hasOwn(RUN_ELSEWHERE, call.url)) return undefined;
	return `${call.url} is on this machine, and no test asks it`;
}

/** A word that looks like a file has to be one of the project, of what `cordon init` writes, or of the reader. */
function missingFiles(words: readonly string[]): readonly string[] {
	return words
		.filter((word) => /^[\w./-]+\.(?:ts|mjs|js|toml|jsonc?|ya?ml|txt|md)$/.test(word))
		.filter((word) => !READERS_OWN.includes(word))
		.filter((word) => !["", "template"].some((folder) => existsSync(join(PROJECT, folder, word))));
}

describe("what a reader is told to type", () => {
	test("is found", () => {
		expect(ALL.length).toBeGreaterThan(60);
	});

	test.each(unique(ALL))("%s", async (_, { words }) => {
		expect(await faultOf(words)).toBeUndefined();
		expect(missingFiles(words)).toEqual([]);
	});

	test("is run by a test where it asks this machine", () => {
		for (const [url, file] of Object.entries(RUN_ELSEWHERE)) {
			expect(readFileSync(join(PROJECT, file), "utf8")).toContain(new URL(url).pathname);
		}
	});
});

/** The same line on several pages is tried once. */
function unique(all: readonly Documented[]): readonly (readonly [string, Documented])[] {
	return [...new Map(all.map((one) => [one.words.join(" "), one]))].map(([line, one]) => [
		`${one.place}: ${line.replaceAll(/\s+/g, " ")}`,
		one,
	]);
}

describe("a file that a page names is there", () => {
	test.each(PAGES.map((page) => [page.name, page] as const))("%s", (_, page) => {
		const named = spans(page)
			.map(([, span]) => span)
			.filter((span) => /^(?:src|test|bench|demo|dev|docs|template|migrations)\/[\w./-]*$/.test(span));
		expect(named.filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
	});
});

describe("the check itself", () => {
	test.each([
		["cordon push tenants", undefined],
		["npx cordon push tenants", "Which KV is meant?"],
		["npx cordon push", undefined],
		["npx cordon push tenants --remtoe", "no option --remtoe"],
		["npx cordon pusch tenants --remote", "no command pusch"],
		["npx cordon rollback api.acme.com", "needs VERSION"],
		["npx cordon diff a b --local", 'does not know what to do with "b"'],
		["npx wrangler dploy", "not a command of wrangler"],
		["npx wrangler kv key", "not a command of wrangler"],
		["npx wrangler deploy --dryrun", "no option --dryrun"],
		["npx wrangler kv key get --binding TENANTS --local", "needs key"],
		["npx wrangler d1 migrations apply REGISTRY --local --config wrangler.admin.toml", undefined],
		["npm run tests", "no script tests"],
		["npm run bench -- scale", undefined],
		["npm run fuzz -- --hours 10", "does not know --hours"],
		["npm install cordonn", "cordonn is not a package"],
		["npx vite", "npx vite is not a program"],
		["curl -i --nope https://a.example", "option --nope"],
		["curl http://localhost:1/x", "no test asks it"],
		["wget https://a.example", "wget is not a program"],
	])("%s: %s", async (line, fault) => {
		const [words = []] = commandLines(line);
		if (fault === undefined) expect(await faultOf(words)).toBeUndefined();
		else expect(await faultOf(words)).toContain(fault);
	});

	test("takes lines apart as a shell does", () => {
		expect(commandLines("a 'b\nc' \\\n  d && e > f\ng | h $(i 'j k' | l)m # n\n")).toEqual([
			["a", "b\nc", "d"],
			["e"],
			["g"],
			["h", "substitutedm"],
			["i", "j k"],
			["l"],
		]);
	});
});
