/** Owns `npm run bench -- size`: the bundle's weight, by import, and the Worker's start-up. */

import { writeFileSync } from "node:fs";
import { Command } from "@commander-js/extra-typings";
import { withSession } from "../harness/session.ts";
import { median } from "../harness/statistics.ts";
import { alignTable, type Table } from "../harness/table.ts";
import {
	type BundleWeight,
	findGrowth,
	MAX_GZIP_BYTES,
	readSavedWeight,
	SAVED_WEIGHT,
	weighBundle,
} from "./bundle.ts";
import { measureStartups } from "./startup.ts";

const MAX_STARTUP_MILLISECONDS = 20;
const STARTUPS = 5;

/** The command, its options and what it does. */
export const sizeCommand = new Command("size")
	.description("The size of the bundle, by import, and its start-up")
	.option("--save", "Keeps the result as bench/size.json: what later bundles are held against")
	.action(benchSize);

interface Options {
	readonly save?: true;
}

/** Measures and prints; exit code 1 where a goal is missed. */
async function benchSize(args: Options): Promise<void> {
	const { weight, startups } = await withSession(async ({ directory, progress }) => {
		progress.say("building");
		const weight = await weighBundle(directory);
		progress.say("starting");
		return { weight, startups: await measureStartups(directory, STARTUPS) };
	});
	const saved = readSavedWeight();
	const startup = median(startups);
	console.log(alignTable(importTable(weight, saved)));
	console.log(
		[
			"",
			`in all ${kibibytes(weight.bytes)} KiB, gzip ${kibibytes(weight.gzipBytes)} KiB`,
			"",
			goal(
				weight.gzipBytes < MAX_GZIP_BYTES,
				`bundle, gzip, under ${MAX_GZIP_BYTES / 1024} KiB: ${kibibytes(weight.gzipBytes)}`,
			),
			goal(
				startup < MAX_STARTUP_MILLISECONDS,
				`start-up under ${MAX_STARTUP_MILLISECONDS} ms active: median ${startup.toFixed(1)} of ${startups.map((ms) => ms.toFixed(1)).join(", ")}`,
			),
		].join("\n"),
	);
	for (const { name, before, after } of saved === undefined ? [] : findGrowth(saved, weight)) {
		console.log(`grew: ${name}, by ${kibibytes(after - before)} KiB to ${kibibytes(after)}`);
	}
	if (args.save === true) writeFileSync(SAVED_WEIGHT, `${JSON.stringify(weight, undefined, "\t")}\n`);
}

function goal(met: boolean, text: string): string {
	if (!met) process.exitCode = 1;
	return `${met ? "✔" : "✘"} ${text}`;
}

function importTable({ imports }: BundleWeight, saved: BundleWeight | undefined): Table {
	const heading = ["import", "KiB"];
	return [
		saved === undefined ? heading : [...heading, "saved"],
		...Object.entries(imports).map(([name, bytes]) => [
			name,
			kibibytes(bytes),
			...(saved === undefined ? [] : [kibibytes(saved.imports[name] ?? 0)]),
		]),
	];
}

function kibibytes(bytes: number): string {
	return (bytes / 1024).toFixed(1);
}
