/** Owns the finding of verdicts in what logs and queries give: wrangler's tail, Workers Logs, Analytics Engine. */

import { isObject } from "../../tenants/salvage.ts";

/** A decision of the gateway, as far as a record tells it. */
export interface RecordedVerdict {
	readonly hostname: string;
	readonly origin: string;
	readonly allowed: boolean;
	readonly kind: string;
	/** The method; of a preflight the one that it asks for. */
	readonly method: string;
	/** Names of the headers that a preflight asks for. */
	readonly requestHeaders: readonly string[];
	readonly reason: string;
	/** The path of the route whose policy applied; empty for the document's own. */
	readonly route: string;
	readonly mode: string;
	/** How many requests the record stands for. */
	readonly count: number;
	/** Undefined where the record does not say. */
	readonly atMilliseconds: number | undefined;
}

/** Levels of nesting that are looked into: an event, its logs, their messages, a text with JSON in it. */
const MAX_DEPTH = 8;

/** Every verdict in a value, however deep it stands. */
export function verdictsIn(value: unknown, atMilliseconds?: number, depth = 0): readonly RecordedVerdict[] {
	if (depth > MAX_DEPTH) return [];
	if (typeof value === "string") {
		return value.includes('"cors-verdict"') ? verdictsIn(parsed(value), atMilliseconds, depth + 1) : [];
	}
	if (Array.isArray(value)) return value.flatMap((item) => verdictsIn(item, atMilliseconds, depth + 1));
	if (!isObject(value)) return [];
	const at = timeOf(value) ?? atMilliseconds;
	if (value["event"] === "cors-verdict") return asVerdict(value, at);
	const row = rowOf(value);
	if (row !== undefined) return asVerdict(row, at);
	// Workers Logs have a line as a value in "source", and once more as its text beside it.
	const found = verdictsIn(value["source"], at, depth + 1);
	return found.length > 0 ? found : Object.values(value).flatMap((item) => verdictsIn(item, at, depth + 1));
}

function asVerdict(
	record: Readonly<Record<string, unknown>>,
	at: number | undefined,
): readonly RecordedVerdict[] {
	const text = (key: string) => (typeof record[key] === "string" ? record[key] : "");
	const hostname = text("hostname");
	const origin = text("origin");
	// Where the tenant could not be read there was no policy, and so no decision.
	if (hostname === "" || origin === "" || text("problem") === "tenant-unavailable") return [];
	return [
		{
			hostname,
			origin,
			allowed: record["allowed"] === true || record["allowed"] === "allowed",
			kind: text("kind"),
			method: text("method"),
			requestHeaders: namesIn(record["requestHeaders"]),
			reason: text("reason"),
			route: text("route"),
			mode: text("mode"),
			// What was left out of the log before this line was of the same host, and of nobody knows which origin.
			count: countOf(record["count"]),
			atMilliseconds: at,
		},
	];
}

/** After so many characters the gateway cuts the headers that it records. */
const MAX_RECORDED_HEADERS_CHARACTERS = 512;

function namesIn(value: unknown): readonly string[] {
	if (typeof value !== "string") return [];
	const names = value.split(",");
	// The last one may be half a name.
	if (value.length >= MAX_RECORDED_HEADERS_CHARACTERS) names.pop();
	return names.map((name) => name.trim()).filter((name) => name !== "");
}

/** A query's numbers come as text where they are large. */
function countOf(value: unknown): number {
	const count = Number(value);
	return value !== undefined && Number.isFinite(count) && count > 0 ? count : 1;
}

/** The columns of Analytics Engine, by their own names or by those that the documented queries give them. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
	hostname: ["blob2", "host", "hostname"],
	kind: ["blob3", "kind"],
	allowed: ["blob4", "verdict", "allowed"],
	reason: ["blob5", "reason"],
	route: ["blob7", "route"],
	origin: ["blob8", "origin"],
	method: ["blob9", "method"],
	mode: ["blob10", "mode"],
	problem: ["blob11", "problem", "code"],
	requestHeaders: ["blob14", "headers", "requestHeaders"],
	count: ["requests", "count", "_sample_interval"],
};

/** A row of a query's result as a record; undefined where it is not one. */
function rowOf(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
	const isRow =
		["blob8", "origin"].some((key) => typeof value[key] === "string") &&
		["blob2", "host"].some((key) => typeof value[key] === "string");
	if (!isRow) return undefined;
	const row: Record<string, unknown> = {};
	for (const [name, columns] of Object.entries(COLUMNS)) {
		const column = columns.find((one) => value[one] !== undefined);
		if (column !== undefined) row[name] = value[column];
	}
	return row;
}

/** The latest time that a date can be of, in milliseconds. */
const MAX_MILLISECONDS = 8.64e15;

/** Milliseconds since 1970, of a number or of a date; seconds, microseconds and nanoseconds are told by their size. */
function timeOf(value: Readonly<Record<string, unknown>>): number | undefined {
	for (const key of ["timestamp", "eventTimestamp", "EventTimestampMs", "time", "last"]) {
		const found = value[key];
		if (typeof found === "number" && Number.isFinite(found) && found > 0) {
			if (found < 1e11) return found * 1000;
			if (found < 1e14) return found;
			const at = found < 1e17 ? found / 1000 : found / 1e6;
			if (at <= MAX_MILLISECONDS) return at;
		}
		if (typeof found === "string") {
			// ClickHouse writes its dates in UTC without saying so.
			const date = Date.parse(
				/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(found) ? `${found.replace(" ", "T")}Z` : found,
			);
			if (Number.isFinite(date)) return date;
		}
	}
	return undefined;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
