/** Owns the proof that the bundle stays small, and that what makes it grow is named. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	type BundleWeight,
	findGrowth,
	MAX_GZIP_BYTES,
	readSavedWeight,
	weighBundle,
} from "../../bench/size/bundle.ts";

const directory = mkdtempSync(join(tmpdir(), "cordon-bundle-"));
let weight: BundleWeight;

beforeAll(async () => {
	weight = await weighBundle(directory);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("the bundle, as it is deployed, is under 85 KiB when gzipped", () => {
	expect(weight.gzipBytes).toBeLessThan(MAX_GZIP_BYTES);
	// An empty build would be small, too.
	expect(weight.imports["src/gateway"]).toBeGreaterThan(1000);
});

test("no import has grown by more than a KiB since the weight was saved", () => {
	const saved = readSavedWeight();
	if (saved === undefined) throw new Error('There is no saved weight: run "npm run bench -- size --save".');
	const grown = findGrowth(saved, weight).map(
		({ name, before, after }) => `${name} grew from ${before} to ${after} bytes`,
	);
	expect(grown, 'If that is meant: "npm run bench -- size --save", and check bench/size.json in.').toEqual(
		[],
	);
});

test("the import that grew is named, the one that grew most first, a new one too", () => {
	const before = { imports: { hono: 20_000, valibot: 6000, "src/cors": 9000 } };
	const after = { imports: { hono: 20_500, valibot: 8000, "src/cors": 9000, zod: 60_000 } };
	expect(findGrowth(before, after)).toEqual([
		{ name: "zod", before: 0, after: 60_000 },
		{ name: "valibot", before: 6000, after: 8000 },
	]);
});
