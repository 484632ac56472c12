/** Owns `npm run compatibility`: puts the last run's compatibility table between its marks in the README. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { markdownTable, parseRows } from "./compatibility.ts";

const START = "<!-- compatibility:start -->";
const END = "<!-- compatibility:end -->";

const readme = process.argv[2] ?? join(import.meta.dirname, "../../README.md");
const rows = parseRows(await readFile(join(import.meta.dirname, "compatibility.json"), "utf8"));
const text = await readFile(readme, "utf8");
const start = text.indexOf(START);
const end = text.indexOf(END);
if (start === -1 || end < start) {
	console.error(`There is no ${START} followed by ${END} in ${readme}.`);
	process.exit(1);
}
await writeFile(readme, `${text.slice(0, start + START.length)}\n${markdownTable(rows)}\n${text.slice(end)}`);
