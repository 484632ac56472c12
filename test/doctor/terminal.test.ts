/** Owns the proof that the doctor fits every terminal: its progress leaves nothing behind, and no word is broken. */

import type { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import { PAGE, PUT, sharing } from "./rows.ts";
import { nodeServer } from "./servers.ts";
import { show } from "./shown.ts";

const PATH = `/items/${"a-long-way-to-go/".repeat(8)}`;

describe.each([40, 60, 80])("at %i columns", (columns) => {
	test("progress stays in one line, which is emptied in the end", async () => {
		const url = `${await nodeServer(sharing)()}${PATH}`;
		const { err } = await show(columns, [url, "--origin", PAGE, ...PUT]);
		// Each piece begins with the sequence that empties the line.
		const pieces = err.split("\r").slice(1);
		expect(pieces.length).toBeGreaterThan(5);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own sequences are what is looked at.
		const texts = pieces.map((piece) => piece.replaceAll(/\u001B\[[0-9;]*[A-Za-z]/g, ""));
		for (const text of texts) expect(text.length).toBeLessThan(columns);
		expect(err).not.toContain("\n");
		expect(texts.at(-1)).toBe("");
	});

	test.each<[string, readonly string[]]>([
		["a report", []],
		["a usage error", ["--credentials", "nonsense"]],
		["an unknown option", ["--credentialz"]],
	])("no word of %s is broken", async (_, more) => {
		const url = `${await nodeServer(createListener())()}/items`;
		const { out, err } = await show(columns, [url, "--origin", PAGE, ...PUT, ...more]);
		const lines = `${out}\n${err}`.split("\n").filter((line) => !line.includes("\r"));
		for (const line of lines) {
			// A word that is wider than the terminal is left to it.
			const isOneWord = !line
				.trim()
				.replace(/^[\d ]*[✓✗·→?] |^(needed|received|fix) +/, "")
				.includes(" ");
			if (line.length > columns)
				expect([line, isOneWord || /^→|^(PUT|GET) |https?:/.test(line)]).toEqual([line, true]);
		}
	});
});

/** Without CORS, and with a cookie that is dropped. */
function createListener() {
	return ((_, response) => {
		response.setHeader("set-cookie", "a=1; Domain=com");
		response.end("{}");
	}) satisfies Parameters<typeof createServer>[1];
}
