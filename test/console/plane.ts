/** Owns the control plane that the console's tests run against: the real Worker, with tokens of four kinds. */

import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADMIN_CONFIG, migrateRegistry, startDevServer } from "../../dev/wrangler.ts";

/** Who may what. */
export const TOKENS = {
	writer: "w-secret",
	colleague: "c-secret",
	reader: "r-secret",
	/** Its hosts have no documents. */
	nobody: "n-secret",
} as const;

/** A running control plane. */
export interface Plane {
	readonly address: string;
	ask(path: string, init?: RequestInit & { readonly token?: string }): Promise<Response>;
	/** Writes a document where there is none. */
	put(host: string, document: object): Promise<void>;
	stop(): Promise<void>;
}

/** Starts it. */
export async function startPlane(): Promise<Plane> {
	const state = await mkdtemp(join(tmpdir(), "cordon-plane-"));
	await migrateRegistry(state);
	const tokens = Object.entries(TOKENS).map(([name, secret]) => ({
		name,
		sha256: createHash("sha256").update(secret).digest("hex"),
		hosts: name === "nobody" ? ["*.nobody.com"] : ["*"],
		directories: ["customers"],
		access: name === "reader" ? "read" : "write",
	}));
	const server = await startDevServer({
		stateDirectory: state,
		port: 0,
		config: ADMIN_CONFIG,
		variables: { ADMIN_TOKENS: JSON.stringify(tokens) },
	});
	const address = `http://127.0.0.1:${server.port}`;
	const ask: Plane["ask"] = (path, { token = TOKENS.writer, headers, ...init } = {}) =>
		fetch(`${address}/v1/${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...headers } });
	return {
		address,
		ask,
		async put(host, document) {
			const body = JSON.stringify(document);
			const answer = await ask(`tenants/${host}`, { method: "PUT", body, headers: { "if-none-match": "*" } });
			if (!answer.ok) throw new Error(await answer.text());
		},
		async stop() {
			await server.group.stop();
			await rm(state, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}
