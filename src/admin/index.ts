/** Owns the control plane's entry: requests into the Hono app, the cron trigger into the copy to KV. */

import { app } from "./app.ts";
import type { AdminBindings } from "./bindings.ts";
import { drain } from "./copy.ts";

/** How long one run of the cron trigger copies; the next one comes a minute later. */
const DRAIN_MILLISECONDS = 45_000;

export default {
	fetch: app.fetch,
	async scheduled(_controller, env) {
		await drain({ registry: env.REGISTRY, kv: env.TENANTS, now: Date.now }, DRAIN_MILLISECONDS);
	},
} satisfies ExportedHandler<AdminBindings>;
