/** Owns the carrying over of one policy: what of it can be said, and what became of each part. */

import { compileTenant } from "../../tenants/tenant.ts";
import { type CarriedNames, carryExposedHeaders, carryMethods, carryRequestHeaders } from "./names.ts";
import { type Carried, type CarryOptions, carryOrigin, isAnyOrigin } from "./origins.ts";
import type { Names, OriginRule, PlainNames, Remark, SourcePolicy } from "./source-policy.ts";

/** What became of one entry of the source. */
export interface EntryReport extends Omit<Carried, "entries"> {
	readonly line: number | undefined;
	/** As it stands in the source. */
	readonly text: string;
	readonly entries: readonly string[];
}

/** A policy as a tenant document has it. */
export interface PolicyDocument {
	origins: string[] | "*";
	credentials?: true;
	methods?: string[] | "*";
	requestHeaders?: string[] | "*";
	exposedHeaders?: string[] | "*";
	preflightMaxAgeSeconds?: number;
}

/** A policy of the source, in Cordon's words. */
export interface CarriedPolicy {
	readonly source: SourcePolicy;
	readonly document: PolicyDocument;
	readonly entries: readonly EntryReport[];
	readonly remarks: readonly Remark[];
}

/** Entries that are carried over, of all policies of a file: each is checked as a document. */
export const MAX_ENTRIES = 20_000;

/** The longest that a browser may keep a preflight's answer, in seconds. */
const MAX_AGE_SECONDS = 86_400;

/** Carries a policy over. */
export function carryPolicy(source: SourcePolicy, options: CarryOptions): CarriedPolicy {
	const { credentials } = source;
	const any = source.origins.find(isAnyOrigin);
	const remarks: Remark[] = [...source.remarks, ...(source.misread ?? [])];
	const entries: EntryReport[] = [];
	let origins: string[] | "*" = [];
	const written = new Set<string>();
	if (any !== undefined && !credentials) {
		origins = "*";
		entries.push({ ...entryOf(any), outcome: "as-is", entries: ["*"], why: "" });
	} else {
		for (const rule of source.origins) {
			const carried = isAnyOrigin(rule)
				? anyWithCredentials(rule)
				: accepted(carryOrigin(rule, options), credentials);
			entries.push({ ...entryOf(rule), ...carried });
			for (const entry of carried.entries) written.add(entry);
		}
		origins = [...written];
	}
	if (origins !== "*") markCovered(entries, written);
	const take = (
		names: Names,
		carry: (names: PlainNames, credentials: boolean) => CarriedNames,
		what: string,
	) => {
		const [plain, lost] =
			typeof names === "object" && "lost" in names ? [names.names, names.lost] : [names, []];
		const carried = carry(plain, credentials);
		for (const { text, line } of lost) {
			remarks.push({ line, what, text: `${what}: ${text} is not a name.`, isLeftOut: true });
		}
		for (const name of carried.rewritten ?? []) {
			remarks.push({
				line: source.line,
				what,
				text: `${JSON.stringify(name)} in ${what} is written ${JSON.stringify(name.toUpperCase())}: browsers compare methods byte for byte, so the source did not allow it.`,
				isMadeSafe: true,
			});
		}
		if (carried.why !== undefined) {
			remarks.push({ line: source.line, what, text: `${what}: ${carried.why}.`, isLeftOut: true });
		}
		return carried.value === undefined ? undefined : carried.value === "*" ? "*" : [...carried.value];
	};
	const methods = take(source.methods, carryMethods, "methods");
	const requestHeaders = take(source.requestHeaders, carryRequestHeaders, "request headers");
	const exposedHeaders = take(source.exposedHeaders, carryExposedHeaders, "exposed headers");
	const document: PolicyDocument = {
		origins,
		...(credentials ? { credentials } : {}),
		...(methods === undefined ? {} : { methods }),
		...(requestHeaders === undefined ? {} : { requestHeaders }),
		...(exposedHeaders === undefined ? {} : { exposedHeaders }),
		...maxAge(source.maxAgeSeconds),
	};
	return { source, document, entries, remarks };
}

/** What Cordon itself prohibits is left out, in its own words; the rest of a rule stays (`https?://` is two entries). */
function accepted(carried: Carried, credentials: boolean): Carried {
	const refusals = new Map<string, string>();
	for (const entry of carried.entries) {
		const result = compileTenant({ cors: { origins: [entry], ...(credentials ? { credentials } : {}) } });
		const [finding] = result.ok ? [] : result.errors;
		if (finding !== undefined) refusals.set(entry, finding.message);
	}
	const [message] = refusals.values();
	if (message === undefined) return carried;
	const entries = carried.entries.filter((entry) => !refusals.has(entry));
	if (entries.length === 0) return { outcome: "left-out", entries, why: message };
	const why = [carried.why, `without ${[...refusals.keys()].join(", ")}: ${message}`];
	return { ...carried, outcome: "made-safe", entries, why: why.filter((part) => part !== "").join("; ") };
}

/** What another entry of the policy lets in already need not be decided. */
function markCovered(entries: EntryReport[], written: ReadonlySet<string>): void {
	for (const [index, entry] of entries.entries()) {
		if (entry.question === undefined) continue;
		const wanted = entry.question.split(", ").map((text) => JSON.parse(text) as string);
		if (!wanted.every((one) => written.has(one))) continue;
		const { question: _, ...rest } = entry;
		entries[index] = {
			...rest,
			outcome: "made-safe",
			entries: wanted,
			why: "another entry lets it in already",
		};
	}
}

function entryOf({ text, line }: OriginRule) {
	return { text, line };
}

function anyWithCredentials({ match }: OriginRule): Carried {
	const isLiteral = match.kind === "any" && match.isLiteral === true;
	return {
		outcome: "left-out",
		entries: [],
		why: `${
			isLiteral
				? "the asterisk itself is sent, so every site can read what needs no credentials, and browsers block every call that has them"
				: "every site could read with the visitor's cookies"
		}. Name the origins that need them, or watch for some days and let "cordon learn" make the list`,
		letsIn: "https://evil.example",
	};
}

function maxAge(seconds: number | undefined) {
	if (seconds === undefined || !Number.isFinite(seconds)) return {};
	return { preflightMaxAgeSeconds: Math.max(0, Math.min(Math.trunc(seconds), MAX_AGE_SECONDS)) };
}
