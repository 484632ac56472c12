/** Owns `cordon learn`: the allowlist, made of what report mode saw. */

import { createReadStream, lstatSync } from "node:fs";
import { parseOriginPattern } from "../../cors/origin-pattern.ts";
import { originMessage } from "../../cors/origin-words.ts";
import type { TenantDocument } from "../../tenants/schema.ts";
import { MAX_TENANT_FILE_BYTES, readInput, STANDARD_INPUT } from "../files/input.ts";
import { systemReason, writeRegularFile } from "../files/regular-file.ts";
import { printFindings } from "../files/report.ts";
import { readTenantFile, type TenantFile } from "../files/tenant-file.ts";
import { defineCommand, usage } from "../shell/command.ts";
import { CommandFault } from "../shell/fault.ts";
import { safePart } from "../shell/safe-text.ts";
import { counted, type Terminal } from "../shell/terminal.ts";
import { type Addition, additionOf, placesFor, withAdditions } from "./choice.ts";
import { createJsonStream } from "./json-stream.ts";
import { verdictsIn } from "./records.ts";
import { isListedIn, unseenOf } from "./unseen.ts";
import { createVisitors, type Denied, deniedBy, type Visitors } from "./visitors.ts";
import { domainsOf, KIND_WORDS, kindOf, type OriginKind } from "./what-it-is.ts";
import { printDenied, printResult } from "./words.ts";

/** Kinds that are selected before anybody has chosen. Never a look-alike. */
const PRESELECTED: readonly OriginKind[] = ["own-subdomain", "own-domain"];

export const learn = defineCommand({
	name: "learn",
	details: [
		"Reads the decisions that the gateway recorded (wrangler tail --format json, an export of Workers Logs, the result of an Analytics Engine query), and shows what this tenant file would deny: which origin, how often, when first and last, and what it is.",
		"You choose what is to be allowed, on the terminal or with --accept. It goes into the file; comments stay. Then it says what would still be denied.",
	],
	positionals: [{ name: "FILE", says: "The tenant file, with its hosts.", required: true }],
	options: {
		from: {
			type: "string",
			value: "LOG",
			says: "The records; - is standard input. May be given several times.",
			multiple: true,
		},
		accept: {
			type: "string",
			value: "ORIGIN",
			says: 'An entry to allow, where an origin that it takes was denied: "https://app.acme.com", "https://*.acme.com". May be given several times.',
			multiple: true,
		},
		"accept-method": {
			type: "string",
			value: "METHOD",
			says: "A method to allow, where it was asked for. May be given several times.",
			multiple: true,
		},
		"accept-header": {
			type: "string",
			value: "NAME",
			says: "A request header to allow, where it was asked for. May be given several times.",
			multiple: true,
		},
	},
	examples: [
		{ line: "learn tenants/acme.jsonc --from log.jsonl", says: "Look, and choose." },
		{
			line: "learn tenants/acme.jsonc --from log.jsonl --accept 'https://*.acme.com'",
			says: "Choose without being asked.",
		},
	],
	exits: {
		good: "Nothing that was seen would be denied.",
		findings:
			"Something would still be denied, an entry to allow was not seen, or no record was of these hosts.",
	},
	async work({ positionals: [path = ""], options, terminal }) {
		if (options.from.length === 0)
			throw usage("missing-option", '"cordon learn" needs the records: --from LOG.', learn);
		const file = await readFile(path, terminal);
		const hosts = file.hosts ?? [];
		const visitors = createVisitors(ownHosts(hosts));
		for (const log of options.from) await readRecords(log, visitors, terminal);
		const document = file.document as TenantDocument;
		const denied = await deniedBy(document, visitors.groups());
		const kinds = kindsOf(denied, domainsOf(hosts, listedOrigins(document)));
		if (!options.json) printDenied(denied, kinds, visitors, terminal);
		const first = await chosen(denied, kinds, options, terminal, path);
		const so = checked(path, withAdditions(file.source.text, file.value, first), file, first);
		// Who is allowed now may ask for methods and headers that are not.
		const asked = first.length === 0 ? [] : newlyDenied(denied, await deniedBy(so, visitors.groups()));
		const additions = [...first, ...(await chosenNames(asked, options, terminal, path))];
		const unseen = unseenOf(options, additions, isListedIn(document));
		const text = withAdditions(file.source.text, file.value, additions);
		const after = checked(path, text, file, additions);
		if (text !== file.source.text) writeRegularFile(path, text);
		const still = await deniedBy(after, visitors.groups());
		if (options.json) {
			terminal.json({
				records: visitors.count(),
				denied: denied.map((one) => ({ ...plain(one), kind: kinds.get(one) ?? null })),
				accepted: additions,
				notAdded: unseen,
				stillDenied: still.map(plain),
			});
		} else printResult(path, { additions, unseen, still }, document, visitors, terminal);
		// Without a record nothing was seen, so nothing is known of what would be denied.
		return still.length === 0 && unseen.length === 0 && visitors.count() > 0 ? 0 : 1;
	},
});

async function readFile(path: string, terminal: Terminal): Promise<TenantFile> {
	if (path === STANDARD_INPUT)
		throw usage(
			"unexpected-argument",
			"The tenant file is written to, so it cannot be standard input.",
			learn,
		);
	const { name, text } = await readInput(path, MAX_TENANT_FILE_BYTES, terminal);
	const file = readTenantFile(name, text);
	if (file.document === undefined) {
		printFindings([file], terminal);
		throw new CommandFault(
			"invalid-tenant-file",
			`${safePart(path)} has errors. Correct them first: nothing is added to a file that is not valid.`,
		);
	}
	if ("closed" in file.document)
		throw new CommandFault(
			"closed-tenant",
			`${safePart(path)} closes its tenant, so there is no list to add to.`,
		);
	if (file.hosts === undefined)
		throw new CommandFault(
			"no-hosts",
			`${safePart(path)} names no hosts, so no record can be told to be its. Add "hosts": ["api.example.com"].`,
		);
	return file;
}

/** A wildcard host is for the names one label below that have no tenant of their own. */
function ownHosts(hosts: readonly string[]): (hostname: string) => boolean {
	const own = new Set(hosts);
	return (hostname) => own.has(hostname) || own.has(`*${hostname.slice(hostname.indexOf("."))}`);
}

async function readRecords(log: string, visitors: Visitors, terminal: Terminal): Promise<void> {
	const stream = createJsonStream();
	const take = (piece: string) => {
		for (const value of stream.take(piece)) for (const verdict of verdictsIn(value)) visitors.add(verdict);
	};
	if (log === STANDARD_INPUT) {
		const decoder = new TextDecoder();
		for await (const piece of terminal.inputPieces())
			take(typeof piece === "string" ? piece : decoder.decode(piece, { stream: true }));
		return;
	}
	try {
		if (!lstatSync(log).isFile())
			throw new CommandFault(
				"not-a-regular-file",
				`${safePart(log)} is not a regular file, so it is left alone.`,
			);
		for await (const piece of createReadStream(log, { encoding: "utf8", highWaterMark: 1024 * 1024 }))
			take(String(piece));
	} catch (error) {
		if (error instanceof CommandFault) throw error;
		throw new CommandFault("unreadable-file", `${safePart(log)} cannot be read: ${systemReason(error)}`);
	}
}

/** @param ownDomains found once: of 100,000 origins that takes a while */
function kindsOf(
	denied: readonly Denied[],
	ownDomains: ReadonlySet<string>,
): ReadonlyMap<Denied, OriginKind | undefined> {
	return new Map(
		denied.map((one) => [one, one.what === "origin" ? kindOf(one.name, ownDomains) : undefined]),
	);
}

/** The texts of every list of origins. */
function listedOrigins(document: TenantDocument): readonly string[] {
	const places = [document.cors, ...(document.routes ?? []).map(({ cors }) => cors)];
	return places
		.flat()
		.flatMap(({ origins }) => (origins === "*" ? [] : origins.filter((entry) => typeof entry === "string")));
}

interface Choices {
	readonly accept: readonly string[];
	readonly "accept-method": readonly string[];
	readonly "accept-header": readonly string[];
	readonly json: boolean;
}

async function chosen(
	denied: readonly Denied[],
	kinds: ReadonlyMap<Denied, OriginKind | undefined>,
	options: Choices,
	terminal: Terminal,
	path: string,
): Promise<readonly Addition[]> {
	const additions: Addition[] = [];
	for (const entry of options.accept) {
		const result = parseOriginPattern(entry);
		if (!result.ok)
			throw usage(
				"invalid-origin",
				`--accept ${safePart(entry)}: ${originMessage(result.refusal.code, entry)}`,
				learn,
			);
		additions.push(...(await placesFor(entry, denied)));
	}
	additions.push(...named(denied, options));
	if (!isAsked(options, terminal)) return additions;
	const selectable = denied.filter((one) => one.what !== "origin" || parseOriginPattern(one.name).ok);
	const isPreselected = (one: Denied) => PRESELECTED.includes(kinds.get(one) as OriginKind);
	return [...additions, ...(await ask(selectable, isPreselected, kinds, path))];
}

/** What was not denied before: methods and headers of those who have just been allowed. */
function newlyDenied(before: readonly Denied[], after: readonly Denied[]): readonly Denied[] {
	const key = ({ what, name, route }: Denied) => JSON.stringify([what, name, route]);
	const known = new Set(before.map(key));
	return after.filter((one) => one.what !== "origin" && !known.has(key(one)));
}

async function chosenNames(
	asked: readonly Denied[],
	options: Choices,
	terminal: Terminal,
	path: string,
): Promise<readonly Addition[]> {
	if (!isAsked(options, terminal)) return named(asked, options);
	return ask(asked, () => false, new Map(), path);
}

/** Methods and headers that were named on the command line. */
function named(denied: readonly Denied[], options: Choices): readonly Addition[] {
	const names = { origin: [], method: options["accept-method"], header: options["accept-header"] };
	return denied
		.filter(({ what, name }) => names[what].some((one) => one.toLowerCase() === name.toLowerCase()))
		.map(additionOf);
}

/** Whether a person is there to choose, and has not done so on the command line. */
function isAsked(options: Choices, terminal: Terminal): boolean {
	const isDecided = [options.accept, options["accept-method"], options["accept-header"]].some(
		(names) => names.length > 0,
	);
	return !isDecided && !options.json && terminal.interactive && !process.env["CI"];
}

async function ask(
	selectable: readonly Denied[],
	isPreselected: (one: Denied) => boolean,
	kinds: ReadonlyMap<Denied, OriginKind | undefined>,
	path: string,
): Promise<readonly Addition[]> {
	if (selectable.length === 0) return [];
	const { isCancel, multiselect } = await import("@clack/prompts");
	const answer = await multiselect({
		message: `What is to be allowed in ${safePart(path)}? (space to choose, enter when done)`,
		required: false,
		maxItems: 15,
		options: selectable.map((one) => ({ value: one, label: safePart(labelOf(one, kinds.get(one))) })),
		initialValues: selectable.filter(isPreselected),
	});
	return isCancel(answer) ? [] : (answer as Denied[]).map(additionOf);
}

/** What it is stands with each: a hint is shown only where the cursor is. */
function labelOf(one: Denied, kind: OriginKind | undefined): string {
	const name = `${one.what === "origin" ? "" : `${one.what} `}${one.name}${one.route === "" ? "" : ` on ${one.route}`}`;
	const hints = [kind === undefined ? "" : KIND_WORDS[kind], counted(one.count, "time")];
	return `${name} (${hints.filter((text) => text !== "").join(", ")})`;
}

/** The file as it would be, which has to be valid: a choice that is unsafe is refused before anything is written. */
function checked(
	path: string,
	text: string,
	before: TenantFile,
	additions: readonly Addition[],
): TenantDocument {
	const file = readTenantFile(path, text);
	if (file.document !== undefined && !("closed" in file.document)) return file.document;
	const first = file.errors[0]?.finding.message ?? "";
	const entries = additions.map(({ entry }) => safePart(entry)).join(", ");
	throw new CommandFault(
		"invalid-choice",
		`With ${entries} ${safePart(before.source.name)} would not be valid, so nothing is written: ${first}`,
	);
}

function plain({ firstMilliseconds, lastMilliseconds, ...rest }: Denied) {
	const date = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
	return { ...rest, first: date(firstMilliseconds), last: date(lastMilliseconds) };
}
