/** Owns the proof that the dashboard and the alerts ask for columns that the records have. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";

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
