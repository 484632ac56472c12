import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** `unit` runs inside workerd, `cli` and `end-to-end` in Node against real processes. */
export default defineConfig({
	test: {
		reporters: ["default", "./test/summary-reporter.ts"],
		projects: [
			{
				plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.toml" } })],
				test: {
					name: "unit",
					include: ["test/{cors,tenants,gateway,browser}/**/*.test.ts"],
					testTimeout: 60_000,
					isolate: false,
				},
			},
			{
				test: { name: "cli", include: ["test/cli/**/*.test.ts"], testTimeout: 60_000 },
			},
			{
				test: {
					name: "end-to-end",
					include: ["test/end-to-end/**/*.test.ts"],
					testTimeout: 60_000,
					hookTimeout: 120_000,
				},
			},
		],
	},
});
