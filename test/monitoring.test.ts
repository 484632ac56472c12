/** Owns the proof that the dashboard and the alerts ask for columns that the records have. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createVerdictRecorder } from "../src/gateway/verdict.ts";

const FOLDER = join(import.meta.dirname, "../docs/monitoring");

/** Every query in a value. */
function queries(value: unknown): readonly string[] {
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		key === "query" && typeof inner === "string" && inner.startsWith("SELECT") ? [inner] : queries(inner),
	);
}

const dashboard: unknown = JSON.parse(readFileSync(join(FOLDER, "grafana-dashboard.json"), "utf8"));
const alerts: unknown = parse(readFileSync(join(FOLDER, "grafana-alerts.yaml"), "utf8"));

test.each([
	["the dashboard", dashboard, 7],
	["the alerts", alerts, 3],
])("%s ask for columns that a data point has", (_, source, count) => {
	const asked = queries(source);
	expect(asked).toHaveLength(count);
	for (const query of asked) {
		expect(query).toContain("FROM cordon_verdicts");
		for (const [, blob] of query.matchAll(/blob(\d+)/g)) expect(Number(blob)).toBeLessThanOrEqual(14);
		for (const [, double] of query.matchAll(/double(\d+)/g)) expect(Number(double)).toBeLessThanOrEqual(3);
	}
});

/** The queries of the page on records. */
const documented = [
	...readFileSync(join(FOLDER, "../records.md"), "utf8").matchAll(/```sql\n(SELECT[\s\S]*?)```/g),
].map(([, query = ""]) => query);

/** A point in which every column says what it is. */
function columns(): readonly string[] {
	const points: DataPoint[] = [];
	const recorder = createVerdictRecorder({
		dataset: { writeDataPoint: (point) => void points.push(point as DataPoint) },
		log: () => undefined,
		accountOf: (host) => host,
		now: () => 0,
	});
	recorder.record({
		hostname: "host",
		kind: "preflight",
		allowed: false,
		reason: "not-listed",
		entry: "entry",
		route: "route",
		origin: "origin",
		method: "method",
		mode: "report",
		status: 200,
		problem: "tenant-unavailable",
		redirectTaintsOrigin: true,
		policy: null,
		requestHeaders: "headers",
		policyReadAtMilliseconds: 0,
	});
	return points[0]?.blobs ?? [];
}

interface DataPoint {
	readonly blobs: readonly string[];
}

/** What each name of a query's column, and each text that a column is compared with, is in that point. */
const MEANINGS: Readonly<Record<string, string>> = {
	host: "host",
	origin: "origin",
	reason: "not-listed",
	kind: "preflight",
	method: "method",
	mode: "report",
	decision: "denied",
	code: "tenant-unavailable",
	"'denied'": "denied",
	"'allowed'": "denied",
	"'own-origin'": "not-listed",
	"'enforce'": "report",
	"'report'": "report",
	"'preflight'": "preflight",
	"'actual'": "preflight",
	"'tenant-unavailable'": "tenant-unavailable",
	"'$host'": "host",
};

test.each([
	["the dashboard", queries(dashboard)],
	["the alerts", queries(alerts)],
	["the page on records", documented],
])("%s and the gateway mean the same by a column", (_, asked) => {
	const point = columns();
	expect(asked.length).toBeGreaterThanOrEqual(3);
	for (const query of asked) {
		for (const [use, number, text] of query.matchAll(/blob(\d+) (?:AS (?=\w)|!?= (?='))(\w+|'[^']*')/g)) {
			// Whether a column is empty can be asked of any.
			if (text === "''") continue;
			expect([use, point[Number(number) - 1]]).toEqual([use, MEANINGS[text ?? ""]]);
		}
	}
});
