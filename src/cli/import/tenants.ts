/** Owns the tenant files that come of the policies of a source: a document a host, with routes where it has paths. */

import type { Finding } from "../../findings/finding.ts";
import { isTenantHost } from "../../tenants/hosts.ts";
import { compileTenant, inspect } from "../../tenants/tenant.ts";
import { CommandFault } from "../shell/fault.ts";
import type { CarriedPolicy, EntryReport, PolicyDocument } from "./carry.ts";
import { documentOf, type ImportedDocument, narrow } from "./places.ts";
import { folderOf } from "./route-path.ts";
import type { Remark } from "./source-policy.ts";

/** A tenant file that is to be written. */
export interface ImportedFile {
	/** The name of the file, without its folder. */
	readonly name: string;
	/** Undefined where the source does not say. */
	readonly hosts: readonly string[] | undefined;
	readonly document: ImportedDocument;
	/** The policies that it comes of. */
	readonly policies: readonly CarriedPolicy[];
	/** What was taken out again, since it does not validate. */
	readonly refused: readonly EntryReport[];
	readonly remarks: readonly Remark[];
}

/** Entries of all hosts together: each host is checked with all of its own. */
const MAX_ENTRIES_OF_HOSTS = 100_000;
/** How often a document is mended before it is given up: of its findings a thousand are reported at once. */
const MAX_MENDS = 200;

/** @param base the name of the source, for what has no host */
export function tenantFiles(policies: readonly CarriedPolicy[], base: string): readonly ImportedFile[] {
	const remarks: Remark[] = [];
	const byHost = new Map<string, CarriedPolicy[]>();
	let entries = 0;
	const count = (policy: CarriedPolicy) => {
		entries += policy.entries.length + 1;
		if (entries > MAX_ENTRIES_OF_HOSTS) throw tooManyHosts();
	};
	for (const policy of policies) {
		const hosts = policy.source.hosts.map((host) => host.toLowerCase().replace(/\.$/, ""));
		const sound = hosts.filter(isTenantHost);
		for (const host of hosts.filter((one) => !isTenantHost(one))) {
			remarks.push({
				line: policy.source.line,
				text: `The host ${JSON.stringify(host)} is not a name that a tenant can have.`,
			});
		}
		for (const host of hosts.length === 0 ? [NO_HOST + (policy.source.scope ?? "")] : sound) {
			const own = byHost.get(host);
			if (own === undefined) byHost.set(host, [policy]);
			else own.push(policy);
			count(policy);
		}
	}
	const everywhere = policies.filter(({ source }) => source.everywhere && source.hosts.length === 0);
	for (const [host, own] of byHost) {
		if (host.startsWith(NO_HOST)) continue;
		everywhere.forEach(count);
		byHost.set(host, [...own, ...everywhere]);
	}
	const manyScopes = [...byHost.keys()].filter((host) => host.startsWith(NO_HOST)).length > 1;
	const files: {
		hosts: string[];
		document: ImportedDocument;
		policies: CarriedPolicy[];
		refused: readonly EntryReport[];
		remarks: readonly Remark[];
	}[] = [];
	const byDocument = new Map<string, (typeof files)[number]>();
	for (const [host, own] of byHost) {
		if (own.every(({ source }) => source.isBare)) continue;
		const raw = documentOf(own);
		const { document, refused, remarks: more } = mended(raw.document);
		// It is made here, so that what is equal has its keys in the same order.
		const text = JSON.stringify(document);
		const isHost = !host.startsWith(NO_HOST);
		const same = isHost ? byDocument.get(text) : undefined;
		if (same !== undefined) {
			same.hosts.push(host);
			same.policies.push(...told(own));
			continue;
		}
		const remarksOfFile = [...raw.remarks, ...more];
		const file = { hosts: [host], document, policies: told(own), refused, remarks: remarksOfFile };
		if (isHost) byDocument.set(text, file);
		files.push(file);
	}
	const names = new Set<string>();
	const said = new Set<string>();
	const once = (own: readonly Remark[]) => own.filter(({ text }) => !said.has(text) && said.add(text));
	return files.map(({ hosts, ...file }, index) => ({
		...file,
		name: fileName(resourceName(hosts[0] ?? NO_HOST, base, manyScopes), names),
		hosts: hosts[0]?.startsWith(NO_HOST) ? undefined : hosts,
		remarks: once(index === 0 ? [...remarks, ...file.remarks] : file.remarks),
	}));
}

/** Those that are told of. */
function told(policies: readonly CarriedPolicy[]): CarriedPolicy[] {
	return policies.filter(({ source }) => !source.isBare);
}

/** Before the scope of what has no host. */
const NO_HOST = "?";

function resourceName(host: string, base: string, manyScopes: boolean): string {
	if (!host.startsWith(NO_HOST)) return host;
	const scope = host.slice(NO_HOST.length).slice(0, 80);
	return manyScopes && scope !== "" ? `${base}-${scope}` : base;
}

function fileName(host: string, taken: Set<string>): string {
	const plain =
		host
			.replace("*.", "wildcard.")
			.replace(/[^A-Za-z0-9._-]/g, "-")
			.replace(/^\.+/, "") || "imported";
	let name = `${plain}.jsonc`;
	for (let i = 2; taken.has(name); i++) name = `${plain}-${i}.jsonc`;
	taken.add(name);
	return name;
}

function tooManyHosts(): CommandFault {
	return new CommandFault(
		"too-many-entries",
		`The origins of all hosts of this configuration are more than ${MAX_ENTRIES_OF_HOSTS.toLocaleString("en")} together, and no more are carried over at once. Split it, and import the parts.`,
	);
}

/** Takes out entries that another one covers: `validate` would warn of them at once. */
function withoutCovered(document: ImportedDocument): readonly Remark[] {
	const covered = inspect(document).warnings.filter(({ code }) => code === "covered-origin");
	const places = covered.map(({ pointer }) => pointer.split("/").slice(1));
	// From the last to the first, so that the indexes of the others stay.
	places.sort((one, other) => Number(other.at(-1)) - Number(one.at(-1)));
	return places.flatMap((keys) => {
		const list = keys
			.slice(0, -1)
			.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], document);
		if (!Array.isArray(list) || keys.at(-2) !== "origins" || list.length < 2) return [];
		const [entry] = list.splice(Number(keys.at(-1)), 1);
		return [
			{
				line: undefined,
				text: `${JSON.stringify(entry)} is not written: another entry covers it already.`,
			},
		];
	});
}

/** Takes out what does not validate, entry by entry: what is written is always in force. */
function mended(document: ImportedDocument) {
	const refused: EntryReport[] = [];
	const remarks: Remark[] = [];
	for (let left = MAX_MENDS; left > 0; left--) {
		const result = compileTenant(JSON.parse(JSON.stringify(document)));
		if (result.ok) return { document, refused, remarks: [...remarks, ...withoutCovered(document)] };
		// From the last to the first, so that the indexes of the others stay.
		for (const finding of result.errors.toReversed()) takeOut(document, finding, refused, remarks);
	}
	remarks.push({
		line: undefined,
		text: "What is left does not validate, so nobody is allowed. Please report it with the file.",
		isLeftOut: true,
	});
	return { document: { mode: "report" as const, cors: { origins: [] } }, refused, remarks };
}

function takeOut(
	document: ImportedDocument,
	finding: Finding,
	refused: EntryReport[],
	remarks: Remark[],
): void {
	const keys = finding.pointer.split("/").slice(1);
	// Too many routes are a finding of them all: the last one goes first.
	const routeIndex = keys[0] === "routes" ? Number(keys[1] ?? (document.routes?.length ?? 0) - 1) : undefined;
	if (routeIndex !== undefined && (keys.length < 4 || keys[2] === "path")) {
		takeOutRoute(document, routeIndex, finding, remarks);
		return;
	}
	let container: unknown = document;
	for (const key of keys.slice(0, -1)) container = (container as Record<string, unknown> | undefined)?.[key];
	const last = keys.at(-1) ?? "";
	if (Array.isArray(container)) {
		const [entry] = container.splice(Number(last), 1);
		const text = typeof entry === "string" ? entry : JSON.stringify(entry);
		if (keys.includes("origins")) {
			refused.push({ line: undefined, text, entries: [], outcome: "left-out", why: finding.message });
		} else
			remarks.push({
				line: undefined,
				what: keys.at(-2) ?? "",
				text: `${JSON.stringify(text)} is left out of ${keys.at(-2)}: ${finding.message}`,
				// What browsers let no page do is not lost with it.
				isLeftOut: !finding.code.startsWith("forbidden-"),
			});
	} else if (container !== undefined && container !== null) {
		delete (container as Record<string, unknown>)[last];
		if (last === "origins") (container as PolicyDocument).origins = [];
		remarks.push({
			line: undefined,
			what: last,
			text: `${JSON.stringify(last)} is left out: ${finding.message}`,
			isLeftOut: true,
		});
	}
}

/** The requests of a route that is left out get the policy around it, which has to be no wider. */
function takeOutRoute(document: ImportedDocument, index: number, finding: Finding, remarks: Remark[]): void {
	const [route] = document.routes?.splice(index, 1) ?? [];
	if (route === undefined) return;
	narrow(document, folderOf(route.path.replace(/\/\*$/, "")), route.cors);
	remarks.push({
		line: undefined,
		text: `The route ${JSON.stringify(route.path)} is left out, and where it lay only what it allowed as well is carried over: ${finding.message}`,
		isLeftOut: true,
	});
}
