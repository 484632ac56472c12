/** Owns a workerd with one Worker: its configuration, its KV, its inspector. */

import { writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { WORKERD } from "../../dev/workerd.ts";
import { type ServerProcess, startServer } from "./process.ts";

/** The compatibility date of Cordon's wrangler.toml, for every contender alike. */
const COMPATIBILITY_DATE = "2026-10-23";

/** What a Worker is given. */
export interface WorkerOptions {
	/** The module's file. */
	readonly bundle: string;
	/** Where the key-value service listens, for the binding `TENANTS`. */
	readonly kvPort?: number | undefined;
	readonly variables?: Readonly<Record<string, string>>;
	/** The inspector's port, where there shall be one. */
	readonly inspectorPort?: number;
}

/**
 * Starts a workerd of its own for one Worker. Requests go straight to its socket, and its own requests straight to the
 * network: nothing of a development server stands between.
 */
export async function startWorker(options: WorkerOptions): Promise<ServerProcess> {
	const { bundle, kvPort, variables = {}, inspectorPort } = options;
	const bindings = Object.entries(variables).map(
		([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
	);
	const services = ['(name = "internet", network = (allow = ["public", "private"]))'];
	if (kvPort !== undefined) {
		bindings.push('(name = "TENANTS", kvNamespace = "kv")');
		services.push(
			`(name = "kv", external = (address = "127.0.0.1:${kvPort}", http = ()))`,
			`(name = "cache", external = (address = "127.0.0.1:${kvPort}", http = (style = proxy)))`,
		);
	}
	const configuration = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
	services = [
		(name = "main", worker = (
			modules = [(name = "worker", esModule = embed ${JSON.stringify(basename(bundle))})],
			compatibilityDate = "${COMPATIBILITY_DATE}",
			bindings = [${bindings.join(", ")}],
			${kvPort === undefined ? "" : 'cacheApiOutbound = "cache",'}
		)),
		${services.join(",\n\t\t")},
	],
	sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
	// workerd embeds files by their place beside the configuration.
	const file = join(dirname(bundle), `${basename(bundle)}.${kvPort ?? "alone"}.capnp`);
	writeFileSync(file, configuration);
	const inspector = inspectorPort === undefined ? [] : [`--inspector-addr=127.0.0.1:${inspectorPort}`];
	return startServer({
		command: WORKERD,
		args: ["serve", "--experimental", "--control-fd=3", ...inspector, file],
		portDescriptor: 3,
		role: "measured",
	});
}
