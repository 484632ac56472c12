/** Owns a control plane under test: the app in this isolate, with tokens of the test's own and a clean registry. */

/// <reference types="@cloudflare/vitest-plugin/types" />

import { applyD1Migrations, createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { app } from "../../../src/admin/app.ts";
import type { AdminBindings } from "../../../src/admin/bindings.ts";

/** The bindings of wrangler.admin.toml, and the migrations. */
const bound = env as unknown as AdminBindings & {
	readonly MIGRATIONS: Parameters<typeof applyD1Migrations>[1];
};

/** A token, as ADMIN_TOKENS has it, with what it is the digest of. */
export interface TestToken {
	readonly name: string;
	readonly hosts: readonly string[];
	readonly directories?: readonly string[];
	readonly access: "read" | "write";
}

/** The secret of a token is its name, and something that makes it one. */
export function secretOf(name: string): string {
	return `${name}-s3cret`;
}

/** SHA-256 in hexadecimal. */
export async function sha256(text: string): Promise<string> {
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
	return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Makes ADMIN_TOKENS. */
export async function tokens(...list: readonly TestToken[]): Promise<string> {
	return JSON.stringify(
		await Promise.all(list.map(async (token) => ({ ...token, sha256: await sha256(secretOf(token.name)) }))),
	);
}

/** A token that may everything, but name any directory than "customers". */
export const ADMIN: TestToken = { name: "admin", hosts: ["*"], directories: ["customers"], access: "write" };

/** What a request carries. */
export interface Asked {
	/** The name of a token; null for none. */
	readonly as?: string | null;
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** JSON, or a text as it is. */
	readonly body?: unknown;
}

/** An answer, read. */
export interface Answered {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** The body as JSON; undefined where it is none. */
	// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect in it
	readonly json: any;
}

/** A control plane with its own bindings. */
export interface Plane {
	readonly env: AdminBindings;
	ask(path: string, asked?: Asked): Promise<Answered>;
}

/** Makes one. @param overrides in place of the bindings that there are; undefined takes one out */
export async function createPlane(
	overrides: Partial<Record<keyof AdminBindings, unknown>> = {},
): Promise<Plane> {
	await applyD1Migrations(bound.REGISTRY, bound.MIGRATIONS);
	const { TENANTS, REGISTRY, ASSETS } = bound;
	const bindings = {
		TENANTS,
		REGISTRY,
		ASSETS,
		ADMIN_TOKENS: await tokens(ADMIN),
		...overrides,
	} as unknown as AdminBindings;
	return {
		env: bindings,
		async ask(path, { as = "admin", method = "GET", headers = {}, body } = {}) {
			const context = createExecutionContext();
			const response = await app.fetch(
				new Request(`https://admin.example${path}`, {
					method,
					headers: { ...(as === null ? {} : { authorization: `Bearer ${secretOf(as)}` }), ...headers },
					...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
				}),
				bindings,
				context,
			);
			const text = await response.text();
			await waitOnExecutionContext(context);
			let json: unknown;
			try {
				json = JSON.parse(text);
			} catch {
				// Not every answer is.
			}
			return { status: response.status, headers: response.headers, text, json };
		},
	};
}

/** Empties the registry and KV. */
export async function empty(): Promise<void> {
	await applyD1Migrations(bound.REGISTRY, bound.MIGRATIONS);
	const tables = ["versions", "tenants", "directory_origins", "directory_changes", "outbox"];
	await bound.REGISTRY.batch(tables.map((table) => bound.REGISTRY.prepare(`DELETE FROM ${table}`)));
	const { keys } = await bound.TENANTS.list();
	await Promise.all(keys.map(({ name }) => bound.TENANTS.delete(name)));
}

/** A document that is sound. */
export function documentFor(...origins: readonly unknown[]): object {
	return { cors: { origins } };
}

export { bound };
