/** Owns `cordon test`: whether what tenant files expect holds. */

import { readFolder } from "../files/folder.ts";
import { MAX_TENANT_FILE_BYTES, readInput, STANDARD_INPUT } from "../files/input.ts";
import { kindAt } from "../files/kind.ts";
import { writeNewOrRegularFile } from "../files/regular-file.ts";
import { fileReport, printFindings } from "../files/report.ts";
import { readTenantFile, type TenantFile } from "../files/tenant-file.ts";
import { KV_OPTIONS, kvPlace } from "../kv/kv-options.ts";
import { REACH_OPTIONS, type Refuse, readReach } from "../reach.ts";
import { defineCommand, usage } from "../shell/command.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, type Terminal } from "../shell/terminal.ts";
import { junitXml } from "./junit.ts";
import { askLive } from "./live.ts";
import { allHeld, runFiles } from "./run.ts";
import { printResults, resultsReport } from "./words.ts";

export const test = defineCommand({
	name: "test",
	details: [
		'Checks every entry of "expect" for every host of its file, through the gateway\'s own code and a model of the browser, and names each that does not hold with the step that failed. An entry reads { "origin": "https://app.acme.com", "request": "PUT /v1/items", "headers": ["Content-Type"], "credentials": "include", "readable": true }; "headers" and "credentials" may be left out.',
		"Nothing is sent anywhere, and nothing needs to be pushed. Origin directories are asked only if you say which KV. With --live the deployed hosts are asked instead, with preflights, GET and HEAD alone, and no cookies.",
	],
	positionals: [
		{
			name: "FILE|DIR",
			says: "A tenant file, - for standard input, or a folder of them (*.json, *.jsonc; not the folders in it).",
			required: true,
			repeated: true,
		},
	],
	options: {
		junit: { type: "string", value: "FILE", says: "Also write the results as JUnit XML." },
		live: { type: "boolean", says: "Ask the deployed hosts over https." },
		...REACH_OPTIONS,
		...KV_OPTIONS,
	},
	examples: [
		{ line: "test tenants", says: "All files of a folder, before they are pushed." },
		{ line: "test tenants --junit results.xml", says: "In CI." },
		{ line: "test tenants/acme.jsonc --live", says: "What is in force right now." },
		{
			line: "test tenants --live --connect-to localhost:8787",
			says: "What a gateway on this machine does, asked by the hosts' own names.",
		},
	],
	exits: {
		good: "Everything held, or nothing is expected.",
		findings: "Something did not hold or could not be decided, or a file has errors.",
	},
	async work({ positionals, options, terminal, openKv }) {
		const place = kvPlace(options);
		if (options.live && place !== undefined) {
			throw refuse(
				"contradicting-options",
				"--live asks the hosts, not a KV. Leave --local, --remote and --api out.",
			);
		}
		const strayed = REACH_NAMES.find((name) => options[name] !== undefined && options[name] !== false);
		if (!options.live && strayed !== undefined) {
			throw refuse(
				"contradicting-options",
				`--${strayed} says how hosts are asked, so it goes with --live. Add --live, or leave it out.`,
			);
		}
		// Read before anything is asked: what is wrong with it is said at once.
		readReach(options, "", refuse);
		const files: TenantFile[] = [];
		for (const path of positionals) files.push(...(await readFiles(path, terminal)));
		const bad = files.filter(({ errors }) => errors.length > 0);
		if (bad.length > 0) {
			if (options.json) {
				const reports = files.map((file) => ({ file: file.source.name, ...fileReport(file) }));
				terminal.json({ passed: false, results: [], invalid: reports.filter(({ valid }) => !valid) });
			} else {
				printFindings(
					bad.map((file) => ({ ...file, warnings: [] })),
					terminal,
				);
				terminal.out(
					`${terminal.colors.red("invalid:")} ${bad.length} of ${counted(files.length, "file")}. Nothing was tested.`,
				);
			}
			return 1;
		}
		const kv = place && openKv(place);
		const done = options.live
			? await askLive(files, (host) => {
					terminal.busy(`Asking ${host} …`);
					return readReach(options, host, refuse);
				})
			: await runFiles(files, kv && ((keys) => kv.get(keys)));
		if (options.junit !== undefined) writeNewOrRegularFile(options.junit, junitXml(done));
		if (options.json) terminal.json(resultsReport(done));
		else if (done.length > 0) printResults(done, terminal);
		else {
			const [only] = files.length === 1 ? files : [];
			const subject =
				only === undefined
					? `none of ${counted(files.length, "file")} expects`
					: `${safePart(only.source.name)} does not expect`;
			terminal.out(
				`nothing to test: ${subject} anything. Write an "expect" as "cordon test --help" shows it.`,
			);
		}
		return allHeld(done) ? 0 : 1;
	},
});

const REACH_NAMES = Object.keys(REACH_OPTIONS) as (keyof typeof REACH_OPTIONS)[];

const refuse: Refuse = (code, message) => usage(code, message, test);

async function readFiles(path: string, terminal: Terminal): Promise<readonly TenantFile[]> {
	if (path !== STANDARD_INPUT && kindAt(path) === "folder") {
		const files = await readFolder(path, terminal);
		if (files.length > 0) return files;
		throw new CommandFault(
			"empty-folder",
			`${safePart(path)} has no tenant file (*.json, *.jsonc), so there is nothing to test.`,
		);
	}
	const { name, text } = await readInput(path, MAX_TENANT_FILE_BYTES, terminal);
	return [readTenantFile(name, text)];
}
