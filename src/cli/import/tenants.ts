/** Owns the tenant files that come of the policies of a source: a document a host, with routes where it has paths. */

import { isDeepStrictEqual } from "node:util";
import type { Finding } from "../../findings/finding.ts";
import { isTenantHost } from "../../tenants/hosts.ts";
import { compileTenant } from "../../tenants/tenant.ts";
import { CommandFault } from "../shell/fault.ts";
import type { CarriedPolicy, EntryReport, PolicyDocument } from "./carry.ts";
import type { Remark, SourcePath } from "./source-policy.ts";

/** A tenant file that is to be written. */
export interface ImportedFile {
	/** The name of the file, without its folder. */
	readonly name: string;
	/** Undefined where the source does not say. */
	readonly hosts: readonly string[] | undefined;
	readonly document: ImportedDocument;
	/** What was taken out again, since it does not validate. */
	readonly refused: readonly EntryReport[];
	readonly remarks: readonly Remark[];
}

/** A tenant document as it is written: it watches until somebody has looked at it. */
export interface ImportedDocument {
	mode: "report";
	cors: PolicyDocument | PolicyDocument[];
	routes?: { path: string; cors: PolicyDocument | PolicyDocument[] }[];
}

/** Policies that one place may have. */
const MAX_POLICIES = 16;
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
		refused: readonly EntryReport[];
		remarks: readonly Remark[];
	}[] = [];
	const byDocument = new Map<string, string[]>();
	for (const [host, own] of byHost) {
		const raw = documentOf(own);
		const { document, refused, remarks: more } = mended(raw.document);
		// It is made here, so that what is equal has its keys in the same order.
		const text = JSON.stringify(document);
		const isHost = !host.startsWith(NO_HOST);
		const same = isHost ? byDocument.get(text) : undefined;
		if (same !== undefined) {
			same.push(host);
			continue;
		}
		const hosts = [host];
		if (isHost) byDocument.set(text, hosts);
		files.push({ hosts, document, refused, remarks: [...raw.remarks, ...more] });
	}
	const names = new Set<string>();
	const told = new Set<string>();
	const once = (own: readonly Remark[]) => own.filter(({ text }) => !told.has(text) && told.add(text));
	return files.map(({ hosts, ...file }, index) => ({
		...file,
		name: fileName(nameOf(hosts[0] ?? NO_HOST, base, manyScopes), names),
		hosts: hosts[0]?.startsWith(NO_HOST) ? undefined : hosts,
		remarks: once(index === 0 ? [...remarks, ...file.remarks] : file.remarks),
	}));
}

/** Before the scope of what has no host. */
const NO_HOST = "?";

function nameOf(host: string, base: string, manyScopes: boolean): string {
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

function documentOf(policies: readonly CarriedPolicy[]): {
	readonly document: ImportedDocument;
	readonly remarks: readonly Remark[];
} {
	const remarks: Remark[] = [];
	const places = new Map<string, CarriedPolicy[]>();
	for (const policy of policies) {
		const paths =
			policy.source.paths.length === 0
				? [""]
				: policy.source.paths.map((path) => routePath(path, policy, remarks));
		for (const path of new Set(paths)) {
			if (path !== undefined) places.set(path, [...(places.get(path) ?? []), policy]);
		}
	}
	const whole = places.get("");
	const routes = [...places].filter(([path]) => path !== "");
	return {
		document: {
			mode: "report",
			// What the source says nothing of is shared with nobody.
			cors: whole === undefined ? { origins: [] } : corsOf(whole, remarks),
			...(routes.length === 0
				? {}
				: { routes: routes.map(([path, own]) => ({ path, cors: corsOf(own, remarks) })) }),
		},
		remarks,
	};
}

function tooManyHosts(): CommandFault {
	return new CommandFault(
		"too-many-entries",
		`The origins of all hosts of this configuration are more than ${MAX_ENTRIES_OF_HOSTS.toLocaleString("en")} together, and no more are carried over at once. Split it, and import the parts.`,
	);
}

/** Without the slashes at its end. */
function withoutSlashes(path: string): string {
	let end = path.length;
	while (path.charAt(end - 1) === "/") end--;
	return path.slice(0, end);
}

/** @returns `""` for every path, undefined where there is no such route */
function routePath(from: SourcePath, policy: CarriedPolicy, remarks: Remark[]): string | undefined {
	const { kind, path } = from.kind === "regex" ? (plainPath(from.path) ?? from) : from;
	const plain = kind === "prefix" ? withoutSlashes(path) : path;
	if (kind === "prefix" && plain === "") return "";
	if (kind === "regex" || !/^\/[^*?#\s{}~^$()|\\]*$/.test(plain)) {
		remarks.push({
			line: policy.source.line,
			text: `The path ${JSON.stringify(path)} has no counterpart: a route is an exact path, or a prefix that ends in /*. Its policy is left out, and its requests get the policy of the paths around it.`,
		});
		return undefined;
	}
	return kind === "prefix" ? `${plain}/*` : plain;
}

/** The few expressions that everybody writes: `/api(/|$)(.*)`, `/api/.*`, `^/api/v1$`. */
function plainPath(expression: string): SourcePath | undefined {
	const path = expression.replace(/^\^/, "").replaceAll(/\\([./-])/g, "$1");
	if (/^\/?(\.\*|\(\.\*\))\$?$/.test(path)) return { kind: "prefix", path: "/" };
	const [, start, rest] = /^(\/[\w./-]*?)(\(\/\|\$\)\(\.\*\)|\/\.\*|\/\(\.\*\)|\/\.\+)?\$?$/.exec(path) ?? [];
	if (start === undefined) return undefined;
	return rest === undefined ? { kind: "exact", path: start } : { kind: "prefix", path: start };
}

/** The policies of one place: those of the highest rank, in their order; what follows "*" could never apply. */
function corsOf(policies: readonly CarriedPolicy[], remarks: Remark[]): PolicyDocument | PolicyDocument[] {
	const rank = Math.max(...policies.map(({ source }) => source.rank ?? 0));
	const own = policies.filter(({ source }) => (source.rank ?? 0) === rank);
	for (const { source } of policies.filter((policy) => !own.includes(policy))) {
		remarks.push({
			line: source.line,
			text: `${source.name} does not apply here: a more special one replaces it.`,
		});
	}
	const any = own.findIndex(({ document }) => document.origins === "*");
	const reachable = any === -1 ? own : own.slice(0, any + 1);
	for (const { source } of [...own.slice(reachable.length), ...reachable.slice(MAX_POLICIES)]) {
		remarks.push({
			line: source.line,
			text: `${source.name} is left out: a policy before it applies to every origin, or there are more than ${MAX_POLICIES}.`,
		});
	}
	const documents: PolicyDocument[] = [];
	for (const { document } of reachable.slice(0, MAX_POLICIES)) {
		// Routes of a source often repeat one policy.
		if (!documents.some((one) => isDeepStrictEqual(one, document))) documents.push(structuredClone(document));
	}
	const [only] = documents;
	return documents.length === 1 && only !== undefined ? only : documents;
}

/** Takes out what does not validate, entry by entry: what is written is always in force. */
function mended(document: ImportedDocument) {
	const refused: EntryReport[] = [];
	const remarks: Remark[] = [];
	for (let left = MAX_MENDS; left > 0; left--) {
		const result = compileTenant(JSON.parse(JSON.stringify(document)));
		if (result.ok) return { document, refused, remarks };
		// From the last to the first, so that the indexes of the others stay.
		for (const finding of result.errors.toReversed()) takeOut(document, finding, refused, remarks);
	}
	remarks.push({
		line: undefined,
		text: "What is left does not validate, so nobody is allowed. Please report it with the file.",
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
	const routeIndex = keys[0] === "routes" ? Number(keys[1]) : undefined;
	if (routeIndex !== undefined && (keys.length < 4 || keys[2] === "path")) {
		const [route] = document.routes?.splice(routeIndex, 1) ?? [];
		if (route !== undefined)
			remarks.push({
				line: undefined,
				text: `The route ${JSON.stringify(route.path)} is left out: ${finding.message}`,
			});
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
				text: `${JSON.stringify(text)} is left out of ${keys.at(-2)}: ${finding.message}`,
			});
	} else if (container !== undefined && container !== null) {
		delete (container as Record<string, unknown>)[last];
		if (last === "origins") (container as PolicyDocument).origins = [];
		remarks.push({ line: undefined, text: `${JSON.stringify(last)} is left out: ${finding.message}` });
	}
}
