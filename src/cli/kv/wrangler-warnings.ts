/** Owns what wrangler warns of in its configuration, in its words: keys that it does not know, and what is not inherited. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isObject } from "../../tenants/salvage.ts";
import { CommandFault } from "../shell/fault.ts";
import type { Terminal } from "../shell/terminal.ts";
import { type ConfigPlace, readConfig } from "./config.ts";
import { findWranglerManifest } from "./peers.ts";

/** Keys of the top level that an environment has to repeat, as wrangler's documentation lists them. */
const NOT_INHERITED = [
	...["vars", "define", "durable_objects", "kv_namespaces", "queues", "r2_buckets", "d1_databases"],
	...["vectorize", "hyperdrive", "services", "analytics_engine_datasets", "mtls_certificates", "ai"],
	...["browser", "images", "workflows", "dispatch_namespaces", "send_email", "secrets_store_secrets"],
];

/**
 * Finds the warnings. Asking wrangler itself would take a process and a second or two at every push; the schema of its
 * configuration lies beside it.
 * @returns none where wrangler is not installed, as far as its schema is needed
 */
export async function readWarnings(place: ConfigPlace, terminal: Terminal): Promise<readonly string[]> {
	try {
		const { path, environment, top, section } = await readConfig(place, terminal);
		const known = knownKeys(path);
		const isTop = environment === undefined;
		return [
			...unexpected(top, known?.top, "top-level"),
			...(isTop ? [] : unexpected(section, known?.environment, `env.${environment}`)),
			...(isTop ? [] : NOT_INHERITED)
				.filter((key) => Object.hasOwn(top, key) && !Object.hasOwn(section, key))
				.map(
					(key) =>
						`"${key}" exists at the top level, but not on "env.${environment}". This is not what you probably want, since "${key}" is not inherited by environments.`,
				),
		];
	} catch (error) {
		if (error instanceof CommandFault) return [];
		throw error;
	}
}

type Keys = ReadonlySet<string>;

function unexpected(section: object, known: Keys | undefined, name: string): readonly string[] {
	const keys = known === undefined ? [] : Object.keys(section).filter((key) => !known.has(key));
	if (keys.length === 0) return [];
	const list = keys.map((key) => JSON.stringify(key)).join(", ");
	return [`Unexpected fields found in ${name} field: ${list}`];
}

/** What wrangler's own schema knows; undefined where there is no wrangler, or its schema is made differently. */
function knownKeys(config: string): { readonly top: Keys; readonly environment: Keys } | undefined {
	try {
		const manifest = findWranglerManifest(config);
		if (manifest === undefined) return undefined;
		const path = createRequire(manifest).resolve("./config-schema.json");
		const { definitions } = JSON.parse(readFileSync(path, "utf8"));
		const top = propertiesOf(definitions?.RawConfig);
		const environment = propertiesOf(definitions?.RawEnvironment);
		return top === undefined || environment === undefined
			? undefined
			: { top: new Set([...top, ...environment]), environment };
	} catch {
		return undefined;
	}
}

function propertiesOf(definition: unknown): Keys | undefined {
	const properties = isObject(definition) ? definition["properties"] : undefined;
	return isObject(properties) ? new Set(Object.keys(properties)) : undefined;
}
