/** Owns the namespace of the runtimes that have no Workers KV. */

import type { TenantsNamespace } from "../../../src/hono.ts";
import { STORED } from "./apps.ts";

/** Keeps what Workers KV holds for the apps. */
export const TENANTS: TenantsNamespace = { get: async (key) => STORED[key] ?? null };
