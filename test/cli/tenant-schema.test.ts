/** Owns the proof that tenant.schema.json says what the code says. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SCHEMA_PATH, tenantFileSchema } from "../../dev/tenant-schema.ts";

test("tenant.schema.json is current", () => {
	const kept: unknown = JSON.parse(readFileSync(SCHEMA_PATH, "utf8"));
	expect(kept, 'The schema in the code has changed: run "npm run schema" and check the file in.').toEqual(
		JSON.parse(JSON.stringify(tenantFileSchema())),
	);
});

test("every object in it refuses keys that it does not name", () => {
	const open: string[] = [];
	const visit = (node: unknown, path: string): void => {
		if (typeof node !== "object" || node === null) return;
		if ("properties" in node && !("additionalProperties" in node && node.additionalProperties === false))
			open.push(path);
		for (const [key, value] of Object.entries(node)) visit(value, `${path}/${key}`);
	};
	visit(tenantFileSchema(), "");
	expect(open).toEqual([]);
});
