/** Owns what the routes have in common: the copy after a write, times as text, methods that a resource does not take. */

import type { Context, Hono } from "hono";
import type { AdminEnv } from "./bindings.ts";
import { settle } from "./copy.ts";
import { adminProblem } from "./problem.ts";
import type { Changes } from "./registry/outbox.ts";
import type { Version } from "./registry/tenants.ts";

/** How long an answer waits for KV: a key that was just written is KV's to refuse for a second, and thousands take a while. */
const COPY_WAIT_MILLISECONDS = 20_000;

/** How long is copied on when the answer has gone out, if the runtime lets it; what is left is the cron trigger's. */
const COPY_AFTER_MILLISECONDS = 300_000;

/**
 * Writes changes to KV.
 * @returns whether KV has all of them. Where it has not, nothing is lost: the registry has them, and that they are owed
 */
export async function copyToKv(c: Context<AdminEnv>, changes: Changes): Promise<boolean> {
	if (changes.size === 0) return true;
	const stores = { registry: c.env.REGISTRY, kv: c.env.TENANTS, now: Date.now };
	const open = await settle(stores, changes, COPY_WAIT_MILLISECONDS);
	if (open.size === 0) return true;
	c.executionCtx.waitUntil(settle(stores, open, COPY_AFTER_MILLISECONDS));
	return false;
}

/** A moment as RFC 3339 has it. */
export function timeOf(milliseconds: number): string {
	return new Date(milliseconds).toISOString();
}

/** A version as JSON. */
export function versionJson({ version, at, by, via, action, restores }: Version) {
	return { version, at: timeOf(at), by, via, action, ...(restores === null ? {} : { restores }) };
}

/** Says of any other method on a resource that it takes these. */
export function takesOnly(app: Hono<AdminEnv>, path: string, ...methods: readonly string[]): void {
	const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : [])].join(", ");
	app.all(path, () => adminProblem("method-not-allowed", { headers: { allow } }));
}
