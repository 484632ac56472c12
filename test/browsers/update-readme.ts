/** Owns `npm run compatibility`: takes the last run of the browsers over into the kept table, and puts it into the README. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatRows, KEPT, LAST_RUN, markdownTable, mergeRows, parseRows } from "./compatibility.ts";

const START = "<!-- compatibility:start -->";
const END = "<!-- compatibility:end -->";

const { values } = parseArgs({
	options: {
		run: { type: "string", default: LAST_RUN },
		kept: { type: "string", default: KEPT },
		readme: { type: "string", default: join(import.meta.dirname, "../../README.md") },
	},
});

const text = readFileSync(values.readme, "utf8");
const start = text.indexOf(START);
const end = text.indexOf(END);
if (start === -1 || end < start) fail(`There is no ${START} followed by ${END} in ${values.readme}.`);
if (!existsSync(values.run)) fail('No browser has been driven here yet. Run "npm run test:browsers" first.');

const rows = mergeRows(
	parseRows(readFileSync(values.kept, "utf8")),
	parseRows(readFileSync(values.run, "utf8")),
);
writeFileSync(values.kept, formatRows(rows));
writeFileSync(
	values.readme,
	`${text.slice(0, start + START.length)}\n${markdownTable(rows)}\n${text.slice(end)}`,
);

function fail(reason: string): never {
	console.error(reason);
	process.exit(1);
}
