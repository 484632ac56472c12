/** Owns what the control plane is given, its bindings and secrets, and what a request carries along. */

import type { Caller } from "./caller.ts";

/**
 * What wrangler.admin.toml binds, and the secrets. Written by hand: `wrangler types` makes one global declaration a
 * project, and that one is the gateway's.
 */
export interface AdminBindings {
	/** The gateway's KV, which is written only. */
	readonly TENANTS: KVNamespace;
	/** Documents, versions, directories, and what is still to be written to KV. */
	readonly REGISTRY: D1Database;
	/** The console and the script of the reference page. */
	readonly ASSETS: Fetcher;
	/** Who may, by token: JSON. */
	readonly ADMIN_TOKENS?: string;
	/** The team's name at Cloudflare Access, and the tag of the application there. */
	readonly ACCESS_TEAM?: string;
	readonly ACCESS_AUD?: string;
}

/** The control plane to Hono. */
export interface AdminEnv {
	Bindings: AdminBindings;
	Variables: { caller: Caller };
}
