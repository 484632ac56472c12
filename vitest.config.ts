import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { onOrphaned } from "./dev/orphan.ts";
import { KEPT_WORKERD } from "./dev/workerd.ts";

// A test run that is stopped, or killed, must leave nothing behind.
Object.assign(process.env, KEPT_WORKERD);
onOrphaned(() => process.kill(process.pid, "SIGTERM"));

/**
 * `unit` runs inside workerd; the others in Node against real processes, one group after another, so that browsers and
 * gateways have the machine to themselves.
 */
export default defineConfig({
	test: {
		reporters: ["default", "./test/summary-reporter.ts"],
		projects: [
			{
				plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.toml" } })],
				test: {
					name: "unit",
					include: ["test/{cors,tenants,gateway,in-process,browser,isolate,findings,explain}/**/*.test.ts"],
					testTimeout: 60_000,
					isolate: false,
					sequence: { groupOrder: 0 },
				},
			},
			{
				plugins: [
					cloudflareTest({
						wrangler: { configPath: "./wrangler.admin.toml" },
						miniflare: { bindings: { MIGRATIONS: await readD1Migrations("./migrations") } },
					}),
				],
				test: {
					name: "admin",
					include: ["test/admin/unit/**/*.test.ts"],
					testTimeout: 60_000,
					isolate: false,
					sequence: { groupOrder: 0 },
				},
			},
			{
				test: {
					name: "admin-server",
					include: ["test/admin/server/**/*.test.ts"],
					testTimeout: 60_000,
					hookTimeout: 120_000,
					sequence: { groupOrder: 1 },
				},
			},
			{
				test: {
					name: "house",
					include: ["test/{house,docs,commands,habits,monitoring}.test.ts", "test/bench/**/*.test.ts"],
					testTimeout: 60_000,
					sequence: { groupOrder: 0 },
				},
			},
			{
				test: {
					name: "cli",
					include: ["test/{cli,doctor}/**/*.test.ts"],
					testTimeout: 60_000,
					sequence: { groupOrder: 1 },
				},
			},
			{
				test: {
					name: "bundle",
					include: ["test/bundle/**/*.test.ts"],
					hookTimeout: 120_000,
					sequence: { groupOrder: 1 },
				},
			},
			{
				test: {
					name: "package",
					include: ["test/package/**/*.test.ts"],
					testTimeout: 120_000,
					hookTimeout: 300_000,
					sequence: { groupOrder: 1 },
				},
			},
			{
				test: {
					name: "deploy",
					include: ["test/deploy/**/*.test.ts"],
					testTimeout: 60_000,
					sequence: { groupOrder: 1 },
				},
			},
			{
				test: {
					name: "dev",
					include: ["test/dev/**/*.test.ts"],
					testTimeout: 60_000,
					sequence: { groupOrder: 1 },
				},
			},
			{
				test: {
					name: "end-to-end",
					include: ["test/end-to-end/**/*.test.ts"],
					testTimeout: 60_000,
					hookTimeout: 120_000,
					sequence: { groupOrder: 2 },
				},
			},
			{
				test: {
					name: "console",
					include: ["test/console/**/*.test.ts"],
					testTimeout: 120_000,
					hookTimeout: 600_000,
					// After the other browsers, so that each has the machine to itself, and what lacks is installed once.
					sequence: { groupOrder: 4 },
				},
			},
			{
				test: {
					name: "browsers",
					include: ["test/browsers/**/*.test.ts"],
					globalSetup: ["./test/browsers/announce.ts"],
					testTimeout: 60_000,
					hookTimeout: 600_000,
					sequence: { groupOrder: 3 },
				},
			},
		],
	},
});
