/** Owns one tenant file: a tenant document, with or without `hosts`, and everything that is wrong with it. */

import { checkExpectations, type PlacedExpectation } from "../../explain/expectations.ts";
import { closest } from "../../findings/closest.ts";
import { createFindings } from "../../findings/collector.ts";
import { type Finding, quote } from "../../findings/finding.ts";
import { advise } from "../../tenants/advice.ts";
import { checkHosts } from "../../tenants/hosts.ts";
import { isObject } from "../../tenants/salvage.ts";
import { type ClosedDocument, type TenantDocument, tenantSchema } from "../../tenants/schema.ts";
import { inspect, inspectText } from "../../tenants/tenant.ts";
import { type JsonText, readJson } from "./json-text.ts";
import { createSource, type PlacedFinding, type Source } from "./source.ts";

/** A tenant file, read and checked. */
export interface TenantFile {
	readonly source: Source;
	/** In the order of their places. */
	readonly errors: readonly PlacedFinding[];
	readonly warnings: readonly PlacedFinding[];
	/** The hosts that are sound; undefined where the file names none. */
	readonly hosts: readonly string[] | undefined;
	/** The JSON Pointer of each of them. */
	readonly hostPlaces: ReadonlyMap<string, string>;
	/** `expect`, as it stands; undefined where there is none. */
	readonly expect: unknown;
	/** Those of `expect` that are sound. */
	readonly expectations: readonly PlacedExpectation[];
	/** The document without `hosts` and `expect`, as it stands; undefined where the text is not JSON. */
	readonly value: unknown;
	/** The same, once it has no errors. */
	readonly document: TenantDocument | ClosedDocument | undefined;
	readonly locate: JsonText["locate"];
}

/**
 * Reads and checks a tenant file.
 * @param name what messages call it
 */
export function readTenantFile(name: string, text: string): TenantFile {
	const source = createSource(name, text);
	const json = readJson(source);
	const errors = [...json.errors];
	const warnings: PlacedFinding[] = [];
	let expectations: readonly PlacedExpectation[] = [];
	let hostPlaces: ReadonlyMap<string, string> | undefined;
	let document: TenantDocument | ClosedDocument | undefined;
	const { value = undefined, ...file } = splitHosts(json.value);
	if (json.value !== undefined) {
		const aboutFile = createFindings();
		if ("hosts" in file) hostPlaces = checkHosts(file.hosts, aboutFile);
		if ("expect" in file) expectations = checkExpectations(file.expect, aboutFile);
		// Exactly what is stored goes through exactly what the gateway does with it.
		const inspected = inspectText(JSON.stringify(value));
		document = inspected.document;
		const faults = { ...inspected, errors: [...aboutFile.list(), ...inspected.errors] };
		const advised = advise(json.value, faults, inspectFile, text.length);
		const place = (finding: Finding) => ({ finding, span: json.locate(finding) });
		errors.push(...advised.errors.map(knowingHosts).map(place));
		warnings.push(...advised.warnings.map(place));
	}
	return {
		source,
		errors: errors.sort(byPlace),
		warnings: warnings.sort(byPlace),
		hosts: hostPlaces && [...hostPlaces.keys()],
		hostPlaces: hostPlaces ?? new Map(),
		expect: file.expect,
		expectations,
		value,
		document: errors.length === 0 ? document : undefined,
		locate: json.locate,
	};
}

/** Takes `hosts` and `expect` out of a tenant file: what remains is the document. */
export function splitHosts(file: unknown): {
	readonly value: unknown;
	readonly hosts?: unknown;
	readonly expect?: unknown;
} {
	if (!isObject(file)) return { value: file };
	const own = (key: "hosts" | "expect") => (Object.hasOwn(file, key) ? { [key]: file[key] } : {});
	const { hosts: _, expect: __, ...value } = file;
	return { value, ...own("hosts"), ...own("expect") };
}

/** What is wrong with a changed file. */
function inspectFile(changed: unknown) {
	const { value, ...file } = splitHosts(changed);
	const aboutFile = createFindings("every");
	if ("hosts" in file) checkHosts(file.hosts, aboutFile);
	if ("expect" in file) checkExpectations(file.expect, aboutFile);
	const { errors, warnings } = inspect(value);
	return { errors: [...aboutFile.list(), ...errors], warnings };
}

/** The document's schema does not know the keys that only a file has. */
function knowingHosts(finding: Finding): Finding {
	const { code, pointer } = finding;
	const key = pointer.slice(1);
	if (code !== "unknown-key" || key.includes("/")) return finding;
	const guess = closest(key, ["hosts", "expect", ...Object.keys(tenantSchema.entries)]);
	const isHost = guess === "hosts" || ["hostnames", "hostname", "domain"].includes(key);
	const meant = isHost ? "hosts" : guess === "expect" ? guess : undefined;
	if (meant === undefined) return finding;
	return {
		...finding,
		message: `${quote(key)} is not a key that Cordon knows here, and a misspelt key must not silently weaken a policy. Did you mean ${quote(meant)}?`,
		suggestion: meant,
	};
}

/** That there are more findings than are listed is said last. */
function byPlace(a: PlacedFinding, b: PlacedFinding): number {
	const isLast = ({ finding }: PlacedFinding) => Number(finding.code === "more-findings");
	return isLast(a) - isLast(b) || a.span.start - b.span.start;
}
