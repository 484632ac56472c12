/** Owns the proof of which configuration counts, which part of it, and what is said of the rest. */

import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readConfig } from "../../src/cli/kv/config.ts";
import { readWarnings } from "../../src/cli/kv/wrangler-warnings.ts";
import { createTerminal } from "../../src/cli/shell/terminal.ts";
import { cordon, folder, streamsOf } from "./harness.ts";

const terminal = createTerminal(streamsOf("").streams);
const BOUND = '[[kv_namespaces]]\nbinding = "TENANTS"\nid = "top"\n';
const STAGED = `name = "x"\naccount_id = "acc"\n${BOUND}[env.staging]\n[[env.staging.kv_namespaces]]\nbinding = "TENANTS"\nid = "staging"\npreview_id = "p"\n`;

beforeEach(() => {
	vi.stubEnv("CLOUDFLARE_ENV", undefined);
});
afterEach(() => {
	vi.unstubAllEnvs();
});

function read(text: string, environment?: string, name = "wrangler.toml") {
	const config = join(folder({ [name]: text }), name);
	return readConfig({ config, environment }, terminal);
}

describe("a configuration", () => {
	test.each<[string, string, string | undefined, object]>([
		["TOML", STAGED, undefined, { worker: "x", namespaceId: "top", accountId: "acc" }],
		[
			"of an environment",
			STAGED,
			"staging",
			{ worker: "x-staging", namespaceId: "staging", previewId: "p", accountId: "acc" },
		],
		["with the top level named", STAGED, "", { worker: "x", namespaceId: "top" }],
		["without an id", '[[kv_namespaces]]\nbinding = "TENANTS"\n', undefined, { namespaceId: undefined }],
	])("%s says which namespace", async (_, text, environment, expected) => {
		expect(await read(text, environment)).toMatchObject(expected);
	});

	test("may be JSON with comments", async () => {
		const text = '{ "name": "x", /* ! */ "kv_namespaces": [{ "binding": "TENANTS", "id": "j" }], }';
		expect(await read(text, undefined, "wrangler.jsonc")).toMatchObject({ namespaceId: "j" });
	});

	test("takes its environment from the real environment too", async () => {
		vi.stubEnv("CLOUDFLARE_ENV", "staging");
		expect(await read(STAGED)).toMatchObject({ namespaceId: "staging" });
	});

	test.each<[string, string, string | undefined, string, string]>([
		["has not the environment", STAGED, "stagign", "unknown-environment", "it has staging"],
		["has no environment", BOUND, "production", "unknown-environment", "nor any other"],
		["has one by inheritance alone", STAGED, "constructor", "unknown-environment", "it has staging"],
		["binds nothing", 'name = "x"\n', undefined, "unbound-namespace", "[[kv_namespaces]]"],
		[
			"binds nothing there",
			`${BOUND}[env.staging]\nname = "y"\n`,
			"staging",
			"unbound-namespace",
			"does not inherit",
		],
		["is not TOML", "[[[", undefined, "unreadable-config", "it is not TOML"],
	])("that %s is refused", async (_, text, environment, code, words) => {
		await expect(read(text, environment)).rejects.toMatchObject({
			code,
			message: expect.stringContaining(words),
		});
	});

	test("that there is not is told of, and how to name one", async () => {
		const cwd = vi.spyOn(process, "cwd").mockReturnValue(folder());
		await expect(readConfig({ environment: undefined }, terminal)).rejects.toMatchObject({
			code: "missing-config",
			message: expect.stringContaining("--config FILE"),
		});
		cwd.mockRestore();
	});

	test("is the nearest one upwards", async () => {
		const directory = folder({
			"wrangler.toml": BOUND,
			"a/wrangler.jsonc": { kv_namespaces: [{ binding: "TENANTS", id: "near" }] },
			"a/b/x.json": {},
		});
		const cwd = vi.spyOn(process, "cwd").mockReturnValue(join(directory, "a/b"));
		expect(await readConfig({ environment: undefined }, terminal)).toMatchObject({ namespaceId: "near" });
		cwd.mockRestore();
	});
});

describe("what wrangler warns of", () => {
	const warnings = (text: string, environment?: string) =>
		readWarnings({ config: join(folder({ "wrangler.toml": text }), "wrangler.toml"), environment }, terminal);

	test("is a key that it does not know, and what an environment does not inherit", async () => {
		expect(await warnings(STAGED)).toEqual([]);
		expect(await warnings(`rotues = []\n${BOUND}`)).toEqual([
			'Unexpected fields found in top-level field: "rotues"',
		]);
		const staged = `${STAGED}[env.staging.varz]\n[vars]\nUNKNOWN_HOSTS = "refuse"\n`;
		expect(await warnings(staged, "staging")).toEqual([
			'Unexpected fields found in env.staging field: "varz"',
			expect.stringContaining('"vars" exists at the top level, but not on "env.staging".'),
		]);
	});

	test("is shown by a push that has something to write", async () => {
		const directory = folder({
			"wrangler.toml": `rotues = []\n${BOUND}`,
			"t/a.json": { hosts: ["a.com"], cors: { origins: [] } },
		});
		const config = ["--config", join(directory, "wrangler.toml"), "--persist-to", join(directory, "kv")];
		const argv = ["push", join(directory, "t"), "--local", "--yes", ...config];
		const { code, err } = await cordon(argv, { real: true });
		expect(code).toBe(0);
		expect(err).toContain('wrangler warns: Unexpected fields found in top-level field: "rotues"');
	});

	test("a push to an environment that is misspelt writes nothing", async () => {
		const directory = folder({
			"wrangler.toml": STAGED,
			"t/a.json": { hosts: ["a.com"], cors: { origins: [] } },
		});
		const config = ["--config", join(directory, "wrangler.toml"), "--env", "stagign"];
		const { code, err } = await cordon(["push", join(directory, "t"), "--local", "--yes", ...config], {
			real: true,
		});
		expect(code).toBe(2);
		expect(err).toContain('has no environment "stagign"; it has staging');
	});
});
