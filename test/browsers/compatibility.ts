/** Owns the compatibility table: what of credentialed CORS was seen to work in which engine, as data and as a table. */

import { join } from "node:path";
import type { Case, EngineId } from "./cases/case.ts";

/** Where the last run is kept: a place that git ignores, so that a test run changes nothing that is tracked. */
export const LAST_RUN = join(import.meta.dirname, "../../.wrangler/browsers/compatibility.json");

/** Where the rows are kept that the README shows; only `npm run compatibility` renews them. */
export const KEPT = join(import.meta.dirname, "compatibility.json");

export type Support = "yes" | "no" | "not tested";

/** A column: its title in Markdown, the short one for a terminal, and the cases that it stands for. */
const COLUMNS = [
	{
		key: "allowCredentials",
		title: "`Access-Control-Allow-Credentials`",
		short: "ACAC",
		cases: /^(no-)?credentials\//,
	},
	{
		key: "fetch",
		title: '`fetch` with `"include"`',
		short: "fetch",
		cases: /^(no-)?credentials\/fetch-include\//,
	},
	{
		key: "xhr",
		title: "XHR `withCredentials`",
		short: "XHR",
		cases: /^(no-)?credentials\/xhr-with\//,
	},
	{ key: "preflight", title: "Preflights", short: "preflights", cases: /^preflight\// },
	{ key: "cookies", title: "Cookies", short: "cookies", cases: /^cookies\// },
	{ key: "authorization", title: "`Authorization`", short: "Authorization", cases: /\/authorization$/ },
	{
		key: "certificate",
		title: "TLS client certificates",
		short: "certificates",
		cases: /^certificate\//,
	},
	{ key: "eventSource", title: "`EventSource`", short: "EventSource", cases: /^events\// },
	{
		key: "crossOrigin",
		title: '`crossorigin="use-credentials"`',
		short: "crossorigin",
		cases: /^element\/.*\/use-credentials$/,
	},
	{ key: "webSocket", title: "WebSocket", short: "WebSocket", cases: /^socket$/ },
] as const;

type Key = (typeof COLUMNS)[number]["key"];

/** What was seen of one engine. */
export interface Row {
	readonly engine: EngineId;
	readonly name: string;
	readonly version: string;
	readonly support: Readonly<Record<Key, Support>>;
}

/** Every case that an engine ran, and whether it went as it must. */
export type Results = readonly { readonly case: Case; readonly asExpected: boolean }[];

export function rowOf(engine: EngineId, name: string, version: string, results: Results): Row {
	const support = (pattern: RegExp): Support => {
		const about = results.filter((result) => pattern.test(result.case.id));
		if (about.length === 0) return "not tested";
		return about.every(({ asExpected }) => asExpected) ? "yes" : "no";
	};
	const entries = COLUMNS.map(({ key, cases }) => [key, support(cases)] as const);
	return { engine, name, version, support: Object.fromEntries(entries) as Record<Key, Support> };
}

/**
 * New rows take the place of old ones. An engine that was not there this time keeps its old row, and a row of the same
 * version keeps what could not be tested this time.
 */
export function mergeRows(old: readonly Row[], fresh: readonly Row[]): readonly Row[] {
	const kept = old.filter(({ engine }) => !fresh.some((row) => row.engine === engine));
	const merged = fresh.map((row) => {
		const before = old.find(({ engine, version }) => engine === row.engine && version === row.version);
		const entries = COLUMNS.map(({ key }) => {
			const support = row.support[key];
			return [key, support === "not tested" ? (before?.support[key] ?? support) : support] as const;
		});
		return { ...row, support: Object.fromEntries(entries) as Record<Key, Support> };
	});
	return [...kept, ...merged].sort((a, b) => a.name.localeCompare(b.name));
}

/** The table in Markdown. */
export function markdownTable(rows: readonly Row[]): string {
	const lines = [
		["Engine", ...COLUMNS.map(({ title }) => title)],
		["---", ...COLUMNS.map(() => "---")],
		...rows.map(({ name, version, support }) => [
			`${name} ${version}`,
			...COLUMNS.map(({ key }) => support[key]),
		]),
	];
	return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The table for a terminal: a row an engine, its columns as wide as they have to be. */
export function plainTable(rows: readonly Row[]): string {
	const lines = [
		["Engine", ...COLUMNS.map(({ short }) => short)],
		...rows.map(({ name, version, support }) => [
			`${name} ${version}`,
			...COLUMNS.map(({ key }) => support[key]),
		]),
	];
	const widths =
		lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
	return lines
		.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
		.join("\n");
}

/** The rows as they are kept beside the tests. */
export function parseRows(json: string): readonly Row[] {
	return JSON.parse(json) as readonly Row[];
}

export function formatRows(rows: readonly Row[]): string {
	return `${JSON.stringify(rows, null, "\t")}\n`;
}
