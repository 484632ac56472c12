/** Owns the proof of the habits of a test run: it says what it will do to the machine, and leaves the tree as it was. */

import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { formatRows, KEPT, LAST_RUN, markdownTable, parseRows, type Row } from "./browsers/compatibility.ts";
import { readChoice } from "./browsers/engines/choice.ts";
import { announceInstall } from "./browsers/engines/install.ts";

const PROJECT = join(import.meta.dirname, "..");
const README = join(PROJECT, "README.md");
const directory = mkdtempSync(join(tmpdir(), "cordon-habits-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("the parts of the tests", () => {
	test("can each be run alone", () => {
		const config = readFileSync(join(PROJECT, "vitest.config.ts"), "utf8");
		const projects = [...config.matchAll(/\bname: "([^"]+)"/g)].map(([, name]) => name);
		expect(projects.length).toBeGreaterThan(5);
		const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8"));
		for (const name of projects) expect(scripts[`test:${name}`]).toBe(`exec vitest run --project ${name}`);
	});
});

describe("the tree of dependencies", () => {
	test("has one workerd, so that what is tested and measured is what wrangler runs", () => {
		const { packages } = JSON.parse(readFileSync(join(PROJECT, "package-lock.json"), "utf8"));
		const workerds = Object.keys(packages).filter((path) => path.endsWith("node_modules/workerd"));
		expect(workerds).toEqual(["node_modules/workerd"]);
	});
});

describe("what the browsers did", () => {
	const run = join(directory, "run.json");
	const kept = join(directory, "kept.json");
	const readme = join(directory, "README.md");
	const renew = () => {
		const paths = [`--run=${run}`, `--kept=${kept}`, `--readme=${readme}`];
		return promisify(execFile)(process.execPath, [join(PROJECT, "test/browsers/update-readme.ts"), ...paths]);
	};
	cpSync(KEPT, kept);
	cpSync(README, readme);

	test.skipIf(!existsSync(join(PROJECT, ".git")))("is written where git does not look", () => {
		const ignored = execFileSync("git", ["check-ignore", LAST_RUN], { cwd: PROJECT, encoding: "utf8" });
		expect(ignored).toBe(`${LAST_RUN}\n`);
	});

	test("is not in the README before they did anything", async () => {
		await expect(renew()).rejects.toMatchObject({
			code: 1,
			stderr: 'No browser has been driven here yet. Run "npm run test:browsers" first.\n',
		});
		expect(readFileSync(readme, "utf8")).toBe(readFileSync(README, "utf8"));
	});

	test("is taken over into the kept table and the README by npm run compatibility, and by nothing else", async () => {
		const rows = parseRows(readFileSync(KEPT, "utf8"));
		const fresh: Row = { ...(rows[0] as Row), version: "999.0" };
		writeFileSync(run, formatRows([fresh]));
		await renew();
		const renewed = [fresh, ...rows.slice(1)];
		expect(parseRows(readFileSync(kept, "utf8"))).toEqual(renewed);
		expect(readFileSync(readme, "utf8")).toBe(
			readFileSync(README, "utf8").replace(markdownTable(rows), markdownTable(renewed)),
		);
	});
});

describe("CORDON_TEST_BROWSERS", () => {
	const runBrowsers = (word: string) =>
		promisify(execFile)(
			process.execPath,
			[join(PROJECT, "node_modules/vitest/vitest.mjs"), "run", "--project=browsers"],
			{ cwd: PROJECT, env: { ...process.env, NO_COLOR: "1", CORDON_TEST_BROWSERS: word } },
		);

	test.each([
		[undefined, "install"],
		["", "install"],
		["install", "install"],
		["installed", "installed"],
		["skip", "skip"],
	])("%o means %s", (word, choice) => {
		expect(readChoice({ CORDON_TEST_BROWSERS: word })).toBe(choice);
	});

	test.each(["Skip", "no", "false"])('"%s" is refused with the words that there are', (word) => {
		expect(() => readChoice({ CORDON_TEST_BROWSERS: word })).toThrow(
			`CORDON_TEST_BROWSERS must be "install" (the default), "installed" or "skip", not "${word}".`,
		);
	});

	test("leaves the whole suite out, which is reported as skipped, and counted in the last line", async () => {
		const { stdout } = await runBrowsers("skip");
		expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^0 passed, 0 failed, \d{3} skipped$/);
	});

	test("that is misspelt fails the run, and the last line says so", async () => {
		await expect(runBrowsers("skpi")).rejects.toMatchObject({
			code: 1,
			stdout: expect.stringMatching(/^0 passed, 1 failed\n$/m),
			stderr: expect.stringContaining('"installed" or "skip", not "skpi"'),
		});
	});

	test("is named before anything is installed, with the command, in one line", () => {
		expect(announceInstall(["chromium", "xvfb"])).toBe(
			"The browser tests will install what is missing here, as root: apt-get install -y --no-install-recommends chromium xvfb " +
				"(CORDON_TEST_BROWSERS=installed uses what is there, CORDON_TEST_BROWSERS=skip leaves browsers out)",
		);
	});
});
