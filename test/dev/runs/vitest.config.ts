/** Owns the configuration of the test runs that are there to be killed. */

import { join } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { onOrphaned } from "../../../dev/orphan.ts";
import { KEPT_WORKERD } from "../../../dev/workerd.ts";

Object.assign(process.env, KEPT_WORKERD);
onOrphaned(() => process.kill(process.pid, "SIGTERM"));

export default defineConfig({
	root: join(import.meta.dirname, "../../.."),
	test: {
		projects: [
			{ test: { name: "with a dev server", include: ["test/dev/runs/dev-server.ts"] } },
			{
				plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.toml" } })],
				test: { name: "inside workerd", include: ["test/dev/runs/in-workerd.ts"] },
			},
		],
	},
});
