/** Owns the demo's control plane: the real Worker under `wrangler dev`, with the demo's tenants and a token of this run. */
import { createHash, randomBytes } from "node:crypto";
import type { ProcessGroup } from "../dev/process-group.ts";
import { ADMIN_CONFIG, migrateRegistry, startDevServer } from "../dev/wrangler.ts";
import type { DemoGateway } from "./gateway.ts";
import type { Ports } from "./ports.ts";
import { createRelay } from "./relay.ts";
import { demoDocument, HOSTNAMES } from "./tenants.ts";

const TOKEN_BYTES = 24;

/** The demo's control plane. */
export interface Admin extends DemoGateway {
	/** Where its console is, with the token: in the fragment, which no browser sends. */
	readonly link: string;
}

/** Makes it. @param stateDirectory the gateway's, since they share the KV */
export function createAdmin(ports: Ports, stateDirectory: string): Admin {
	const relay = createRelay("admin");
	const address = `http://localhost:${ports.admin}`;
	const token = randomBytes(TOKEN_BYTES).toString("base64url");
	const sha256 = createHash("sha256").update(token).digest("hex");
	let running: ProcessGroup | undefined;

	return {
		link: `${address}/#token=${token}`,
		async start() {
			await migrateRegistry(stateDirectory);
			await startDevServer({
				stateDirectory,
				port: ports.admin,
				config: ADMIN_CONFIG,
				variables: {
					ADMIN_TOKENS: JSON.stringify([
						{ name: "demo", sha256, hosts: ["*"], directories: ["*"], access: "write" },
					]),
				},
				onStart(group) {
					running = group;
					relay.follow(group);
				},
			});
			for (const hostname of HOSTNAMES)
				await store(`http://127.0.0.1:${ports.admin}`, token, hostname, demoDocument(ports));
			await relay.ready();
		},
		gone: async () => running?.ended,
		async stop() {
			relay.silence();
			await running?.stop();
		},
	};
}

async function store(address: string, token: string, hostname: string, document: object): Promise<void> {
	const response = await fetch(`${address}/v1/tenants/${hostname}`, {
		method: "PUT",
		headers: { authorization: `Bearer ${token}`, "if-none-match": "*", "content-type": "application/json" },
		body: JSON.stringify(document),
	});
	if (!response.ok)
		throw new Error(`The control plane did not take the tenant ${hostname}: ${await response.text()}`);
}
