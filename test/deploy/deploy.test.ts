/** Owns the proof that wrangler.toml can be deployed: as it stands, and with each setting taken in that it leaves out. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { experimental_patchConfig as patchConfig, unstable_readConfig as readConfig } from "wrangler";
import { PROJECT, tryWrangler } from "../../dev/wrangler.ts";
import { type Block, blocksOf, takeIn, takeInAll } from "./settings.ts";

const TEXT = readFileSync(join(PROJECT, "wrangler.toml"), "utf8");
const ROUTES = [
	{ pattern: "api.example.com/*", zone_name: "example.com" },
	{ pattern: "*.api.example.com/*", zone_name: "example.com" },
];
const STAGING_ROUTES = [{ pattern: "api.staging.example.com/*", zone_name: "example.com" }];
const TENANTS = "TENANTS: KV Namespace";
const REFUSE = 'UNKNOWN_HOSTS ("refuse"): Environment Variable';

const directory = mkdtempSync(join(tmpdir(), "cordon-deploy-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let configurations = 0;

/** Writes a configuration to a file of its own; gives its path. */
function fileOf(text: string): string {
	const file = join(directory, `${configurations++}.toml`);
	writeFileSync(file, text);
	return file;
}

/** What `wrangler deploy` would do: the bindings that it lists, in order, or everything that it says against it. */
async function deploy(text: string, environment?: string): Promise<readonly string[]> {
	const out = join(directory, `dist-${configurations}`);
	const args = [`--config=${fileOf(text)}`, `--outdir=${out}`, "--dry-run"];
	// Once there is an environment, wrangler wants to be told that the one without a name is meant.
	if (environment !== undefined || text.includes("\n[env.")) args.push(`--env=${environment ?? ""}`);
	const { code, output, errors } = await tryWrangler(["deploy", join(PROJECT, "src/index.ts"), ...args]);
	if (code !== 0 || errors !== "" || /warning/i.test(output)) return [`exit code ${code}`, errors, output];
	return [...output.matchAll(/^env\.(.+?) {2,}(.+?) *$/gm)].map(([, name, kind]) => `${name}: ${kind}`);
}

/** What wrangler makes of a configuration. */
function read(text: string, environment?: string) {
	return readConfig({ config: fileOf(text), env: environment }, { hideWarnings: true });
}

/** The block that begins with this setting. */
function block(name: string, text = TEXT): Block {
	const found = blocksOf(text).find((each) => each.name === name);
	if (found === undefined) throw new Error(`No block begins with ${name}.`);
	return found;
}

const taken = (name: string, text = TEXT) => takeIn(text, [block(name, text)]);

describe("wrangler.toml", () => {
	test("is deployed as it stands, with no route: nothing is guarded before somebody says so", async () => {
		expect(await deploy(TEXT)).toEqual([TENANTS, REFUSE]);
		expect(read(TEXT)).toMatchObject({
			routes: undefined,
			workers_dev: false,
			observability: { enabled: true },
		});
	});

	test("is not rewritten by wrangler, which leaves a TOML file with comments alone", () => {
		const file = fileOf(TEXT);
		const provisioned = { kv_namespaces: [{ id: "0123456789abcdef0123456789abcdef" }] };
		expect(() => patchConfig(file, provisioned, false)).toThrow("if comments are present");
		expect(readFileSync(file, "utf8")).toBe(TEXT);
	});

	test("leaves out these settings, and each has a test here", () => {
		expect(blocksOf(TEXT).map(({ name }) => name)).toEqual([
			"routes = [",
			"[[services]]",
			"[[analytics_engine_datasets]]",
			'CDN_LOOP_ID = "cordon-example"',
			"[env.staging]",
		]);
		expect(blocksOf(taken("[env.staging]")).map(({ name }) => name)).toEqual([
			...blocksOf(TEXT)
				.map(({ name }) => name)
				.slice(0, -1),
			'CDN_LOOP_ID = "cordon-staging"',
			"[[env.staging.services]]",
			"[[env.staging.analytics_engine_datasets]]",
		]);
	});
});

describe("taken in alone", () => {
	test("the routes are routes, and not a key of some table", async () => {
		const text = taken("routes = [");
		expect(await deploy(text)).toEqual([TENANTS, REFUSE]);
		expect(read(text)).toMatchObject({ routes: ROUTES, observability: { enabled: true } });
	});

	test("the service is a binding", async () => {
		const text = taken("[[services]]");
		expect(await deploy(text)).toEqual([TENANTS, "API (my-api): Worker", REFUSE]);
		expect(read(text).services).toEqual([{ binding: "API", service: "my-api" }]);
	});

	test("the dataset is a binding", async () => {
		const text = taken("[[analytics_engine_datasets]]");
		expect(await deploy(text)).toEqual([
			TENANTS,
			"VERDICTS (cordon_verdicts): Analytics Engine Dataset",
			REFUSE,
		]);
		expect(read(text).analytics_engine_datasets).toEqual([
			{ binding: "VERDICTS", dataset: "cordon_verdicts" },
		]);
	});

	test("the name in CDN-Loop is a variable", async () => {
		const text = taken('CDN_LOOP_ID = "cordon-example"');
		expect(await deploy(text)).toEqual([
			TENANTS,
			REFUSE,
			'CDN_LOOP_ID ("cordon-example"): Environment Variable',
		]);
		expect(read(text).vars).toEqual({ UNKNOWN_HOSTS: "refuse", CDN_LOOP_ID: "cordon-example" });
	});

	test("the environment has its own bindings, variables and routes, and production stays what it was", async () => {
		const text = taken("[env.staging]");
		expect(await deploy(text, "staging")).toEqual([TENANTS, REFUSE]);
		expect(await deploy(text)).toEqual([TENANTS, REFUSE]);
		expect(read(text, "staging")).toMatchObject({
			name: "cordon-staging",
			routes: STAGING_ROUTES,
			kv_namespaces: [{ binding: "TENANTS" }],
			vars: { UNKNOWN_HOSTS: "refuse" },
			observability: { enabled: true },
			workers_dev: false,
		});
		expect(read(text, "")).toMatchObject({ name: "cordon", routes: undefined });
	});
});

describe("taken in together", () => {
	const pairs = [
		['CDN_LOOP_ID = "cordon-example"', 'CDN_LOOP_ID = "cordon-staging"'],
		["[[services]]", "[[env.staging.services]]"],
		["[[analytics_engine_datasets]]", "[[env.staging.analytics_engine_datasets]]"],
	] as const;

	test.each(pairs)("%s above wants %s in the environment, and nothing else", async (above, below) => {
		const text = taken(below, taken("[env.staging]", taken(above)));
		expect(await deploy(text, "staging")).toHaveLength(3);
	});

	test("all of it works, for production and for staging", async () => {
		const text = takeInAll(TEXT);
		expect(blocksOf(text)).toEqual([]);
		expect(await deploy(text)).toEqual([
			TENANTS,
			"API (my-api): Worker",
			"VERDICTS (cordon_verdicts): Analytics Engine Dataset",
			REFUSE,
			'CDN_LOOP_ID ("cordon-example"): Environment Variable',
		]);
		expect(await deploy(text, "staging")).toEqual([
			TENANTS,
			"API (my-api-staging): Worker",
			"VERDICTS (cordon_verdicts_staging): Analytics Engine Dataset",
			REFUSE,
			'CDN_LOOP_ID ("cordon-staging"): Environment Variable',
		]);
		expect(read(text, "")).toMatchObject({ routes: ROUTES, observability: { enabled: true } });
		expect(read(text, "staging")).toMatchObject({ routes: STAGING_ROUTES, observability: { enabled: true } });
	});
});
