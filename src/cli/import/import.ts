/** Owns `cordon import`: tenant files from the CORS configuration of another product. */

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { readInput } from "../files/input.ts";
import { makeFolder } from "../files/make-folder.ts";
import { systemReason, writeRegularFile } from "../files/regular-file.ts";
import { defineCommand, usage } from "../shell/command.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted } from "../shell/terminal.ts";
import { backendsOf, upstreamWords } from "./backends.ts";
import { carryPolicy, MAX_ENTRIES } from "./carry.ts";
import { readDocuments } from "./documents.ts";
import { FORMATS, recognise } from "./formats.ts";
import type { SourcePolicy } from "./source-policy.ts";
import { tenantFiles } from "./tenants.ts";
import { fileText, type Imported, leftOutOf, leftOutPlaces, printImport, summary } from "./words.ts";

/** Largest configuration that is read, in bytes: YAML is read at a megabyte in some seconds. */
const MAX_SOURCE_BYTES = 4 * 1024 * 1024;

const NAMES = FORMATS.map(({ name }) => name);

export const importCommand = defineCommand({
	name: "import",
	details: [
		`Reads ${FORMATS.map(({ title }) => title).join("; ")}. It says of each entry whether it was kept as it is, made safe (a regular expression that is a subdomain wildcard becomes https://*.…), or left out, and why.`,
		'What it writes always validates, never lets in more than the source does, and only watches at first ("mode": "report").',
	],
	positionals: [{ name: "FILE", says: "The configuration; - is standard input.", required: true }],
	options: {
		from: {
			type: "string",
			value: "FORMAT",
			says: `What the file is: ${NAMES.join(", ")}. Left out, it is recognised.`,
			offers: NAMES,
		},
		out: { type: "string", value: "DIR", says: "The folder to write to. Left out: tenants." },
		"dry-run": { type: "boolean", says: "Write nothing; show what would be written." },
		"deeper-subdomains": {
			type: "boolean",
			says: 'Where the source takes one label before a domain, write "https://*.…", which takes several.',
		},
	},
	examples: [
		{ line: "import kong.yml", says: "Tenant files in tenants/, one a host." },
		{ line: "import ingress.yaml --from ingress-nginx --dry-run", says: "Look first." },
		{ line: "import - < cors.json", says: "What comes in by a pipe." },
	],
	exits: { good: "Everything was carried over.", findings: "Something was left out; the rest is written." },
	async work({ positionals: [path = ""], options, terminal }) {
		const imported = await readImport(path, options, terminal);
		const folder = options.out ?? "tenants";
		const texts = imported.files.map((file) => ({
			path: join(folder, file.name),
			text: fileText(file, imported),
		}));
		const isLeftOut = leftOutOf(imported).length > 0 || leftOutPlaces(imported).length > 0;
		if (!options["dry-run"]) write(folder, texts);
		if (options.json) {
			terminal.json({ ...jsonOf(imported, folder), written: !options["dry-run"] });
			return isLeftOut ? 1 : 0;
		}
		printImport(imported, terminal);
		terminal.out(`\n${summary(imported)}.`);
		for (const { path: written, text } of texts) {
			if (options["dry-run"]) terminal.out(`\n${safePart(written)}\n${text.trimEnd()}`);
			else terminal.out(`wrote ${safePart(written)}`);
		}
		if (imported.files.some(({ hosts }) => hosts === undefined)) {
			terminal.out('The source names no hosts. Add "hosts": ["api.example.com"] before you push.');
		}
		const upstream = upstreamWords(imported.backends);
		if (upstream !== undefined) terminal.out(safePart(upstream));
		return isLeftOut ? 1 : 0;
	},
});

interface ImportOptions {
	readonly from: string | undefined;
	readonly "deeper-subdomains": boolean;
}

async function readImport(
	path: string,
	options: ImportOptions,
	terminal: Parameters<typeof readInput>[2],
): Promise<Imported> {
	const format = FORMATS.find(({ name }) => name === options.from?.toLowerCase());
	if (options.from !== undefined && format === undefined) {
		throw usage(
			"unknown-format",
			`--from ${safePart(options.from)} is not a format that can be read. It can be ${NAMES.join(", ")}.`,
			importCommand,
		);
	}
	const { name, text } = await readInput(path, MAX_SOURCE_BYTES, terminal);
	const documents = readDocuments(name, text);
	const found = recognise(documents, format === undefined ? FORMATS : [format]);
	if (found === undefined) {
		throw new CommandFault(
			"no-cors-found",
			format === undefined
				? `${safePart(name)} has no CORS configuration that is recognised. Say what it is with --from: ${NAMES.join(", ")}. XML, program code and templates are not read.`
				: `No CORS configuration was found in ${safePart(name)} for --from ${format.name}, which reads ${format.title}.`,
		);
	}
	const count = found.policies.reduce((sum, { origins }) => sum + origins.length, 0);
	if (count > MAX_ENTRIES) {
		throw new CommandFault(
			"too-many-entries",
			`${safePart(name)} has ${counted(count, "origin")}, and ${MAX_ENTRIES.toLocaleString("en")} are the most that are carried over at once. Split it; so many are better kept in an origin directory ("cordon origins add").`,
		);
	}
	const carry = { deeperSubdomains: options["deeper-subdomains"] };
	const policies = found.policies.map((policy: SourcePolicy) => carryPolicy(policy, carry));
	const base = name === "stdin" ? "imported" : basename(name).replace(/\.[^.]+$/, "");
	return {
		source: name,
		format: found.format,
		policies: policies.filter(({ source }) => !source.isBare),
		files: tenantFiles(policies, base),
		backends: backendsOf(documents),
	};
}

/** All or nothing: what is there already is never overwritten. */
function write(folder: string, files: readonly { readonly path: string; readonly text: string }[]): void {
	const there = files.filter(({ path }) => existsSync(path));
	if (there.length > 0) {
		throw new CommandFault(
			"file-exists",
			`${there.map(({ path }) => safePart(path)).join(", ")} ${there.length === 1 ? "is" : "are"} there already, so nothing is written. Name another folder with --out, or look with --dry-run.`,
		);
	}
	try {
		makeFolder(folder);
	} catch (error) {
		throw new CommandFault(
			"unwritable-file",
			`The folder ${safePart(folder)} cannot be made: ${systemReason(error)}\nName another one with --out.`,
		);
	}
	for (const { path, text } of files) writeRegularFile(path, text);
}

function jsonOf({ source, format, policies, files, backends }: Imported, folder: string) {
	return {
		source,
		format: format.name,
		backends,
		policies: policies.map(({ source: { name, line, hosts, paths }, entries, remarks }) => ({
			name,
			line,
			hosts,
			paths,
			entries,
			remarks,
		})),
		files: files.map(({ name, hosts, document, refused, remarks }) => ({
			path: join(folder, name),
			hosts: hosts ?? [],
			document,
			refused,
			remarks,
		})),
	};
}
