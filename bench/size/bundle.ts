/** Owns the weight of the bundle as it is deployed: the whole, what each import contributes, and what has grown. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildCordon } from "../harness/build.ts";

/** What esbuild says of a build, as far as it is read here. */
interface Metafile {
	readonly outputs: Readonly<
		Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
	>;
}

/** A bundle, weighed. */
export interface BundleWeight {
	readonly bytes: number;
	readonly gzipBytes: number;
	/** Bytes by import: a package of `node_modules`, or a folder of `src`; the largest first. */
	readonly imports: Readonly<Record<string, number>>;
}

/** The goal for the bundle, gzipped. */
export const MAX_GZIP_BYTES = 85 * 1024;

/** Builds Cordon as it is deployed, and weighs it. */
export async function weighBundle(directory: string): Promise<BundleWeight> {
	const metafile = join(directory, "metafile.json");
	const bytes = readFileSync(await buildCordon(directory, [`--metafile=${metafile}`]));
	return {
		bytes: bytes.length,
		gzipBytes: gzipSync(bytes).length,
		imports: byImport(JSON.parse(readFileSync(metafile, "utf8")) as Metafile),
	};
}

/** Where the weight is kept that later bundles are held against. */
export const SAVED_WEIGHT = join(import.meta.dirname, "../size.json");

export function readSavedWeight(): BundleWeight | undefined {
	return existsSync(SAVED_WEIGHT)
		? (JSON.parse(readFileSync(SAVED_WEIGHT, "utf8")) as BundleWeight)
		: undefined;
}

function byImport({ outputs }: Metafile): Readonly<Record<string, number>> {
	const sums = new Map<string, number>();
	for (const { inputs } of Object.values(outputs)) {
		for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
			const name = importOf(file);
			sums.set(name, (sums.get(name) ?? 0) + bytesInOutput);
		}
	}
	return Object.fromEntries([...sums].sort(([, a], [, b]) => b - a));
}

/** `node_modules/@scope/name/…` is `@scope/name`, `src/cors/…` is `src/cors`. */
function importOf(file: string): string {
	const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
	return inPackage ?? /(?:^|\/)(src\/[^/]+)/.exec(file)?.[1] ?? "build";
}

/** An import that has grown beyond its allowance. */
export interface Growth {
	readonly name: string;
	readonly before: number;
	readonly after: number;
}

/** Bytes that an import may grow by before it is named: an honest change or two. */
const ALLOWANCE_BYTES = 1024;

/** Finds the imports that grew, the new ones among them; the one that grew most first. */
export function findGrowth(
	before: Pick<BundleWeight, "imports">,
	after: Pick<BundleWeight, "imports">,
): readonly Growth[] {
	return Object.entries(after.imports)
		.map(([name, bytes]) => ({ name, before: before.imports[name] ?? 0, after: bytes }))
		.filter((growth) => growth.after - growth.before > ALLOWANCE_BYTES)
		.sort((a, b) => b.after - b.before - (a.after - a.before));
}
