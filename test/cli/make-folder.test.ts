/** Owns the proof that a folder which cannot be made ends a command at once, in a few lines, and leaves nothing behind. */

import { readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../../src/cli/files/make-folder.ts";
import { configOf } from "./cloudflare-api.ts";
import { folder } from "./harness.ts";
import { start } from "./processes.ts";

/** Far longer than any of these commands takes, on a machine with other work too. */
const STUCK_MILLISECONDS = 30_000;

describe("folders that no system lets anybody make", { timeout: 2 * STUCK_MILLISECONDS }, () => {
	const places = ["/proc/cordon", "/proc/1/cordon/deeper", "/dev/null", "/dev/null/cordon"];
	const commands: Readonly<Record<string, (place: string) => readonly string[]>> = {
		init: (place) => ["init", place],
		import: (place) => ["import", "options.json", "--out", place],
		pull: (place) => ["pull", `${place}/tenants`, "--local"],
		"push --persist-to": (place) => ["push", "tenants", "--local", "--yes", "--persist-to", place],
	};
	const rows = Object.entries(commands).flatMap(([name, argv]) =>
		places.map((place) => ({ name, place, argv: argv(place) })),
	);

	test.each(rows)("$name to $place ends with 2 and says why", async ({ argv, place }) => {
		const directory = folder({
			"wrangler.toml": configOf(),
			"options.json": { origin: ["https://a.example"] },
			"tenants/a.json": { hosts: ["a.com"], cors: { origins: [] } },
		});
		await expectFault(argv, directory, {}, place);
	});

	test.each(["/proc/cordon", "/dev/null"])("nor may the one for temporary files be %s", async (place) => {
		const directory = folder({ "wrangler.toml": configOf(), "tenants/a.json": { hosts: ["a.com"] } });
		for (const kind of ["--local", "--remote"]) {
			const environment = { TMPDIR: place, CLOUDFLARE_API_TOKEN: "" };
			await expectFault(["origins", "list", "customers", kind], directory, environment, "Set TMPDIR");
		}
	});
});

async function expectFault(
	argv: readonly string[],
	directory: string,
	environment: Readonly<Record<string, string>>,
	words: string,
): Promise<void> {
	const { child, ran } = start(argv, directory, environment);
	const timer = setTimeout(() => child.kill("SIGKILL"), STUCK_MILLISECONDS);
	const { code, out, err } = await ran;
	clearTimeout(timer);
	expect([code, out]).toEqual([2, ""]);
	expect(err).toContain(words);
	expect(err).not.toContain("Please report");
	expect(err.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
}

describe("a folder with those above it", () => {
	test("is made, and the topmost that was is told", () => {
		const directory = folder();
		expect(makeFolder(join(directory, "a/b/c"))).toBe(join(directory, "a"));
		expect(makeFolder(join(directory, "a/b/d"))).toBe(join(directory, "a/b/d"));
		expect(makeFolder(join(directory, "a/b"))).toBeUndefined();
		expect(readdirSync(directory, { recursive: true }).toSorted()).toEqual(["a", "a/b", "a/b/c", "a/b/d"]);
	});

	test("is left there in no part where one of them cannot be made", () => {
		const directory = folder();
		const tooLong = "x".repeat(256);
		expect(() => makeFolder(join(directory, "a/b", tooLong, "c"))).toThrow("ENAMETOOLONG");
		symlinkSync("/nowhere/at/all", join(directory, "link"));
		expect(() => makeFolder(join(directory, "link/a"))).toThrow("EEXIST");
		expect(readdirSync(directory)).toEqual(["link"]);
	});

	test("is not a file of that name", () => {
		const directory = folder();
		writeFileSync(join(directory, "file"), "");
		expect(() => makeFolder(join(directory, "file"))).toThrow("file is not a folder");
		expect(() => makeFolder(join(directory, "file/a/b"))).toThrow("file is not a folder");
	});
});
