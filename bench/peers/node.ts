/** Owns the peers that run in Node, where they are installed: nobody needs them for anything else. */

import { createRequire } from "node:module";
import { join } from "node:path";
import { type ServerProcess, startServer } from "../harness/process.ts";

const require = createRequire(import.meta.url);

/** A peer's server file, and the packages that it is made of. */
export const NODE_PEERS = {
	express: ["express", "cors", "http-proxy-middleware"],
	fastify: ["fastify", "@fastify/cors", "@fastify/http-proxy"],
} as const;

export type NodePeer = keyof typeof NODE_PEERS;

/** `express 5.3.0 + cors 2.8.5 + …`; undefined where one of the packages is not installed. */
export function nodePeerVersion(peer: NodePeer): string | undefined {
	try {
		return NODE_PEERS[peer].map((name) => `${name} ${installedVersion(name)}`).join(" + ");
	} catch {
		return undefined;
	}
}

/** The version of an installed package; throws where it is none. Not every package exports its manifest. */
export function installedVersion(name: string): string {
	for (const directory of require.resolve.paths(name) ?? []) {
		try {
			return (require(join(directory, name, "package.json")) as { version: string }).version;
		} catch {
			// Further up, then.
		}
	}
	throw new Error(`${name} is not installed.`);
}

export function startNodePeer(peer: NodePeer, upstreamPort: number): Promise<ServerProcess> {
	return startServer({
		command: process.execPath,
		args: [join(import.meta.dirname, `${peer}-server.mjs`)],
		environment: { UPSTREAM: `http://127.0.0.1:${upstreamPort}` },
		role: "measured",
	});
}
